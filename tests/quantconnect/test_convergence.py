"""Whatever happens in whatever order, the next run reaches what is declared: random stories with failures in them."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pulumi_collab import retries
from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import CollabError
from pulumi_collab.quantconnect.values import ProjectCollaboratorInputs, ProjectCollaboratorState

from . import behind
from .behind import PROJECT, call, people

PEOPLE = ("mia-ai", "jo", "auditor")
WRITES = tuple(f"projects/collaboration/{name}" for name in ("create", "update", "delete"))
access = st.fixed_dictionaries({"permission": st.sampled_from(["read", "write"]), "live_control": st.booleans()})


class Story(RuleBasedStateMachine):
    """A program that changes, a service that fails, and somebody else at work on the same project."""

    emulator: Emulator

    @initialize()
    def begin(self) -> None:
        self.emulator.reset()
        self.state: dict[str, ProjectCollaboratorState] = {}
        self.wanted: dict[str, dict[str, Any]] = {}

    @rule(person=st.sampled_from(PEOPLE), wanted=access)
    def declare(self, person: str, wanted: dict[str, Any]) -> None:
        self.wanted[person] = wanted

    @rule(person=st.sampled_from(PEOPLE))
    def withdraw(self, person: str) -> None:
        self.wanted.pop(person, None)

    @rule(person=st.sampled_from(PEOPLE), given=access)
    def somebody_else_changes(self, person: str, given: dict[str, Any]) -> None:
        if person in self.state:
            write, live = given["permission"] == "write", given["live_control"]
            if person in self.live():
                call(self.emulator, "update", collaboratorUserId=person, write=write, liveControl=live)

    @rule(person=st.sampled_from(PEOPLE))
    def somebody_else_removes(self, person: str) -> None:
        if person in self.state and person in self.live():
            call(self.emulator, "delete", collaboratorId=person)

    @rule(
        operation=st.sampled_from(WRITES),
        kind=st.sampled_from(["refuse", "reset", "500", "html", "garbage"]),
        when=st.sampled_from(["before", "after"]),
        times=st.integers(1, 4),
    )
    def trouble(self, operation: str, kind: str, when: str, times: int) -> None:
        self.emulator.fault(platform="quantconnect", operation=operation, kind=kind, when=when, times=times)
        self.up()
        self.emulator.clear_faults()

    @precondition(lambda self: self.wanted or self.state)
    @rule()
    def converge(self) -> None:
        self.up(must=True)
        assert self.live() == self.wanted

    @invariant()
    def the_owner_stays(self) -> None:
        assert [p["publicId"] for p in people(self.emulator) if p["owner"]] == ["owner-ola"]

    def up(self, *, must: bool = False) -> None:
        """Refresh, then what the engine would do; a failing operation leaves its state as it was."""
        for person in sorted(self.state.keys() | self.wanted.keys()):
            with contextlib.nullcontext() if must else contextlib.suppress(CollabError):
                self.one(person)

    def one(self, person: str) -> None:
        lifecycle = behind.lifecycle(self.emulator)
        state = self.state.get(person)
        if state is not None:
            state = lifecycle.read(state)
            if state is None:
                del self.state[person]
            else:
                self.state[person] = state
        if person not in self.wanted:
            if state is not None:
                lifecycle.delete(state)
                del self.state[person]
            return
        # adopt: an earlier create may have had its effect with other rights than are declared by now
        inputs = ProjectCollaboratorInputs(project_id=PROJECT, user=person, adopt=True, **self.wanted[person])
        if state is None:
            self.state[person] = lifecycle.create(inputs)
        elif lifecycle.changed(state, dict(inputs)):
            self.state[person] = lifecycle.update(state, inputs)

    def live(self) -> dict[str, dict[str, Any]]:
        return {
            p["publicId"]: {"permission": p["permission"], "live_control": p["liveControl"]}
            for p in people(self.emulator)
            if not p["owner"]
        }


@pytest.mark.usefixtures("no_waiting")
def test_every_story_converges(emulator: Emulator) -> None:
    """Declared, withdrawn, changed and removed by somebody else, failing before and after the effect: it converges."""
    assert retries.policy().repeats.backoff_factor == 0
    machine = type("OneStory", (Story,), {"emulator": emulator})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
