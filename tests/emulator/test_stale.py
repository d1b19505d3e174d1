"""Reads that lag behind: the world as it was before the last change."""

from typing import Any

import pytest
import requests

from pulumi_collab.emulator import Emulator

from .client import PROJECT, Caller, act
from .sram.client import Api
from .teamhub.caller import Caller as TeamHub

READ = "projects/collaboration/read"
LIST = "project_collaborators/list"


def test_one_read_is_behind(emulator: Emulator, owner: Caller) -> None:
    """The next read shows the world before the last write, the one after it what is there, and nothing is changed."""
    owner.add("jo")
    owner.add("mia-ai")
    before = emulator.state()
    emulator.fault("quantconnect", READ, "stale")
    assert owner.people().keys() == {"owner-ola", "jo"}
    assert emulator.faults() == []
    assert owner.people().keys() == {"owner-ola", "jo", "mia-ai"}
    assert emulator.state() == before


@pytest.mark.parametrize("first", ["fault", "write"])
def test_which_write_was_the_last(emulator: Emulator, owner: Caller, first: str) -> None:
    """It does not matter whether the write comes before the fault is asked for or after it."""
    owner.add("jo")
    if first == "write":
        owner.remove("jo")
    emulator.fault("quantconnect", READ, "stale", times=2)
    if first == "fault":
        owner.remove("jo")
    assert [owner.people().keys() for _ in range(3)] == [{"owner-ola", "jo"}, {"owner-ola", "jo"}, {"owner-ola"}]


def test_only_reads_use_it_up(emulator: Emulator, owner: Caller) -> None:
    """With `*` writes and sign-in see the world as it is, and `skip` lets reads pass."""
    emulator.fault("quantconnect", "*", "stale", skip=1)
    assert [each["publicId"] for each in owner.add("jo")["collaborators"]] == ["owner-ola", "jo"]
    owner.send("authenticate", "GET")
    owner.send("projects/nowhere")
    assert owner.people().keys() == {"owner-ola", "jo"}
    assert [len(each["collaborators"]) for each in owner.call("projects/read")["projects"]] == [1]
    assert emulator.faults() == []


def test_what_changed_nothing_is_no_write(emulator: Emulator, owner: Caller) -> None:
    """A write that was refused, or found everything as it should be, leaves the last change the last."""
    owner.add("jo")
    owner.add("nobody")
    owner.add("jo")
    emulator.fault("quantconnect", READ, "stale")
    assert owner.people().keys() == {"owner-ola"}


def test_what_people_do_is_a_change_too(emulator: Emulator, owner: Caller) -> None:
    """A read that is behind does not show the last control either."""
    act(emulator, "quantconnect/edit", project_id=PROJECT, user="jo", permission="read")
    act(emulator, "quantconnect/rename", user="jo", to="jo-new")
    emulator.fault("quantconnect", READ, "stale")
    assert owner.people().keys() == {"owner-ola", "jo"}
    assert owner.people().keys() == {"owner-ola", "jo-new"}


@pytest.mark.parametrize("how", ["seed", "reset", "start"])
def test_a_new_world_has_no_past(emulator: Emulator, owner: Caller, how: str) -> None:
    """Where nothing has changed yet, a read that is behind shows what is there."""
    owner.add("jo")
    if how == "reset":
        emulator.reset()
    elif how == "seed":
        emulator.seed(emulator.state())
    expected = owner.people()
    if how == "start":
        with Emulator(seed=emulator.state()) as other, Caller(other) as caller:
            other.fault("quantconnect", READ, "stale")
            assert caller.people() == expected
    else:
        emulator.fault("quantconnect", READ, "stale")
        assert owner.people() == expected


def test_changes_elsewhere_are_not_the_last(emulator: Emulator, owner: Caller) -> None:
    """Each platform has a last change of its own."""
    owner.add("jo")
    act(emulator, "teamhub/edit", project="web", collaborator="jo", role="guest")
    emulator.fault("quantconnect", READ, "stale")
    assert owner.people().keys() == {"owner-ola"}


def test_teamhub(emulator: Emulator) -> None:
    """The list and a single collaborator are behind, each once."""
    with TeamHub(emulator) as boss:
        people = "projects/web/project_collaborators"
        boss.send("POST", people, json={"id": "jo", "role": "guest"})
        boss.send("PUT", f"{people}/jo", json={"role": "master"})
        for operation, path in (("list", people), ("get", f"{people}/jo")):
            emulator.fault("teamhub", f"project_collaborators/{operation}", "stale")
            answers = [boss.send("GET", path).json() for _ in range(2)]
            found = [answer["results"][0] if "results" in answer else answer for answer in answers]
            assert [each["role"] for each in found] == ["guest", "master"]
        boss.send("DELETE", f"{people}/jo")
        emulator.fault("teamhub", "project_collaborators/get", "stale")
        assert [boss.send("GET", f"{people}/jo").status_code for _ in range(2)] == [200, 404]


def test_sram(emulator: Emulator) -> None:
    """The organisation, a collaboration, the open invitations and a single one are behind, each once."""
    with Api(emulator) as api:
        co = api.create()

        def seen(operation: str, look: Any) -> list[Any]:
            emulator.fault("sram", operation, "stale")
            return [look(), look()]

        assert seen("organisation/read", lambda: len(api.listed())) == [0, 1]
        assert seen("collaborations/read", lambda: api.send("GET", f"/collaborations/v1/{co['identifier']}").ok) == [
            False,
            True,
        ]
        invitation = api.invited(co)
        assert seen("invitations/open", lambda: len(api.open(co))) == [0, 1]
        api.act("accept", invitation_id=invitation, uid="urn:erin")
        assert seen("invitations/read", lambda: api.invitation(invitation)["status"]) == ["open", "accepted"]
        assert seen("collaborations/read", lambda: len(api.read(co)["collaboration_memberships"])) == [0, 1]


def test_aps(emulator: Emulator) -> None:
    """The list is behind what somebody did in the portal."""
    act(emulator, "aps/edit", client_id="demo-app", email="jo@example.org", access_level=None)
    emulator.fault("aps", "clients/{id}/collaborators", "stale")
    url = f"{emulator.url}/aps/applications/v1/clients/demo-app/collaborators"
    headers = {"Authorization": "Bearer demo-aps-token"}
    assert [len(requests.get(url, headers=headers, timeout=30).json()["results"]) for _ in range(2)] == [3, 2]
