from typing import Any

import pytest

from .client import Api
from .test_creation import ALWAYS


def test_the_shape_that_is_read(api: Api, co: Any) -> None:
    """A collaboration that is read has a fixed shape, and names for tags and units."""
    api.member(co)
    api.connect(co, "https://mail.example.org")
    read = api.read(co)
    assert read.keys() == ALWAYS | {"collaboration_memberships", "groups", "services"}
    assert [each["entity_id"] for each in read["services"]] == ["https://mail.example.org"]
    [membership] = read["collaboration_memberships"]
    assert {"id", "user_id", "collaboration_id", "role", "status", "expiry_date", "invitation_id"} <= membership.keys()
    assert (membership["user"]["uid"], membership["user"]["email"]) == ("urn:erin", "erin@people.test")
    assert isinstance(membership["invitation_id"], int)


def test_users_are_shown_whatever_is_disclosed(api: Api) -> None:
    """The disclose flags hide nothing from a key."""
    made = api.create(disclose_member_information=False, disclose_email_information=False)
    api.member(made)
    assert api.read(made)["collaboration_memberships"][0]["user"]["email"] == "erin@people.test"


def test_what_is_never_shown(api: Api) -> None:
    """Administrators, message, invitations and requests are in no answer that is read."""
    made = api.create(administrators=["a@x.test"], message="Please")
    read = api.read(made)
    assert not {"administrators", "administrator", "message", "invitations", "service_connection_requests"} & set(read)
    assert "a@x.test" not in str(read)


def test_counts_have_all_invitations(api: Api, co: Any) -> None:
    """`invitations_count` has accepted and expired ones too."""
    api.member(co)
    late = api.invited(co, "late@people.test")
    api.act("age-invitation", invitation_id=late, days=16)
    api.act("accept", 409, invitation_id=late, uid="urn:late")
    api.invited(co, "open@people.test")
    read = api.read(co)
    assert (read["invitations_count"], read["collaboration_memberships_count"]) == (3, 1)


def test_activity(api: Api, co: Any) -> None:
    """The activity dates move with invitations and disconnections, not with connections or units."""
    dates = ("last_activity_date", "updated_at")

    def moved() -> bool:
        before = shown[-1]
        shown.append([api.read(co)[name] for name in dates])
        return bool(shown[-1] != before)

    shown = [[api.read(co)[name] for name in dates]]
    api.emulator.advance(100)
    api.connect(co, "https://mail.example.org")
    api.ok("PUT", f"/collaborations/v1/{co['identifier']}/units", ["Research"])
    assert not moved()
    api.invited(co)
    assert moved()
    api.emulator.advance(100)
    path = f"/collaborations_services/v1/disconnect_collaboration_service/{co['identifier']}"
    api.ok("PUT", path, {"service_entity_id": "https://mail.example.org"})
    assert moved()


def test_the_organisation(harbour: Api) -> None:
    """The organisation comes with all its collaborations, as they are read, but groups with numbers of users."""
    made = harbour.create(units=["Research"])
    harbour.member(made)
    group = {"name": "G", "short_name": "g", "collaboration_identifier": made["identifier"]}
    identifier = harbour.ok("POST", "/groups/v1", group)["identifier"]
    harbour.ok("POST", f"/groups/v1/{identifier}", {"uid": "urn:erin"})
    whole = harbour.ok("GET", "/organisations/v1", status=200)
    assert (whole["short_name"], whole["units"], whole["collaborations_count"]) == (
        "harbour",
        ["Research", "Support"],
        1,
    )
    [listed], read = whole["collaborations"], harbour.read(made)
    assert listed["groups"][0]["collaboration_memberships"] == [read["collaboration_memberships"][0]["user_id"]]
    assert read["groups"][0]["collaboration_memberships"][0]["user"]["uid"] == "urn:erin"
    assert {**listed, "groups": None} == {**read, "groups": None}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["A", "B", "C"]),
        ("?tags=RED", ["A", "B"]),
        ("?tags=red,Blue", ["B"]),
        ("?units=research", ["A"]),
        ("?units=Research,Support", []),
        ("?services=OPEN", ["C"]),
        ("?services=https://open.service.test", []),
        ("?tags=red&units=Support", ["B"]),
        ("?tags=", ["A", "B", "C"]),
        ("?colour=red", ["A", "B", "C"]),
    ],
)
def test_filters(harbour: Api, query: str, names: list[str]) -> None:
    """Filters are lists of which all must match, whatever the case; services by their abbreviation."""
    harbour.create(name="A", short_name="a", tags=["red"], units=["Research"])
    harbour.create(name="B", short_name="b", tags=["blue", "red"], units=["Support"])
    harbour.connect(harbour.create(name="C", short_name="c"), "https://open.service.test")
    assert [each["name"] for each in harbour.listed(query)] == names


def test_delete(api: Api, co: Any) -> None:
    """All that is in it goes, a second deletion is 404, and the names are free again at once."""
    invitation_id = api.invited(co)
    path = f"/collaborations/v1/{co['identifier']}"
    assert api.ok("DELETE", path, status=204) is None
    assert api.refused("DELETE", path) == (404, "No row was found when one was required")
    assert api.refused("GET", path)[0] == 404
    assert api.invitation(invitation_id) is None
    assert api.create()["identifier"] != co["identifier"]


def test_units_are_replaced(harbour: Api) -> None:
    """Units are replaced whole, case does not matter, and the answer has objects and no tags or services."""
    made = harbour.create(units=["Support"])
    path = f"/collaborations/v1/{made['identifier']}/units"
    for _ in range(2):
        answer = harbour.ok("PUT", path, ["research", "RESEARCH"])
        assert [(unit["name"], sorted(unit)) for unit in answer["units"]] == [
            ("Research", ["id", "name", "organisation_id"])
        ]
        assert not {"tags", "services"} & answer.keys()
    assert harbour.read(made)["units"] == ["Research"]
    assert harbour.ok("PUT", path, [])["units"] == []
    assert harbour.read(made)["units"] == []


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        (["Nope"], 400, "Unit with name Nope and organisation 1 does not exists"),
        (["Research", 5], 400, "Unit with name 5"),
        ({"units": ["Research"]}, 400, "Unit with name units"),
        (None, 500, "'NoneType' object is not iterable"),
    ],
)
def test_wrong_units(api: Api, co: Any, body: Any, status: int, text: str) -> None:
    """An unknown unit is 400 and an object is read by its keys; nothing changes."""
    got, message = api.refused("PUT", f"/collaborations/v1/{co['identifier']}/units", body)
    assert got == status
    assert text in message
    assert api.read(co)["units"] == []
