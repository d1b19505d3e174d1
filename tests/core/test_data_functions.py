"""What the data functions of all platforms have in common: what they are asked for must be known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from pulumi_collab import aps, quantconnect, sram, teamhub
from pulumi_collab.emulator import Emulator

FUNCTIONS: list[tuple[Callable[[Any], Any], str, str]] = [
    (quantconnect.get_project_collaborators, "list the collaborators of QuantConnect project", "project_id"),
    (teamhub.get_project_collaborators, "list the collaborators of Helix TeamHub project", "project"),
    (aps.get_client_collaborators, "list the collaborators of Autodesk APS app", "client_id"),
    (sram.get_collaboration, "read the SRAM collaboration", "identifier"),
]


@pytest.mark.parametrize(("function", "doing", "name"), FUNCTIONS)
def test_an_output_is_told_to_be_one(function: Callable[[Any], Any], doing: str, name: str) -> None:
    """An Output as the argument ends the program with one line that says where to call the function instead."""
    with pytest.raises(pulumi.RunError) as raised:
        function(pulumi.Output.from_input("5"))
    assert str(raised.value) == (
        f"could not {doing} (not known yet): {name}: must be known when the program runs: call this inside Output.apply"
    )


@pytest.mark.parametrize(("function", "doing", "name"), FUNCTIONS)
@pytest.mark.parametrize("value", [None, 5.5, "", "a b"])
def test_what_cannot_be_asked_for(
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    function: Callable[[Any], Any],
    doing: str,
    name: str,
    value: Any,
) -> None:
    """An argument that names nothing ends the program with one line about it, without a call."""
    for variable, setting in emulator.environment().items():
        monkeypatch.setenv(variable, setting)
    with pytest.raises(pulumi.RunError) as raised:
        function(value)
    told = str(raised.value)
    assert told.startswith(f"could not {doing} {value}: {name}: must ")
    assert "\n" not in told
    assert emulator.journal() == []
