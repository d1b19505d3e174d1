"""The owner at work in the web interface: QuantConnect's API called directly, by code of its own."""

from __future__ import annotations

import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import requests

from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import Problem
from pulumi_collab.lifecycle import Warn
from pulumi_collab.quantconnect.client import Client
from pulumi_collab.quantconnect.directory import Directory
from pulumi_collab.quantconnect.lifecycles import ProjectCollaboratorLifecycle
from pulumi_collab.settings import Settings

PROJECT = 23456789
TOKEN = "demo-quantconnect-token"


def call(emulator: Emulator | str, operation: str, token: str = TOKEN, **body: Any) -> Any:
    """One collaboration operation on the default world's project, of an emulator or at its address."""
    origin = emulator if isinstance(emulator, str) else emulator.url
    stamp = str(int(time.time()))
    answer = requests.post(
        f"{origin}/quantconnect/api/v2/projects/collaboration/{operation}",
        json={"projectId": PROJECT, **body},
        auth=("1001", sha256(f"{token}:{stamp}".encode()).hexdigest()),
        headers={"Timestamp": stamp},
        timeout=10,
    ).json()
    assert answer["success"], answer
    return answer


def people(emulator: Emulator, token: str = TOKEN) -> list[dict[str, Any]]:
    """The project's list, the owner included."""
    listed: list[dict[str, Any]] = call(emulator, "read", token)["collaborators"]
    return listed


def act(emulator: Emulator, control: str, **body: Any) -> None:
    """What somebody does in the web interface, by one of the emulator's own controls."""
    answer = requests.post(f"{emulator.url}/_emulator/quantconnect/{control}", json=body, timeout=10)
    assert answer.ok, answer.text


def rename(emulator: Emulator, user: str, to: str) -> None:
    """A person gives the account another name."""
    act(emulator, "rename", user=user, to=to)


def edit(emulator: Emulator, user: str, permission: str | None, live_control: bool = False) -> None:
    """The owner changes what somebody may do, or adds or (None) removes them."""
    act(emulator, "edit", project_id=PROJECT, user=user, permission=permission, live_control=live_control)


def directory(url: str, token: str = TOKEN, user_id: str = "1001") -> Directory:
    """What a new process knows of the service at a base URL, by default as the project's owner."""
    places = {name: f"QUANTCONNECT_{name.upper()}" for name in ("base_url", "user_id", "api_token")}
    return Directory(Client(Settings({"base_url": url, "user_id": user_id, "api_token": token}, places)))


def lifecycle(where: Emulator | str, warn: Warn = lambda _: None, token: str = TOKEN) -> ProjectCollaboratorLifecycle:
    """A new plugin process's lifecycle, at an emulator or a base URL."""
    url = where if isinstance(where, str) else where.environment()["QUANTCONNECT_BASE_URL"]
    found = directory(url, token)
    return ProjectCollaboratorLifecycle(lambda: found, warn)


def problems(one: ProjectCollaboratorLifecycle, known: Mapping[str, Any], old: Any = None) -> list[Problem]:
    """What a check finds wrong."""
    return [found for found in one.check(known, old) if isinstance(found, Problem)]
