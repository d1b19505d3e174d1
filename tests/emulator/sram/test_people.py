import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from .client import Api

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Another name"),
        ("short_name", "another"),
        ("description", "Another description"),
        ("website_url", "https://x.test"),
        ("expiry_date", 1_907_712_000),
        ("disable_join_requests", True),
        ("disclose_member_information", False),
        ("disclose_email_information", False),
        ("tags", ["another"]),
        ("units", ["Research"]),
        ("support_email", "help@x.test"),
    ],
)
@pytest.mark.parametrize("named", ["identifier", "short_name"])
def test_everything_can_be_edited(api: Api, co: Any, field: str, value: Any, named: str) -> None:
    """People can change all of it in the web interface, so that drift is real on every field."""
    before = api.read(co)
    api.act("edit", collaboration=co[named], fields={field: value})
    after = api.read(co)
    moving = {"updated_at", "last_activity_date", *(["global_urn"] if field == "short_name" else [])}
    assert {name for name in after if after[name] != before[name]} - moving == {field}
    assert after[field] == value


def test_another_picture_has_another_link(api: Api, co: Any) -> None:
    """The logo's link changes when the picture does."""
    api.act("edit", collaboration="ai_computing", fields={"logo": "another"})
    assert api.read(co)["logo"] != co["logo"]


def test_what_can_be_taken_away(api: Api) -> None:
    """A date that goes makes an expired collaboration active again."""
    co = api.create(expiry_date=1_907_712_000, website_url="https://x.test", support_email="a@x.test")
    api.act("edit", collaboration="ai_computing", fields={"expiry_date": 1})
    api.act("job", name="collaboration_expiration")
    assert api.read(co)["status"] == "expired"
    api.act("edit", collaboration="ai_computing", fields=dict.fromkeys(["expiry_date", "website_url", "support_email"]))
    read = api.read(co)
    assert (read["expiry_date"], read["website_url"], read["support_email"]) == (None, None, None)
    assert read["status"] == "active"


@pytest.mark.parametrize(
    ("control", "body", "status"),
    [
        ("accept", {"invitation_id": UNKNOWN, "uid": "urn:x"}, 404),
        ("accept", {"uid": "urn:x"}, 400),
        ("accept", {"invitation_id": UNKNOWN, "uid": "urn:x", "colour": "red"}, 400),
        ("decline", {"invitation_id": UNKNOWN}, 404),
        ("age-invitation", {"invitation_id": UNKNOWN, "days": 1}, 404),
        ("age-invitation", {"invitation_id": UNKNOWN, "days": 0}, 400),
        ("remove-member", {"collaboration": "nope", "uid": "x"}, 404),
        ("remove-member", {"collaboration": "ai_computing", "uid": "x"}, 404),
        ("edit", {"collaboration": "nope", "fields": {}}, 404),
        ("edit", {"collaboration": "ai_computing", "fields": {"colour": "red"}}, 400),
        ("edit", {"collaboration": "ai_computing", "fields": {"description": None}}, 400),
        ("edit", {"collaboration": "ai_computing", "fields": {"tags": ["Bad"]}}, 400),
        ("edit", {"collaboration": "ai_computing", "fields": {"units": ["Nope"]}}, 400),
        ("edit", {"collaboration": "ai_computing", "fields": {"website_url": "www"}}, 400),
        ("edit", {"collaboration": "ai_computing", "fields": {"name": ""}}, 400),
        ("edit", {"collaboration": "ai_computing", "fields": {"name": "n" * 256}}, 400),
        ("edit", {"collaboration": "ai_computing", "fields": {"name": "other"}}, 409),
        ("edit", {"collaboration": "ai_computing", "fields": {"short_name": "other"}}, 409),
        ("decide", {"collaboration": "ai_computing", "service_entity_id": "x", "decision": "approve"}, 404),
        (
            "decide",
            {"collaboration": "ai_computing", "service_entity_id": "https://vault.example.org", "decision": "deny"},
            409,
        ),
        ("decide", {"collaboration": "ai_computing", "service_entity_id": "x", "decision": "maybe"}, 400),
        ("job", {"name": "weekly"}, 400),
        ("job", {"name": "nightly", "days": -1}, 400),
        ("age-invitation", {"invitation_id": UNKNOWN, "days": 40_000}, 400),
        ("edit", {"fields": {}}, 400),
        ("edit", {"uid": "urn:nobody", "fields": {"email": "x@x.test"}}, 404),
        ("edit", {"uid": "urn:erin", "fields": {"email": None}}, 400),
        ("edit", {"uid": "urn:erin", "fields": {"role": "admin"}}, 400),
        ("edit", {"collaboration": "ai_computing", "uid": "urn:nobody", "fields": {"role": "admin"}}, 404),
        ("edit", {"collaboration": "ai_computing", "uid": "urn:erin", "fields": {"role": "owner"}}, 400),
        ("edit", {"collaboration": "ai_computing", "uid": "urn:erin", "fields": {"expiry_date": 1e12}}, 400),
        ("edit", {"collaboration": "ai_computing", "uid": "urn:erin", "fields": {"email": "x@x.test"}}, 400),
    ],
)
def test_what_people_cannot_do(api: Api, co: Any, control: str, body: dict[str, Any], status: int) -> None:
    """A control that cannot be done says why in one line, and changes nothing."""
    api.create(name="Other", short_name="other")
    api.member(co)
    before = api.emulator.state()
    text = api.act(control, status, **body)["error"]
    assert "\n" not in text
    assert api.emulator.state() == before


@pytest.mark.parametrize("control", ["accept", "decline"])
def test_an_invitation_is_answered_once(api: Api, co: Any, control: str) -> None:
    """Who has accepted can neither accept again nor decline."""
    invitation_id = api.member(co)
    api.act(control, 409, invitation_id=invitation_id, uid="urn:bob")
    assert len(api.read(co)["collaboration_memberships"]) == 1


def test_a_user_is_one_person_everywhere(api: Api, co: Any) -> None:
    """A uid that is known keeps its user; a new address or name is taken over."""
    api.member(co)
    other = api.create(name="B", short_name="b")
    api.act("accept", invitation_id=api.invited(other), uid="urn:erin", email="new@people.test")
    [first], [second] = (api.read(each)["collaboration_memberships"] for each in (co, other))
    assert first["user"] == second["user"]
    assert (first["user"]["email"], first["user"]["name"]) == ("new@people.test", "Erin")


def test_memberships_expire(api: Api, co: Any) -> None:
    """The daily job ends memberships past their date, and much later removes them."""
    api.member(co, membership_expiry_date=1_000)
    assert api.read(co)["collaboration_memberships"][0]["status"] == "active"
    api.act("job", name="membership_expiration")
    assert api.read(co)["collaboration_memberships"][0]["status"] == "expired"
    api.act("job", name="membership_expiration")
    assert api.read(co)["collaboration_memberships"] == []


def test_a_date_alone_changes_nothing(api: Api) -> None:
    """A collaboration is active past its date until the daily job, and can be used when it is expired."""
    co = api.create(expiry_date=1_907_712_000)
    api.act("edit", collaboration="ai_computing", fields={"expiry_date": _today(api)})
    assert api.read(co)["status"] == "active"
    api.act("job", name="nightly")
    assert api.read(co)["status"] == "expired"
    assert api.invited(co)
    assert api.connect(co, "https://mail.example.org")["status"] == "connected"
    api.emulator.advance(90 * 86_400)
    api.act("job", name="nightly")
    assert api.listed() == []


def test_a_job_of_another_night(api: Api, co: Any) -> None:
    """A job may run as in so many days: it ends, suspends and deletes by that time, and the clock stays."""
    other = api.create(name="B", short_name="b", expiry_date=api.now() + 30 * 86_400)
    api.member(other, membership_expiry_date=1000 * (api.now() + 10 * 86_400))
    api.act("job", name="membership_expiration", days=9)
    assert api.read(other)["collaboration_memberships"][0]["status"] == "active"
    api.act("job", name="membership_expiration", days=11)
    assert api.read(other)["collaboration_memberships"][0]["status"] == "expired"
    api.act("job", days=32)
    assert [each["status"] for each in api.listed()] == ["active", "expired"]
    api.act("job", name="collaboration_inactivity_suspension", days=366)
    assert [each["status"] for each in api.listed()] == ["suspended", "expired"]
    assert api.emulator.state()["clock_offset_seconds"] == 0


def test_a_membership_is_edited(api: Api, co: Any) -> None:
    """An administrator changes role and date; a date to come, or none, makes an expired membership active again."""
    api.member(co, membership_expiry_date=1_000)

    def edited(**fields: Any) -> tuple[str, str, Any]:
        api.act("edit", collaboration="ai_computing", uid="urn:erin", fields=fields)
        [found] = api.read(co)["collaboration_memberships"]
        return found["role"], found["status"], found["expiry_date"]

    assert edited(role="admin") == ("admin", "active", 1)
    for date in (api.now() + 1_000, None):
        assert edited(expiry_date=2)[2] == 2
        api.act("job", name="membership_expiration")
        assert edited(expiry_date=3) == ("admin", "expired", 3)
        assert edited(expiry_date=date) == ("admin", "active", date)


def test_an_address_passes_to_somebody_else(api: Api, co: Any) -> None:
    """A person's address changes in all collaborations and the uid stays; another uid can have the old one then."""
    other = api.create(name="B", short_name="b")
    first = api.member(co)
    api.member(other, "bob")
    api.act("edit", uid="urn:erin", fields={"email": "erin@new.test", "name": "Erin New", "suspended": True})
    api.act("edit", uid="urn:bob", fields={"email": "erin@people.test"})
    [erin], [bob] = (api.read(each)["collaboration_memberships"] for each in (co, other))
    assert (erin["user"]["uid"], erin["user"]["email"], erin["user"]["name"]) == (
        "urn:erin",
        "erin@new.test",
        "Erin New",
    )
    assert (bob["user"]["uid"], bob["user"]["email"], bob["user"]["name"]) == ("urn:bob", "erin@people.test", "Bob")
    shown = api.invitation(first)
    assert (shown["user"]["platform_id"], shown["user"]["mail"]) == ("urn:erin", "erin@new.test")
    assert (shown["user"]["status"], shown["invitation"]["email"]) == ("suspended", "erin@people.test")


def test_a_uid_that_is_no_path_segment(api: Api, co: Any) -> None:
    """A uid of two dots is removed where it is encoded; a client that resolves it deletes the collaboration."""
    api.act("accept", invitation_id=api.invited(co), uid="..")
    api.member(co, "bob")
    path = f"/collaborations/v1/{co['identifier']}/members"
    assert _raw(api, f"{path}/%2E%2E") == 204
    assert [each["user"]["uid"] for each in api.read(co)["collaboration_memberships"]] == ["urn:bob"]
    assert api.send("DELETE", f"{path}/..").status_code == 204
    assert api.listed() == []


def _raw(api: Api, path: str) -> int:
    """The status of a deletion whose path no library tidies up."""
    url = urlsplit(api.base)
    connection = HTTPConnection(str(url.hostname), url.port, timeout=30)
    connection.request("DELETE", f"{url.path}/api{path}", headers={"Authorization": f"Bearer {api.token}"})
    status = connection.getresponse().status
    connection.close()
    return status


def _today(api: Api) -> float:
    co: Any = api.listed()[0]
    return float(co["created_at"] // 86_400 * 86_400)


def test_nothing_happens_for_a_year(api: Api, co: Any) -> None:
    """The daily job suspends a collaboration where nothing happened for long; an edit wakes it."""
    api.emulator.advance(366 * 86_400)
    api.act("job", name="nightly")
    assert api.read(co)["status"] == "suspended"
    api.act("edit", collaboration="ai_computing", fields={"description": "Still here"})
    assert api.read(co)["status"] == "active"
    api.emulator.advance(366 * 86_400)
    api.act("job", name="nightly")
    api.emulator.advance(90 * 86_400)
    api.act("job", name="nightly")
    assert api.listed() == []


def test_a_short_name_of_two_organisations(harbour: Api, lighthouse: Api) -> None:
    """A control takes a short name only where it means one collaboration."""
    mine = harbour.create(name="B", short_name="beacon")
    text = harbour.act("edit", 409, collaboration="beacon", fields={"description": "x"})["error"]
    assert "identifier" in text
    harbour.act("edit", collaboration=mine["identifier"], fields={"description": "x"})
    assert lighthouse.listed()[0]["description"] == ""


def test_no_secret_in_the_journal(api: Api, co: Any) -> None:
    """Neither key nor hash is in the journal, wherever a client puts them."""
    api.invited(co)
    [invitation] = api.emulator.state()["sram"]["collaborations"][0]["invitations"]
    api.send("PUT", f"/{api.token}/{invitation['hash']}", {"note": [api.token, invitation["hash"]], "hash": "h"})
    shown = json.dumps(api.emulator.journal())
    assert api.token not in shown
    assert invitation["hash"] not in shown
    assert api.emulator.journal()[-1]["body"] == {"note": ["[redacted]", "[redacted]"], "hash": "[redacted]"}
