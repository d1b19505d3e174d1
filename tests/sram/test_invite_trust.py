"""What an invitation must not do: believe an address, a list or a date that says too little."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulumi_collab.errors import Hint, Refused, RequestError
from pulumi_collab.sram.lifecycles import CollaborationInviteState

from .behind import accept, act, api, collaborations, group, groups_of, invited, mails, members, writes
from .conftest import LATER, Ours, inputs_of, notices, properties

SOON = (datetime.now(UTC) + timedelta(days=20)).isoformat()
DAY = 86400


def joined(ours: Ours, ai: str, email: str, **more: Any) -> CollaborationInviteState:
    """Somebody who was invited and has accepted, as the next process reads it."""
    made = ours.invite(ai, email, **more)
    accept(ours.emulator, ai, email)
    return ours.refreshed(made)


# --- an address that is now another user ---


def taken_by_rob(ours: Ours, ai: str, bob: str) -> None:
    """Bob's address passes to Rob, who is a member by an invitation of his own."""
    act(ours.emulator, "edit", uid=bob, fields={"email": "robert@home.org"})
    ours.invite(ai, "rob@x.org")
    accept(ours.emulator, ai, "rob@x.org", uid="urn:rob", as_email="bob@x.org")


def warned(ours: Ours, state: CollaborationInviteState) -> list[str]:
    """What a preview of an unchanged program tells of a state; something."""
    told = list(ours.invites.warnings(state, dict(inputs_of(state))))
    assert told
    return told


def test_the_new_holder_of_an_address_gets_nothing(ours: Ours) -> None:
    """Who has the address of a member that is gone is told by uid at preview, and is neither changed nor ended."""
    ai = ours.make(administrators=["head@x.org"]).identifier
    accept(ours.emulator, ai, "head@x.org")
    bob = joined(ours, ai, "bob@x.org")
    taken_by_rob(ours, ai, "urn:bob")
    act(ours.emulator, "remove-member", collaboration=ai, uid="urn:bob")
    ours.again()
    ours.emulator.clear_journal()
    both = r"was the user urn:bob, .*is Rob <bob@x\.org> \(urn:rob\) now"
    with pytest.raises(Refused, match=both):
        ours.updated(bob, intended_role="admin")  # without a refresh
    live = ours.refreshed(bob)
    assert (live.status, live.user, live.holder) == ("removed", "urn:bob", "urn:rob")
    for told in (properties(ours.invites.check(dict(inputs_of(live)), live))["email"], *warned(ours, live)):
        assert "was the user urn:bob, who is no member any more, and is " in told
        assert "urn:rob" in told
    for state in (bob, live):
        ours.again()
        ours.told.clear()
        ours.invites.delete(state)
        assert "Rob <bob@x.org> (urn:rob) has the address now and stays" in ours.told[0]
    assert [write for write in writes(ours.emulator) if "members" in write or "PUT" in write] == []
    assert members(ours.emulator, ai) == {"urn:head": "admin", "urn:rob": "member"}
    ours.again()
    assert ours.invite(ai).user == "urn:rob", "taken out and put in again, the new holder is accepted"


def test_a_member_whose_address_somebody_else_has(ours: Ours) -> None:
    """Who is known by uid is changed and ended as before; the other user with the address is told, and left alone."""
    ai = ours.make(administrators=["head@x.org"]).identifier
    accept(ours.emulator, ai, "head@x.org")
    bob = joined(ours, ai, "bob@x.org")
    taken_by_rob(ours, ai, "urn:bob")
    bob = ours.refreshed(bob)
    assert (bob.status, bob.user, bob.holder) == ("accepted", "urn:bob", "urn:rob")
    ours.told.clear()
    assert ours.changed(bob, inputs_of(bob)) == set()
    assert "is the user urn:bob, and the address is now that of urn:rob" in ours.told[0]
    bob = ours.updated(bob, intended_role="admin")
    assert members(ours.emulator, ai) == {"urn:head": "admin", "urn:bob": "admin", "urn:rob": "member"}
    ours.invites.delete(bob)
    assert members(ours.emulator, ai) == {"urn:head": "admin", "urn:rob": "member"}


# --- a membership past its date ---


def ended(ours: Ours, ai: str, **more: Any) -> CollaborationInviteState:
    """A member whose membership has ended, as the nightly job leaves it."""
    bob = joined(ours, ai, "bob@x.org", membership_expiry_date=SOON, **more)
    ours.emulator.advance(21 * DAY)
    act(ours.emulator, "job", name="membership_expiration")
    return ours.refreshed(bob)


@pytest.mark.parametrize("job", [True, False], ids=["after the job", "before the job"])
def test_a_membership_past_its_date(ours: Ours, job: bool) -> None:
    """It is `ended` and told, not clean; nothing is sent before the declared end moves on."""
    ai = ours.make().identifier
    bob = joined(ours, ai, "bob@x.org", membership_expiry_date=SOON)
    assert bob.membership_expires is not None
    ours.emulator.advance(21 * DAY)
    if job:
        act(ours.emulator, "job", name="membership_expiration")
    bob = ours.refreshed(bob)
    assert (bob.status, bob.user) == ("ended", "urn:bob")
    ours.told.clear()
    assert ours.changed(bob, inputs_of(bob)) == set()
    assert "gives no access; declare a later membership_expiry_date" in ours.told[0]
    assert mails(ours.emulator, "bob@x.org") == 1


def test_an_end_is_seen_without_a_refresh(ours: Ours) -> None:
    """A state that says accepted, and when that ends, is told as ended once the day has come."""
    bob = joined(ours, ours.make().identifier, "bob@x.org")
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    ours.told.clear()
    assert ours.changed(bob.model_copy(update={"membership_expires": past}), inputs_of(bob)) == set()
    assert "the membership has ended" in ours.told[0]


def test_a_membership_is_renewed(ours: Ours) -> None:
    """With a later end the dead membership goes and the person is invited again, as the preview says, once."""
    ai = ours.make(administrators=["head@x.org"]).identifier
    accept(ours.emulator, ai, "head@x.org")
    bob = ended(ours, ai)
    wanted = inputs_of(bob, membership_expiry_date=LATER)
    assert properties(ours.invites.check(dict(wanted), inputs_of(bob))) == {}
    ours.told.clear()
    assert ours.changed(bob, wanted) == {"status", "membership_expiry_date"}
    assert "the person is invited again (1 of 1)" in ours.told[0]
    renewed = ours.invites.update(bob, wanted)
    assert (renewed.status, renewed.user, renewed.resends) == ("open", None, 1)
    assert members(ours.emulator, ai) == {"urn:head": "admin"}
    assert mails(ours.emulator, "bob@x.org") == 2
    accept(ours.emulator, ai, "bob@x.org")
    bob = ours.refreshed(renewed)
    assert (bob.status, bob.membership_expiry_date) == ("accepted", LATER)
    assert ours.changed(bob, inputs_of(bob)) == set()


def test_a_renewal_keeps_to_the_limit(ours: Ours) -> None:
    """At the limit nothing is ended and nobody mailed, the next preview is clean and says so; raised, it is done."""
    ai = ours.make().identifier
    bob = ended(ours, ai, resend_limit=0)
    after = ours.invites.update(bob, inputs_of(bob, membership_expiry_date=LATER))
    assert "nobody is mailed, as resend_limit is 0" in ours.told[-1]
    assert ours.changed(ours.refreshed(after), inputs_of(bob, membership_expiry_date=LATER)) == set()
    assert members(ours.emulator, ai) == {"urn:bob": "member"}
    assert ours.updated(bob, membership_expiry_date=LATER, resend_limit=1).status == "open"
    assert mails(ours.emulator, "bob@x.org") == 2


@pytest.mark.parametrize("operation", ["members/delete", "invitations/create"])
def test_a_renewal_that_is_interrupted(ours: Ours, operation: str) -> None:
    """Whichever call fails for good, the next run ends at one more invitation, counted once."""
    ai = ours.make().identifier
    bob = ended(ours, ai)
    ours.emulator.fault("sram", operation, "500", times=9)
    with pytest.raises(RequestError):
        ours.updated(bob, membership_expiry_date=LATER)
    ours.emulator.clear_faults()
    ours.again()
    after = ours.updated(bob, membership_expiry_date=LATER)
    assert (after.status, after.resends) == ("open", 1)
    assert mails(ours.emulator, "bob@x.org") == 2
    assert members(ours.emulator, ai) == {}


def test_who_has_ended_is_invited_by_a_new_resource(ours: Ours) -> None:
    """A dead membership that somebody else gave is no access to take over: told at preview, it gives way."""
    ai = ours.make().identifier
    ended(ours, ai)
    found = list(ours.invites.check({"collaboration": ai, "email": "bob@x.org", "intended_role": "admin"}, None))
    assert properties(found) == {}
    assert "the membership has ended" in notices(found)[0]
    assert ours.invite(ai, intended_role="admin").status == "open"
    assert members(ours.emulator, ai) == {}


def test_the_last_admin_whose_membership_has_ended_stays(ours: Ours) -> None:
    """Renewing the only admin would leave nobody: it is refused at preview and at `up`, and no call is made."""
    ai = ours.make().identifier
    bob = ended(ours, ai, intended_role="admin")
    wanted = inputs_of(bob, membership_expiry_date=LATER)
    assert "last admin" in properties(ours.invites.check(dict(wanted), inputs_of(bob)))["membership_expiry_date"]
    with pytest.raises(Refused, match="last admin"):
        ours.invites.update(bob, wanted)
    assert members(ours.emulator, ai) == {"urn:bob": "admin"}


# --- what is left out is not managed ---


def test_an_end_that_somebody_sets_is_no_drift(ours: Ours) -> None:
    """Without a declared date none is given, and what an admin sets later is kept as an output alone."""
    ai = ours.make().identifier
    bob = joined(ours, ai, "bob@x.org")
    assert bob.membership_expires is None
    moment = (datetime.now(UTC) + timedelta(days=90)).timestamp()
    act(ours.emulator, "edit", collaboration=ai, uid="urn:bob", fields={"expiry_date": moment})
    bob = ours.refreshed(bob)
    assert bob.membership_expiry_date is None
    assert bob.membership_expires is not None
    assert ours.changed(bob, inputs_of(bob)) == set()


@pytest.mark.parametrize("name", ["membership_expiry_date", "invitation_expiry_date"])
def test_a_date_that_is_taken_out_changes_nothing(ours: Ours, name: str) -> None:
    """Open or accepted, taking a date out of the program neither sends, nor withdraws, nor fails."""
    ai = ours.make().identifier
    bob = ours.invite(ai, **{name: LATER})
    ours.emulator.clear_journal()
    for _ in range(2):
        wanted = inputs_of(bob, **{name: None})
        assert properties(ours.invites.check(dict(wanted), inputs_of(bob))) == {}
        assert ours.updated(bob, **{name: None}) == bob
        if bob.status == "open":
            accept(ours.emulator, ai, "bob@x.org")
            bob = ours.refreshed(bob)
    assert bob.status == "accepted"
    assert writes(ours.emulator) == []


# --- what the program does not change ---


def test_what_is_not_changed_is_sent_as_it_is_there(ours: Ours) -> None:
    """A role and a group that somebody gave stay when the program adds a group, and show as drift after that."""
    ai = ours.make().identifier
    ids = {name: group(ours.emulator, ai, name) for name in ("one", "two", "by_hand")}
    bob = ours.invite(ai, groups=["one"])
    by_hand = {"intended_role": "admin", "groups": [ids["one"], ids["by_hand"]]}
    api(ours.emulator, "PATCH", f"invitations/v1/update/{bob.invitation_id}", by_hand)
    ours.again()
    after = ours.updated(bob, groups=["two"])
    assert invited(ours.emulator, ai)["bob@x.org"]["intended_role"] == "admin"
    assert groups_of(ours.emulator, ai, "bob@x.org") == {"two", "by_hand"}
    assert ours.refreshed(after) == after
    assert ours.changed(after, inputs_of(bob, groups=["two"])) == {"intended_role", "groups"}
    ours.updated(after, intended_role="member", groups=["two"])
    assert invited(ours.emulator, ai)["bob@x.org"]["intended_role"] == "member"
    assert groups_of(ours.emulator, ai, "bob@x.org") == {"two"}


def test_a_role_that_somebody_gave_a_member_stays(ours: Ours) -> None:
    """Another argument changes nothing about a role that no preview has shown; the state then tells it."""
    ai = ours.make().identifier
    bob = joined(ours, ai, "bob@x.org")
    api(ours.emulator, "PUT", f"collaborations/v1/{ai}/members", {"uid": "urn:bob", "role": "admin"})
    ours.again()
    after = ours.updated(bob, on_delete="keep")
    assert members(ours.emulator, ai) == {"urn:bob": "admin"}
    assert after.intended_role == "admin"
    assert ours.changed(after, inputs_of(bob, on_delete="keep")) == {"intended_role"}


# --- lists that are behind ---


@pytest.mark.parametrize("times", [1, 2, 3, 4])
def test_a_deletion_asks_the_service(ours: Ours, times: int) -> None:
    """Who has just accepted loses the membership, though the first looks show the world before that."""
    ai = ours.make().identifier
    bob = ours.refreshed(ours.invite(ai))
    accept(ours.emulator, ai, "bob@x.org")
    ours.again()
    ours.emulator.fault("sram", "*", "stale", times=times)
    ours.invites.delete(bob)
    ours.emulator.clear_faults()
    assert members(ours.emulator, ai) == {}
    assert invited(ours.emulator, ai) == {}


def test_a_known_member_is_ended_though_no_list_shows_them(ours: Ours) -> None:
    """The uid of the state is enough to ask for the end of a membership."""
    ai = ours.make().identifier
    bob = joined(ours, ai, "bob@x.org")
    act(ours.emulator, "remove-member", collaboration=ai, uid="urn:bob")
    ours.again()
    ours.invite(ai)
    accept(ours.emulator, ai, "bob@x.org")
    ours.again()
    ours.emulator.fault("sram", "collaborations/read", "stale", times=9)
    ours.invites.delete(bob)
    ours.emulator.clear_faults()
    assert members(ours.emulator, ai) == {}


@pytest.mark.parametrize("what", ["invited", "accepted"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_stale_refresh_costs_no_mail(ours: Ours, what: str, times: int) -> None:
    """What a refresh behind its time takes for lost is found by the next run, which sends and counts nothing."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    if what == "accepted":
        accept(ours.emulator, ai, "bob@x.org")
    ours.again()
    ours.emulator.fault("sram", "*", "stale", times=times)
    read = ours.invites.read(bob)
    ours.emulator.clear_faults()
    ours.again()
    after = ours.invite(ai) if read is None else ours.updated(read)
    after = ours.refreshed(after)
    assert (after.status, after.resends) == ("open" if what == "invited" else "accepted", 0)
    assert mails(ours.emulator, "bob@x.org") == 1


def test_a_stale_look_before_a_second_mail(ours: Ours) -> None:
    """Before anybody is mailed again, what a list says is asked once more."""
    ai = ours.make().identifier
    bob = ours.invite(ai).model_copy(update={"status": "declined"})
    accept(ours.emulator, ai, "bob@x.org", as_email="b@home.org")
    ours.again()
    ours.emulator.fault("sram", "collaborations/read", "stale")
    ours.emulator.fault("sram", "invitations/open", "stale")
    after = ours.updated(bob)
    assert (after.status, after.user) == ("accepted", "urn:bob")
    assert mails(ours.emulator, "bob@x.org") == 1


# --- identifiers that are no path, and odd values ---


@pytest.mark.parametrize("uid", ["..", ".", "a/b", "a\\b"])
def test_a_uid_that_is_no_part_of_a_path(ours: Ours, uid: str) -> None:
    """Ending such a membership is refused in one line, and no call leads elsewhere: the collaboration stays."""
    ai = ours.make(administrators=["head@x.org"]).identifier
    accept(ours.emulator, ai, "head@x.org")
    bob = ours.invite(ai)
    accept(ours.emulator, ai, "bob@x.org", uid=uid)
    bob = ours.refreshed(bob)
    with pytest.raises(Refused, match="cannot be part of an address") as told:
        ours.invites.delete(bob)
    assert "\n" not in str(told.value)
    assert members(ours.emulator, ai) == {"urn:head": "admin", uid: "member"}
    assert set(collaborations(ours.emulator)) == {"ai"}


@pytest.mark.parametrize("end", [253402300799, 253402214400, 4e11, 1e300, -1e12])
def test_an_end_beyond_the_calendar(ours: Ours, end: float) -> None:
    """The last day that there is, and dates beyond, can be read, kept and read again, and stop nobody else."""
    ai = ours.make().identifier
    bob = joined(ours, ai, "bob@x.org", membership_expiry_date=LATER)
    live = ours.directory.collaboration_now(ai)
    body = {"role": "member", "expiry_date": end, "user": {"uid": "urn:bob", "email": "bob@x.org"}}
    odd = live.model_copy(update={"members": [type(live.members[0]).model_validate(body)]})
    ours.directory._collaborations.put(ai, odd)
    after = ours.invites.read(bob)
    assert after is not None
    assert after.status == ("accepted" if end > 0 else "ended")
    assert type(after).model_validate(after.model_dump()) == after
    ours.changed(after, inputs_of(bob))


# --- what is told ---


def test_what_is_taken_over_is_told(ours: Ours) -> None:
    """A resource for somebody who is in or asked already says at preview that nothing is sent."""
    ai = ours.make().identifier
    ours.invite(ai)
    known = {"collaboration": ai, "email": "bob@x.org"}
    assert "is invited already; nothing is sent" in notices(ours.invites.check(known, None))[0]
    accept(ours.emulator, ai, "bob@x.org")
    ours.again()
    assert "has this access already; nothing is sent" in notices(ours.invites.check(known, None))[0]


def test_a_collaboration_that_may_not_be_looked_at(ours: Ours) -> None:
    """Unchanged rows of it fail nothing else, and are told in one line; a changed row fails."""
    ai = ours.make().identifier
    states = [ours.invite(ai), ours.invite(ai, "eve@x.org")]
    ours.again()
    ours.emulator.fault("sram", "collaborations/read", "403", times=99)
    told = {text for each in states for text in notices(ours.invites.check(dict(inputs_of(each)), inputs_of(each)))}
    assert len(told) == 1
    assert "cannot be checked" in told.pop()
    with pytest.raises(RequestError):
        list(ours.invites.check(dict(inputs_of(states[0], intended_role="admin")), inputs_of(states[0])))
    for end in (ours.invites.ends, ours.invites.delete):
        ours.again()
        with pytest.raises(Refused, match="does not allow this") as refused:
            end(states[0])
        assert refused.value.hint is Hint.FORGET
