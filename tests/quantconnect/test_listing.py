"""What a list cannot tell is never taken for "gone", and somebody else is never taken for the person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import BadResponse, Refused
from pulumi_collab.quantconnect.lifecycles import ProjectCollaboratorLifecycle
from pulumi_collab.quantconnect.values import ProjectCollaboratorInputs, ProjectCollaboratorState

from ..core.scripted import ScriptedServer
from .behind import PROJECT, call, lifecycle, people

OWNER = {"publicId": "owner-ola", "uid": 1001, "permission": "write", "liveControl": True, "owner": True}
MIA = {"publicId": "mia-ai", "uid": 1002, "permission": "write", "liveControl": False, "owner": False}
JO = {"publicId": "jo", "uid": 1003, "permission": "read", "liveControl": False, "owner": False}
WANTED = ProjectCollaboratorInputs(project_id=PROJECT, user="mia-ai", permission="write")
WITHOUT_UID = ProjectCollaboratorState(**dict(WANTED), project_owner=1001)
STATE = WITHOUT_UID.model_copy(update={"uid": 1002})

pytestmark = pytest.mark.usefixtures("no_waiting")


def unreadable(entry: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The entry with a publicId of null."""
    return {**entry, "publicId": None, **more}


def nameless(entry: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The entry without a publicId."""
    return {key: value for key, value in {**entry, **more}.items() if key != "publicId"}


def answers(*lists: Iterable[dict[str, Any]]) -> ScriptedServer:
    """A service that answers with these lists one after the other, whatever it is asked; the last one repeats."""
    return ScriptedServer(*((200, {}, {"success": True, "collaborators": list(each)}) for each in lists))


def asked(server: ScriptedServer) -> list[str]:
    """The operations that were called."""
    return [path.rsplit("/", 1)[1] for _, path, _ in server.seen]


def test_an_empty_list_is_no_answer() -> None:
    """A list without anybody, where the owner has to be, raises whatever is done, and nothing is called for it."""
    acts: tuple[Callable[[ProjectCollaboratorLifecycle], Any], ...] = (
        lambda one: one.read(STATE),
        lambda one: one.delete(STATE),
        lambda one: one.update(STATE, WANTED),
        lambda one: one.create(WANTED),
        lambda one: list(one.check(dict(WANTED), None)),
        lambda one: one.directory.people(PROJECT),
    )
    for act in acts:
        with answers([]) as server, pytest.raises(BadResponse, match="empty list of collaborators of project 23456789"):
            act(lifecycle(server.url))
        assert set(asked(server)) == {"read"}


def test_an_empty_list_after_a_removal_proves_nothing() -> None:
    """A removal that is answered by an empty list is looked after, and raises while the person is there still."""
    with answers([OWNER, MIA], [], [OWNER]) as server:
        lifecycle(server.url).delete(STATE)
        assert asked(server) == ["read", "delete", "read"]
    with answers([OWNER, MIA], [], [OWNER, MIA]) as server, pytest.raises(BadResponse, match="still shows the person"):
        lifecycle(server.url).delete(STATE)


@pytest.mark.parametrize("hide", [unreadable, nameless])
@pytest.mark.parametrize(
    ("state", "uid"), [(STATE, None), (WITHOUT_UID, 1002), (WITHOUT_UID, None)], ids=["not-listed", "not-kept", "none"]
)
def test_an_entry_that_may_be_anybodys(
    hide: Callable[..., dict[str, Any]], state: ProjectCollaboratorState, uid: int | None
) -> None:
    """While somebody has no readable publicId and uids do not tell who, the person is not gone, nor given access."""
    acts: tuple[Callable[[ProjectCollaboratorLifecycle], Any], ...] = (
        lambda one: one.read(state),
        lambda one: one.delete(state),
        lambda one: one.update(state, WANTED),
        lambda one: one.create(WANTED),
    )
    for act in acts:
        with (
            answers([OWNER, hide(MIA, uid=uid)]) as server,
            pytest.raises(BadResponse, match="somebody without a publicId, who may be mia-ai") as raised,
        ):
            act(lifecycle(server.url))
        assert "\n" not in str(raised.value)
        assert asked(server) == ["read"]


@pytest.mark.parametrize("hide", [unreadable, nameless])
def test_a_uid_tells_whose_entry_it_is(hide: Callable[..., dict[str, Any]]) -> None:
    """An entry without a publicId is the person's where it has the uid of the state, and is managed as such."""
    with answers([OWNER, hide(MIA, permission="read")]) as server:
        assert lifecycle(server.url).read(STATE) == STATE.model_copy(update={"permission": "read"})
    lowered = STATE.model_copy(update={"permission": "read"})
    with answers([OWNER, hide(MIA, permission="read")], [OWNER, hide(MIA)]) as server:
        assert lifecycle(server.url).update(lowered, WANTED) == STATE
        assert asked(server) == ["read", "update"]
    with answers([OWNER, hide(MIA)], [OWNER]) as server:
        lifecycle(server.url).delete(STATE)
        assert asked(server) == ["read", "delete"]


def test_a_uid_tells_whose_entry_it_is_not() -> None:
    """An entry without a publicId and with another uid than the state's is somebody else's: the person is gone."""
    with answers([OWNER, nameless(JO)]) as server:
        assert lifecycle(server.url).read(STATE) is None
        lifecycle(server.url).delete(STATE)
        assert asked(server) == ["read", "read", "delete"]
    with answers([OWNER, nameless(JO)], [OWNER, nameless(JO), MIA]) as server:
        assert lifecycle(server.url).update(STATE, WANTED) == STATE
        assert asked(server) == ["read", "create"]


def test_an_odd_entry_of_somebody_else_keeps_nobody() -> None:
    """Who is in the list is found and removed whatever another entry is like."""
    odd = nameless(JO, uid=None)
    with answers([OWNER, MIA, odd], [OWNER, odd]) as server:
        assert lifecycle(server.url).read(STATE) == STATE
    with answers([OWNER, MIA, odd], [OWNER, odd]) as server:
        lifecycle(server.url).delete(STATE)
        assert asked(server) == ["read", "delete"]


def test_a_public_id_that_is_a_number() -> None:
    """A publicId that comes as a number is the person whose slug has these digits."""
    state = ProjectCollaboratorState(project_id=PROJECT, user="12345", project_owner=1001)
    with answers([OWNER, {**JO, "publicId": 12345, "uid": None}]) as server:
        assert lifecycle(server.url).read(state) == state


@pytest.fixture
def lookalike(emulator: Emulator) -> Emulator:
    """Two accounts whose slugs differ in case alone; the one that no state holds is on the project."""
    seed = emulator.state()
    section = seed["quantconnect"]
    section["users"].append({"id": 2002, "public_id": "MIA-AI"})
    section["projects"][0]["collaborators"] = [{"user": "MIA-AI", "permission": "write"}]
    emulator.seed(seed)
    return emulator


@pytest.mark.parametrize("slug_case", ["exact", "fold"])
def test_somebody_of_another_uid_is_somebody_else(lookalike: Emulator, slug_case: str) -> None:
    """An entry that differs in case and has another uid is not the person: gone, nothing to delete, and not touched."""
    lookalike.variants(quantconnect={"slug_case": slug_case})
    before = people(lookalike)
    lookalike.clear_journal()
    assert lifecycle(lookalike).read(STATE) is None
    lifecycle(lookalike).delete(STATE)
    with pytest.raises(Refused, match=r"'MIA-AI', who has, is somebody else \(uid 2002, not 1002\)") as refused:
        lifecycle(lookalike).update(STATE, WANTED)
    assert "give the access in the web interface and run it again" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert {entry["path"].rsplit("/", 1)[1] for entry in lookalike.journal()} == {"read"}
    assert people(lookalike) == before


def test_both_of_them_on_the_project(lookalike: Emulator) -> None:
    """With both on the project each is managed by the exact spelling, and the other one is left alone."""
    call(lookalike, "create", collaboratorUserId="mia-ai", collaborationWrite=False, collaborationLiveControl=False)
    live = lifecycle(lookalike).read(STATE)
    assert live is not None
    assert live.permission == "read"
    assert lifecycle(lookalike).update(live, WANTED).uid == 1002
    lifecycle(lookalike).delete(STATE)
    assert [(person["publicId"], person["permission"]) for person in people(lookalike)] == [
        ("owner-ola", "write"),
        ("MIA-AI", "write"),
    ]


@pytest.mark.parametrize("state", [STATE, WITHOUT_UID])
def test_without_uids_case_alone_makes_nobody_another(lookalike: Emulator, state: ProjectCollaboratorState) -> None:
    """Where the state or the list has no uid, who differs in case alone is the person, for the service may fold it."""
    lookalike.variants(quantconnect={"uid": "null"} if state.uid else {})
    live = lifecycle(lookalike).read(state)
    assert live is not None
    assert live.permission == "write"
