"""What people do in APS's developer portal, by the emulator's control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from pulumi_collab.aps.client import Client
from pulumi_collab.emulator import Emulator
from pulumi_collab.settings import Settings

APP = "demo-app"
TOKEN = "demo-aps-token"
PEOPLE = {"owner@example.org": "OWNER", "jane@example.org": "EDITOR", "jo@example.org": "VIEWER"}


def edit(emulator: Emulator, email: str, access_level: str | None, **more: Any) -> None:
    """Somebody edits the default world's app; None removes the person."""
    body = {"client_id": APP, "email": email, "access_level": access_level, **more}
    answer = requests.post(f"{emulator.url}/_emulator/aps/edit", json=body, timeout=10)
    assert answer.ok, answer.text


def seed(emulator: Emulator, *tokens: Mapping[str, Any], **people: str) -> None:
    """The default world with these tokens beside its own, and people `name="LEVEL"` of example.org beside its own."""
    section = emulator.state()["aps"]
    section["tokens"] += tokens
    section["apps"][0]["collaborators"] += [
        {"email": f"{name}@example.org", "access_level": level} for name, level in people.items()
    ]
    emulator.seed({"aps": section})


def client(emulator: Emulator, token: str = TOKEN) -> Client:
    """A client of its own, as a new plugin process has it."""
    return Client(Settings({"base_url": emulator.environment()["APS_BASE_URL"], "access_token": token}))


def person(number: int, **fields: Any) -> dict[str, Any]:
    """An entry of the list as the service sends it."""
    return {
        "userId": f"ID{number}",
        "firstName": "First",
        "lastName": "Last",
        "email": f"p{number}@example.org",
        "accessLevel": "VIEWER",
        "createdAt": "2025-01-01T00:00:00Z",
    } | fields
