"""What every kind of resource has to prove, whatever its API is like.

A kind's tests write `class TestInvite(ResourceContract)`, say what is declared and what the service then holds, and
inherit the rest. All else comes from the platform object. Each test runs the lifecycle against the emulator; no engine
takes part.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any, ClassVar

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.emulator.platform import load
from pulumi_collab.engine.claims import Claims
from pulumi_collab.engine.operations import Operations
from pulumi_collab.engine.properties import plain
from pulumi_collab.errors import CollabError, Problem
from pulumi_collab.lifecycle import Inputs, Lifecycle
from pulumi_collab.platform import Kind, Platform
from pulumi_collab.settings import Settings

KINDS = ("refuse", "reset", "timeout", "429", "500", "503", "html", "garbage")
FAILURES: list[dict[str, Any]] = [{"kind": kind, "when": when} for kind in KINDS for when in ("before", "after")]
ACCOUNTS = ("trading", "savings")


def attempt(act: Callable[[], object]) -> object:
    """What comes of it: its result, or the error that it ends with."""
    try:
        return act()
    except CollabError as error:
        return error


@pytest.mark.usefixtures("no_waiting")
class ResourceContract(ABC):
    """One thing as a resource. Every step is made by a process of its own, which knows nothing of the others."""

    platform: ClassVar[Platform]
    kind: ClassVar[Kind]
    operations: ClassVar[Mapping[str, str]]
    """The emulator's names of the calls that `create`, `update` and `delete` write by, as far as they do."""
    reads: ClassVar[tuple[str, ...]]
    """The emulator's names of the calls that a read uses."""
    ends: ClassVar[bool] = True
    """Whether deleting it ends the thing; a declaration that verifies is just forgotten."""
    unplayable: ClassVar[frozenset[str]] = frozenset()
    """Variants under which nothing can be read at all."""
    undecidable: ClassVar[tuple[Mapping[str, str], ...]] = ()
    """Choices that together hide whose a thing is, so that one without old inputs may be refused instead of taken over:
    what may be the owner's access."""
    played: Mapping[str, str] = {}

    @abstractmethod
    def first(self, emulator: Emulator) -> Mapping[str, Any]:
        """What is declared at first, and done by others before."""

    def second(self, emulator: Emulator) -> Mapping[str, Any] | None:
        """What is declared later, and done by others before; None where nothing can be changed in place."""
        return None

    @abstractmethod
    def world(self, emulator: Emulator) -> Any:
        """What the service holds of such things, without ids and moments that differ from run to run."""

    def sent(self, emulator: Emulator) -> Any:
        """What stays for ever of what was done, such as mails: no failure makes it more."""
        return None

    def is_gone(self, live: Any) -> bool:
        """Whether a read has seen that the thing is gone."""
        return live is None

    # --- helpers ---

    def settings(self, emulator: Emulator, **instead: str) -> Settings:
        """As the environment gives them that the emulator prints."""
        schema, environment = self.platform.schema, emulator.environment()
        places = {each.name: schema.environment(each.name) for each in schema.values}
        values = {name: environment[place] for name, place in places.items() if place in environment}
        return Settings(values | instead, places)

    def lifecycle(self, emulator: Emulator, **instead: str) -> Lifecycle[Any, Any, Any]:
        """A lifecycle as a new process has it."""
        directory = self.platform.connect(self.settings(emulator, **instead))
        return self.kind.lifecycle(lambda: directory, lambda _: None)

    def valid(self, inputs: Mapping[str, Any]) -> Any:
        """Inputs as the lifecycle gets them."""
        return self.kind.lifecycle.inputs_model.model_validate(dict(inputs))

    def refused(self, emulator: Emulator, wanted: Inputs, state: Inputs | None = None) -> list[str]:
        """Why a preview refuses these inputs; `state` is where the inputs so far led, None for a new resource."""
        old = None
        if state is not None:
            kept = {*self.kind.lifecycle.inputs_model.model_fields, *self.kind.lifecycle.remembered}
            old = self.kind.lifecycle.state_model.model_validate(plain({k: v for k, v in state if k in kept}))
        found = self.lifecycle(emulator).check(dict(wanted), old)
        return [f"{each.property}: {each.reason}" for each in found if isinstance(each, Problem)]

    def write(self, emulator: Emulator, operation: str, state: Any, wanted: Any) -> Any:
        """One write."""
        lifecycle = self.lifecycle(emulator)
        if operation == "create":
            return lifecycle.create(wanted)
        return lifecycle.update(state, wanted) if operation == "update" else lifecycle.delete(state)

    def writes(self, emulator: Emulator) -> list[tuple[str, int | None]]:
        """Method and status of every writing call since the journal was cleared."""
        service = load()[self.platform.name]
        found = []
        for entry in emulator.journal():
            if entry["platform"] == self.platform.name:
                route, _, _ = service.find(entry["method"], entry["path"].removeprefix(service.prefix))
                if route is None or not route.reading:
                    found.append((entry["method"], entry["status"]))
        return found

    def settled(self, emulator: Emulator, state: Any, wanted: Any) -> None:
        """The state is what is there and what is declared: nothing differs, and no preview refuses it."""
        assert self.lifecycle(emulator).read(state) == state
        assert self.lifecycle(emulator).changed(state, dict(wanted)) == set()
        assert self.refused(emulator, wanted, state) == []
        if not any(row.items() <= self.played.items() for row in self.undecidable):
            assert self.refused(emulator, wanted) == [], "what is renamed or replaced is checked without old inputs"

    # --- the contract ---

    def test_whole_life(self, emulator: Emulator) -> None:
        """Created, read, changed in place, read again, deleted, gone: each step is what the service then holds."""
        self.live(emulator)

    def live(self, emulator: Emulator) -> None:
        """A whole life; whoever overrides it adds to it."""
        wanted = self.valid(self.first(emulator))
        before = self.world(emulator)
        assert self.refused(emulator, wanted) == []
        state = self.lifecycle(emulator).create(wanted)
        assert (self.world(emulator) != before) == ("create" in self.operations)
        self.settled(emulator, state, wanted)
        if (second := self.second(emulator)) is not None:
            wanted = self.valid(second)
            changed = self.lifecycle(emulator).changed(state, dict(wanted))
            assert changed
            assert not self.lifecycle(emulator).replaces(state, changed)
            assert self.refused(emulator, wanted, state) == []
            state = self.lifecycle(emulator).update(state, wanted)
            self.settled(emulator, state, wanted)
        there = self.world(emulator)
        self.lifecycle(emulator).delete(state)
        assert self.world(emulator) == (before if self.ends else there)
        assert self.is_gone(self.lifecycle(emulator).read(state)) == self.ends

    def test_whole_life_however_it_is_played(self, emulator: Emulator, played: dict[str, str]) -> None:
        """However the service plays what its documents leave open, and any two such things, the life is the same."""
        self.played = played
        emulator.variants(**{self.platform.name: played})
        self.live(emulator)

    @pytest.mark.parametrize("failure", FAILURES, ids=lambda f: f"{f['kind']}-{f['when']}")
    def test_a_failing_write_converges(self, emulator: Emulator, operation: str, failure: dict[str, Any]) -> None:
        """Whatever becomes of a write, before or after its effect, the next run reaches what it would have without."""
        wanted, state = self.until(emulator, operation)
        self.write(emulator, operation, state, wanted)
        expected = self.world(emulator), self.sent(emulator)

        emulator.reset()
        wanted, state = self.until(emulator, operation)
        emulator.fault(platform=self.platform.name, operation=self.operations[operation], times=1, **failure)
        outcome = attempt(lambda: self.write(emulator, operation, state, wanted))
        assert emulator.faults() == [], "the failure was never met"
        if isinstance(outcome, CollabError):
            assert "\n" not in str(outcome)
        else:
            assert self.world(emulator) == expected[0], "it is told as done and is not"
        written = self.write(emulator, operation, state, wanted)
        assert (self.world(emulator), self.sent(emulator)) == expected
        if written is not None:
            self.settled(emulator, written, wanted)

    def until(self, emulator: Emulator, operation: str) -> tuple[Any, Any]:
        """A life until the operation: what is declared then, and the state."""
        first = self.valid(self.first(emulator))
        if operation == "create":
            return first, None
        state = self.lifecycle(emulator).create(first)
        second = self.second(emulator)
        return (self.valid(second) if second is not None else None), state

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_failing_read_never_says_gone(self, emulator: Emulator, kind: str) -> None:
        """A read that cannot tell raises one line; it never reports that something is gone."""
        state = self.lifecycle(emulator).create(self.valid(self.first(emulator)))
        for operation in self.reads:
            emulator.fault(platform=self.platform.name, operation=operation, kind=kind, times=50)
            outcome = attempt(lambda: self.lifecycle(emulator).read(state))
            assert isinstance(outcome, CollabError), f"{operation}: {outcome}"
            assert "\n" not in str(outcome)
            emulator.clear_faults()
        assert self.lifecycle(emulator).read(state) == state

    def test_deleting_twice_succeeds(self, emulator: Emulator) -> None:
        """A deletion that is repeated, by the same process or by the next one, succeeds and takes nothing more."""
        lifecycle = self.lifecycle(emulator)
        state = lifecycle.create(self.valid(self.first(emulator)))
        lifecycle.delete(state)
        gone = self.world(emulator)
        lifecycle.delete(state)
        self.lifecycle(emulator).delete(state)
        assert self.world(emulator) == gone

    def test_bad_credentials_are_told_without_the_secret(self, emulator: Emulator) -> None:
        """Wrong credentials raise one line that says which to check, without any of them in it."""
        state = self.lifecycle(emulator).create(self.valid(self.first(emulator)))
        secrets = [each.name for each in self.platform.schema.values if each.secret]
        outcome = attempt(lambda: self.lifecycle(emulator, **dict.fromkeys(secrets, "wrong-secret")).read(state))
        assert isinstance(outcome, CollabError)
        assert self.platform.schema.environment(secrets[0]) in str(outcome)
        assert "wrong-secret" not in str(outcome)
        assert "\n" not in str(outcome)

    def test_the_account_is_kept(self, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whose settings lead to it is kept through a whole life without other settings; changing it calls nothing."""
        wanted, before = plain(self.valid(self.first(emulator))), self.world(emulator)
        schema, settings = self.platform.schema, self.settings(emulator)
        for name, account in product(schema.all, (None, *ACCOUNTS)):
            monkeypatch.delenv(schema.environment(name.name, account), raising=False)
        stack = {
            schema.key(schema.setting(name), account): value
            for (name, value), account in product(settings.values.items(), ACCOUNTS)
        }
        operations = Operations(self.platform, self.kind, stack.get, lambda _: None, Claims())
        first, other = ACCOUNTS
        inputs, problems = operations.check({}, {**wanted, "account": first}, frozenset())
        assert problems == []
        id_, state = operations.create(inputs)
        self._kept_by(operations, id_, state, first)
        moved, problems = operations.check(inputs, {**inputs, "account": other}, frozenset())
        assert problems == []
        assert operations.diff(state, moved, frozenset()).replaces == set()
        emulator.clear_journal()
        state = operations.update(state, moved)
        assert self.writes(emulator) == []
        self._kept_by(operations, id_, state, other)
        if (second := self.second(emulator)) is not None:
            inputs, problems = operations.check(moved, {**plain(self.valid(second)), "account": other}, frozenset())
            assert problems == []
            state = operations.update(state, inputs)
            self._kept_by(operations, id_, state, other)
        there = self.world(emulator)
        operations.delete(id_, state)
        assert self.world(emulator) == (before if self.ends else there)

    @staticmethod
    def _kept_by(operations: Operations, id_: str, state: Mapping[str, Any], account: str) -> None:
        read = operations.read(id_, dict(state))
        assert read is not None
        assert [each["account"] for each in (state, *read)] == [account] * 3
