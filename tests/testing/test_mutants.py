"""The contract has teeth: lifecycles that do what they must not are caught by what they do, not by their words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import CollabError, Hint, Problem, Refused
from pulumi_collab.lifecycle import Inputs, Lifecycle, Memory, Notice
from pulumi_collab.testing.conformance import CollaboratorContract

from ..quantconnect import test_conformance as quantconnect
from ..teamhub import test_conformance as teamhub

pytestmark = pytest.mark.usefixtures("no_waiting")

Finding = Problem | Notice | Memory
Mutant = Callable[[type[Lifecycle[Any, Any, Any]]], type[Lifecycle[Any, Any, Any]]]
CONTRACTS = [quantconnect.TestQuantConnect, teamhub.TestTeamHub]


def sound(right: type[Lifecycle[Any, Any, Any]]) -> type[Lifecycle[Any, Any, Any]]:
    """None: it does what the platform's own does."""
    return right


def refuses_unchanged(right: type[Lifecycle[Any, Any, Any]]) -> type[Lifecycle[Any, Any, Any]]:
    """It takes access that is as declared for somebody else's, old inputs or not."""

    class Mutant(right):  # type: ignore[misc, valid-type]  # mypy wants a class that it knows
        def check(self, known: Mapping[str, Any], old: Inputs | None) -> Iterable[Finding]:
            yield from super().check(known, old)
            if self.read(self.state_model.model_validate(dict(known))) is not None:
                yield Problem(self.identity[-1], "has access already", Hint.ADOPT)

    return Mutant


def refuses_renamed(right: type[Lifecycle[Any, Any, Any]]) -> type[Lifecycle[Any, Any, Any]]:
    """It refuses unchanged access where there are no old inputs alone."""

    class Mutant(right):  # type: ignore[misc, valid-type]
        def check(self, known: Mapping[str, Any], old: Inputs | None) -> Iterable[Finding]:
            yield from super().check(known, old)
            if old is None and self.read(self.state_model.model_validate(dict(known))) is not None:
                yield Problem(self.identity[-1], "has access already", Hint.ADOPT)

    return Mutant


def takes_over(right: type[Lifecycle[Any, Any, Any]]) -> type[Lifecycle[Any, Any, Any]]:
    """It changes access that others gave, as if that had been asked for."""

    class Mutant(right):  # type: ignore[misc, valid-type]
        def create(self, inputs: Any) -> Any:
            return super().create(inputs.model_copy(update={"adopt": True}))

    return Mutant


def takes_over_and_complains(right: type[Lifecycle[Any, Any, Any]]) -> type[Lifecycle[Any, Any, Any]]:
    """It changes access that others gave, and then says all the right words."""

    class Mutant(right):  # type: ignore[misc, valid-type]
        def create(self, inputs: Any) -> Any:
            try:
                return super().create(inputs)
            except Refused:
                super().create(inputs.model_copy(update={"adopt": True}))
                raise

    return Mutant


def deletes_nothing(right: type[Lifecycle[Any, Any, Any]]) -> type[Lifecycle[Any, Any, Any]]:
    """It succeeds in deleting, and leaves the access."""

    class Mutant(right):  # type: ignore[misc, valid-type]
        def delete(self, state: Any) -> None:
            pass

    return Mutant


def says_gone(right: type[Lifecycle[Any, Any, Any]]) -> type[Lifecycle[Any, Any, Any]]:
    """It takes a read that fails for one that finds nothing."""

    class Mutant(right):  # type: ignore[misc, valid-type]
        def read(self, state: Any) -> Any:
            try:
                return super().read(state)
            except CollabError:
                return None

    return Mutant


def gives_up(right: type[Lifecycle[Any, Any, Any]]) -> type[Lifecycle[Any, Any, Any]]:
    """It takes a write whose answer is lost for one that had its effect."""

    class Mutant(right):  # type: ignore[misc, valid-type]
        def update(self, old: Any, inputs: Any) -> Any:
            try:
                return super().update(old, inputs)
            except CollabError:
                return old.model_copy(update=dict(inputs))

    return Mutant


CAUGHT: list[tuple[Mutant, str, dict[str, Any]]] = [
    (refuses_unchanged, "test_whole_life", {}),
    (refuses_renamed, "test_whole_life", {}),
    (takes_over, "test_different_access_is_refused_and_names_both", {}),
    (takes_over_and_complains, "test_different_access_is_refused_and_names_both", {}),
    (deletes_nothing, "test_whole_life", {}),
    (deletes_nothing, "test_a_failing_write_converges", {"operation": "delete", "failure": {"kind": "500"}}),
    (gives_up, "test_a_failing_write_converges", {"operation": "update", "failure": {"kind": "refuse"}}),
    (says_gone, "test_a_failing_read_never_says_gone", {"kind": "500"}),
    (says_gone, "test_bad_credentials_are_told_without_the_secret", {}),
]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda each: each.platform.name)
@pytest.mark.parametrize(("mutant", "test", "more"), CAUGHT, ids=lambda each: getattr(each, "__name__", None))
def test_a_mutant_is_caught(
    emulator: Emulator, contract: type[CollaboratorContract], mutant: Mutant, test: str, more: dict[str, Any]
) -> None:
    """What a mutant does fails an assertion of the contract, which the lifecycle itself passes."""
    getattr(_played_by(contract, sound), test)(emulator, **more)
    emulator.reset()
    with pytest.raises(AssertionError):
        getattr(_played_by(contract, mutant), test)(emulator, **more)


def _played_by(contract: type[CollaboratorContract], mutant: Mutant) -> CollaboratorContract:
    kind = dataclasses.replace(contract.kind, lifecycle=mutant(contract.kind.lifecycle))
    played: type[CollaboratorContract] = type(contract.__name__, (contract,), {"kind": kind})
    return played()
