"""One person's way into a collaboration, row by row of what the service does with invitations and members."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from pulumi_collab.errors import Refused, RequestError
from pulumi_collab.sram.directory import Directory
from pulumi_collab.sram.lifecycles import CollaborationInviteLifecycle, CollaborationInviteState

from .behind import accept, act, api, group, groups_of, invitation_id, invited, mails, members, reads, writes
from .conftest import LATER, Ours, inputs_of, notices, properties

# --- Create ---


def test_one_mail_and_open(ours: Ours) -> None:
    """Creating invites once; the state is open, knows the invitation, and reads back as it is."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    assert (bob.status, bob.user, bob.resends) == ("open", None, 0)
    assert bob.invitation_id == invitation_id(ours.emulator, ai, "bob@x.org")
    assert mails(ours.emulator, "bob@x.org") == 1
    assert ours.refreshed(bob) == bob
    assert ours.changed(bob, inputs_of(bob)) == set()


def test_an_open_invitation_is_taken_over(ours: Ours) -> None:
    """An open invitation of this role, whatever the case of its address, is ours without a mail."""
    ai = ours.make().identifier
    first = ours.invite(ai, "Bob@x.org")
    ours.again()
    second = ours.invite(ai, "bob@X.org")
    assert second.invitation_id == first.invitation_id
    assert mails(ours.emulator, "bob@x.org") == 1


def test_an_invitation_made_meanwhile_is_taken_over(ours: Ours) -> None:
    """When somebody invites between our look and our call, the refusal as duplicate is no error."""
    ai = ours.make().identifier
    ours.invite(ai, "first@x.org")  # so that this process holds the list
    api(
        ours.emulator,
        "PUT",
        "invitations/v1/collaboration_invites",
        {"collaboration_identifier": ai, "invites": ["bob@x.org"]},
    )
    assert ours.invite(ai).status == "open"
    assert mails(ours.emulator, "bob@x.org") == 1


def test_a_member_is_taken_over(ours: Ours) -> None:
    """Somebody who is a member with this role is taken over without a mail."""
    ai = ours.make().identifier
    ours.invite(ai)
    accept(ours.emulator, ai, "bob@x.org")
    ours.again()
    ours.emulator.clear_journal()
    bob = ours.invite(ai, "BOB@x.org")
    assert (bob.status, bob.user) == ("accepted", "urn:bob")
    assert writes(ours.emulator) == []


def test_another_role_is_not_taken_over(ours: Ours) -> None:
    """A member or an open invitation of another role is refused, naming both; a member at preview already."""
    ai = ours.make().identifier
    ours.invite(ai)
    ours.again()
    with pytest.raises(Refused, match=r"invited already as member, and the program asks for admin"):
        ours.invite(ai, intended_role="admin")
    accept(ours.emulator, ai, "bob@x.org")
    ours.again()
    with pytest.raises(Refused, match=r"a member already as member, and the program asks for admin"):
        ours.invite(ai, intended_role="admin")
    found = properties(ours.invites.check({"collaboration": ai, "email": "bob@x.org", "intended_role": "admin"}, None))
    assert list(found) == ["intended_role"]


def test_another_open_invitation_fails_at_preview(ours: Ours) -> None:
    """For a new resource an open invitation of another role or groups fails, by one listing."""
    ai = ours.make().identifier
    group(ours.emulator, ai, "one")
    ann = ours.invite(ai, "ann@x.org")
    bob = ours.invite(ai, "Bob@x.org")
    known = dict(inputs_of(bob, email="bob@x.org"))
    ours.again()
    ours.emulator.clear_journal()
    assert properties(ours.invites.check(known, None)) == {}
    found = properties(ours.invites.check(known | {"intended_role": "admin"}, None))
    assert list(found) == ["intended_role"]
    assert "invited already as member, and the program asks for admin" in found["intended_role"]
    found = properties(ours.invites.check(known | {"groups": ["one"]}, None))
    assert list(found) == ["groups"]
    assert "asks for member with the groups one" in found["groups"]
    assert list(properties(ours.invites.check(known | {"intended_role": "admin"}, inputs_of(ann)))) == ["intended_role"]
    unknown_yet = {name: known[name] for name in ("collaboration", "email", "resend_limit")}
    assert properties(ours.invites.check(unknown_yet, None)) == {}
    assert sorted(reads(ours.emulator)) == ["collaborations", "open"]
    assert properties(ours.invites.check(known | {"intended_role": "admin"}, inputs_of(bob))) == {}
    act(ours.emulator, "age-invitation", invitation_id=bob.invitation_id, days=20)
    ours.again()
    assert properties(ours.invites.check(known | {"intended_role": "admin"}, None)) == {}, "it is withdrawn first"


def test_an_address_that_is_left_out_is_noticed(ours: Ours, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer 201 without our address is an error that names it (the service leaves bad ones out silently)."""
    ai = ours.make().identifier
    monkeypatch.setattr(ours.directory, "invite", lambda *_, **__: [])
    with pytest.raises(Refused, match=r"bob@x\.org .*left the address out"):
        ours.invite(ai)


def test_an_expired_open_one_is_withdrawn_first(ours: Ours) -> None:
    """A foreign open invitation past its date blocks a new one, so it is deleted before we invite."""
    ai = ours.make().identifier
    old = ours.invite(ai)
    act(ours.emulator, "age-invitation", invitation_id=old.invitation_id, days=20)
    ours.again()
    new = ours.invite(ai)
    assert new.status == "open"
    assert new.invitation_id != old.invitation_id
    assert set(invited(ours.emulator, ai)) == {"bob@x.org"}


def test_a_collaboration_that_is_unknown(ours: Ours) -> None:
    """An unknown collaboration is a failure at preview on its property (2: 404)."""
    unknown = "00000000-0000-4000-8000-000000000000"
    found = properties(ours.invites.check({"collaboration": unknown, "email": "bob@x.org"}, None))
    assert list(found) == ["collaboration"]
    with pytest.raises(Refused, match="no such collaboration"):
        ours.invite(unknown)


@pytest.mark.parametrize("kind", ["reset", "500", "garbage", "html"])
def test_a_lost_answer_costs_no_second_mail(ours: Ours, kind: str) -> None:
    """When the invitation was sent and the answer is lost, a look finds it."""
    ai = ours.make().identifier
    ours.emulator.fault("sram", "invitations/create", kind, when="after")
    bob = ours.invite(ai)
    assert bob.status == "open"
    assert mails(ours.emulator, "bob@x.org") == 1


def test_killed_after_the_invitation(ours: Ours) -> None:
    """Killed before the answer, the next `up` takes the invitation over: one mail in all."""
    ai = ours.make().identifier
    ours.emulator.fault("sram", "invitations/create", "reset", when="after")
    ours.emulator.fault("sram", "*", "reset", times=10)
    with pytest.raises(RequestError):
        ours.invite(ai)
    ours.emulator.clear_faults()
    ours.again()
    assert ours.invite(ai).status == "open"
    assert mails(ours.emulator, "bob@x.org") == 1


# --- Life ---


def test_accepted_is_the_steady_state(ours: Ours) -> None:
    """Accepted under the invited address: a member by uid, nothing to change, nothing sent."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    accept(ours.emulator, ai, "bob@x.org")
    live = ours.refreshed(bob)
    assert (live.status, live.user) == ("accepted", "urn:bob")
    assert ours.changed(live, inputs_of(bob)) == set()
    assert ours.refreshed(live) == live


def test_accepted_under_another_address(ours: Ours) -> None:
    """Whoever accepts is known by uid from then on, though the address differs."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    accept(ours.emulator, ai, "bob@x.org", uid="urn:robert", as_email="robert@home.org")
    live = ours.refreshed(bob)
    assert (live.status, live.user) == ("accepted", "urn:robert")
    assert ours.changed(live, inputs_of(bob)) == set()
    ours.emulator.clear_journal()
    assert ours.refreshed(live) == live
    assert reads(ours.emulator) == ["collaborations"], "the uid is enough from then on"


def test_the_creators_invitation_accepted(ours: Ours) -> None:
    """An administrator's invitation is deleted by accepting it; the membership tells."""
    ai = ours.make(administrators=["head@x.org"]).identifier
    head = ours.invite(ai, "head@x.org", intended_role="admin")
    assert mails(ours.emulator, "head@x.org") == 1
    accept(ours.emulator, ai, "head@x.org")
    assert ours.refreshed(head).status == "accepted"


def test_expired_by_the_clock(ours: Ours) -> None:
    """Open on the server past its date is expired for us; `up` invites again, and stops at the limit."""
    ai = ours.make().identifier
    bob = ours.invite(ai, resend_limit=2)
    for count in (1, 2):
        act(ours.emulator, "age-invitation", invitation_id=bob.invitation_id, days=20)
        expired = ours.refreshed(bob)
        assert expired.status == "expired"
        assert ours.changed(expired, inputs_of(bob)) == {"status"}
        assert f"invited again ({count} of 2)" in ours.told[-1]
        bob = ours.updated(expired)
        assert (bob.status, bob.resends) == ("open", count)
        assert mails(ours.emulator, "bob@x.org") == 1 + count
    act(ours.emulator, "age-invitation", invitation_id=bob.invitation_id, days=20)
    expired = ours.refreshed(bob)
    assert ours.changed(expired, inputs_of(bob)) == set(), "an endless update helps nobody"
    assert "resend_limit is 2" in ours.told[-1]
    assert ours.updated(expired, on_delete="keep").status == "expired"
    assert mails(ours.emulator, "bob@x.org") == 3
    raised = ours.updated(expired, resend_limit=3)
    assert (raised.status, raised.resends, mails(ours.emulator, "bob@x.org")) == ("open", 3, 4)


def test_expired_by_the_services_clock(ours: Ours) -> None:
    """The service's own time decides, whatever this machine's clock says; new dates are measured by it too."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    ours.emulator.advance(16 * 86400)
    expired = ours.refreshed(bob)
    assert expired.status == "expired"
    assert ours.updated(expired).status == "open"
    soon = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
    known = {"collaboration": ai, "email": "eve@x.org", "invitation_expiry_date": soon}
    ours.again()
    assert list(properties(ours.invites.check(known, None))) == ["invitation_expiry_date"]


def test_expired_without_a_refresh(ours: Ours) -> None:
    """State that says open and holds a date that has passed shows as a change, so a plain `up` looks."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert ours.changed(bob.model_copy(update={"invitation_expires": past}), inputs_of(bob)) == {"status"}


def test_expired_by_a_late_attempt(ours: Ours) -> None:
    """An attempt to accept too late sets `expired`, which a new date does not undo: invited anew."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    act(ours.emulator, "age-invitation", invitation_id=bob.invitation_id, days=20)
    with pytest.raises(AssertionError):
        act(ours.emulator, "accept", invitation_id=bob.invitation_id, uid="urn:bob", email="bob@x.org", name="Bob")
    expired = ours.refreshed(bob)
    assert expired.status == "expired"
    again = ours.updated(expired)
    assert again.invitation_id != bob.invitation_id
    accept(ours.emulator, ai, "bob@x.org")
    assert ours.refreshed(again).status == "accepted"


def test_expired_by_the_nightly_job(ours: Ours) -> None:
    """The job's `expired` after 10 days and deletion after 30 both stay expired for us."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    for days, status in ((27, "expired"), (30, "expired")):
        act(ours.emulator, "age-invitation", invitation_id=bob.invitation_id, days=days)
        act(ours.emulator, "job", name="nightly")
        bob = ours.refreshed(bob)
        assert bob.status == status


def test_a_resend_limit_of_zero(ours: Ours) -> None:
    """With resend_limit=0 nobody is ever mailed twice."""
    ai = ours.make().identifier
    bob = ours.invite(ai, resend_limit=0)
    act(ours.emulator, "decline", invitation_id=bob.invitation_id)
    declined = ours.refreshed(bob)
    assert ours.updated(declined) == declined
    assert mails(ours.emulator, "bob@x.org") == 1


def test_declined(ours: Ours) -> None:
    """A declined invitation is deleted by the service; that is drift which `up` answers by one more."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    act(ours.emulator, "decline", invitation_id=bob.invitation_id)
    declined = ours.refreshed(bob)
    assert declined.status == "declined"
    assert ours.changed(declined, inputs_of(bob)) == {"status"}
    again = ours.updated(declined)
    assert (again.status, again.resends, mails(ours.emulator, "bob@x.org")) == ("open", 1, 2)


def test_removed_by_somebody(ours: Ours) -> None:
    """A member whom somebody removed is drift that `up` answers by an invitation (its GET is 404)."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    accept(ours.emulator, ai, "bob@x.org", as_email="b@home.org")
    bob = ours.refreshed(bob)
    act(ours.emulator, "remove-member", collaboration=ai, uid="urn:bob")
    removed = ours.refreshed(bob)
    assert removed.status == "removed"
    assert ours.refreshed(removed).status == "removed"
    again = ours.updated(removed)
    assert (again.status, again.user, again.resends) == ("open", None, 1)


def test_removed_before_we_saw_the_acceptance(ours: Ours) -> None:
    """Accepted and removed between two refreshes leaves no trace but a 404: shown as declined or withdrawn."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    accept(ours.emulator, ai, "bob@x.org", as_email="b@home.org")
    act(ours.emulator, "remove-member", collaboration=ai, uid="urn:bob")
    assert ours.refreshed(bob).status == "declined"


def test_the_collaboration_is_gone(ours: Ours) -> None:
    """With its collaboration the invitation is surely gone, and destroying it succeeds."""
    ai = ours.make()
    bob = ours.invite(ai.identifier)
    api(ours.emulator, "DELETE", f"collaborations/v1/{ai.identifier}")
    ours.again()
    assert ours.invites.read(bob) is None
    ours.invites.delete(bob)


@pytest.mark.parametrize("status", ["401", "403", "500", "html"])
def test_a_read_that_cannot_tell_raises(ours: Ours, status: str) -> None:
    """Not allowed, a failing service or a proxy's page never drop state."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    ours.again()
    ours.emulator.fault("sram", "collaborations/read", status, times=9)
    with pytest.raises(RequestError):
        ours.invites.read(bob)


def test_killed_while_inviting_again(ours: Ours) -> None:
    """Killed after the second invitation was sent, the next `up` finds it, counts it, and sends no third."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    act(ours.emulator, "age-invitation", invitation_id=bob.invitation_id, days=20)
    expired = ours.refreshed(bob)
    ours.emulator.fault("sram", "invitations/create", "reset", when="after")
    ours.emulator.fault("sram", "*", "reset", times=20, skip=2)
    with pytest.raises(RequestError):
        ours.updated(expired)
    ours.emulator.clear_faults()
    ours.again()
    again = ours.updated(expired)
    assert (again.status, again.resends, mails(ours.emulator, "bob@x.org")) == ("open", 1, 2)


# --- Change ---


def test_role_before_acceptance_keeps_the_groups(ours: Ours) -> None:
    """The update call resets what is not sent, so role and groups always go together."""
    ai = ours.make().identifier
    group(ours.emulator, ai, "one")
    bob = ours.invite(ai, groups=["one"])
    ours.emulator.clear_journal()
    admin = ours.updated(bob, intended_role="admin")
    assert writes(ours.emulator) == ["PATCH invitations update"]
    assert groups_of(ours.emulator, ai, "bob@x.org") == {"one"}
    assert ours.refreshed(admin) == admin
    plain = ours.updated(admin, groups=[])
    assert groups_of(ours.emulator, ai, "bob@x.org") == set()
    assert invited(ours.emulator, ai)["bob@x.org"]["intended_role"] == "admin"
    assert mails(ours.emulator, "bob@x.org") == 1
    assert plain.groups == []


def test_groups_by_name_or_identifier(ours: Ours) -> None:
    """A group may be declared by short name or identifier; the answer's form is no drift."""
    ai = ours.make().identifier
    one = group(ours.emulator, ai, "one")
    bob = ours.invite(ai, groups=[one])
    assert ours.refreshed(bob) == bob
    eve = ours.invite(ai, "eve@x.org", groups=["one"])
    assert ours.refreshed(eve) == eve


def test_drift_of_an_open_invitation(ours: Ours) -> None:
    """A role changed by others shows as that property, and `up` sets it again."""
    ai = ours.make().identifier
    group(ours.emulator, ai, "one")
    bob = ours.invite(ai, intended_role="admin", groups=["one"])
    api(ours.emulator, "PATCH", f"invitations/v1/update/{bob.invitation_id}", {})
    live = ours.refreshed(bob)
    assert (live.intended_role, live.groups) == ("member", [])
    ours.updated(live, intended_role="admin", groups=["one"])
    assert ours.refreshed(bob) == bob


def test_role_after_acceptance(ours: Ours) -> None:
    """After acceptance the membership's role is set, not the invitation's; drift of it shows."""
    ai = ours.make(administrators=["head@x.org"]).identifier
    accept(ours.emulator, ai, "head@x.org")
    group(ours.emulator, ai, "one")
    bob = ours.invite(ai, groups=["one"])
    accept(ours.emulator, ai, "bob@x.org")
    bob = ours.refreshed(bob)
    assert bob.groups == ["one"]
    ours.emulator.clear_journal()
    admin = ours.updated(bob, intended_role="admin")
    assert writes(ours.emulator) == ["PUT collaborations members"]
    assert members(ours.emulator, ai)["urn:bob"] == "admin"
    api(ours.emulator, "PUT", f"collaborations/v1/{ai}/members", {"uid": "urn:bob", "role": "member"})
    assert ours.refreshed(admin).intended_role == "member"
    assert api(ours.emulator, "GET", f"collaborations/v1/{ai}")["groups"][0]["collaboration_memberships"]


def test_accepted_since_the_last_refresh(ours: Ours) -> None:
    """A role change for somebody who has accepted meanwhile goes to the membership, without a refresh between."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    accept(ours.emulator, ai, "bob@x.org", as_email="b@home.org")
    ours.again()
    assert ours.updated(bob, intended_role="admin").status == "accepted"
    assert members(ours.emulator, ai) == {"urn:bob": "admin"}


def test_the_last_admin_is_not_lowered(ours: Ours) -> None:
    """The service would let the last admin go; we refuse, at preview too where the address tells."""
    ai = ours.make().identifier
    bob = ours.invite(ai, intended_role="admin")
    accept(ours.emulator, ai, "bob@x.org")
    bob = ours.refreshed(bob)
    wanted = inputs_of(bob, intended_role="member")
    assert "last admin" in properties(ours.invites.check(dict(wanted), inputs_of(bob)))["intended_role"]
    with pytest.raises(Refused, match="last admin"):
        ours.invites.update(bob, wanted)
    assert members(ours.emulator, ai) == {"urn:bob": "admin"}


def test_dates_of_an_open_invitation(ours: Ours) -> None:
    """Dates cannot be changed by the API: the invitation is withdrawn and sent again, and we say so."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    moved = ours.updated(bob, invitation_expiry_date=LATER)
    assert "withdrawn and sent again" in ours.told[-1]
    assert (moved.resends, mails(ours.emulator, "bob@x.org")) == (0, 2)
    assert moved.invitation_expires is not None
    assert moved.invitation_expires.startswith(LATER)
    same = ours.updated(moved, invitation_expiry_date=f"{LATER}T01:00:00+01:00")
    assert same.invitation_id == moved.invitation_id


def test_the_expiry_of_a_membership(ours: Ours) -> None:
    """It is given with the invitation, seen on the member, and no change of it is promised."""
    ai = ours.make().identifier
    bob = ours.invite(ai, membership_expiry_date=LATER)
    accept(ours.emulator, ai, "bob@x.org")
    bob = ours.refreshed(bob)
    assert bob.membership_expiry_date == LATER
    wanted = inputs_of(bob, membership_expiry_date=f"{LATER}T12:00:00Z")
    assert "web interface" in properties(ours.invites.check(dict(wanted), inputs_of(bob)))["membership_expiry_date"]
    with pytest.raises(Refused, match="the API cannot change the end of a membership"):
        ours.updated(bob, membership_expiry_date=f"{LATER}T12:00:00Z")
    with pytest.raises(Refused, match="groups act when an invitation is accepted"):
        ours.updated(bob, groups=["one"])


def test_refusals_to_who_accepted_elsewhere_are_warned_of(ours: Ours) -> None:
    """Where the address does not tell the member, preview warns of what `up` will refuse."""
    ai = ours.make().identifier
    bob = brought_to(ours, ours.invite(ai, intended_role="admin"), "elsewhere")
    changes: list[tuple[dict[str, Any], str]] = [
        ({"groups": ["one"]}, "groups act when an invitation is accepted"),
        ({"membership_expiry_date": LATER}, "the API cannot change the end of a membership"),
        ({"intended_role": "member"}, "only admin"),
    ]
    for change, told in changes:
        ours.again()
        ours.told.clear()
        wanted = inputs_of(bob, **change)
        found = list(ours.invites.check(dict(wanted), inputs_of(bob)))
        assert properties(found) == {}
        ours.told.extend(notices(found))
        assert ours.changed(bob, wanted) == change.keys()
        assert len(ours.told) == 1
        assert told in ours.told[0]
        with pytest.raises(Refused):
            ours.invites.update(bob, wanted)


def test_no_warning_of_what_is_not_refused(ours: Ours) -> None:
    """Lowering an open invitation, or one of two admins, and another address are not warned of."""
    ai = ours.make(administrators=["head@x.org"]).identifier
    accept(ours.emulator, ai, "head@x.org")
    eve = ours.invite(ai, "eve@x.org", intended_role="admin")
    bob = brought_to(ours, ours.invite(ai, intended_role="admin"), "elsewhere")
    for state in (eve, bob):
        found = list(ours.invites.check(dict(inputs_of(state, intended_role="member")), inputs_of(state)))
        assert (properties(found), notices(found)) == ({}, [])
    moved = ours.changed(bob, inputs_of(bob, email="rob@x.org", groups=["one"]))
    assert moved == {"email", "groups"}
    assert ours.told == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["reset", "500", "garbage", "html"])
def test_a_role_change_that_fails(ours: Ours, kind: str, when: str) -> None:
    """A change whose call fails, before or after its effect, is made all the same, in invitation and membership."""
    ai = ours.make(administrators=["head@x.org"]).identifier
    accept(ours.emulator, ai, "head@x.org")
    bob = ours.invite(ai)
    ours.emulator.fault("sram", "invitations/update", kind, when=when)
    bob = ours.updated(bob, intended_role="admin")
    assert invited(ours.emulator, ai)["bob@x.org"]["intended_role"] == "admin"
    accept(ours.emulator, ai, "bob@x.org")
    bob = ours.refreshed(bob)
    ours.emulator.fault("sram", "members/update", kind, when=when)
    ours.updated(bob, intended_role="member")
    assert members(ours.emulator, ai)["urn:bob"] == "member"


def test_message_and_sender_send_nothing(ours: Ours) -> None:
    """Message and sender act when a mail is sent: changing them is no difference."""
    bob = ours.invite(ours.make().identifier)
    assert ours.changed(bob, inputs_of(bob, message="hello", sender_name="Ola")) == set()


# --- destroy ---


@pytest.mark.parametrize("how", ["open", "accepted", "elsewhere", "expired", "declined", "removed"])
def test_revoke_leaves_nothing(ours: Ours, how: str) -> None:
    """Destroyed in each state, neither a member nor an open invitation is left (deleting that keeps the member)."""
    ai = ours.make().identifier
    bob = brought_to(ours, ours.invite(ai), how)
    ours.again()
    ours.invites.delete(bob)
    assert members(ours.emulator, ai) == {}
    assert invited(ours.emulator, ai) == {}
    ours.invites.delete(bob)


@pytest.mark.parametrize("how", ["open", "accepted", "elsewhere"])
def test_revoke_without_a_refresh(ours: Ours, how: str) -> None:
    """State that still says open does not keep a member who has accepted since."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    brought_to(ours, bob, how)
    ours.again()
    ours.invites.delete(bob)
    assert members(ours.emulator, ai) == {}
    assert invited(ours.emulator, ai) == {}


def test_keep_leaves_the_member_and_says_so(ours: Ours) -> None:
    """on_delete="keep" ends an open invitation, and leaves a member."""
    ai = ours.make().identifier
    bob = brought_to(ours, ours.invite(ai, on_delete="keep"), "accepted")
    ours.invites.delete(bob)
    assert members(ours.emulator, ai) == {"urn:bob": "member"}
    assert "stays a member" in ours.told[-1]
    eve = ours.invite(ai, "eve@x.org", on_delete="keep")
    ours.invites.delete(eve)
    assert invited(ours.emulator, ai) == {}


def test_the_last_admin_stays(ours: Ours) -> None:
    """Destroying the last admin's resource succeeds, keeps the membership and says so; others go."""
    ai = ours.make().identifier
    ann = ours.invite(ai, "ann@x.org", intended_role="admin")
    bob = ours.invite(ai, intended_role="admin")
    accept(ours.emulator, ai, "ann@x.org")
    accept(ours.emulator, ai, "bob@x.org")
    ann, bob = ours.refreshed(ann), ours.refreshed(bob)
    ours.invites.delete(ann)
    ours.invites.delete(bob)
    assert members(ours.emulator, ai) == {"urn:bob": "admin"}
    assert "last admin" in ours.told[-1]


def test_a_membership_that_a_rename_leaves_behind(ours: Ours) -> None:
    """Ended because another resource declares the person, it tells of a member whom the address may not find."""
    ai = ours.make().identifier
    left_behind = CollaborationInviteLifecycle(lambda: cast("Directory", None), ours.told.append).left_behind
    bob = ours.invite(ai)
    assert left_behind(bob) == ""
    assert left_behind(brought_to(ours, ours.invite(ai, "eve@x.org"), "accepted")) == "", "the address tells"
    told = left_behind(brought_to(ours, bob, "elsewhere"))
    assert "urn:bob accepted as b@home.org" in told
    assert "an alias" in told
    assert "web interface" in told


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["reset", "500", "garbage", "html"])
@pytest.mark.parametrize("operation", ["members/delete", "invitations/delete"])
def test_a_lost_answer_while_destroying(ours: Ours, operation: str, kind: str, when: str) -> None:
    """A removal whose answer is lost is looked after, and repeating it is no error (DELETE again is 404)."""
    ai = ours.make().identifier
    bob = brought_to(ours, ours.invite(ai), "accepted")
    ours.again()
    ours.emulator.fault("sram", operation, kind, when=when)
    ours.invites.delete(bob)
    assert members(ours.emulator, ai) == {}


# --- frugality ---


def test_twenty_are_read_by_two_calls(ours: Ours) -> None:
    """Refreshing twenty people costs one GET of the collaboration and one list of open invitations."""
    ai = ours.make().identifier
    people = [ours.invite(ai, f"p{number}@x.org") for number in range(20)]
    for number in range(5):
        accept(ours.emulator, ai, f"p{number}@x.org")
    ours.again()
    ours.emulator.clear_journal()
    for person in people:
        ours.invites.read(person)
    assert sorted(reads(ours.emulator)) == ["collaborations", "open"]


def test_twenty_are_invited_by_two_reads(ours: Ours) -> None:
    """Inviting twenty people reads the collaboration and its open invitations once."""
    ai = ours.make().identifier
    ours.again()
    ours.emulator.clear_journal()
    for number in range(20):
        ours.invite(ai, f"p{number}@x.org")
    assert sorted(reads(ours.emulator)) == ["collaborations", "open"]


def brought_to(ours: Ours, state: CollaborationInviteState, how: str) -> CollaborationInviteState:
    """An open invitation after what people did."""
    ai, email = state.collaboration, state.email
    if how in ("accepted", "removed"):
        accept(ours.emulator, ai, email)
    elif how == "elsewhere":
        accept(ours.emulator, ai, email, as_email="b@home.org")
    elif how == "expired":
        act(ours.emulator, "age-invitation", invitation_id=state.invitation_id, days=20)
    elif how == "declined":
        act(ours.emulator, "decline", invitation_id=state.invitation_id)
    state = ours.refreshed(state)
    if how == "removed":
        act(ours.emulator, "remove-member", collaboration=ai, uid="urn:bob")
        state = ours.refreshed(state)
    expected: dict[str, Any] = {"elsewhere": "accepted"}
    assert state.status == expected.get(how, how)
    return state


def test_twice_invited_by_a_race(ours: Ours) -> None:
    """Two open invitations to one address, which the service allows in a race, are one person, and both go."""
    ai = ours.make().identifier
    api(
        ours.emulator,
        "PUT",
        "invitations/v1/collaboration_invites",
        {"collaboration_identifier": ai, "invites": ["bob@x.org", "bob@x.org"]},
    )
    bob = ours.invite(ai)
    assert mails(ours.emulator, "bob@x.org") == 2, "none of them is ours"
    assert ours.refreshed(bob) == bob
    ours.invites.delete(bob)
    assert invited(ours.emulator, ai) == {}


def test_an_unknown_group(ours: Ours) -> None:
    """A group that does not exist is the service's refusal, which names it."""
    ai = ours.make().identifier
    with pytest.raises(RequestError, match="nope"):
        ours.invite(ai, groups=["nope"])
    assert invited(ours.emulator, ai) == {}


def test_case_makes_no_other_person(ours: Ours) -> None:
    """Another case of address or identifier is no difference, and the same person to the program."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    other = inputs_of(bob, email="BOB@x.org", collaboration=ai.upper())
    assert ours.changed(bob, other) == set()
    assert ours.invites.grants(bob) == ours.invites.grants(other)
    assert ours.invites.from_id(ours.invites.id_of(bob)) == {"collaboration": ai, "email": "bob@x.org"}


def test_a_promotion_in_the_web_breaks_no_preview(ours: Ours) -> None:
    """Somebody else's making a member the only admin does not fail the preview of an unchanged program."""
    ai = ours.make().identifier
    bob = brought_to(ours, ours.invite(ai), "accepted")
    api(ours.emulator, "PUT", f"collaborations/v1/{ai}/members", {"uid": "urn:bob", "role": "admin"})
    ours.again()
    assert properties(ours.invites.check(dict(inputs_of(bob)), inputs_of(bob))) == {}
