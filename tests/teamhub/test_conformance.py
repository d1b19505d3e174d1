"""Helix TeamHub proves what every platform has to prove."""

from __future__ import annotations

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.teamhub.platform import PLATFORM
from pulumi_collab.testing.conformance import Access, CollaboratorContract

from . import behind

LONG = "l" * 98 + ".2"


class TestTeamHub(CollaboratorContract):
    """One collaborator of a TeamHub project."""

    platform = PLATFORM
    kind = PLATFORM.kind("ProjectCollaborator")
    low = {"role": "guest"}
    high = {"role": "master"}
    person = "jane.doe"
    other = "jo"
    crowd = tuple(f"person-{i:04}" for i in range(1, 11))
    operations = {name: f"project_collaborators/{name}" for name in ("create", "update", "delete")}
    reads = ("project_collaborators/list",)

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
