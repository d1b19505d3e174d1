"""Who has access to QuantConnect's projects, in the common record."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import InvalidInput, Rejected
from pulumi_collab.grants import Grant, Scope, Via
from pulumi_collab.platform import platform
from pulumi_collab.quantconnect.directory import Directory
from pulumi_collab.quantconnect.grants import grants, scopes

from ..core.scripted import ScriptedServer
from .behind import PROJECT, directory, edit

SCOPE = Scope(id=str(PROJECT), kind="project", name="Strategy")


def at(emulator: Emulator) -> Directory:
    """The directory of a new process."""
    return directory(emulator.environment()["QUANTCONNECT_BASE_URL"])


def short(grant: Grant) -> tuple[Any, ...]:
    """What is told of somebody, in a line."""
    return (
        grant.principal.key,
        grant.principal.uid,
        grant.role,
        grant.rank,
        grant.privileges,
        grant.privileged,
        grant.fixed,
    )


def test_everybody_on_a_project(emulator: Emulator) -> None:
    """The owner is there and fixed, live control is a privilege, and roles have their place in the ladder."""
    edit(emulator, "mia-ai", "write", live_control=True)
    edit(emulator, "jo", "read")
    found = grants(at(emulator), str(PROJECT))
    assert [short(grant) for grant in found] == [
        ("owner-ola", "1001", "owner", 2, (), True, "owner"),
        ("mia-ai", "1002", "write", 1, ("live_control",), True, None),
        ("jo", "1004", "read", 0, (), False, None),
    ]
    assert {grant.scope for grant in found} == {SCOPE}
    assert [grant.via for grant in found] == [(Via(kind="owner"),), (Via(),), (Via(),)]
    assert found[1].principal.email == "mia-ai@example.org"
    assert found[1].id == f"quantconnect/{PROJECT}/mia-ai"


def test_every_project_that_can_be_seen(emulator: Emulator) -> None:
    """All projects of the credentials are scopes, and their names are not asked for again."""
    there = at(emulator)
    assert list(scopes(there)) == [SCOPE]
    emulator.clear_journal()
    assert grants(there, str(PROJECT))[0].scope == SCOPE
    assert [entry["path"].rsplit("/", 2)[1] for entry in emulator.journal()] == ["collaboration"]


def test_a_name_that_cannot_be_told_hides_nobody(emulator: Emulator) -> None:
    """Where the project's name cannot be read, its people are told without it."""
    emulator.fault("quantconnect", "projects/read", "400")
    [owner] = grants(at(emulator), str(PROJECT))
    assert owner.scope.name is None


def test_odd_entries_are_told_as_what_they_are() -> None:
    """An unknown word has no place in the ladder, and who has no name is unknown and still there."""
    listed = [
        {"uid": 1, "publicId": "ola", "permission": "write", "owner": True},
        {"uid": 7, "publicId": "jo", "permission": "admin"},
        {"uid": 8, "permission": "read"},
        {"permission": "read"},
    ]
    body = {"success": True, "collaborators": listed, "projects": [{"projectId": PROJECT, "name": "Strategy"}]}
    with ScriptedServer((200, {}, body)) as server:
        found = grants(directory(server.url), str(PROJECT))
    assert [(each.principal.key, each.principal.kind, each.role, each.rank) for each in found] == [
        ("ola", "person", "owner", 2),
        ("jo", "person", "admin", None),
        ("uid 8", "unknown", "read", 0),
        ("uid unknown", "unknown", "read", 0),
    ]


@pytest.mark.parametrize("scope", ["web", "", "-1", "1.5", "\u0661"])
def test_a_scope_that_is_no_number(emulator: Emulator, scope: str) -> None:
    """What is no project's number is told before anything is asked."""
    with pytest.raises(InvalidInput, match="is no number of a QuantConnect project"):
        grants(at(emulator), scope)
    assert emulator.journal() == []


def test_a_project_that_does_not_show(emulator: Emulator) -> None:
    """A project that is gone or hidden is an error, never an empty list."""
    with pytest.raises(Rejected, match="Project not found; check the number, and whether user 1001 can see"):
        grants(at(emulator), "404")


def test_the_platform_tells_its_grants() -> None:
    """Commands find both through the registry."""
    quantconnect = platform("quantconnect")
    assert (quantconnect.grants, quantconnect.scopes) == (grants, scopes)
