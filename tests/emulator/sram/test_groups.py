from typing import Any

import pytest

from .client import Api


@pytest.fixture
def group(api: Api, co: Any) -> Any:
    """A group of the collaboration."""
    return made(api, co)


def made(api: Api, co: Any, **fields: Any) -> Any:
    """A group that is made with these fields."""
    body = {"name": "G one", "short_name": "g_one", "collaboration_identifier": co["identifier"], **fields}
    return api.ok("POST", "/groups/v1", body)


def test_a_group_is_made_changed_and_deleted(api: Api, co: Any, group: Any) -> None:
    """A group's life; only name, description and auto-provisioning can change."""
    assert group["global_urn"] == "demo:ai_computing:g_one"
    path = f"/groups/v1/{group['identifier']}"
    changed = api.ok("PUT", path, {"name": "G", "description": "d", "auto_provision_members": True})
    assert (changed["name"], changed["description"], changed["auto_provision_members"]) == ("G", "d", True)
    status, message = api.refused("PUT", path, {"short_name": "g"})
    assert status == 400
    assert message.endswith(f"Cannot change short_name of group {group['identifier']}")
    assert api.ok("DELETE", path, status=204) is None
    assert api.refused("DELETE", path)[0] == 404
    assert api.read(co)["groups"] == []


@pytest.mark.parametrize("fields", [{"short_name": "other"}, {"name": "Other"}, {}])
def test_duplicates_make_nothing(api: Api, co: Any, group: Any, fields: dict[str, str]) -> None:
    """A duplicate name or short name answers 201 with an empty object."""
    assert made(api, co, **fields) == {}
    assert len(api.read(co)["groups"]) == 1


def test_short_names_are_cleansed(api: Api, co: Any) -> None:
    """A group's short name is altered silently."""
    assert made(api, co, short_name="G-5 Über long name here")["short_name"] == "g5berlongnameher"


@pytest.mark.parametrize(
    ("missing", "status", "text"),
    [
        ("name", 400, "Missing key 'name'"),
        ("short_name", 400, "Missing short_name in JSON"),
        ("collaboration_identifier", 404, "No row was found"),
    ],
)
def test_missing_fields(api: Api, co: Any, missing: str, status: int, text: str) -> None:
    """Each needed field is missed in its own way."""
    body = {"name": "G", "short_name": "g", "collaboration_identifier": co["identifier"]}
    del body[missing]
    got, message = api.refused("POST", "/groups/v1", body)
    assert got == status
    assert text in message


def test_members_of_a_group(api: Api, co: Any, group: Any) -> None:
    """Members are added once, must be members of the collaboration, and leave both together."""
    path = f"/groups/v1/{group['identifier']}"
    api.member(api.create(name="B", short_name="b"), "other")
    message = "User urn:other is not a member of collaboration AI computing"
    assert api.refused("POST", path, {"uid": "urn:other"}) == (409, message)
    api.member(co)
    [membership] = api.ok("POST", path, {"uid": "urn:erin"})["collaboration_memberships"]
    assert membership["user"]["uid"] == "urn:erin"
    assert api.refused("POST", path, {"uid": "urn:erin"}) == (409, "User urn:erin is already member of group G one")
    assert api.refused("POST", path, {"uid": "urn:nobody"})[0] == 404
    assert api.ok("DELETE", f"{path}/members/urn:erin", status=204) is None
    assert api.refused("DELETE", f"{path}/members/urn:erin")[0] == 404
    api.ok("POST", path, {"uid": "urn:erin"})
    api.ok("DELETE", f"/collaborations/v1/{co['identifier']}/members/urn:erin", status=204)
    assert api.read(co)["groups"][0]["collaboration_memberships"] == []


def test_auto_provisioning(api: Api, co: Any) -> None:
    """Such a group has all members, those who are invited, and those who come later."""
    api.member(co)
    waiting = api.invited(co, "bob@people.test")
    group = made(api, co, auto_provision_members=True)
    assert [each["user"]["uid"] for each in group["collaboration_memberships"]] == ["urn:erin"]
    assert [each["short_name"] for each in api.invitation(waiting)["groups"]] == ["g_one"]
    api.member(co, "late")
    assert len(api.read(co)["groups"][0]["collaboration_memberships"]) == 2


def test_groups_of_a_service(harbour: Api) -> None:
    """Connecting a service makes its groups, and disconnecting leaves them."""
    co = harbour.create()
    harbour.member(co)
    harbour.connect(co, "https://groups.service.test")
    [group] = harbour.read(co)["groups"]
    assert (group["short_name"], len(group["collaboration_memberships"])) == ("grp-admins", 1)
    assert harbour.refused("PUT", f"/groups/v1/{group['identifier']}", {"name": "Mine"})[0] == 400
    path = f"/collaborations_services/v1/disconnect_collaboration_service/{co['identifier']}"
    harbour.ok("PUT", path, {"service_entity_id": "https://groups.service.test"})
    harbour.connect(co, "https://groups.service.test")
    assert harbour.read(co)["groups"] == [group]
