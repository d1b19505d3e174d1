"""What people do in TeamHub's web interface, and what the calls show afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.emulator import Emulator

from ..client import act
from .caller import PEOPLE, Caller

EDIT = "teamhub/edit"


def test_a_manager_edits(world: Emulator, boss: Caller) -> None:
    """Somebody is added, changed and removed, without a call in the journal; a role through a group stays."""
    for role in ("guest", "master", "developer"):
        assert act(world, EDIT, project="platform", collaborator="grouped", role=role).json() == {"status": "ok"}
        assert world.state()["teamhub"]["projects"][0]["collaborators"][1:] == [
            {"collaborator": "grouped", "role": role}
        ]
    assert world.journal() == []
    assert boss.send("GET", f"{PEOPLE}/grouped").json()["role"] == "developer"
    assert act(world, EDIT, project="platform", collaborator="grouped", role=None).ok
    assert boss.people() == {"norris": "guest"}
    assert world.state()["teamhub"]["projects"][0]["groups"][0]["members"] == ["grouped", "norris"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"project": "platform"}, "collaborator: Field required"),
        ({"project": "platform", "collaborator": "norris"}, "role: Field required"),
        ({"project": "none", "collaborator": "norris", "role": None}, "project: there is no project 'none'"),
        ({"project": "platform", "collaborator": "zoe", "role": "guest"}, "no collaborator account 'zoe'"),
        ({"project": "platform", "collaborator": "dev", "role": "guest"}, "no collaborator account 'dev'"),
        ({"project": "platform", "collaborator": "grouped", "role": None}, "'grouped' has no direct role"),
        ({"project": "platform", "collaborator": "norris", "role": "admin"}, "role"),
    ],
)
def test_what_people_cannot_do(world: Emulator, body: dict[str, Any], why: str) -> None:
    """A wrong edit is a 400 that says why, and changes nothing."""
    before = world.state()
    answer = act(world, EDIT, **body)
    assert answer.status_code == 400
    assert why in answer.json()["error"]
    assert world.state() == before
