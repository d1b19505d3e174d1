"""APS's people as grants: the record that everything about access is told in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pulumi_collab.aps.grants import grants, scopes
from pulumi_collab.aps.platform import PLATFORM
from pulumi_collab.emulator import Emulator
from pulumi_collab.grants import DIRECT, Grant, Principal, Scope, Via

from .portal import APP, at, directory, edit, person, serving


def test_everybody_on_an_app(emulator: Emulator) -> None:
    """Each person once, the owner fixed and privileged, unknown levels without a rank, open invitations left out."""
    edit(emulator, "odd@example.org", "ADMIN")
    edit(emulator, "later@example.org", "VIEWER", pending=True)
    found = {grant.principal.key: grant for grant in grants(directory(emulator), APP)}
    assert {key: (grant.role, grant.rank) for key, grant in found.items()} == {
        "jane@example.org": ("EDITOR", 1),
        "jo@example.org": ("VIEWER", 0),
        "odd@example.org": ("ADMIN", None),
        "owner@example.org": ("OWNER", 2),
    }
    owner = found.pop("owner@example.org")
    assert (owner.privileged, owner.fixed, owner.via) == (True, "owner", (Via(kind="owner"),))
    assert {(each.privileged, each.fixed, each.via, each.status) for each in found.values()} == {
        (False, None, (DIRECT,), "active")
    }


@pytest.mark.parametrize(
    ("created", "since"),
    [
        ("2025-01-02T03:04:05Z", datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2025-01-02T03:04:05+02:00", datetime(2025, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ("2025-01-02", datetime(2025, 1, 2, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("10000-01-01T00:00:00Z", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_one_record(created: Any, since: datetime | None) -> None:
    """A person comes with id, name and address, and since when, where that is a moment that can be."""
    with serving({"results": [person(1, createdAt=created)]}) as service:
        (grant,) = grants(at(service.url), "app-1")
    assert grant == Grant(
        platform="aps",
        scope=Scope(id="app-1", kind="app"),
        principal=Principal(key="p1@example.org", name="First Last", email="p1@example.org", uid="ID1"),
        role="VIEWER",
        rank=0,
        since=since,
    )


def test_the_apps_of_the_person(emulator: Emulator) -> None:
    """What can be listed are the apps that the person whose token it is is on; the platform knows where to ask."""
    assert list(scopes(directory(emulator))) == [Scope(id=APP, kind="app", name="Demo app")]
    assert PLATFORM.scopes is scopes
    assert PLATFORM.grants is grants


def test_one_listing(emulator: Emulator) -> None:
    """Everybody on an app costs one call."""
    here = directory(emulator)
    grants(here, APP)
    grants(here, APP)
    assert len(emulator.journal()) == 1
