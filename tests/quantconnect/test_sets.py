"""A project's people as one resource, against the emulator: what fails half way, who is touched, what is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import requests

from pulumi_collab.emulator import Emulator
from pulumi_collab.engine.validation import validated
from pulumi_collab.errors import BadResponse, CollabError, InvalidInput, Problem, Refused
from pulumi_collab.lifecycle import Notice
from pulumi_collab.quantconnect.sets import (
    ProjectCollaboratorsInputs,
    ProjectCollaboratorsLifecycle,
    ProjectCollaboratorsState,
)

from . import behind
from .behind import PROJECT, call, people

Access = Mapping[str, object]
Listed = Mapping[str, Access]
READ: Access = {}
WRITE: Access = {"permission": "write"}
LIVE: Access = {"permission": "write", "live_control": True}


def declared(listed: Listed, **more: Any) -> ProjectCollaboratorsInputs:
    """What a program asks for."""
    found = validated(
        ProjectCollaboratorsInputs, {"project_id": PROJECT, "collaborators": listed, "max_removals": 0.5, **more}
    )
    assert isinstance(found, ProjectCollaboratorsInputs)
    return found


def process(emulator: Emulator, told: list[str] | None = None) -> ProjectCollaboratorsLifecycle:
    """A new plugin process."""
    found = behind.directory(emulator.environment()["QUANTCONNECT_BASE_URL"])
    return ProjectCollaboratorsLifecycle(lambda: found, (told if told is not None else []).append)


def live(emulator: Emulator) -> dict[str, dict[str, object]]:
    """Who may do what, but for the owner, in the words of a program."""
    found = {p["publicId"]: {"permission": p["permission"], "live_control": p["liveControl"]} for p in people(emulator)}
    found.pop("owner-ola")
    return found


def full(listed: Listed) -> dict[str, dict[str, object]]:
    """The same with what a program leaves out."""
    return {user: {"permission": "read", "live_control": False, **access} for user, access in listed.items()}


def writes(emulator: Emulator) -> list[tuple[str, str]]:
    """The writing calls since the journal was cleared, with whom they are about."""
    calls = ((entry["path"].rsplit("/", 1)[1], entry["body"]) for entry in emulator.journal())
    return [(name, body["collaboratorUserId"]) for name, body in calls if name in ("create", "update", "delete")]


# --- failures half way ---

OLD = {f"person-{n:04d}": READ for n in range(1, 16)}
NEW = {f"person-{n:04d}": LIVE for n in range(6, 16)} | {f"person-{n:04d}": WRITE for n in range(101, 106)}
"""Five are removed, ten change, five are added."""
EACH_WRITE = [("create", n) for n in range(5)] + [("update", n) for n in range(10)] + [("delete", n) for n in range(5)]


@pytest.fixture
def world(emulator: Emulator, no_waiting: None) -> Iterator[Any]:
    """The world with the old people in it."""
    process(emulator).create(declared(OLD))
    yield emulator.state()
    emulator.clear_faults()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["refuse", "reset", "500", "html", "garbage"])
def test_a_failure_at_each_write(emulator: Emulator, world: Any, kind: str, when: str) -> None:
    """Whichever write fails, nobody listed loses access, a read finds what is there, and the next run finishes it."""
    for operation, skip in EACH_WRITE:
        emulator.seed(world)
        state = process(emulator).create(declared(OLD))
        emulator.clear_journal()
        path = f"projects/collaboration/{operation}"
        emulator.fault("quantconnect", path, kind, when=when, skip=skip, times=3)
        failed = False
        try:
            process(emulator).update(state, declared(NEW))
        except CollabError:
            failed = True
        emulator.clear_faults()
        there = live(emulator)
        assert failed or there == full(NEW)
        if operation != "delete" and failed:
            assert OLD.keys() <= there.keys(), "who goes goes last"
        found = process(emulator).read(state)
        assert {user: dict(access) for user, access in found.collaborators.items()} == there
        assert found.members.keys() == OLD.keys() & there.keys()
        process(emulator).update(found, declared(NEW))
        assert live(emulator) == full(NEW)
        made = writes(emulator)
        assert not {user for name, user in made if name == "delete"} & NEW.keys()
        mails_more = sum(made.count(("create", user)) - 1 for user in NEW.keys() - OLD.keys())
        assert mails_more <= (3 if when == "before" else 0), "a call with an effect is not made again"


def test_a_process_that_dies(emulator: Emulator, world: Any) -> None:
    """Killed at whichever write, the next run, which knows the old state alone, finishes it."""

    class Killed(BaseException):
        pass

    for last in range(20):
        emulator.seed(world)
        state = process(emulator).create(declared(OLD))
        emulator.clear_journal()
        dying = process(emulator)
        client, left = dying.directory.client, [last]

        def dies(name: str, client: Any = client, left: list[int] = left) -> Any:
            write = getattr(client, name)

            def call_once(*arguments: Any) -> Any:
                left[0] -= 1
                answer = write(*arguments)
                if left[0] < 0:
                    raise Killed
                return answer

            return call_once

        for name in ("create", "update", "delete"):
            setattr(client, name, dies(name))
        with pytest.raises(Killed):
            dying.update(state, declared(NEW))
        process(emulator).update(state, declared(NEW))
        assert live(emulator) == full(NEW)
        made = writes(emulator)
        assert not {user for name, user in made if name == "delete"} & NEW.keys()
        assert not [user for user in NEW if made.count(("create", user)) > 1]


def test_a_creation_that_fails_half_way(emulator: Emulator, no_waiting: None) -> None:
    """A failed creation leaves no state; the next one takes over whom the first had added, without a second mail."""
    for skip in range(5):
        emulator.reset()
        wanted = {f"person-{n:04d}": WRITE for n in range(1, 6)}
        emulator.fault("quantconnect", "projects/collaboration/create", "refuse", skip=skip, times=9)
        with pytest.raises(CollabError, match="changes were made"):
            process(emulator).create(declared(wanted))
        emulator.clear_faults()
        before = set(live(emulator))
        emulator.clear_journal()
        state = process(emulator).create(declared(wanted))
        assert sorted(writes(emulator)) == sorted(("create", user) for user in wanted if user not in before)
        assert state.members.keys() == wanted.keys()


def test_an_error_says_how_far_it_came(emulator: Emulator, world: Any) -> None:
    """The message of a change that failed half way has the service's words and how many changes were made."""
    emulator.fault("quantconnect", "projects/collaboration/delete", "refuse", times=9)
    state = process(emulator).create(declared(OLD))
    with pytest.raises(CollabError, match=r"refused: .*; 15 of 20 changes were made, the next run goes on"):
        process(emulator).update(state, declared(NEW))


# --- who is touched ---


def give(emulator: Emulator, user: str, *, write: bool = False, live_control: bool = False) -> None:
    """Somebody else gives access."""
    call(emulator, "create", collaboratorUserId=user, collaborationWrite=write, collaborationLiveControl=live_control)


def test_only_differences_are_sent(emulator: Emulator, no_waiting: None) -> None:
    """Access that is there already is taken over without a call, and changed where it differs; the preview says so."""
    give(emulator, "mia-ai", write=True)
    give(emulator, "jo", live_control=True)
    emulator.clear_journal()
    wanted = declared({"mia-ai": WRITE, "jo": READ})
    told = list(process(emulator).check(dict(wanted), None))
    assert [each.text for each in told if isinstance(each, Notice)] == [
        "the collaborators of QuantConnect project 23456789: jo: read + live control -> read"
    ]
    state = process(emulator).create(wanted)
    assert writes(emulator) == [("update", "jo")]
    assert process(emulator).update(state, wanted) == state
    assert writes(emulator) == [("update", "jo")]


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ({"owner-ola": WRITE}, "owner-ola is the owner, whose access cannot be managed"),
        ({"Mia-AI": WRITE}, "Mia-AI is spelled 'mia-ai' on QuantConnect, where the case of letters matters"),
    ],
)
def test_who_cannot_be_listed(emulator: Emulator, no_waiting: None, listed: Listed, reason: str) -> None:
    """The owner, and a spelling that differs in case, are an error at preview and at a write, and nothing is sent."""
    give(emulator, "mia-ai", write=True)
    emulator.clear_journal()
    wanted = declared(listed, max_removals=9)
    (found,) = [each for each in process(emulator).check(dict(wanted), None) if isinstance(each, Problem)]
    assert found.property == "collaborators"
    assert found.reason.startswith(reason)
    with pytest.raises(Refused, match=reason.split(" ", 1)[1].replace("(", r"\(")):
        process(emulator).create(wanted)
    assert writes(emulator) == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"collaborators": {"mia": {"permission": "admin"}}}, "mia.permission: must be one of 'read', 'write'"),
        ({"collaborators": {"mia": {"role": "read"}}}, "mia.role: is not an argument of this resource"),
        ({"collaborators": {"mia": READ, "Mia": READ}}, "lists mia and Mia, who may be one person"),
        ({"collaborators": {"a b": READ}}, "a b: must be the last part of the person's profile address"),
        ({"collaborators": ["mia"]}, "must be a valid dictionary"),
        ({"keep": ["MIA"]}, "names MIA, whom `collaborators` lists as well"),
        ({"max_removals": -1}, "must be a share below 1, such as 0.25, or a number of people"),
        ({"max_removals": 1.5}, "must be a whole number from 1 on"),
        ({"max_removals": True}, "must be a number, not true or false"),
    ],
)
def test_what_cannot_be_declared(values: dict[str, Any], reason: str) -> None:
    """What can never be right is told on its argument, with the person."""
    with pytest.raises(InvalidInput) as raised:
        validated(ProjectCollaboratorsInputs, {"project_id": PROJECT, "collaborators": {"mia": READ}, **values})
    (problem,) = raised.value.problems
    assert problem.property == next(iter(values))
    assert problem.reason.startswith(reason)


def test_nobody_can_be_declared(emulator: Emulator, no_waiting: None) -> None:
    """`{}` is nobody, and the owner stays."""
    give(emulator, "mia-ai")
    process(emulator).create(declared({}, max_removals=1))
    assert [p["publicId"] for p in people(emulator)] == ["owner-ola"]


def test_names_that_mean_somebody_else(emulator: Emulator, no_waiting: None) -> None:
    """Who was renamed is told with the new name, nobody is removed or added for it, and the new name goes on."""
    told: list[str] = []
    state = process(emulator).create(declared({"mia-ai": WRITE, "jo": READ}))
    body = {"user": "mia-ai", "to": "mia-new"}
    requests.post(f"{emulator.url}/_emulator/quantconnect/rename", json=body, timeout=10).raise_for_status()
    emulator.clear_journal()
    one = process(emulator, told)
    wanted = declared({"mia-ai": WRITE, "jo": READ})
    found = list(one.check(dict(wanted), state))
    assert "mia-ai is called mia-new now: correct the program" in [
        each.reason for each in found if isinstance(each, Problem)
    ]
    assert "mia-ai is called mia-new now" in " ".join(one.warnings(state, dict(wanted)))
    with pytest.raises(Refused, match="mia-ai is called mia-new now: correct the program"):
        one.update(state, wanted)
    after = process(emulator).read(state)
    assert after.collaborators.keys() == {"mia-new", "jo"}
    assert process(emulator).update(after, declared({"mia-new": WRITE, "jo": READ})).members.keys() == {"mia-new", "jo"}
    assert writes(emulator) == []


def test_somebody_who_cannot_be_read(emulator: Emulator, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry without a name is neither removed nor drift; who is listed and may be it is not added a second time."""
    give(emulator, "jo")
    one = process(emulator)
    client = one.directory.client
    shown = client.collaborators

    def nameless(project: int) -> Any:
        return [p.model_copy(update={"user": "", "uid": None}) if p.user == "jo" else p for p in shown(project)]

    monkeypatch.setattr(client, "collaborators", nameless)
    emulator.clear_journal()
    with pytest.raises(BadResponse, match="lists somebody without a publicId"):
        one.create(declared({"mia-ai": READ}))
    assert writes(emulator) == []
    assert one.create(declared({})).collaborators == {}
    assert writes(emulator) == []


def test_an_owner_who_is_not_marked(emulator: Emulator, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody is marked as the owner, whoever may write may be it and is not removed."""
    give(emulator, "jo", write=True)
    give(emulator, "auditor")
    one = process(emulator)
    client = one.directory.client
    shown = client.collaborators
    unmarked = {"owner": False, "uid": None}
    emulator.variants(quantconnect={"write_answer": "without-list"})
    monkeypatch.setattr(client, "collaborators", lambda p: [each.model_copy(update=unmarked) for each in shown(p)])
    emulator.clear_journal()
    assert one.create(declared({}, max_removals=9)).collaborators == {}
    assert writes(emulator) == [("delete", "auditor")]


def test_a_permission_that_is_new_to_us(emulator: Emulator, no_waiting: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that is new to us is shown as it is, and is a difference."""
    state = process(emulator).create(declared({"jo": READ}))
    one = process(emulator)
    shown = one.directory.client.collaborators
    odd = {"permission": "trade"}
    monkeypatch.setattr(
        one.directory.client,
        "collaborators",
        lambda project: [p.model_copy(update=odd) if p.user == "jo" else p for p in shown(project)],
    )
    found = one.read(state)
    assert found.collaborators["jo"].permission == "trade"
    assert one.changed(found, dict(declared({"jo": READ}))) == {"collaborators"}


# --- what is asked ---


def test_calls(emulator: Emulator, no_waiting: None) -> None:
    """A set of 20 is read by one call, created by one look and 20 writes, and destroyed by one look and 20 writes."""
    wanted = declared({f"person-{n:04d}": READ for n in range(1, 21)})
    emulator.clear_journal()
    state = process(emulator).create(wanted)
    assert len(emulator.journal()) == 21
    emulator.clear_journal()
    assert process(emulator).read(state) == state
    assert len(emulator.journal()) == 1
    emulator.clear_journal()
    process(emulator).delete(state)
    assert len(emulator.journal()) == 21
    assert live(emulator) == {}


def test_a_project_that_is_hidden(emulator: Emulator, no_waiting: None) -> None:
    """A project that does not show itself: an error where the program asks for something, else a notice."""
    wanted = declared({"jo": READ}, project_id=404)
    (problem,) = process(emulator).check(dict(wanted), None)
    assert isinstance(problem, Problem)
    assert problem.property == "project_id"
    state = ProjectCollaboratorsState(**dict(wanted))
    (notice,) = process(emulator).check(dict(wanted), state)
    assert isinstance(notice, Notice)
    one = process(emulator)
    acts: tuple[Callable[[], Any], ...] = (
        lambda: one.read(state),
        lambda: one.create(wanted),
        lambda: one.update(state, wanted),
    )
    for act in acts:
        with pytest.raises(Refused, match="cannot tell who are the collaborators of QuantConnect project 404"):
            act()
