"""What every platform whose collaborators can be managed has to prove, whatever its API is like.

A platform's tests write `class TestTeamHub(CollaboratorContract)`, say how to reach it and how somebody else changes
access, and inherit the rest. Each test runs the lifecycle against the emulator; no engine takes part.
"""

from __future__ import annotations

import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.emulator.platform import load
from pulumi_collab.errors import CollabError, Hint, Problem, Refused, RequestError
from pulumi_collab.lifecycle import Lifecycle

Access = Mapping[str, Any]

FAILURES: list[dict[str, Any]] = [
    {"kind": kind, "when": when}
    for kind in ("refuse", "reset", "timeout", "429", "500", "503", "html", "garbage")
    for when in ("before", "after")
]


@pytest.mark.usefixtures("no_waiting")
class CollaboratorContract(ABC):
    """One person's access to one project, as a resource. `low` and `high` are two different accesses, as inputs."""

    platform: ClassVar[str]
    low: ClassVar[Access]
    high: ClassVar[Access]
    person: ClassVar[str]
    other: ClassVar[str]
    crowd: ClassVar[tuple[str, ...]]
    """At least ten people who may be given access and have none."""
    operations: ClassVar[Mapping[str, str]]
    """The emulator's names of the `create`, `update` and `delete` operations."""
    reads: ClassVar[tuple[str, ...]]
    """The emulator's names of the operations that a read uses."""

    @abstractmethod
    def connect(self, emulator: Emulator) -> Any:
        """A new client, as a new plugin process has it."""

    @abstractmethod
    def kind(self) -> type[Lifecycle[Any, Any, Any]]:
        """The lifecycle under test."""

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

    # --- helpers ---

    def lifecycle(self, emulator: Emulator, told: list[str] | None = None) -> Lifecycle[Any, Any, Any]:
        """A lifecycle with a client of its own."""
        client = self.connect(emulator)
        return self.kind()(lambda: client, (told if told is not None else []).append)

    def inputs(self, person: str, access: Access, **more: Any) -> Any:
        """Valid inputs for a person."""
        return self.kind().inputs_model.model_validate({**self.who(person), **access, **more})

    def write(self, emulator: Emulator, operation: str, state: Any, wanted: Any) -> None:
        """One write in a process of its own."""
        lifecycle = self.lifecycle(emulator)
        if operation == "create":
            lifecycle.create(wanted)
        elif operation == "update":
            lifecycle.update(state, wanted)
        else:
            lifecycle.delete(state)

    def writes(self, emulator: Emulator) -> list[tuple[str, int | None]]:
        """Method and status of every writing call since the journal was cleared."""
        reading = self.reading_calls(emulator)
        return [(e["method"], e["status"]) for e in emulator.journal() if e not in reading]

    def reading_calls(self, emulator: Emulator) -> list[dict[str, Any]]:
        """The journal's calls that only read. Platforms that read by POST override this."""
        return [e for e in emulator.journal() if e["method"] == "GET"]

    # --- the contract ---

    def test_whole_life(self, emulator: Emulator) -> None:
        """Created, read, changed in place, read again, deleted, gone: each step is what the service then holds."""
        self.live(emulator)

    def live(self, emulator: Emulator) -> None:
        """A whole life, each step in a process of its own, with somebody else's changes in between."""
        state = self.lifecycle(emulator).create(self.inputs(self.person, self.low))
        assert self.held(emulator) == {self.person: self.low}
        assert self.lifecycle(emulator).read(state) == state
        lifecycle = self.lifecycle(emulator)
        wanted = self.inputs(self.person, self.high)
        known = dict(wanted)
        assert lifecycle.changed(state, known) == set(self.high)
        assert not lifecycle.replaces(state, set(self.high))
        state = lifecycle.update(state, wanted)
        assert self.held(emulator) == {self.person: self.high}
        self.give(emulator, self.person, self.low)
        live = self.lifecycle(emulator).read(state)
        assert {k: getattr(live, k) for k in self.low} == self.low
        self.lifecycle(emulator).update(live, wanted)
        self.take(emulator, self.person)
        assert self.lifecycle(emulator).read(state) is None
        state = self.lifecycle(emulator).create(wanted)
        assert self.lifecycle(emulator).read(state) == state
        self.lifecycle(emulator).delete(state)
        assert self.held(emulator) == {}
        assert self.lifecycle(emulator).read(state) is None

    def test_whole_life_in_every_variant(self, emulator: Emulator, variant: tuple[str, str]) -> None:
        """However the service plays what its documents leave open, the whole life is the same."""
        name, value = variant
        emulator.variants(**{self.platform: {name: value}})
        self.live(emulator)

    def test_same_access_is_taken_over_without_a_write(self, emulator: Emulator) -> None:
        """Creating what exists with the same access calls nothing that writes."""
        self.give(emulator, self.person, self.high)
        emulator.clear_journal()
        state = self.lifecycle(emulator).create(self.inputs(self.person, self.high))
        assert self.writes(emulator) == []
        assert self.lifecycle(emulator).read(state) == state

    def test_different_access_is_refused_and_names_both(self, emulator: Emulator) -> None:
        """Creating what exists with different access fails, names both accesses and the way on, and changes nothing."""
        self.give(emulator, self.person, self.high)
        lifecycle = self.lifecycle(emulator)
        wanted = self.inputs(self.person, self.low)
        with pytest.raises(Refused, match="asks for") as refused:
            lifecycle.create(wanted)
        for access in (self.low, self.high):
            for value in access.values():
                assert isinstance(value, bool) or str(value) in str(refused.value)
        assert refused.value.hint is Hint.ADOPT
        problems = [each for each in lifecycle.check(dict(wanted), None) if isinstance(each, Problem)]
        assert [each.hint for each in problems] == [Hint.ADOPT]
        assert self.held(emulator) == {self.person: self.high}

    def test_adopt_takes_over_by_one_write(self, emulator: Emulator) -> None:
        """With adopt=True different access is changed to what is declared, by one call."""
        self.give(emulator, self.person, self.high)
        emulator.clear_journal()
        lifecycle = self.lifecycle(emulator)
        wanted = self.inputs(self.person, self.low, adopt=True)
        assert [each for each in lifecycle.check(dict(wanted), None) if isinstance(each, Problem)] == []
        lifecycle.create(wanted)
        assert len(self.writes(emulator)) == 1
        assert self.held(emulator) == {self.person: self.low}

    def test_deleting_what_is_gone_succeeds(self, emulator: Emulator) -> None:
        """Somebody else was quicker: deletion succeeds, and nobody else loses anything."""
        state = self.lifecycle(emulator).create(self.inputs(self.person, self.low))
        self.give(emulator, self.other, self.low)
        self.take(emulator, self.person)
        self.lifecycle(emulator).delete(state)
        assert self.held(emulator) == {self.other: self.low}

    def test_deleting_twice_in_one_process_succeeds(self, emulator: Emulator) -> None:
        """A deletion that is repeated by the same client succeeds as well."""
        lifecycle = self.lifecycle(emulator)
        state = lifecycle.create(self.inputs(self.person, self.low))
        lifecycle.delete(state)
        lifecycle.delete(state)
        assert self.held(emulator) == {}

    def test_changing_what_was_removed_gives_it_again(self, emulator: Emulator) -> None:
        """An update of somebody who was removed meanwhile ends with the declared access."""
        state = self.lifecycle(emulator).create(self.inputs(self.person, self.low))
        self.take(emulator, self.person)
        self.lifecycle(emulator).update(state, self.inputs(self.person, self.high))
        assert self.held(emulator) == {self.person: self.high}

    @pytest.mark.parametrize("failure", FAILURES, ids=lambda f: f"{f['kind']}-{f['when']}")
    @pytest.mark.parametrize("operation", ["create", "update", "delete"])
    def test_a_failing_write_converges(self, emulator: Emulator, operation: str, failure: dict[str, Any]) -> None:
        """Whatever way a write fails, before or after its effect, the next run reaches the declared state."""
        other = self.lifecycle(emulator).create(self.inputs(self.other, self.low))
        state = None
        if operation != "create":
            state = self.lifecycle(emulator).create(self.inputs(self.person, self.low))
        wanted = self.inputs(self.person, self.high)

        emulator.fault(platform=self.platform, operation=self.operations[operation], times=1, **failure)
        with contextlib.suppress(CollabError):
            self.write(emulator, operation, state, wanted)
        assert emulator.faults() == [], "the failure was never met"
        self.write(emulator, operation, state, wanted)
        expected = {self.other: self.low} | ({self.person: self.high} if operation != "delete" else {})
        assert self.held(emulator) == expected
        assert self.lifecycle(emulator).read(other) == other

    @pytest.mark.parametrize("kind", ["500", "503"])
    @pytest.mark.parametrize("operation", ["create", "update", "delete"])
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
        emulator.fault(platform=self.platform, operation=self.operations[operation], kind=kind, retry_after=3600)
        with pytest.raises(RequestError, match="asks to wait 3600 seconds"):
            self.write(emulator, operation, state, wanted)
        assert [status for _, status in self.writes(emulator)] == [int(kind)]
        assert max(waits, default=0) == 0
        assert self.held(emulator) == before
        emulator.fault(platform=self.platform, operation=self.operations[operation], kind=kind, retry_after=30)
        self.write(emulator, operation, state, wanted)
        assert max(waits) == 30
        assert self.held(emulator) == ({self.person: self.high} if operation != "delete" else {})

    @pytest.mark.parametrize("kind", ["refuse", "reset", "timeout", "429", "500", "503", "html", "garbage"])
    def test_a_failing_read_never_says_gone(self, emulator: Emulator, kind: str) -> None:
        """A read that cannot tell raises; it never reports that access is gone."""
        state = self.lifecycle(emulator).create(self.inputs(self.person, self.low))
        for operation in self.reads:
            emulator.fault(platform=self.platform, operation=operation, kind=kind, times=50)
            with pytest.raises(CollabError) as raised:
                self.lifecycle(emulator).read(state)
            assert "\n" not in str(raised.value)
            emulator.clear_faults()
        assert self.lifecycle(emulator).read(state) == state

    def test_bad_credentials_are_told_without_the_secret(self, emulator: Emulator) -> None:
        """Wrong credentials raise one line, without any of them in it."""
        state = self.lifecycle(emulator).create(self.inputs(self.person, self.low))
        client = self.connect_badly(emulator)
        lifecycle = self.kind()(lambda: client, lambda _: None)
        with pytest.raises(CollabError, match="credentials") as raised:
            lifecycle.read(state)
        assert "wrong-secret" not in str(raised.value)

    @abstractmethod
    def connect_badly(self, emulator: Emulator) -> Any:
        """A client whose secrets are all `wrong-secret`."""

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

    def test_nobody_else_is_touched(self, emulator: Emulator) -> None:
        """A whole life of one person leaves everybody else's access as it was."""
        self.give(emulator, self.other, self.high)
        state = self.lifecycle(emulator).create(self.inputs(self.person, self.low))
        state = self.lifecycle(emulator).update(state, self.inputs(self.person, self.high))
        self.lifecycle(emulator).delete(state)
        assert self.held(emulator) == {self.other: self.high}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a contract's tests that ask for a `variant` each of the platform's but the default; for `conftest.py`."""
    contract = metafunc.cls is not None and issubclass(metafunc.cls, CollaboratorContract)
    if contract and "variant" in metafunc.fixturenames:
        variants = load()[metafunc.cls.platform].variants
        pairs = [(name, value) for name, values in variants.items() for value in values[1:]]
        metafunc.parametrize("variant", pairs, ids=lambda pair: "=".join(pair))
