from typing import Any

import pytest

from .client import Api

ERIN = "erin@people.test"


def by_creation(api: Api) -> tuple[Any, str]:
    """A collaboration and the invitation that came with its creation."""
    made = api.create(administrators=[ERIN])
    return made, api.open(made)[0]["invitation"]["identifier"]


def by_call(api: Api) -> tuple[Any, str]:
    """A collaboration and an invitation by a call of its own."""
    made = api.create()
    return made, api.invited(made, intended_role="admin")


BOTH = pytest.mark.parametrize("start", [by_creation, by_call])


@BOTH
def test_accepted(api: Api, start: Any) -> None:
    """Accepted, an invitation by the call stays readable, and one by a creation is gone."""
    co, invitation_id = start(api)
    api.act("accept", invitation_id=invitation_id, uid="urn:erin", email="x@home.test")
    shown = api.invitation(invitation_id)
    assert (shown is None) == (start is by_creation)
    assert shown is None or shown["status"] == "accepted"
    assert api.open(co) == []
    [membership] = api.read(co)["collaboration_memberships"]
    assert (membership["role"], membership["user"]["email"]) == ("admin", "x@home.test")
    assert (membership["invitation_id"] is None) == (start is by_creation)


@BOTH
def test_declined(api: Api, start: Any) -> None:
    """Declined, either invitation is gone; there is no such status."""
    co, invitation_id = start(api)
    api.act("decline", invitation_id=invitation_id, uid="urn:erin")
    assert api.invitation(invitation_id) is None
    assert api.open(co) == []
    assert api.read(co)["collaboration_memberships"] == []


@BOTH
def test_past_its_date(api: Api, start: Any) -> None:
    """Past its date either invitation is still open."""
    _, invitation_id = start(api)
    api.act("age-invitation", invitation_id=invitation_id, days=16)
    assert api.invitation(invitation_id)["status"] == "open"


@BOTH
def test_past_its_date_as_time_goes(api: Api, start: Any) -> None:
    """The emulator's clock has the same effect as moved dates."""
    _, invitation_id = start(api)
    api.emulator.advance(16 * 86_400)
    assert api.invitation(invitation_id)["status"] == "open"
    api.act("accept", 409, invitation_id=invitation_id, uid="urn:erin")


@BOTH
def test_accepted_too_late(api: Api, start: Any) -> None:
    """Tried too late, an invitation by the call is expired, and one by a creation gone; nobody is a member."""
    co, invitation_id = start(api)
    api.act("age-invitation", invitation_id=invitation_id, days=16)
    assert "expired" in api.act("accept", 409, invitation_id=invitation_id, uid="urn:erin")["error"]
    shown = api.invitation(invitation_id)
    assert (shown is None) == (start is by_creation)
    assert shown is None or (shown["status"], "user" in shown) == ("expired", False)
    assert api.read(co)["collaboration_memberships"] == []
    assert api.invited(co) != invitation_id


@BOTH
@pytest.mark.parametrize(
    ("days", "made_by_call"), [(20, "open"), (26, "expired"), (46, None)]
)  # fifteen of them until its date
def test_the_daily_job(api: Api, start: Any, days: int, made_by_call: str | None) -> None:
    """More than 10 days past its date the job ends an invitation, more than 30 days past it deletes it."""
    _, invitation_id = start(api)
    api.act("age-invitation", invitation_id=invitation_id, days=days)
    api.act("job", name="nightly")
    shown = api.invitation(invitation_id)
    expected = "open" if days == 20 else made_by_call if start is by_call else None
    assert (shown and shown["status"]) == expected


def test_the_daily_job_deletes_accepted_ones(api: Api, co: Any) -> None:
    """Accepted ones go as well, and their members stay."""
    invitation_id = api.member(co)
    api.act("age-invitation", invitation_id=invitation_id, days=40)
    api.act("job", name="nightly")
    assert api.invitation(invitation_id)["status"] == "accepted"
    api.act("age-invitation", invitation_id=invitation_id, days=10)
    api.act("job", name="nightly")
    assert api.invitation(invitation_id) is None
    assert len(api.read(co)["collaboration_memberships"]) == 1


def test_who_was_not_reminded_is_not_ended(api: Api, co: Any) -> None:
    """The job ends only invitations of which their people were reminded, in the last days before the date."""
    unreminded, reminded = api.invited(co), api.invited(co, "bob@people.test")
    api.act("age-invitation", invitation_id=reminded, days=11)
    api.act("job", name="invitation_reminders")
    api.act("job", name="invitation_reminders")
    assert api.mails()[2:] == [("bob@people.test", "reminder")]
    api.emulator.advance(60 * 86_400)
    api.act("job", name="invitation_expirations")
    assert (api.invitation(unreminded)["status"], api.invitation(reminded)) == ("open", None)


@pytest.mark.parametrize("by_key", [True, False])
def test_its_member_is_removed(api: Api, co: Any, by_key: bool) -> None:
    """Once its member is removed an invitation cannot be read, but deleted."""
    invitation_id = api.member(co)
    if by_key:
        api.ok("DELETE", f"/collaborations/v1/{co['identifier']}/members/urn:erin", status=204)
    else:
        api.act("remove-member", collaboration="ai_computing", uid="urn:erin")
    assert api.invitation(invitation_id) is None
    assert api.ok("DELETE", f"/invitations/v1/{invitation_id}", status=204) is None
    assert api.refused("DELETE", f"/invitations/v1/{invitation_id}")[0] == 404


@pytest.mark.parametrize("state", ["open", "accepted", "expired"])
def test_delete_works_in_every_state(api: Api, co: Any, state: str) -> None:
    """A deletion is 204 in every state and then 404; it keeps the membership, and frees the address."""
    invitation_id = api.member(co) if state == "accepted" else api.invited(co)
    if state == "expired":
        api.act("age-invitation", invitation_id=invitation_id, days=16)
        api.act("accept", 409, invitation_id=invitation_id, uid="urn:erin")
    assert api.invitation(invitation_id)["status"] == state
    path = f"/invitations/v1/{invitation_id}"
    assert api.ok("DELETE", path, status=204) is None
    assert api.refused("DELETE", path) == (404, "No row was found when one was required")
    memberships = api.read(co)["collaboration_memberships"]
    assert [each["invitation_id"] for each in memberships] == [None] * (state == "accepted")
    assert api.invited(co)


def test_past_its_date_it_still_blocks(api: Api, co: Any) -> None:
    """An open one past its date blocks a new one until it is deleted."""
    invitation_id = api.invited(co)
    api.act("age-invitation", invitation_id=invitation_id, days=20)
    again = {"collaboration_identifier": co["identifier"], "invites": [ERIN]}
    assert api.refused("PUT", "/invitations/v1/collaboration_invites", again)[0] == 400
    api.ok("DELETE", f"/invitations/v1/{invitation_id}", status=204)
    assert api.invited(co)


def test_accepting_as_somebody_who_is_a_member(api: Api, co: Any) -> None:
    """Who is a member already cannot accept another invitation, and that one is gone."""
    first = api.member(co)
    second = api.invited(co, "second@people.test")
    api.act("accept", 409, invitation_id=second, uid="urn:erin")
    assert api.invitation(second) is None
    assert api.invitation(first)["status"] == "accepted"
