"""One person's way into a collaboration, between two looks: what happens meanwhile, and what is not sent twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulumi_collab.errors import Refused, RequestError

from .behind import accept, act, group, groups_of, invitation_id, invited, mails, members
from .conftest import LATER, Ours, inputs_of, properties

# --- what changed since the listing was read ---


@pytest.mark.parametrize("as_email", ["", "robert@home.org"])
def test_accepted_while_it_is_destroyed(ours: Ours, as_email: str) -> None:
    """Who accepts between refresh and delete of one process loses the membership: that is what destroy is for."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    assert ours.refreshed(bob).status == "open"
    accept(ours.emulator, ai, "bob@x.org", as_email=as_email)
    ours.invites.delete(bob)
    assert members(ours.emulator, ai) == {}


def test_an_administrator_who_accepts_while_it_is_destroyed(ours: Ours) -> None:
    """The invitation made with the collaboration vanishes when it is accepted; the member is found by address."""
    ai = ours.make(administrators=["head@x.org", "ann@x.org"]).identifier
    accept(ours.emulator, ai, "ann@x.org")
    ours.again()
    head = ours.invite(ai, "head@x.org", intended_role="admin")
    accept(ours.emulator, ai, "head@x.org")
    ours.invites.delete(head)
    assert members(ours.emulator, ai) == {"urn:ann": "admin"}


@pytest.mark.parametrize(
    "change",
    [{"intended_role": "admin"}, {"invitation_expiry_date": LATER}, {"groups": ["one"]}],
    ids=["role", "date", "groups"],
)
def test_accepted_before_it_is_changed(ours: Ours, change: dict[str, Any]) -> None:
    """Who accepts between refresh and update is changed as a member, and gets no second mail."""
    ai = ours.make(administrators=["head@x.org"]).identifier
    accept(ours.emulator, ai, "head@x.org")
    group(ours.emulator, ai, "one")
    bob = ours.refreshed(ours.invite(ai))
    accept(ours.emulator, ai, "bob@x.org")
    wanted = inputs_of(bob, **change)
    if "groups" in change:
        with pytest.raises(Refused, match="groups act when an invitation is accepted"):
            ours.invites.update(bob, wanted)
    else:
        after = ours.invites.update(bob, wanted)
        assert (after.status, after.user) == ("accepted", "urn:bob")
    assert members(ours.emulator, ai)["urn:bob"] == change.get("intended_role", "member")
    assert mails(ours.emulator, "bob@x.org") == 1
    assert invited(ours.emulator, ai) == {}


# --- what is not sent, and what is not counted ---


def test_nobody_is_invited_after_the_membership_was_to_end(ours: Ours) -> None:
    """A membership that has ended as declared is not given again: a warning, no mail, and a clean preview."""
    ai = ours.make().identifier
    soon = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    bob = ours.invite(ai, membership_expiry_date=soon)
    uid = accept(ours.emulator, ai, "bob@x.org")
    bob = ours.refreshed(bob)
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    act(ours.emulator, "remove-member", collaboration=ai, uid=uid)
    bob = ours.refreshed(bob).model_copy(update={"membership_expiry_date": past})
    assert bob.status == "removed"
    assert ours.changed(bob, inputs_of(bob)) == set()
    assert f"nobody is mailed, as membership_expiry_date {past} has passed" in ours.told[-1]
    ours.invites.update(bob, inputs_of(bob, resend_limit=5))
    assert "nobody is mailed, as membership_expiry_date" in ours.told[-1]
    assert mails(ours.emulator, "bob@x.org") == 1
    assert ours.changed(bob, inputs_of(bob, membership_expiry_date=LATER)) >= {"status"}


def test_a_date_that_was_half_changed_costs_no_resend(ours: Ours) -> None:
    """Withdrawn for another date and not sent again as the service was away: the next `up` sends it, at any limit."""
    ai = ours.make().identifier
    bob = ours.invite(ai, resend_limit=0)
    ours.emulator.fault("sram", "invitations/create", "refuse", times=9)
    with pytest.raises(RequestError):
        ours.updated(bob, invitation_expiry_date=LATER)
    ours.emulator.clear_faults()
    assert invited(ours.emulator, ai) == {}
    ours.again()
    after = ours.updated(bob, invitation_expiry_date=LATER)
    assert (after.status, after.resends) == ("open", 0)
    assert set(invited(ours.emulator, ai)) == {"bob@x.org"}


def test_an_interrupted_change_of_date_is_found_by_a_refresh(ours: Ours) -> None:
    """Killed after the invitation with the new date was sent, and refreshed: it is remembered, not sent once more."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    ours.updated(bob, invitation_expiry_date=LATER)  # its answer never reaches the state
    bob = ours.refreshed(bob)
    after = ours.updated(bob, invitation_expiry_date=LATER)
    assert (after.status, after.resends, after.invitation_expiry_date) == ("open", 0, LATER)
    assert ours.changed(after, inputs_of(after)) == set()
    assert mails(ours.emulator, "bob@x.org") == 2


def test_a_date_does_not_go_round_the_limits(ours: Ours) -> None:
    """Another date invites nobody beyond the limit whose invitation expired, nor after the membership was to end."""
    ai = ours.make().identifier
    bob = ours.invite(ai, resend_limit=0)
    act(ours.emulator, "age-invitation", invitation_id=bob.invitation_id, days=20)
    old = bob.model_copy(update={"invitation_expires": (datetime.now(UTC) - timedelta(days=5)).isoformat()})
    ours.again()
    ours.updated(old, invitation_expiry_date=LATER)
    assert "nobody is mailed, as resend_limit is 0" in ours.told[-1]
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    ann = ours.invite(ai, "ann@x.org").model_copy(update={"membership_expiry_date": past})
    after = ours.updated(ann, invitation_expiry_date=LATER)
    assert "the open invitation stays as it is; nobody is mailed, as membership_expiry_date" in ours.told[-1]
    assert after.invitation_id == ann.invitation_id
    assert mails(ours.emulator, "bob@x.org") == mails(ours.emulator, "ann@x.org") == 1


def test_an_unknown_group_withdraws_nothing(ours: Ours) -> None:
    """Another date together with a group that does not exist is refused before the invitation is withdrawn."""
    ai = ours.make().identifier
    group(ours.emulator, ai, "one")
    bob = ours.invite(ai, groups=["one"])
    with pytest.raises(Refused, match=r"to the groups typo, which the collaboration does not have \(it has one\)"):
        ours.updated(bob, invitation_expiry_date=LATER, groups=["typo"])
    assert invitation_id(ours.emulator, ai, "bob@x.org") == bob.invitation_id


def test_an_end_that_is_not_shown_is_told(ours: Ours) -> None:
    """SRAM does not show when a membership of an open invitation will end, so taking one over says so."""
    ai = ours.make().identifier
    ours.invite(ai)
    ours.again()
    ours.invite(ai, membership_expiry_date=LATER)
    assert "SRAM does not show when a membership that comes of it ends" in ours.told[-1]
    ours.invite(ai, invitation_expiry_date=LATER)
    assert "is invited already; nothing is sent; it can be accepted until 20" in ours.told[-1]


def test_a_member_with_another_end_is_not_taken_over(ours: Ours) -> None:
    """A member whose membership ends at another time than declared, or at all, fails at preview and at `up`."""
    ai = ours.make().identifier
    ours.invite(ai, membership_expiry_date=LATER)
    ours.invite(ai, "ann@x.org")
    for person in ("bob", "ann"):
        accept(ours.emulator, ai, f"{person}@x.org")
    for person, declared_end in (("bob", None), ("ann", LATER)):
        known = {"collaboration": ai, "email": f"{person}@x.org", "membership_expiry_date": declared_end}
        ours.again()
        assert list(properties(ours.invites.check(known, None))) == ["membership_expiry_date"]
        with pytest.raises(Refused, match=r"is a member already as member (until|without).*asks for"):
            ours.invite(ai, f"{person}@x.org", membership_expiry_date=declared_end)


def test_expiry_told_in_another_zone(ours: Ours) -> None:
    """A server that tells dates two hours early does not make a fresh invitation look expired (6)."""
    ours.emulator.variants(sram={"timezone": "amsterdam"})
    ai = ours.make().identifier
    bob = ours.invite(ai, invitation_expiry_date=(datetime.now(UTC) + timedelta(minutes=50)).isoformat())
    assert ours.changed(bob, inputs_of(bob)) == set()
    assert ours.refreshed(bob).status == "open"


def test_groups_that_everybody_gets_are_no_drift(ours: Ours) -> None:
    """Groups that the service puts everybody in show nowhere, and a change of role leaves them on the invitation."""
    ai = ours.make().identifier
    group(ours.emulator, ai, "one")
    bob = ours.invite(ai, groups=["one"])
    group(ours.emulator, ai, "all", auto_provision_members=True)
    assert groups_of(ours.emulator, ai, "bob@x.org") == {"one", "all"}
    bob = ours.refreshed(bob)
    assert bob.groups == ["one"]
    assert ours.changed(bob, inputs_of(bob)) == set()
    assert properties(ours.invites.check(dict(inputs_of(bob)), None)) == {}
    bob = ours.updated(bob, intended_role="admin")
    assert groups_of(ours.emulator, ai, "bob@x.org") == {"one", "all"}
    assert invited(ours.emulator, ai)["bob@x.org"]["intended_role"] == "admin"


def test_each_resend_is_counted(ours: Ours) -> None:
    """Killed right after inviting again, the next `up` counts the invitation that it finds."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    act(ours.emulator, "age-invitation", invitation_id=bob.invitation_id, days=20)
    old = bob.model_copy(update={"invitation_expires": (datetime.now(UTC) - timedelta(days=5)).isoformat()})
    ours.again()
    ours.updated(old)  # its answer never reaches the state
    ours.again()
    assert ours.updated(old).resends == 1
    assert mails(ours.emulator, "bob@x.org") == 2


def test_an_identifier_in_other_letters(ours: Ours) -> None:
    """The identifier's case matters to one call alone, which gets it as the service spells it."""
    ai = ours.make().identifier
    ours.invite(ai.upper())
    assert set(invited(ours.emulator, ai)) == {"bob@x.org"}
