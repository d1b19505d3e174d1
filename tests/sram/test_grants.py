"""Who has access to a collaboration, as grants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulumi_collab.errors import NotFound
from pulumi_collab.grants import Grant
from pulumi_collab.sram.grants import grants, scopes
from pulumi_collab.sram.platform import PLATFORM

from .behind import accept, act, api, reads
from .conftest import Ours

DAY = 86400
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=20)


def told(found: list[Grant]) -> list[tuple[str, str, int | None, bool, str]]:
    """Key, role, rank, privileged and status of each."""
    return [(each.principal.key, each.role, each.rank, each.privileged, each.status) for each in found]


def test_members_and_who_is_invited(ours: Ours) -> None:
    """Members and open invitations, those past their date too, each with what the service tells, by two calls."""
    ai = ours.make(administrators=["head@x.org"]).identifier
    accept(ours.emulator, ai, "head@x.org")
    ours.invite(ai, "bob@x.org", membership_expiry_date=SOON.isoformat())
    accept(ours.emulator, ai, "bob@x.org")
    eve = ours.invite(ai, "eve@x.org", intended_role="admin")
    late = ours.invite(ai, "late@x.org")
    act(ours.emulator, "age-invitation", invitation_id=late.invitation_id, days=20)
    ours.again()
    ours.emulator.clear_journal()
    found = grants(ours.directory, ai)
    assert sorted(reads(ours.emulator)) == ["collaborations", "open"]
    assert told(found) == [
        ("bob@x.org", "member", 0, False, "active"),
        ("eve@x.org", "admin", 1, True, "invited"),
        ("head@x.org", "admin", 1, True, "active"),
        ("late@x.org", "member", 0, False, "expired"),
    ]
    assert {each.id for each in found} == {f"sram/ai/{name}@x.org" for name in ("bob", "eve", "head", "late")}
    bob, invited = found[:2]
    assert (bob.principal.uid, bob.principal.name, bob.ends, bob.ends_by) == ("urn:bob", "Bob", SOON, "service")
    assert bob.since is not None
    assert (invited.principal.uid, invited.ends) == (None, None)
    assert invited.invitation_ends is not None
    assert invited.invitation_ends.isoformat() == eve.invitation_expires
    assert grants(ours.directory, "ai") == found, "by its short name"


def test_a_membership_that_has_ended(ours: Ours) -> None:
    """Past its date it is `ended` before the nightly job and after it, and with a later invitation it is `invited`."""
    ai = ours.make().identifier
    ours.invite(ai, membership_expiry_date=SOON.isoformat())
    accept(ours.emulator, ai, "bob@x.org")
    ours.emulator.advance(21 * DAY)
    for _ in range(2):
        ours.again()
        assert [each.status for each in grants(ours.directory, ai)] == ["ended"]
        act(ours.emulator, "job", name="membership_expiration")
    body = {"collaboration_identifier": ai, "invites": ["bob@x.org", "BOB@x.org"]}
    api(ours.emulator, "PUT", "invitations/v1/collaboration_invites", body)
    ours.again()
    assert [each.status for each in grants(ours.directory, ai)] == ["invited"], "one person, one grant"


@pytest.mark.parametrize("how", ["expired", "suspended", "date"])
def test_a_collaboration_that_is_not_in_force(ours: Ours, how: str) -> None:
    """Nobody has access through a collaboration that is suspended, or past its date; the date is everybody's end."""
    ai = ours.make(expiry_date=SOON.date().isoformat()).identifier
    ours.invite(ai)
    accept(ours.emulator, ai, "bob@x.org")
    ours.again()
    (bob,) = grants(ours.directory, ai)
    assert (bob.status, bob.ends_by) == ("active", "service")
    assert bob.ends is not None
    assert bob.ends.date() == SOON.date()
    if how == "suspended":
        act(ours.emulator, "job", name="collaboration_inactivity_suspension", days=400)
    else:
        ours.emulator.advance(22 * DAY)
    if how == "expired":
        act(ours.emulator, "job", name="collaboration_expiration")
    ours.again()
    assert [each.status for each in grants(ours.directory, ai)] == ["ended"]


def test_who_is_in_and_asked(ours: Ours) -> None:
    """A member who is invited as well is a member; two people of one address are two."""
    ai = ours.make().identifier
    for name in ("bob", "rob"):
        ours.invite(ai, f"{name}@x.org")
        accept(ours.emulator, ai, f"{name}@x.org")
    act(ours.emulator, "edit", uid="urn:rob", fields={"email": "bob@x.org"})
    body = {"collaboration_identifier": ai, "invites": ["bob@x.org"], "intended_role": "admin"}
    api(ours.emulator, "PUT", "invitations/v1/collaboration_invites", body)
    ours.again()
    found = grants(ours.directory, ai)
    assert [(each.principal.uid, each.role, each.status) for each in found] == [
        ("urn:bob", "member", "active"),
        ("urn:rob", "member", "active"),
    ]


def test_scopes(ours: Ours) -> None:
    """Every collaboration of the organisation is a scope by its short name, by one call; an unknown one is told."""
    ours.make()
    ours.make(name="Other", short_name="other")
    ours.again()
    ours.emulator.clear_journal()
    found = [(each.id, each.kind, each.name) for each in scopes(ours.directory)]
    assert sorted(found) == [("ai", "collaboration", "AI computing"), ("other", "collaboration", "Other")]
    assert reads(ours.emulator) == ["organisations"]
    with pytest.raises(NotFound, match="SRAM organisation demo has no collaboration nope"):
        grants(ours.directory, "nope")
    with pytest.raises(NotFound):
        grants(ours.directory, "00000000-0000-4000-8000-000000000000")
    assert (PLATFORM.grants, PLATFORM.scopes) == (grants, scopes)
