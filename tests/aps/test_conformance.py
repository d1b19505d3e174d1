"""APS's declarations prove what every kind of resource has to prove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pulumi_collab.aps.platform import PLATFORM
from pulumi_collab.emulator import Emulator
from pulumi_collab.testing.conformance import ResourceContract

from .portal import APP, edit


class TestClientCollaborators(ResourceContract):
    """The people of the default world's app."""

    platform = PLATFORM
    kind = PLATFORM.kind("ClientCollaborators")
    operations: ClassVar[Mapping[str, str]] = {}
    reads = ("clients/{id}/collaborators",)
    ends = False
    unplayable = frozenset({"next_url"})

    def first(self, emulator: Emulator) -> Mapping[str, Any]:
        """As they are."""
        return {"client_id": APP, "collaborators": {"jane@example.org": "EDITOR", "jo@example.org": "VIEWER"}}

    def second(self, emulator: Emulator) -> Mapping[str, Any]:
        """As they are once somebody has edited the app in the portal."""
        edit(emulator, "jo@example.org", "EDITOR")
        return {"client_id": APP, "collaborators": {"jane@example.org": "EDITOR", "jo@example.org": "EDITOR"}}

    def world(self, emulator: Emulator) -> Any:
        """The whole of APS: nothing of it is ever changed by us."""
        return emulator.state()["aps"]
