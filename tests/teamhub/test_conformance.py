"""Helix TeamHub proves what every platform has to prove."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.lifecycle import Lifecycle
from pulumi_collab.teamhub.directory import Directory
from pulumi_collab.teamhub.lifecycles import ProjectCollaboratorLifecycle
from pulumi_collab.teamhub.platform import connect
from pulumi_collab.testing.conformance import Access, CollaboratorContract

from . import behind
from .canned import settings

LONG = "l" * 98 + ".2"


class TestTeamHub(CollaboratorContract):
    """One collaborator of a TeamHub project."""

    platform = "teamhub"
    low = {"role": "guest"}
    high = {"role": "master"}
    person = "jane.doe"
    other = "jo"
    crowd = tuple(f"person-{i:04}" for i in range(1, 11))
    operations = {name: f"project_collaborators/{name}" for name in ("create", "update", "delete")}
    reads = ("project_collaborators/list",)

    def connect(self, emulator: Emulator) -> Directory:
        """As an administrator of the company."""
        given = emulator.environment()
        return connect(settings(given["TEAMHUB_BASE_URL"], given["TEAMHUB_COMPANY_KEY"], given["TEAMHUB_ACCOUNT_KEY"]))

    def connect_badly(self, emulator: Emulator) -> Directory:
        """With two wrong keys."""
        return connect(settings(emulator.environment()["TEAMHUB_BASE_URL"], "wrong-secret", "wrong-secret"))

    def kind(self) -> type[Lifecycle[Any, Any, Any]]:
        """The single collaborator."""
        return ProjectCollaboratorLifecycle

    def who(self, person: str) -> Access:
        """In the default world's project."""
        return {"project": behind.PROJECT, "collaborator": person}

    def give(self, emulator: Emulator, person: str, access: Access) -> None:
        """By the API, as the web interface does."""
        behind.give(emulator, person, access["role"])

    def take(self, emulator: Emulator, person: str) -> None:
        """By the API as well."""
        behind.take(emulator, person)

    def held(self, emulator: Emulator) -> dict[str, Access]:
        """From the emulator's world."""
        return {person: {"role": role} for person, role in behind.held(emulator).items()}

    @pytest.mark.parametrize("person", ["jane.doe+ext", "ops-1", "_x", "7", "a.json", LONG])
    def test_every_documented_id(self, emulator: Emulator, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ids with dots, pluses and hyphens, of 1 and of 100 characters, have a whole life."""
        emulator.seed(behind.world(accounts=(person, self.other)))
        monkeypatch.setattr(type(self), "person", person)
        self.live(emulator)
        self.test_nobody_else_is_touched(emulator)
