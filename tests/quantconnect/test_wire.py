"""QuantConnect's documents as tests: their requests are ours, and their responses are read."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.quantconnect import wire

ENTRY = {
    "uid": 0,
    "liveControl": True,
    "permission": "read",
    "publicId": "string",
    "profileImage": "https://cdn.quantconnect.com/web/i/users/profile/abc123.jpeg",
    "email": "abc@123.com",
    "name": "string",
    "bio": "string",
    "owner": True,
}


def test_the_documented_response_is_read() -> None:
    """The reference page's example response gives its one collaborator."""
    body = {"collaborators": [ENTRY], "userLiveControl": True, "userPermissions": "string", "success": True}
    envelope = wire.Envelope.model_validate(body)
    assert envelope.collaborators is not None
    person = envelope.collaborators[0]
    assert (person.user, person.permission, person.live_control, person.owner) == ("string", "read", True, True)
    assert (person.uid, person.email, person.display_name) == (0, "abc@123.com", "string")


@pytest.mark.parametrize(
    "entry", [{**ENTRY, "uid": None}, {k: v for k, v in ENTRY.items() if k not in ("uid", "owner")}]
)
def test_what_may_be_missing(entry: dict[str, Any]) -> None:
    """A null or absent `uid` and an absent `owner` are an ordinary collaborator."""
    person = wire.Collaborator.model_validate(entry)
    assert person.uid is None
    assert person.owner is entry.get("owner", False)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"success": False, "errors": ["one", "two"]}, "one; two"),
        ({"success": False, "messages": ["said"]}, "said"),
        ({"success": False, "Message": "internal"}, "internal"),
        ({"success": False}, "no reason was given"),
    ],
)
def test_failures_in_their_three_shapes(body: dict[str, Any], reason: str) -> None:
    """Why a call failed is found wherever the service puts it, and `collaborators` may be missing then."""
    assert wire.Envelope.model_validate(body).reason == reason


def test_requests_have_the_documented_bodies() -> None:
    """Each operation sends its own names: create and update differ, and delete has the keys of both documents."""
    assert wire.read_body(23456789) == {"projectId": 23456789}
    assert wire.create_body(12345678, "johnny_walker", "write", True) == {
        "projectId": 12345678,
        "collaboratorUserId": "johnny_walker",
        "collaborationLiveControl": True,
        "collaborationWrite": True,
    }
    assert wire.update_body(12345678, "johnny_walker", "read", True) == {
        "projectId": 12345678,
        "collaboratorUserId": "johnny_walker",
        "liveControl": True,
        "write": False,
    }
    assert wire.delete_body(12345678, "johnny_walker") == {
        "projectId": 12345678,
        "collaboratorId": "johnny_walker",
        "collaboratorUserId": "johnny_walker",
    }


@pytest.mark.parametrize("field", list(ENTRY))
@pytest.mark.parametrize("odd", [None, [], {"a": 1}])
def test_one_odd_entry_hides_nobody(field: str, odd: Any) -> None:
    """Whatever is null or odd in one person's entry counts as missing, and everybody else's is read."""
    body = {"success": True, "errors": None, "collaborators": [{**ENTRY, field: odd}, {**ENTRY, "publicId": "jo"}]}
    people = wire.Envelope.model_validate(body).collaborators
    assert people is not None
    assert people[1].user == "jo"
    assert len(people) == 2


@pytest.mark.parametrize(("told", "user"), [(12345, "12345"), ("12345", "12345"), (True, ""), (None, "")])
def test_a_public_id_that_is_a_number(told: Any, user: str) -> None:
    """A publicId that comes as a JSON number is taken as its text; a truth value is none."""
    assert wire.Collaborator.model_validate({**ENTRY, "publicId": told}).user == user


@pytest.mark.parametrize("errors", ["text", ["text"], [None, "text"]])
def test_a_reason_in_any_shape(errors: Any) -> None:
    """Why a call failed is told whether it comes as a list or as text."""
    assert wire.Envelope.model_validate({"success": False, "errors": errors}).reason == "text"
