"""What every platform whose collaborators can be managed has to prove, beside what every kind of resource has.

A platform's tests write `class TestTeamHub(CollaboratorContract)`, say who is who and how somebody else changes access,
and inherit the rest.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import Hint, Problem, Refused, RequestError

from .contract import ResourceContract, attempt

__all__ = ["Access", "CollaboratorContract", "ResourceContract"]

Access = Mapping[str, Any]


class CollaboratorContract(ResourceContract):
    """One person's access to one project, as a resource. `low` and `high` are two different accesses, as inputs."""

    low: ClassVar[Access]
    high: ClassVar[Access]
    person: ClassVar[str]
    other: ClassVar[str]
    """Somebody else, who has access throughout."""
    crowd: ClassVar[tuple[str, ...]]
    """At least ten people who may be given access and have none."""

    @abstractmethod
    def who(self, person: str) -> Access:
        """The identity inputs of somebody on the project that the tests use."""

    @abstractmethod
    def give(self, emulator: Emulator, person: str, access: Access) -> None:
        """Somebody else gives or changes access, behind our back."""

    @abstractmethod
    def take(self, emulator: Emulator, person: str) -> None:
        """Somebody else takes access away, behind our back."""

    @abstractmethod
    def held(self, emulator: Emulator) -> dict[str, Access]:
        """Who has what access on the project, told in inputs; the owner left out."""

    # --- as a resource ---

    def first(self, emulator: Emulator) -> Mapping[str, Any]:
        """The person with little access; somebody else is there already."""
        self.give(emulator, self.other, self.high)
        return {**self.who(self.person), **self.low}

    def second(self, emulator: Emulator) -> Mapping[str, Any]:
        """The person with more access."""
        return {**self.who(self.person), **self.high}

    def world(self, emulator: Emulator) -> dict[str, Access]:
        """Who has what access."""
        return self.held(emulator)

    def inputs(self, person: str, access: Access, **more: Any) -> Any:
        """Valid inputs for a person."""
        return self.valid({**self.who(person), **access, **more})

    def live(self, emulator: Emulator) -> None:
        """A whole life, and one with somebody else's changes in between: drift, repair, removed, given again."""
        super().live(emulator)
        others = self.held(emulator)
        wanted = self.inputs(self.person, self.high)
        state = self.lifecycle(emulator).create(wanted)
        assert self.held(emulator) == {**others, self.person: self.high}
        self.give(emulator, self.person, self.low)
        live = self.lifecycle(emulator).read(state)
        assert {k: getattr(live, k) for k in self.low} == self.low
        assert self.refused(emulator, wanted, live) == []
        assert self.lifecycle(emulator).changed(live, dict(wanted)) == set(self.high)
        self.lifecycle(emulator).update(live, wanted)
        assert self.held(emulator) == {**others, self.person: self.high}
        self.take(emulator, self.person)
        assert self.lifecycle(emulator).read(state) is None
        state = self.lifecycle(emulator).create(wanted)
        self.settled(emulator, state, wanted)
        self.lifecycle(emulator).delete(state)
        assert self.held(emulator) == others

    # --- the contract ---

    def test_same_access_is_taken_over_without_a_write(self, emulator: Emulator) -> None:
        """Creating what exists with the same access is refused by no preview and calls nothing that writes."""
        self.give(emulator, self.person, self.high)
        emulator.clear_journal()
        wanted = self.inputs(self.person, self.high)
        assert self.refused(emulator, wanted) == []
        state = self.lifecycle(emulator).create(wanted)
        assert self.writes(emulator) == []
        self.settled(emulator, state, wanted)

    def test_different_access_is_refused_and_names_both(self, emulator: Emulator) -> None:
        """Creating what exists with different access fails, names both accesses and the way on, and changes nothing."""
        self.give(emulator, self.person, self.high)
        emulator.clear_journal()
        lifecycle = self.lifecycle(emulator)
        wanted = self.inputs(self.person, self.low)
        outcome = attempt(lambda: lifecycle.create(wanted))
        assert self.writes(emulator) == []
        assert self.held(emulator) == {self.person: self.high}
        assert isinstance(outcome, Refused)
        assert outcome.hint is Hint.ADOPT
        problems = [each for each in lifecycle.check(dict(wanted), None) if isinstance(each, Problem)]
        assert [each.hint for each in problems] == [Hint.ADOPT]
        for access in (self.low, self.high):
            for value in access.values():
                for told in (str(outcome), problems[0].reason):
                    assert isinstance(value, bool) or str(value) in told

    def test_adopt_takes_over_by_one_write(self, emulator: Emulator) -> None:
        """With adopt=True different access is changed to what is declared, by one call."""
        self.give(emulator, self.person, self.high)
        emulator.clear_journal()
        wanted = self.inputs(self.person, self.low, adopt=True)
        assert self.refused(emulator, wanted) == []
        self.lifecycle(emulator).create(wanted)
        assert len(self.writes(emulator)) == 1
        assert self.held(emulator) == {self.person: self.low}

    def test_deleting_what_is_gone_succeeds(self, emulator: Emulator) -> None:
        """Somebody else was quicker: deletion succeeds, and nobody else loses anything."""
        state = self.lifecycle(emulator).create(self.inputs(self.person, self.low))
        self.give(emulator, self.other, self.low)
        self.take(emulator, self.person)
        self.lifecycle(emulator).delete(state)
        assert self.held(emulator) == {self.other: self.low}

    def test_changing_what_was_removed_gives_it_again(self, emulator: Emulator) -> None:
        """An update of somebody who was removed meanwhile ends with the declared access."""
        state = self.lifecycle(emulator).create(self.inputs(self.person, self.low))
        self.take(emulator, self.person)
        self.lifecycle(emulator).update(state, self.inputs(self.person, self.high))
        assert self.held(emulator) == {self.person: self.high}

    @pytest.mark.parametrize("kind", ["500", "503"])
    def test_a_write_waits_as_it_is_asked_to(
        self, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, operation: str, kind: str
    ) -> None:
        """A failed write is sent again after the time that the service asks for, and not at all where that is long."""
        state = None
        if operation != "create":
            state = self.lifecycle(emulator).create(self.inputs(self.person, self.low))
        before = self.held(emulator)
        wanted = self.inputs(self.person, self.high)

        waits: list[float] = []
        monkeypatch.setattr(time, "sleep", waits.append)
        emulator.clear_journal()
        fault = {"platform": self.platform.name, "operation": self.operations[operation], "kind": kind}
        emulator.fault(**fault, retry_after=3600)
        with pytest.raises(RequestError, match="asks to wait 3600 seconds"):
            self.write(emulator, operation, state, wanted)
        assert [status for _, status in self.writes(emulator)] == [int(kind)]
        assert max(waits, default=0) == 0
        assert self.held(emulator) == before
        emulator.fault(**fault, retry_after=30)
        self.write(emulator, operation, state, wanted)
        assert max(waits) == 30
        assert self.held(emulator) == ({self.person: self.high} if operation != "delete" else {})

    def test_a_crowd_at_once(self, emulator: Emulator) -> None:
        """Ten people created four at a time by one process are all there, once each, and go the same way."""
        lifecycle = self.lifecycle(emulator)
        emulator.clear_journal()
        with ThreadPoolExecutor(4) as pool:
            states = list(pool.map(lambda p: lifecycle.create(self.inputs(p, self.low)), self.crowd[:10]))
        assert self.held(emulator) == dict.fromkeys(self.crowd[:10], self.low)
        assert len(self.writes(emulator)) == 10
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lifecycle.read, states)) == states
            list(pool.map(lifecycle.delete, states))
        assert self.held(emulator) == {}

    def test_reading_again_in_one_process_is_fresh(self, emulator: Emulator) -> None:
        """The shared listing answers a resource once; who reads it again sees what changed meanwhile."""
        lifecycle = self.lifecycle(emulator)
        state = lifecycle.create(self.inputs(self.person, self.low))
        assert lifecycle.read(state) == state
        self.give(emulator, self.person, self.high)
        live = lifecycle.read(state)
        assert live is not None
        assert {k: getattr(live, k) for k in self.high} == self.high
        self.take(emulator, self.person)
        assert lifecycle.read(state) is None
