from typing import Any

import pytest

from .client import Api


def roles(api: Api, co: Any) -> dict[str, str]:
    """Who is a member, and as what."""
    return {each["user"]["uid"]: each["role"] for each in api.read(co)["collaboration_memberships"]}


def test_roles_are_set(api: Api, co: Any) -> None:
    """Setting a role is idempotent, the last admin's too; the answer drags the invitation's hash along."""
    api.member(co)
    path = f"/collaborations/v1/{co['identifier']}/members"
    for role in ("admin", "admin", "member"):
        answer = api.ok("PUT", path, {"uid": "urn:erin", "role": role, "expiry_date": 1})
        assert (answer["role"], answer["expiry_date"]) == (role, None)
        assert answer["user"]["uid"] == "urn:erin"
        assert answer["collaboration"]["identifier"] == co["identifier"]
        assert answer["groups"] == []
        assert len(answer["invitation"]["hash"]) == 64
        assert roles(api, co) == {"urn:erin": role}


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"uid": "urn:erin", "role": "owner"}, 400, "owner is not a valid role"),
        ({"uid": "urn:erin", "role": "Admin"}, 400, "Admin is not a valid role"),
        ({"role": "admin"}, 400, "Missing key 'uid'"),
        ({"uid": "urn:erin"}, 400, "Missing key 'role'"),
        ({"uid": "urn:nobody", "role": "admin"}, 404, "No row was found"),
        ({"uid": "urn:other", "role": "admin"}, 404, "No row was found"),
    ],
)
def test_wrong_roles(api: Api, co: Any, body: Any, status: int, text: str) -> None:
    """Another role, a missing field and somebody who is no member are refused."""
    api.member(co)
    api.member(api.create(name="B", short_name="b"), "other")
    got, message = api.refused("PUT", f"/collaborations/v1/{co['identifier']}/members", body)
    assert got == status
    assert text in message
    assert roles(api, co) == {"urn:erin": "member"}


@pytest.mark.parametrize("uid", ["urn:erin", "urn%3Aerin"])
def test_members_are_removed(api: Api, co: Any, uid: str) -> None:
    """A member goes once, the last admin too, and then 404; the uid may be encoded."""
    api.member(co, intended_role="admin")
    path = f"/collaborations/v1/{co['identifier']}/members/{uid}"
    assert api.ok("DELETE", path, status=204) is None
    assert api.refused("DELETE", path)[0] == 404
    assert roles(api, co) == {}


def test_an_expiry_comes_by_invitation_only(api: Api, co: Any) -> None:
    """A membership has the date that its invitation gave, and shows it in seconds."""
    api.member(co, membership_expiry_date=1_802_231_293_999)
    [membership] = api.read(co)["collaboration_memberships"]
    assert membership["expiry_date"] == 1_802_231_293
