"""A process of ours beside the emulator: a client, the three lifecycles, and what they told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import Problem
from pulumi_collab.lifecycle import Notice
from pulumi_collab.settings import Settings
from pulumi_collab.sram.client import Client
from pulumi_collab.sram.directory import Directory
from pulumi_collab.sram.lifecycles import (
    CollaborationInputs,
    CollaborationInviteInputs,
    CollaborationInviteLifecycle,
    CollaborationInviteState,
    CollaborationLifecycle,
    CollaborationState,
    ServiceConnectionInputs,
    ServiceConnectionLifecycle,
    ServiceConnectionState,
)

LATER = (datetime.now(UTC) + timedelta(days=300)).date().isoformat()


class Ours:
    """One process; `again()` is the next one, which knows nothing of the listings of this one."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.told: list[str] = []
        self.again()

    def again(self) -> None:
        """Start a new process."""
        environment = self.emulator.environment()
        self.directory = Directory(
            Client(Settings({"base_url": environment["SRAM_BASE_URL"], "api_token": environment["SRAM_API_TOKEN"]}))
        )
        self.collaborations = CollaborationLifecycle(lambda: self.directory, self.told.append)
        self.invites = CollaborationInviteLifecycle(lambda: self.directory, self.told.append)
        self.services = ServiceConnectionLifecycle(lambda: self.directory, self.told.append)

    def make(self, **more: Any) -> CollaborationState:
        """The collaboration of most tests."""
        return self.collaborations.create(declared(**more))

    def invite(self, collaboration: str, email: str = "bob@x.org", **more: Any) -> CollaborationInviteState:
        """Somebody invited."""
        return self.invites.create(CollaborationInviteInputs(collaboration=collaboration, email=email, **more))

    def connect(self, collaboration: str, entity_id: str) -> ServiceConnectionState:
        """A service connected, or asked for."""
        return self.services.create(ServiceConnectionInputs(collaboration=collaboration, service_entity_id=entity_id))

    def refreshed(self, state: CollaborationInviteState) -> CollaborationInviteState:
        """What the next process reads of an invitation."""
        self.again()
        live = self.invites.read(state)
        assert live is not None
        return live

    def changed(self, state: CollaborationInviteState, inputs: CollaborationInviteInputs) -> set[str]:
        """What a preview shows as changed, and tells beside."""
        self.told.extend(self.invites.warnings(state, dict(inputs)))
        return self.invites.changed(state, dict(inputs))

    def updated(self, state: CollaborationInviteState, **changes: Any) -> CollaborationInviteState:
        """What an `up` makes of it: nothing where nothing differs, else an update."""
        inputs = inputs_of(state, **changes)
        if not self.changed(state, inputs):
            return state
        return self.invites.update(state, inputs)


def declared(**more: Any) -> CollaborationInputs:
    """The collaboration of most tests, as declared."""
    return CollaborationInputs(**{"name": "AI computing", "short_name": "ai", "description": "For all", **more})


def inputs_of(state: CollaborationInviteState, **changes: Any) -> CollaborationInviteInputs:
    """What a program declares that led to this state, with changes."""
    kept = {name: getattr(state, name) for name in CollaborationInviteInputs.model_fields}
    return CollaborationInviteInputs(**(kept | changes))


def properties(problems: Any) -> dict[str, str]:
    """Check failures as the reason per property."""
    return {each.property: each.reason for each in problems if isinstance(each, Problem)}


def notices(found: Any) -> list[str]:
    """What a check tells beside its failures."""
    return [each.text for each in found if isinstance(each, Notice)]


@pytest.fixture
def ours(emulator: Emulator, no_waiting: None) -> Ours:
    """Our process, whose retries do not wait."""
    return Ours(emulator)
