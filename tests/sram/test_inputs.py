"""Bad input, told at preview and on its property, before anything is called."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from pulumi_collab.sram.lifecycles import CollaborationInputs, CollaborationInviteInputs, ServiceConnectionInputs

from .conftest import Ours, declared, inputs_of, properties

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
NOW = datetime.now(UTC)
PAST = (NOW - timedelta(days=2)).date().isoformat()
TODAY = NOW.date().isoformat()

BAD_COLLABORATIONS: list[tuple[str, Any]] = [
    *(("short_name", text) for text in ("", "AI", "a-i", "1ai", "a" * 17, "a i", "ai\n", "é")),
    *(("name", text) for text in ("", "  ", "n" * 256)),
    *(("tags", [text]) for text in ("Bad", "1a", "", "a" * 33, "a b", "ä")),
    ("tags", "abc"),
    *(("administrators", [text]) for text in ("bad", "a b@x.org", "", "@", "a" * 250 + "@x.org")),
    *(("website_url", text) for text in ("www.x.test", "mailto:a@b", "x")),
    *(("support_email", text) for text in ("bad", "a b@x.org", "@", "a" * 250 + "@x.org")),
    *(("logo", text) for text in ("https://x.org/logo.png", "logo.png", "not base64", "data:image/png;base64,")),
    *(("expiry_date", text) for text in ("tomorrow", "2030-06-15T12:00:00", "15-06-2030", "2030-02-30", "")),
    *(("expiry_date", text) for text in ("9999-12-31T23:59:59Z", "9999-12-31T12:00:00-12:00")),
    *(("disable_join_requests", value) for value in ("yes", 1, None)),
    ("disclose_member_information", "true"),
    ("force_destroy", "no"),
    ("units", [" "]),
    ("units", [1]),
    *((name, "half \ud83d") for name in ("name", "description", "message")),
    ("units", ["\ud83d"]),
    ("name", "nul \0"),
]
BAD_INVITES: list[tuple[str, Any]] = [
    *(("email", text) for text in ("bad", "", "a b@x.org", "a" * 250 + "@x.org")),
    *(("intended_role", text) for text in ("owner", "Admin", "")),
    ("invitation_expiry_date", "soon"),
    ("invitation_expiry_date", "9999-12-31T23:59:59-05:00"),
    ("membership_expiry_date", "2030-06-15 12:00"),
    ("on_delete", "leave"),
    ("resend_limit", -1),
    ("resend_limit", 1.5),
    ("resend_limit", True),
    *(("collaboration", text) for text in ("", ".", "..", "a/b", "a\\b", "a b", "a?b", "a#b", "%2e%2e")),
    ("groups", "one"),
]


def failing(model: Any, values: dict[str, Any]) -> set[str]:
    """The properties that the model finds wrong."""
    with pytest.raises(ValidationError) as told:
        model(**values)
    return {str(error["loc"][0]) for error in told.value.errors()}


@pytest.mark.parametrize(("name", "value"), BAD_COLLABORATIONS)
def test_a_bad_collaboration(name: str, value: Any) -> None:
    """What the service would refuse, crash on or silently misread fails on its property."""
    values = {"name": "AI", "short_name": "ai", "description": "", name: value}
    assert failing(CollaborationInputs, values) == {name}


@pytest.mark.parametrize(("name", "value"), BAD_INVITES)
def test_a_bad_invitation(name: str, value: Any) -> None:
    """What the service would refuse, drop or silently change fails on its property."""
    assert failing(CollaborationInviteInputs, {"collaboration": "i", "email": "a@x.org", name: value}) == {name}


def test_a_bad_service() -> None:
    """An empty entity id fails on its property."""
    values = {"collaboration": "i", "service_entity_id": " "}
    assert failing(ServiceConnectionInputs, values) == {"service_entity_id"}


@pytest.mark.parametrize("good", ["_", "a", "a_1", "a" * 16])
def test_good_short_names(good: str) -> None:
    """All that the service takes as it is may be declared."""
    assert declared(short_name=good).short_name == good


def test_what_the_service_takes() -> None:
    """Odd but accepted values pass: a bare or wrapped logo, blanks around a website, no description, things twice."""
    given = declared(
        administrators=["a@b.c", "A@b.c"],
        logo=f"data:image/png;base64,{PICTURE}",
        website_url=" ssh://x ",
        description="",
        tags=["a", "a"],
        expiry_date="2030-06-15T12:00:00Z",
    )
    assert given.administrators == ["a@b.c"], "nobody is invited twice"
    assert given.tags == ["a"], "two equal tags would leave a collaboration without any"
    assert declared(logo=PICTURE).logo == PICTURE
    assert declared(support_email="").support_email == ""


@pytest.mark.parametrize("value", [PAST, TODAY, f"{PAST}T12:00:00+00:00"])
def test_a_new_date_must_lie_ahead(ours: Ours, value: str) -> None:
    """A past expiry is refused by the service, one of today is past at once, a past invitation useless."""
    found = properties(ours.collaborations.check(dict(declared(expiry_date=value)), None))
    assert list(found) == ["expiry_date"]
    ai = ours.make().identifier
    known = {"collaboration": ai, "email": "a@x.org"}
    for name in ("invitation_expiry_date", "membership_expiry_date"):
        assert list(properties(ours.invites.check({**known, name: value}, None))) == [name]


def test_a_date_that_passes_breaks_nothing(ours: Ours) -> None:
    """The same date as before, in other words too, is no failure when it has passed."""
    old = declared(expiry_date=PAST)
    ours.make()
    assert properties(ours.collaborations.check(dict(declared(expiry_date=f"{PAST}T01:00:00Z")), old)) == {}
    bob = ours.invite(ours.directory.organisation().collaborations[0].identifier)
    kept = inputs_of(bob, invitation_expiry_date=PAST, membership_expiry_date=PAST)
    assert properties(ours.invites.check(dict(kept), kept)) == {}
