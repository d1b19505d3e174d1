"""SRAM through the plugin's own gRPC server: what the engine is told, call by call."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.engine.dynamic import LifecycleProvider
from pulumi_collab.sram.resources import (
    CollaborationInviteProvider,
    CollaborationProvider,
    ServiceConnectionProvider,
)

from ..provider.plugin import Plugin, PluginError

NOWHERE = "00000000-0000-4000-8000-000000000000"
COLLABORATION = {"name": "AI computing", "short_name": "ai", "description": "For all", "identifier": NOWHERE}
INVITATION = {"collaboration": NOWHERE, "email": "bob@x.org", "status": "open"}
CONNECTION = {"collaboration": NOWHERE, "service_entity_id": "https://mail.example.org", "status": "connected"}


@pytest.mark.parametrize("elsewhere", ["organisation", "server"])
@pytest.mark.parametrize(
    ("provider", "id_", "state"),
    [
        (CollaborationProvider, NOWHERE, COLLABORATION),
        (CollaborationInviteProvider, f"{NOWHERE}/bob@x.org", INVITATION),
        (ServiceConnectionProvider, f"{NOWHERE}/https://mail.example.org", CONNECTION),
    ],
)
def test_another_organisation_cannot_tell(
    emulator: Emulator, provider: type[LifecycleProvider], id_: str, state: dict[str, Any], elsewhere: str
) -> None:
    """What another organisation, or server, does not know is not gone; in the one where it was made it is."""
    host = emulator.url.removeprefix("http://")
    made = f"{host}/other" if elsewhere == "organisation" else "sram.example.org:443/demo"
    there = f"{host}/demo" if elsewhere == "organisation" else host
    with Plugin(provider, emulator.environment()) as plugin:
        for call in (plugin.read, plugin.delete):
            with pytest.raises(PluginError, match=f"was made at {made}, and SRAM_BASE_URL leads to {there}: "):
                call(id_, state | {"__origin": made})
        assert plugin.read(id_, state | {"__origin": f"{host}/demo"}) == ("", {}, {})
        plugin.delete(id_, state | {"__origin": f"{host}/demo"})
