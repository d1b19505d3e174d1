import time
from typing import Any

import pytest

from .client import DAY, Api

PATH = "/invitations/v1/collaboration_invites"
ERIN = "erin@people.test"


def body(co: Any, **fields: Any) -> dict[str, Any]:
    """What invites Erin, with other fields; `"absent"` takes one away."""
    whole = {"collaboration_identifier": co["identifier"], "invites": [ERIN], **fields}
    return {name: value for name, value in whole.items() if value != "absent"}


def group(api: Api, co: Any, name: str = "g_one") -> Any:
    """A group of the collaboration."""
    fields = {"name": name, "short_name": name, "collaboration_identifier": co["identifier"]}
    return api.ok("POST", "/groups/v1", fields)


def test_the_answer(api: Api, co: Any) -> None:
    """Each invitation answers four fields; the date is in seconds, fifteen days from now if not given."""
    [made] = api.invite(co, ERIN)
    assert made.keys() == {"email", "invitation_expiry_date", "invitation_id", "status"}
    assert (made["email"], made["status"]) == (ERIN, "open")
    assert abs(made["invitation_expiry_date"] - time.time() - 15 * DAY) < 30
    assert api.mails() == [(ERIN, "invite")]


def test_by_short_name(api: Api, co: Any) -> None:
    """The collaboration's short name is as good as its identifier."""
    assert api.ok("PUT", PATH, body(co, collaboration_identifier="absent", short_name="ai_computing"))
    assert len(api.open(co)) == 1


@pytest.mark.parametrize(
    ("fields", "status", "text"),
    [
        ({"short_name": "ai_computing"}, 400, "Exactly one of short_name and collaboration_identifier is required"),
        ({"collaboration_identifier": "absent"}, 400, "Exactly one of short_name and collaboration_identifier"),
        ({"collaboration_identifier": ""}, 400, "Exactly one of short_name and collaboration_identifier"),
        ({"collaboration_identifier": "nope"}, 403, "Collaboration nope is not part of organisation Demo"),
        (
            {"collaboration_identifier": "absent", "short_name": "AI_Computing"},
            403,
            "Collaboration AI_Computing is not part of organisation Demo",
        ),
        ({"invites": "absent"}, 400, "Missing key 'invites'"),
        ({"invites": []}, 400, "No valid email in invites: []"),
        ({"invites": "q@x.test"}, 400, "Invites must be an array, not q@x.test"),
        ({"invites": ["nope"]}, 400, "No valid email in invites: ['nope']"),
        ({"invites": [5]}, 500, "expected string"),
        ({"groups": ["nope"]}, 400, "Invalid group identifier: nope"),
        ({"groups": None}, 500, "'NoneType' object is not iterable"),
        ({"invites": ["a@x.test", f"{'a' * 255}@x.test"]}, 400, "Database error"),
        ({"invitation_expiry_date": 1e17}, 500, "is out of range"),
    ],
)
def test_refused_invitations(api: Api, co: Any, fields: dict[str, Any], status: int, text: str) -> None:
    """What is wrong with the call as a whole is refused, and nobody is invited."""
    got, message = api.refused("PUT", PATH, body(co, **fields))
    assert got == status
    assert text in message
    assert api.open(co) == []
    assert api.mails() == []


def test_foreign_collaborations(harbour: Api, lighthouse: Api) -> None:
    """A foreign collaboration and an identifier in other letters are 403, not 404."""
    [beacon] = lighthouse.listed()
    assert harbour.refused("PUT", PATH, body(beacon))[0] == 403
    shouted = {"identifier": beacon["identifier"].upper()}
    assert lighthouse.refused("PUT", PATH, body(shouted))[0] == 403


def test_some_bad_addresses_are_left_out(api: Api, co: Any) -> None:
    """Some bad e-mails are silently left out."""
    made = api.invite(co, "a@x.test", "nope", "b @x.test", "b@x.test")
    assert [each["email"] for each in made] == ["a@x.test", "b@x.test"]


@pytest.mark.parametrize("again", [ERIN, "Erin@People.Test"])
def test_an_open_invitation_blocks_another(api: Api, co: Any, again: str) -> None:
    """Where one address has an open invitation, whatever its case, nobody is invited."""
    api.invited(co)
    status, message = api.refused("PUT", PATH, body(co, invites=["new@x.test", again]))
    assert status == 400
    assert message.endswith(f"Duplicate email invitations: ['{ERIN}']")
    assert len(api.open(co)) == 1


def test_twice_in_one_call(api: Api, co: Any) -> None:
    """The same address twice in one call is two invitations."""
    first, second = api.invite(co, ERIN, ERIN)
    assert first["invitation_id"] != second["invitation_id"]
    assert api.mails() == [(ERIN, "invite")] * 2


def test_members_can_be_invited(api: Api, co: Any) -> None:
    """Who was invited and is a member gets a second, open invitation."""
    api.member(co)
    assert api.invitation(api.invited(co))["status"] == "open"


@pytest.mark.parametrize(
    ("role", "intended"),
    [
        ("admin", "admin"),
        ("member", "member"),
        ("Admin", "member"),
        ("owner", "member"),
        (None, "member"),
        (5, "member"),
    ],
)
def test_roles_fall_back_silently(api: Api, co: Any, role: Any, intended: str) -> None:
    """Any other role silently becomes member."""
    assert api.invitation(api.invited(co, intended_role=role))["intended_role"] == intended


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        (1_796_183_293_000, 1_796_183_293),
        (1_796_183_293_999.5, 1_796_183_293),
        (1_796_183_293, 1_796_183),  # seconds by mistake: January 1970
        (1_000_000_000_000, 1_000_000_000),  # in the past
    ],
)
def test_dates_are_sent_in_milliseconds(api: Api, co: Any, sent: float, seconds: int) -> None:
    """Dates go in as milliseconds and come out as seconds; the past is accepted, and stays open."""
    [made] = api.invite(co, ERIN, invitation_expiry_date=sent)
    assert made["invitation_expiry_date"] == seconds
    shown = api.invitation(made["invitation_id"])
    assert (shown["invitation"]["expiry_date"], shown["status"]) == (seconds, "open")


@pytest.mark.parametrize("sent", ["1796183293000", "2027-01-01", 0, None])
def test_dates_that_say_nothing(api: Api, co: Any, sent: Any) -> None:
    """A date that is text is ignored: the default is taken."""
    [made] = api.invite(co, ERIN, invitation_expiry_date=sent, membership_expiry_date=sent)
    assert abs(made["invitation_expiry_date"] - time.time() - 15 * DAY) < 30


def test_harmless_nulls(api: Api, co: Any) -> None:
    """Null in the optional fields but groups is as if they were left out."""
    nulls = ("message", "sender_name", "intended_role", "invitation_expiry_date", "membership_expiry_date")
    assert api.invite(co, ERIN, **dict.fromkeys(nulls))


def test_the_shape_that_is_read(api: Api, co: Any) -> None:
    """An invitation shows itself, its collaboration and groups, and never message, sender or hash."""
    by_name, by_identifier = group(api, co), group(api, co, "g_two")
    wanted = ["g_one", by_identifier["identifier"]]
    invitation_id = api.invited(co, groups=wanted, message="Please", sender_name="Somebody")
    read = api.invitation(invitation_id)
    assert read == {
        "status": "open",
        "intended_role": "member",
        "groups": [
            {name: each[name] for name in ("id", "identifier", "name", "short_name", "description", "global_urn")}
            for each in (by_name, by_identifier)
        ],
        "invitation": {
            "identifier": invitation_id,
            "email": ERIN,
            "expiry_date": read["invitation"]["expiry_date"],
        },
        "collaboration": {
            name: co[name] for name in ("id", "identifier", "name", "short_name", "description", "global_urn")
        },
    }
    assert api.open(co) == [read]


def test_the_user_comes_once_accepted(api: Api, co: Any) -> None:
    """Once accepted the user is shown, with an address that may be another one."""
    invitation_id = api.invited(co)
    api.act("accept", invitation_id=invitation_id, uid="urn:erin", email="other@home.test", name="Erin")
    read = api.invitation(invitation_id)
    assert read["status"] == "accepted"
    assert read["invitation"]["email"] == ERIN
    assert read["user"] == {
        "name": "Erin",
        "mail": "other@home.test",
        "username": "erin",
        "platform_id": "urn:erin",
        "status": "active",
    }
    assert api.open(co) == []


def test_the_open_list_has_what_is_past_its_date(api: Api, co: Any) -> None:
    """The list has open ones only, those past their date too."""
    assert api.open(co) == []
    api.act("age-invitation", invitation_id=api.invited(co), days=20)
    assert [each["status"] for each in api.open(co)] == ["open"]


def test_change_replaces_role_and_groups(api: Api, co: Any) -> None:
    """A change replaces both: an empty one resets the role to member and clears the groups."""
    group(api, co)
    path = f"/invitations/v1/update/{api.invited(co)}"
    for sent, role, groups in [
        ({"intended_role": "admin", "groups": ["g_one"]}, "admin", ["g_one"]),
        ({"intended_role": "admin"}, "admin", []),
        ({"groups": ["g_one"]}, "member", ["g_one"]),
        ({"intended_role": "Owner", "email": "x@y.test", "invitation_expiry_date": 1}, "member", []),
        ({"intended_role": "admin", "groups": ["g_one"]}, "admin", ["g_one"]),
        ({}, "member", []),
    ]:
        changed = api.ok("PATCH", path, sent)
        assert (changed["intended_role"], [each["short_name"] for each in changed["groups"]]) == (role, groups)
        assert changed["invitation"]["email"] == ERIN


def test_wrong_changes(api: Api, co: Any) -> None:
    """An unknown group is refused, and then nothing changes."""
    path = f"/invitations/v1/update/{api.invited(co)}"
    status, message = api.refused("PATCH", path, {"intended_role": "admin", "groups": ["nope"]})
    assert status == 400
    assert "Invalid group identifier: nope" in message
    assert api.open(co)[0]["intended_role"] == "member"


def test_a_change_comes_too_late(api: Api, co: Any) -> None:
    """On an accepted invitation a change is 201, and the membership stays as it is."""
    path = f"/invitations/v1/update/{api.member(co)}"
    assert api.ok("PATCH", path, {"intended_role": "admin"})["intended_role"] == "admin"
    assert api.read(co)["collaboration_memberships"][0]["role"] == "member"


def test_groups_are_joined_on_acceptance(api: Api, co: Any) -> None:
    """Who accepts is in the invitation's groups."""
    group(api, co)
    api.member(co, groups=["g_one"])
    assert len(api.read(co)["groups"][0]["collaboration_memberships"]) == 1


@pytest.mark.parametrize(
    ("headers", "data", "status"),
    [
        ({}, None, 201),
        ({"Content-Type": "application/json"}, "{}", 201),
        ({"Content-Type": "text/plain"}, "x", 201),
        ({"Content-Type": "application/json"}, "", 400),
    ],
)
def test_bodies_of_a_resend(api: Api, co: Any, headers: dict[str, str], data: str | None, status: int) -> None:
    """A resend takes no body or a JSON one; an empty body that says it is JSON is 400."""
    path = f"/invitations/v1/resend/{api.invited(co)}"
    assert api.send("PUT", path, headers=headers, data=data).status_code == status
    assert api.mails()[1:] == [(ERIN, "resend")] * (status == 201)


def test_a_resend_moves_a_date_that_has_passed(api: Api, co: Any) -> None:
    """A resend mails again; only a date that has passed moves, to fifteen days from now."""
    invitation_id = api.invited(co, invitation_expiry_date=int(time.time() + 5 * DAY) * 1000)
    before = api.invitation(invitation_id)
    assert api.ok("PUT", f"/invitations/v1/resend/{invitation_id}") == before
    api.act("age-invitation", invitation_id=invitation_id, days=6)
    after = api.ok("PUT", f"/invitations/v1/resend/{invitation_id}")
    assert abs(after["invitation"]["expiry_date"] - time.time() - 15 * DAY) < 30
    assert api.mails() == [(ERIN, "invite"), (ERIN, "resend"), (ERIN, "resend")]


def test_a_resend_after_acceptance(api: Api, co: Any) -> None:
    """On an accepted invitation a resend mails as well."""
    invitation_id = api.member(co)
    assert api.ok("PUT", f"/invitations/v1/resend/{invitation_id}")["status"] == "accepted"
    assert api.mails() == [(ERIN, "invite"), (ERIN, "resend")]


def test_a_resend_does_not_revive(api: Api, co: Any) -> None:
    """On an expired invitation a resend moves the date, and accepting still fails."""
    invitation_id = api.invited(co)
    api.act("age-invitation", invitation_id=invitation_id, days=16)
    api.act("accept", 409, invitation_id=invitation_id, uid="urn:erin")
    again = api.ok("PUT", f"/invitations/v1/resend/{invitation_id}")
    assert again["status"] == "expired"
    assert again["invitation"]["expiry_date"] > time.time()
    assert "expired" in api.act("accept", 409, invitation_id=invitation_id, uid="urn:erin")["error"]
