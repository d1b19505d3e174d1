"""What travels: two units of time, nothing null, and nothing secret taken in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pulumi_collab.errors import BadResponse, ConfigError, NotFound, Refused, Rejected, Unauthenticated
from pulumi_collab.settings import Settings, resolve
from pulumi_collab.sram import wire
from pulumi_collab.sram.client import Client, DatabaseError
from pulumi_collab.sram.platform import PLATFORM

from .behind import api, invited
from .conftest import Ours

NOON = datetime(2030, 6, 15, 14, 0, tzinfo=timezone(timedelta(hours=2)))


def body(ours: Ours, method: str, part: str) -> dict[str, Any]:
    """The body of the last such call."""
    found = [e for e in ours.emulator.journal() if e["method"] == method and part in e["path"]]
    sent: dict[str, Any] = found[-1]["body"]
    return sent


def test_a_collaboration_expires_in_seconds(ours: Ours) -> None:
    """POST collaborations takes epoch seconds; milliseconds would be an HTTP 500 (6)."""
    ai = ours.make(expiry_date="2030-06-15")
    assert body(ours, "POST", "collaborations/v1")["expiry_date"] == 1907712000
    assert api(ours.emulator, "GET", f"collaborations/v1/{ai.identifier}")["expiry_date"] == 1907712000


def test_an_invitation_expires_in_milliseconds(ours: Ours) -> None:
    """PUT collaboration_invites takes epoch milliseconds for both dates; seconds would mean January 1970 (6)."""
    ai = ours.make().identifier
    ours.invite(ai, invitation_expiry_date="2030-06-15", membership_expiry_date=NOON.isoformat())
    sent = body(ours, "PUT", "collaboration_invites")
    assert sent["invitation_expiry_date"] == 1907712000000
    assert sent["membership_expiry_date"] == 1907755200000
    assert invited(ours.emulator, ai)["bob@x.org"]["invitation"]["expiry_date"] == 1907712000


def test_answers_are_in_seconds(ours: Ours) -> None:
    """Every date of an answer is in seconds: of a collaboration, an invitation, its list, and a membership (6)."""
    moment = datetime(2030, 6, 15, tzinfo=UTC)
    ai = ours.make(expiry_date="2030-06-15").identifier
    sent = ours.directory.invite(
        ai, ["bob@x.org"], "member", invitation_expiry_date=moment, membership_expiry_date=moment
    )
    assert sent[0].expires == moment
    assert ours.directory.collaboration_now(ai).expiry_date == moment
    assert ours.directory.open_invitations_now(ai)[0].expires == moment
    assert ours.directory.invitation(sent[0].identifier).expires == moment
    member = wire.Member.model_validate({"role": "admin", "expiry_date": 1907712000, "user": {"uid": "u"}})
    assert member.expires == moment


def test_what_is_not_given_is_left_out(ours: Ours) -> None:
    """Null is an HTTP 500 for most fields, so nothing null is ever sent (2)."""
    ai = ours.make().identifier
    ours.invite(ai)
    assert sorted(body(ours, "POST", "collaborations/v1")) == [
        "administrators",
        "description",
        "disable_join_requests",
        "disclose_email_information",
        "disclose_member_information",
        "name",
        "short_name",
    ]
    assert sorted(body(ours, "PUT", "collaboration_invites")) == [
        "collaboration_identifier",
        "intended_role",
        "invites",
    ]


def test_an_update_sends_role_and_groups() -> None:
    """The update call always has both, as the service resets what is missing."""
    assert wire.invitation_body("member", []) == {"intended_role": "member", "groups": []}


def test_a_hash_goes_no_further() -> None:
    """The secret of an invitation, which some answers hold, is in none of our types."""
    answer = {
        "identifier": "i",
        "short_name": "ai",
        "name": "AI",
        "invitations": [{"hash": "s3cret"}],
        "collaboration_memberships": [{"role": "admin", "user": {"uid": "u"}, "invitation": {"hash": "s3cret"}}],
    }
    assert "s3cret" not in repr(wire.Collaboration.model_validate(answer))


def test_units_come_in_two_shapes() -> None:
    """Units are names in GET, and objects in the answer to the units call."""
    common = {"identifier": "i", "short_name": "ai", "name": "AI"}
    for units in (["Research"], [{"id": 1, "name": "Research", "organisation_id": 1}]):
        assert wire.Collaboration.model_validate({**common, "units": units}).units == ["Research"]


def test_a_wrong_base_url_is_not_a_gone_thing(ours: Ours) -> None:
    """The 404 of a path that does not exist comes before the token is looked at, and says nothing (2)."""
    environment = ours.emulator.environment()
    client = Client(
        Settings({"base_url": f"{environment['SRAM_BASE_URL']}/elsewhere", "api_token": environment["SRAM_API_TOKEN"]})
    )
    with pytest.raises(BadResponse, match="check the base URL"):
        client.collaboration("00000000-0000-4000-8000-000000000000")
    with pytest.raises(NotFound):
        ours.directory.collaboration("00000000-0000-4000-8000-000000000000")


def test_a_base_url_with_api(ours: Ours) -> None:
    """A base URL that ends with /api is understood."""
    environment = ours.emulator.environment()
    given = {"sram:baseUrl": f"{environment['SRAM_BASE_URL']}/api/", "sram:apiToken": environment["SRAM_API_TOKEN"]}
    assert Client(resolve(PLATFORM.schema, given.get)).organisation().name


def test_a_wrong_token(ours: Ours) -> None:
    """A wrong token is an error that says so and does not show it (2: 401)."""
    client = Client(Settings({"base_url": ours.emulator.environment()["SRAM_BASE_URL"], "api_token": "wrong-token"}))
    with pytest.raises(Unauthenticated) as told:
        client.organisation()
    assert "wrong-token" not in str(told.value)


@pytest.mark.parametrize("token", ["two\nlines", "with blank", "Bearer x", "…"])
def test_an_unusable_token(token: str) -> None:
    """A token that no header can hold is refused before a call, and not shown."""
    with pytest.raises(ConfigError, match="must be the token alone") as told:
        resolve(PLATFORM.schema, {"sram:baseUrl": "https://sram.example.org", "sram:apiToken": token}.get)
    assert token not in str(told.value)


def test_addresses_of_proxies_are_left_out() -> None:
    """The caller's address may be a list, where proxies stand between."""
    client = Client(Settings({"base_url": "https://sram.example.org", "api_token": "token"}))
    said = "NotFound: https://sram.example.org/api/x. IP: 10.1.2.3, 192.168.7.8. Nope, none."
    assert client._session.explain(said) == "Nope, none."


def test_errors_do_not_repeat_the_callers_address(ours: Ours) -> None:
    """The service's messages begin with the URL and the caller's IP address, which we leave out (2)."""
    ai = ours.make().identifier
    with pytest.raises(Rejected) as told:
        ours.directory.set_units(ai, ["Nope"])
    assert "Unit with name Nope" in str(told.value)
    assert "127.0.0.1" not in str(told.value)
    with pytest.raises(NotFound) as missing:
        ours.directory.collaboration("00000000-0000-4000-8000-000000000000")
    assert "127.0.0.1" not in str(missing.value)


def test_a_database_error_is_no_plain_refusal(ours: Ours) -> None:
    """`Database error` may leave half of the work, so it counts as unsure (2)."""
    ours.emulator.fault("sram", "collaborations/create", "refuse")
    with pytest.raises(DatabaseError) as told:
        ours.directory.create_collaboration({})
    assert told.value.ambiguous


def test_a_trailing_slash_and_case_are_one_key(ours: Ours) -> None:
    """Identifiers match in any case, so they share one listing (1)."""
    ai = ours.make().identifier
    ours.emulator.clear_journal()
    assert ours.directory.collaboration(ai.upper()).identifier == ai
    assert ours.emulator.journal() == []


@pytest.mark.parametrize("odd", ["", ".", "..", "a/b", "a\\b"])
def test_nothing_odd_leaves_as_a_part_of_a_path(ours: Ours, odd: str) -> None:
    """An identifier that a server would read as another path is refused by every method, and no call is made."""
    client = ours.directory.client
    ours.emulator.clear_journal()
    for call in (
        lambda: client.collaboration(odd),
        lambda: client.delete_collaboration(odd),
        lambda: client.set_units(odd, []),
        lambda: client.set_role(odd, "urn:bob", "member"),
        lambda: client.remove_member(odd, "urn:bob"),
        lambda: client.remove_member("3b5c", odd),
        lambda: client.invitation(odd),
        lambda: client.open_invitations(odd),
        lambda: client.update_invitation(odd, {}),
        lambda: client.resend_invitation(odd),
        lambda: client.delete_invitation(odd),
        lambda: client.connect_service(odd, "https://mail.example.org"),
        lambda: client.disconnect_service(odd, "https://mail.example.org"),
    ):
        with pytest.raises(Refused, match="cannot be part of an address, so nothing was sent"):
            call()
    assert ours.emulator.journal() == []


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        ({"user": {"uid": 10**30}}, {"uid": str(10**30)}),
        ({"user": {"uid": "u", "name": None, "email": 7}}, {"uid": "u", "name": None, "email": None}),
        ({"role": "owner"}, {"role": "owner"}),
        ({"status": None}, {"status": None}),
        ({"expiry_date": 253402300799}, {"expires": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)}),
        ({"expiry_date": 1e300}, {"expires": wire.LAST}),
        ({"expiry_date": -1e300}, {"expires": wire.FIRST}),
        ({"expiry_date": 1802231293000}, {"expires": wire.LAST}),
        ({"expiry_date": float("nan")}, {"expires": None}),
        ({"expiry_date": [1]}, {"expires": None}),
        ({"expiry_date": "soon"}, {"expires": None}),
        ({"expiry_date": "2030-06-15T00:00:00"}, {"expires": datetime(2030, 6, 15, tzinfo=UTC)}),
    ],
)
def test_one_odd_value_hides_nobody(shown: dict[str, Any], kept: dict[str, Any]) -> None:
    """Whatever a membership shows beside its shape can be read, as far as it says something."""
    found = wire.Member.model_validate({"role": "member", "user": {"uid": "u"}, **shown})
    assert {name: getattr(found, name) for name in kept} == kept
