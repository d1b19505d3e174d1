"""The resource and the data function as a program sees them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, get_args

import pulumi
import pytest

from pulumi_collab import aps
from pulumi_collab.emulator import Emulator

from .portal import APP, PEOPLE

PROGRAM = """
import asyncio
import json
import pulumi

seen = []

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        seen.append([args.name, args.inputs["collaborators"]])
        return args.inputs["client_id"], args.inputs

    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Mocks())

from pulumi_collab import aps

async def later(value):
    return value

levels = {"jane@x.org": None, "jo@x.org": "VIEWER"}
nested = {"jane@x.org": pulumi.Output.from_input(None), "jo@x.org": pulumi.Output.from_input("VIEWER")}

@pulumi.runtime.test
def declare():
    aps.ClientCollaborators("plain", "app-1", levels)
    aps.ClientCollaborators("nested", "app-2", nested)
    aps.ClientCollaborators("output", "app-3", pulumi.Output.from_input(levels))
    aps.ClientCollaborators("output of outputs", "app-4", pulumi.Output.from_input(nested))
    aps.ClientCollaborators("awaited", "app-5", later(levels))
    aps.ClientCollaborators("awaited level", "app-6", {"jane@x.org": later(None), "jo@x.org": later("VIEWER")})

declare()
print(json.dumps(sorted(seen)))
"""


def test_nobody_without_a_level_is_dropped() -> None:
    """None as a level, which the SDK would drop with the person, reaches the provider as an empty one."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    names = ["awaited", "awaited level", "nested", "output", "output of outputs", "plain"]
    assert json.loads(done.stdout) == [[name, {"jane@x.org": "", "jo@x.org": "VIEWER"}] for name in names]


def test_levels_have_a_type() -> None:
    """A program can annotate its rows with the levels that may be declared."""
    assert get_args(aps.AccessLevel) == ("VIEWER", "EDITOR", "OWNER")


def test_the_data_function(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program gets everybody at this moment, by address."""
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    assert {each.email: each.access_level for each in aps.get_client_collaborators(APP)} == PEOPLE


@pytest.mark.parametrize(
    ("client_id", "why"),
    [
        ("", "client_id: must not be empty"),
        ("a/b", "client_id: must be the app's Client ID from the developer portal, without blanks or slashes"),
        (7, "client_id: must be text"),
        ("gone", "Autodesk APS knows no app gone"),
    ],
)
def test_the_data_functions_errors(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, client_id: Any, why: str
) -> None:
    """An app that is not there, and one that cannot be, end the program with one line; the latter without a call."""
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    with pytest.raises(pulumi.RunError) as raised:
        aps.get_client_collaborators(client_id)
    assert str(raised.value).startswith(f"could not list the collaborators of Autodesk APS app {client_id}: {why}")
    assert "\n" not in str(raised.value)
    assert len(emulator.journal()) == (client_id == "gone")
