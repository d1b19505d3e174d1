from typing import Any

import pytest

from pulumi_collab.emulator import Emulator

from .client import PROJECT, Caller

READ = "projects/collaboration/read"
CREATE = "projects/collaboration/create"
UPDATE = "projects/collaboration/update"
DELETE = "projects/collaboration/delete"

TWO_ACCOUNTS: dict[str, Any] = {
    "quantconnect": {
        "users": [
            {"id": 1, "public_id": "ann", "token": "token-of-ann"},
            {"id": 2, "public_id": "ben", "token": "token-of-ben"},
            {"id": 3, "public_id": "cleo", "token": "token-of-cleo", "member": False},
        ],
        "projects": [
            {"id": 7, "name": "shared", "owner": "ann", "collaborators": [{"user": "ben", "permission": "write"}]},
            {"id": 8, "name": "private", "owner": "ann"},
        ],
    }
}


def test_entries_have_the_documented_shape(owner: Caller) -> None:
    """An entry has exactly the nine documented fields, and the list the owner first."""
    owner.add("mia-ai", write=True)
    answer = owner.call(READ, projectId=PROJECT)
    assert answer == {
        "collaborators": [
            {
                "uid": 1001,
                "liveControl": True,
                "permission": "write",
                "publicId": "owner-ola",
                "profileImage": "https://www.example.org/profile/owner-ola.jpeg",
                "email": "owner-ola@example.org",
                "name": "Owner Ola",
                "bio": "",
                "owner": True,
            },
            {
                "uid": 1002,
                "liveControl": False,
                "permission": "write",
                "publicId": "mia-ai",
                "profileImage": "https://www.example.org/profile/mia-ai.jpeg",
                "email": "mia-ai@example.org",
                "name": "Mia Ai",
                "bio": "",
                "owner": False,
            },
        ],
        "userLiveControl": True,
        "userPermissions": "write",
        "success": True,
    }


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("live", [True, False])
def test_flags_become_permission_and_live_control(owner: Caller, write: bool, live: bool) -> None:
    """Each combination of the two flags shows in the list, after a create and after an update."""
    expected = ("write" if write else "read", live)
    owner.add("mia-ai", write=write, live=live)
    owner.add("jo", write=not write, live=not live)
    owner.change("jo", write=write, live=live)
    assert owner.people() == {"owner-ola": ("write", True), "mia-ai": expected, "jo": expected}


def test_writing_calls_answer_with_the_list_after_the_change(owner: Caller) -> None:
    """Create, update and delete all answer with everybody who has access then."""
    created = owner.add("jo")["collaborators"]
    assert [(each["publicId"], each["permission"]) for each in created] == [("owner-ola", "write"), ("jo", "read")]
    assert owner.change("jo", write=True)["collaborators"][1]["permission"] == "write"
    assert [each["publicId"] for each in owner.remove("jo")["collaborators"]] == ["owner-ola"]


def test_delete_takes_either_key(owner: Caller) -> None:
    """By default one key is as good as the other, and both together are too."""
    for keys in ({"collaboratorId": "jo"}, {"collaboratorUserId": "jo"}):
        owner.add("jo")
        assert owner.call(DELETE, projectId=PROJECT, **keys)["success"]
        assert "jo" not in owner.people()
    owner.add("jo")
    assert owner.remove("jo")["success"]


def test_a_thousand_people_more_can_be_added(owner: Caller) -> None:
    """The default world's generated people are members of the organisation and have no access yet."""
    assert owner.people().keys() == {"owner-ola"}
    assert owner.add("person-0001")["success"]
    assert owner.add("person-1000")["success"]
    assert not owner.add("person-1001")["success"]
    assert len({each["uid"] for each in owner.call(READ, projectId=PROJECT)["collaborators"]}) == 3


@pytest.mark.parametrize(
    ("operation", "body", "why"),
    [
        (READ, {}, "projectId: this field is needed"),
        (READ, {"projectId": str(PROJECT)}, "projectId: an integer is needed"),
        (READ, {"projectId": float(PROJECT)}, "projectId: an integer is needed"),
        (READ, {"projectId": True}, "projectId: an integer is needed"),
        (READ, {"projectId": None}, "projectId: an integer is needed"),
        (READ, {"projectId": PROJECT, "x": 1}, "x: there is no such field"),
        (CREATE, {"projectId": PROJECT, "collaboratorUserId": "jo"}, "collaborationLiveControl: this field is needed"),
        (
            UPDATE,
            {"projectId": PROJECT, "collaboratorUserId": "jo", "write": True},
            "liveControl: this field is needed",
        ),
        (
            UPDATE,
            {"projectId": PROJECT, "collaboratorUserId": "jo", "write": 1, "liveControl": True},
            "write: true or false",
        ),
        (DELETE, {"projectId": PROJECT}, "collaboratorId: this field is needed"),
        (DELETE, {"projectId": PROJECT, "collaboratorId": 5}, "collaboratorId: a string is needed"),
        (
            DELETE,
            {"projectId": PROJECT, "collaboratorId": "jo", "collaboratorUserId": "mia-ai"},
            "name different users",
        ),
        ("projects/create", {"name": "x", "language": "Rust"}, "language: one of"),
        ("projects/create", {"name": " ", "language": "Py"}, "name: a project needs one"),
        ("projects/create", {"name": "x", "language": "Py", "organizationId": "theirs"}, "no member"),
        ("authenticate", {"x": 1}, "x: there is no such field"),
    ],
)
def test_bodies_are_checked(owner: Caller, operation: str, body: dict[str, Any], why: str) -> None:
    """A missing, unknown or wrongly typed field is refused in a 200 whose text names it, without a list."""
    answer = owner.call(operation, **body)
    assert answer["success"] is False
    assert why in answer["errors"][0]
    assert answer.keys() == {"success", "errors"}


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        ({"data": {"projectId": PROJECT}}, "application/json"),
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, "is not JSON"),
        ({"data": b'{"x": "\\ud800"}', "headers": {"Content-Type": "application/json"}}, "is not JSON"),
        ({"json": [1]}, "JSON object"),
    ],
)
def test_only_json_objects_are_read(owner: Caller, request_: dict[str, Any], why: str) -> None:
    """Form data, broken JSON and other JSON than an object are refused."""
    answer = owner.send(READ, **request_).json()
    assert (answer["success"], why in answer["errors"][0]) == (False, True)


@pytest.mark.parametrize("user", ["nobody", " ", "", "MIA-AI", "owner-ola"])
def test_people_who_cannot_be_collaborators(owner: Caller, user: str) -> None:
    """An unknown user, another spelling and the owner are refused by create, update and delete alike."""
    owner.add("mia-ai")
    before = owner.people()
    answers = [owner.add(user), owner.change(user), owner.remove(user)]
    assert [answer["success"] for answer in answers] == [False] * 3
    assert owner.people() == before


def test_updating_somebody_without_access_is_refused(owner: Caller) -> None:
    """Update never adds."""
    assert not owner.change("jo")["success"]
    assert "jo" not in owner.people()


def test_only_members_of_the_organisation_can_be_added(emulator: Emulator) -> None:
    """An account outside the organisation exists, and cannot be given access."""
    emulator.seed(TWO_ACCOUNTS)
    with Caller(emulator) as ann:
        assert "no member of the organization" in ann.add("cleo", project=7)["errors"][0]


def test_a_collaborator_sees_but_does_not_change(emulator: Emulator) -> None:
    """Only the owner changes access; reading tells a collaborator their own rights."""
    emulator.seed(TWO_ACCOUNTS)
    with Caller(emulator, "2", "token-of-ben") as ben:
        assert ben.people(7) == {"ann": ("write", True), "ben": ("write", False)}
        read = ben.call(READ, projectId=7)
        assert (read["userPermissions"], read["userLiveControl"]) == ("write", False)
        for answer in (
            ben.add("cleo", project=7),
            ben.change("ben", live=True, project=7),
            ben.remove("ben", project=7),
        ):
            assert "Only the project's owner" in answer["errors"][0]


def test_gone_and_hidden_look_the_same(emulator: Emulator) -> None:
    """A project that is not there and one that the caller cannot see get the same answer."""
    emulator.seed(TWO_ACCOUNTS)
    with Caller(emulator, "2", "token-of-ben") as ben:
        hidden, gone = (ben.call(READ, projectId=number) for number in (8, 9))
        assert hidden == gone
        assert hidden["success"] is False
        assert ben.call("projects/read", projectId=8) == ben.call("projects/read", projectId=9)


def test_projects_are_made_listed_and_deleted(owner: Caller) -> None:
    """A new project is the caller's, is listed with its owner and collaborators, and is gone after its deletion."""
    made = owner.call("projects/create", name="Idea", language="C#")["projects"]
    number = made[0]["projectId"]
    owner.add("jo", project=number)
    listed = owner.call("projects/read")["projects"]
    assert {each["projectId"] for each in listed} == {PROJECT, number}
    assert owner.call("projects/read", projectId=number)["projects"] == [listed[1]]
    assert (listed[1]["ownerId"], listed[1]["owner"], listed[1]["language"]) == (1001, True, "C#")
    assert listed[1]["collaborators"] == owner.call(READ, projectId=number)["collaborators"]
    assert not owner.call("projects/create", name="Idea", language="Py")["success"]
    assert owner.call("projects/delete", projectId=number) == {"success": True}
    assert not owner.call(READ, projectId=number)["success"]


def test_deleting_a_shared_project_leaves_it(emulator: Emulator) -> None:
    """A collaborator who deletes a project only loses their own access."""
    emulator.seed(TWO_ACCOUNTS)
    with Caller(emulator, "2", "token-of-ben") as ben, Caller(emulator) as ann:
        assert ben.call("projects/delete", projectId=7)["success"]
        assert not ben.call(READ, projectId=7)["success"]
        assert ann.people(7) == {"ann": ("write", True)}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_authenticate(owner: Caller, method: str) -> None:
    """Good credentials are told so, by either method."""
    assert owner.send("authenticate", method).json()["success"] is True


@pytest.mark.parametrize(
    ("user", "token", "age", "headers"),
    [
        ("1001", "wrong", 0, {}),
        ("1002", "", 0, {}),
        ("99", "", 0, {}),
        ("x", "", 0, {}),
        ("", "", 7300, {}),
        ("", "", -7300, {}),
        ("", "", 0, {"Timestamp": ""}),
        ("", "", 0, {"Timestamp": "yesterday"}),
        ("", "", 0, {"Timestamp": "1"}),
        ("", "", 0, {"Authorization": ""}),
        ("", "", 0, {"Authorization": "Basic %"}),
        ("", "", 0, {"Authorization": b"Basic \xe9"}),
        ("", "", 0, {"Authorization": "Bearer MTAwMTp4"}),
    ],
)
def test_credentials_are_really_checked(
    emulator: Emulator, user: str, token: str, age: int, headers: dict[str, Any]
) -> None:
    """A wrong user, token, time or header gets the text that the vendor's own client knows, and nothing is read."""
    with Caller(emulator, user, token) as caller:
        answer = caller.send(READ, age=age, json={"projectId": PROJECT}, headers=headers)
    assert (answer.status_code, answer.json().keys()) == (200, {"success", "errors"})
    assert answer.json()["success"] is False
    assert answer.json()["errors"][0].startswith("Hash doesn't match.")


@pytest.mark.parametrize("age", [7100, -7100])
def test_a_signature_lasts_two_hours(owner: Caller, age: int) -> None:
    """A timestamp within 7200 seconds is good."""
    assert owner.send("authenticate", age=age).json()["success"] is True


def test_moving_the_clock_outdates_signatures(emulator: Emulator, owner: Caller) -> None:
    """The check goes by the emulator's time."""
    emulator.advance(7300)
    assert owner.send("authenticate").json()["success"] is False
    assert owner.send("authenticate", age=-7300).json()["success"] is True


def test_other_paths_and_methods(owner: Caller) -> None:
    """What is no operation is 404, and a method that an operation does not take is 405; both are journaled."""
    assert owner.send("projects/collaboration/list").status_code == 404
    assert owner.send(READ, "GET").status_code == 405
