"""QuantConnect proves what every platform has to prove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.quantconnect.platform import PLATFORM
from pulumi_collab.testing.conformance import Access, CollaboratorContract, ResourceContract

from .behind import PROJECT, call, people


class TestQuantConnect(CollaboratorContract):
    """One person on a QuantConnect project."""

    platform = PLATFORM
    kind = PLATFORM.kind("ProjectCollaborator")
    undecidable = tuple({"owner_flag": "absent", "uid": uid} for uid in ("null", "absent"))
    low = {"permission": "read", "live_control": False}
    high = {"permission": "write", "live_control": True}
    person = "mia-ai"
    other = "jo"
    crowd = tuple(f"person-{i:04}" for i in range(1, 11))
    operations = {name: f"projects/collaboration/{name}" for name in ("create", "update", "delete")}
    reads = ("projects/collaboration/read",)

    def who(self, person: str) -> Access:
        """On the default world's project."""
        return {"project_id": PROJECT, "user": person}

    def give(self, emulator: Emulator, person: str, access: Access) -> None:
        """By the API, as the web interface does."""
        write, live = access["permission"] == "write", access["live_control"]
        if person in self.held(emulator):
            call(emulator, "update", collaboratorUserId=person, write=write, liveControl=live)
        else:
            call(emulator, "create", collaboratorUserId=person, collaborationWrite=write, collaborationLiveControl=live)

    def take(self, emulator: Emulator, person: str) -> None:
        """By the API, with both of the keys that documents name."""
        call(emulator, "delete", collaboratorId=person, collaboratorUserId=person)

    def held(self, emulator: Emulator) -> dict[str, Access]:
        """From the emulator's own list."""
        return {
            p["publicId"]: {"permission": p["permission"], "live_control": p["liveControl"]}
            for p in people(emulator)
            if p["publicId"] != "owner-ola"
        }

    @pytest.mark.parametrize("guise", ["401", "hash", "userid", "500"])
    def test_every_guise_of_bad_credentials(self, emulator: Emulator, guise: str) -> None:
        """A 401, two texts in HTTP 200 and a bare 500 all say that credentials may be wrong, without a hash."""
        emulator.variants(quantconnect={"bad_credentials": guise})
        self.test_bad_credentials_are_told_without_the_secret(emulator)


class TestQuantConnectSet(ResourceContract):
    """Everybody on a QuantConnect project."""

    platform = PLATFORM
    kind = PLATFORM.kind("ProjectCollaborators")
    operations = TestQuantConnect.operations
    reads = TestQuantConnect.reads
    undecidable = TestQuantConnect.undecidable

    def first(self, emulator: Emulator) -> Mapping[str, Any]:
        """One person; somebody else is left alone."""
        call(emulator, "create", collaboratorUserId="auditor", collaborationWrite=True, collaborationLiveControl=False)
        return {"project_id": PROJECT, "collaborators": {"mia-ai": {}}, "keep": ["auditor"]}

    def second(self, emulator: Emulator) -> Mapping[str, Any]:
        """The same with more rights."""
        more = {"permission": "write", "live_control": True}
        return {"project_id": PROJECT, "collaborators": {"mia-ai": more}, "keep": ["auditor"]}

    def world(self, emulator: Emulator) -> Any:
        """Who may do what."""
        return {each["publicId"]: (each["permission"], each["liveControl"]) for each in people(emulator)}

    def is_gone(self, live: Any) -> bool:
        """Whether nobody of the set is in any more: the project stays."""
        return bool(live.members == {})
