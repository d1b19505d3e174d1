"""What people do in APS's developer portal, by the emulator's control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from pulumi_collab.aps.client import Client
from pulumi_collab.aps.directory import Directory
from pulumi_collab.emulator import Emulator
from pulumi_collab.settings import Settings

from ..core.scripted import ScriptedServer

APP = "demo-app"
TOKEN = "demo-aps-token"
PEOPLE = {"owner@example.org": "OWNER", "jane@example.org": "EDITOR", "jo@example.org": "VIEWER"}


def edit(emulator: Emulator, email: str, access_level: str | None, **more: Any) -> None:
    """Somebody edits the default world's app; None removes the person."""
    body = {"client_id": APP, "email": email, "access_level": access_level, **more}
    answer = requests.post(f"{emulator.url}/_emulator/aps/edit", json=body, timeout=10)
    assert answer.ok, answer.text


def readdress(emulator: Emulator, email: str, to: str) -> None:
    """Somebody on the default world's app changes their address, and stays who they are."""
    body = {"client_id": APP, "email": email, "new_email": to}
    answer = requests.post(f"{emulator.url}/_emulator/aps/edit", json=body, timeout=10)
    assert answer.ok, answer.text


def hand_over(emulator: Emulator, email: str, access_level: str, user_id: str) -> None:
    """Somebody else has the address now, with this level."""
    edit(emulator, email, None)
    edit(emulator, email, access_level, user_id=user_id)


def seed(emulator: Emulator, *tokens: Mapping[str, Any], **people: str) -> None:
    """The default world with these tokens beside its own, and people `name="LEVEL"` of example.org beside its own."""
    section = emulator.state()["aps"]
    section["tokens"] += tokens
    section["apps"][0]["collaborators"] += [
        {"email": f"{name}@example.org", "access_level": level} for name, level in people.items()
    ]
    emulator.seed({"aps": section})


def at(base_url: str, token: str = TOKEN) -> Directory:
    """What a new plugin process knows of the service there."""
    values = {"base_url": base_url, "access_token": token}
    return Directory(Client(Settings(values, {"base_url": "APS_BASE_URL", "access_token": "APS_ACCESS_TOKEN"})))


def directory(emulator: Emulator, token: str = TOKEN) -> Directory:
    """What a new plugin process knows of the emulator's."""
    return at(emulator.environment()["APS_BASE_URL"], token)


def serving(*bodies: Any) -> ScriptedServer:
    """A service that answers with these bodies, one after another."""
    return ScriptedServer(*((200, {}, body) for body in bodies))


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
