"""SRAM's kinds prove what every kind of resource has to prove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pulumi_collab.emulator import Emulator
from pulumi_collab.sram.platform import PLATFORM
from pulumi_collab.testing.conformance import ResourceContract

from . import behind

WIKI = "https://wiki.example.org"


def made(emulator: Emulator) -> str:
    """A collaboration that somebody else has made; its identifier."""
    body = {
        "name": "Others",
        "short_name": "others",
        "description": "Of others",
        "administrators": ["head@x.org"],
        "disable_join_requests": False,
        "disclose_member_information": True,
        "disclose_email_information": True,
    }
    identifier: str = behind.api(emulator, "POST", "collaborations/v1", body)["identifier"]
    return identifier


class TestCollaboration(ResourceContract):
    """A collaboration, of which the units can be changed."""

    platform = PLATFORM
    kind = PLATFORM.kind("Collaboration")
    operations: ClassVar[Mapping[str, str]] = {
        "create": "collaborations/create",
        "update": "collaborations/units",
        "delete": "collaborations/delete",
    }
    reads = ("collaborations/read",)
    declared: ClassVar[Mapping[str, Any]] = {
        "name": "AI computing",
        "short_name": "ai",
        "description": "For all",
        "administrators": ["head@x.org"],
        "units": [],
    }

    def first(self, emulator: Emulator) -> Mapping[str, Any]:
        """Without units."""
        return self.declared

    def second(self, emulator: Emulator) -> Mapping[str, Any]:
        """With one."""
        return {**self.declared, "units": ["Research"]}

    def world(self, emulator: Emulator) -> Any:
        """The collaborations, without what differs from run to run."""
        found = behind.collaborations(emulator)
        return {name: [each[part] for part in ("name", "description", "units")] for name, each in found.items()}

    def sent(self, emulator: Emulator) -> int:
        """The administrator's mails."""
        return behind.mails(emulator, "head@x.org")


class TestCollaborationInvite(ResourceContract):
    """An invitation that is open."""

    platform = PLATFORM
    kind = PLATFORM.kind("CollaborationInvite")
    operations: ClassVar[Mapping[str, str]] = {
        "create": "invitations/create",
        "update": "invitations/update",
        "delete": "invitations/delete",
    }
    reads = ("invitations/open", "collaborations/read")
    collaboration = ""

    def first(self, emulator: Emulator) -> Mapping[str, Any]:
        """As a member."""
        self.collaboration = made(emulator)
        return {"collaboration": self.collaboration, "email": "bob@x.org"}

    def second(self, emulator: Emulator) -> Mapping[str, Any]:
        """As an admin."""
        return {"collaboration": self.collaboration, "email": "bob@x.org", "intended_role": "admin"}

    def world(self, emulator: Emulator) -> Any:
        """Who is invited, and as what."""
        found = behind.invited(emulator, self.collaboration)
        return {email: each["intended_role"] for email, each in found.items()}

    def sent(self, emulator: Emulator) -> int:
        """The person's mails."""
        return behind.mails(emulator, "bob@x.org")

    def is_gone(self, live: Any) -> bool:
        """Whether nobody is invited any more, as a service tells it that knows no deletion."""
        return bool(live.status == "declined")


class TestServiceConnection(ResourceContract):
    """A service that connects at once."""

    platform = PLATFORM
    kind = PLATFORM.kind("ServiceConnection")
    operations: ClassVar[Mapping[str, str]] = {"create": "services/connect", "delete": "services/disconnect"}
    reads = ("collaborations/read",)
    collaboration = ""

    def first(self, emulator: Emulator) -> Mapping[str, Any]:
        """The wiki."""
        self.collaboration = made(emulator)
        return {"collaboration": self.collaboration, "service_entity_id": WIKI}

    def world(self, emulator: Emulator) -> Any:
        """What is connected."""
        live = behind.api(emulator, "GET", f"collaborations/v1/{self.collaboration}")
        return [each["entity_id"] for each in live["services"]]
