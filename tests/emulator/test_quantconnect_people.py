"""What people do in QuantConnect's web interface, and what the calls and the state show afterwards."""

from typing import Any

import pytest

from pulumi_collab.emulator import Emulator

from .client import PROJECT, Caller, act
from .test_quantconnect import TWO_ACCOUNTS

EDIT, RENAME = "quantconnect/edit", "quantconnect/rename"


def uids(owner: Caller) -> dict[str, int]:
    """Names and uids of everybody on the project."""
    listed = owner.call("projects/collaboration/read", projectId=PROJECT)["collaborators"]
    return {each["publicId"]: each["uid"] for each in listed}


def test_an_owner_edits(emulator: Emulator, owner: Caller) -> None:
    """Somebody is added, changed and removed as an owner would, without a call in the journal."""
    for permission, live_control in (("read", False), ("write", True), ("read", True)):
        edited = act(emulator, EDIT, project_id=PROJECT, user="jo", permission=permission, live_control=live_control)
        assert edited.json() == {"status": "ok"}
        assert emulator.state()["quantconnect"]["projects"][0]["collaborators"] == [
            {"user": "jo", "permission": permission, "live_control": live_control}
        ]
    assert act(emulator, EDIT, project_id=PROJECT, user="jo", permission=None, live_control=None).ok
    assert emulator.journal() == []
    assert owner.people().keys() == {"owner-ola"}


def test_live_control_that_is_left_out(emulator: Emulator, owner: Caller) -> None:
    """Without `live_control` an edit leaves it as it is, and a new person has none."""
    assert act(emulator, EDIT, project_id=PROJECT, user="jo", permission="read").ok
    assert owner.people()["jo"] == ("read", False)
    owner.change("jo", live=True)
    assert act(emulator, EDIT, project_id=PROJECT, user="jo", permission="write").ok
    assert owner.people()["jo"] == ("write", True)


@pytest.mark.parametrize("user", ["mia-ai", "person-0001"])
def test_a_rename_keeps_the_uid_and_the_access(emulator: Emulator, owner: Caller, user: str) -> None:
    """Who renames the account is on the project under the new name with the old uid, and the old name is nobody's."""
    owner.add(user, write=True)
    uid = uids(owner)[user]
    assert act(emulator, RENAME, user=user, to="new-name").json() == {"status": "ok", "uid": uid}
    assert owner.people() == {"owner-ola": ("write", True), "new-name": ("write", False)}
    assert uids(owner)["new-name"] == uid
    assert not owner.add(user)["success"]
    assert owner.remove("new-name")["success"]


@pytest.mark.parametrize("user", ["mia-ai", "person-0001"])
def test_a_name_can_get_another_holder(emulator: Emulator, owner: Caller, user: str) -> None:
    """A freed name that somebody else takes means that person, over a restart from the state too."""
    owner.add(user)
    uid = uids(owner)[user]
    act(emulator, RENAME, user=user, to="mia-new")
    assert act(emulator, RENAME, user="auditor", to=user).ok
    emulator.seed(emulator.state())
    assert uids(owner) == {"owner-ola": 1001, "mia-new": uid}
    owner.add(user)
    assert uids(owner) == {"owner-ola": 1001, "mia-new": uid, user: 1005}
    assert not owner.add("auditor")["success"]
    assert owner.add("person-0002")["success"]


def test_an_owner_renames_the_account(emulator: Emulator, owner: Caller) -> None:
    """The projects follow their owner's new name, and the credentials go on working."""
    assert act(emulator, RENAME, user="owner-ola", to="ola").ok
    assert owner.add("jo")["success"]
    assert uids(owner) == {"ola": 1001, "jo": 1004}
    emulator.reset()
    assert uids(owner) == {"owner-ola": 1001}


def test_another_spelling_of_ones_own_name(emulator: Emulator, owner: Caller) -> None:
    """A rename may change letters' case only, and with `fold` the new spelling is found by the old one."""
    emulator.variants(quantconnect={"slug_case": "fold"})
    assert act(emulator, RENAME, user="jo", to="Jo").ok
    owner.add("jo")
    assert "Jo" in owner.people()
    assert act(emulator, RENAME, user="Jo", to="Jo").ok


@pytest.mark.parametrize(
    ("control", "body", "why"),
    [
        (EDIT, {}, "project_id: Field required"),
        (EDIT, {"project_id": 9, "user": "ben", "permission": "read"}, "project_id: there is no project 9"),
        (EDIT, {"project_id": 7, "user": "zoe", "permission": "read"}, "user: there is no user 'zoe'"),
        (EDIT, {"project_id": 7, "user": "ann", "permission": None}, "user: 'ann' owns the project"),
        (EDIT, {"project_id": 7, "user": "cleo", "permission": "read"}, "'cleo' is no member of the organisation"),
        (EDIT, {"project_id": 8, "user": "ben", "permission": None}, "'ben' is no collaborator of the project"),
        (EDIT, {"project_id": 7, "user": "ben", "permission": "admin"}, "permission"),
        (EDIT, {"project_id": 7, "user": "ben"}, "permission: Field required"),
        (EDIT, {"project_id": 7, "user": "ben", "permission": "read", "live_control": "no"}, "live_control"),
        (RENAME, {"user": "ann"}, "to: Field required"),
        (RENAME, {"user": "zoe", "to": "zoe-new"}, "user: there is no user 'zoe'"),
        (RENAME, {"user": "ann", "to": "ben"}, "to: 'ben' is somebody else's name"),
        (RENAME, {"user": "ann", "to": ""}, "to"),
    ],
)
def test_what_people_cannot_do(emulator: Emulator, control: str, body: dict[str, Any], why: str) -> None:
    """A control that cannot be done is a 400 that says why, and changes nothing."""
    emulator.seed(TWO_ACCOUNTS)
    before = emulator.state()
    answer = act(emulator, control, **body)
    assert answer.status_code == 400
    assert why in answer.json()["error"]
    assert emulator.state() == before
