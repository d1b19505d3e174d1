"""The owner at work in the web interface: QuantConnect's API called directly, by code of its own."""

from __future__ import annotations

import time
from hashlib import sha256
from typing import Any

import requests

from pulumi_collab.emulator import Emulator

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
