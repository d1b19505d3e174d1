"""Any JSON value in any field of any answer: no crash, no harmful text, nothing said to be gone, and it converges."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers, QueryParams

from pulumi_collab import retries
from pulumi_collab.emulator.stage import Request, Stage
from pulumi_collab.engine.sentences import Error
from pulumi_collab.errors import CollabError
from pulumi_collab.platform import platform

from .hostile import MISSING, ORIGIN, Engine, Lie, Path, Service, State, at, leaves, places

LAB = {"name": "Lab", "short_name": "lab", "description": "A lab", "administrators": ["boss@example.org"]}


@dataclass(frozen=True)
class Case:
    """A kind of resource: what the program says of it first and then, and what it needs."""

    platform: str
    kind: str
    first: Mapping[str, Any]
    then: Mapping[str, Any]
    in_collaboration: bool = False
    accepted: bool = False
    anchors: frozenset[str] = frozenset()
    """Fields that say who or what it is: another one that could be right is somebody else, which people must judge."""

    def is_plausible(self, lie: Lie, body: Any) -> bool:
        """Whether what is told could be so, of somebody else."""
        return bool(lie.where) and lie.where[-1] in self.anchors and type(lie.value) is type(at(body, lie.where))


SRAM = frozenset({"identifier", "short_name", "email", "uid", "entity_id"})
MAIL = {"service_entity_id": "https://mail.example.org"}
MIA = {"email": "mia@example.org"}
APP = {"client_id": "demo-app", "collaborators": {"jane@example.org": "EDITOR", "jo@example.org": "VIEWER"}}
CASES = {
    "quantconnect": Case(
        "quantconnect",
        "ProjectCollaborator",
        {"project_id": 23456789, "user": "mia-ai", "permission": "read"},
        {"project_id": 23456789, "user": "mia-ai", "permission": "write", "live_control": True},
        anchors=frozenset({"uid", "publicId"}),
    ),
    "teamhub": Case(
        "teamhub",
        "ProjectCollaborator",
        {"project": "web", "collaborator": "jane.doe", "role": "guest"},
        {"project": "web", "collaborator": "jane.doe", "role": "master"},
        anchors=frozenset({"id"}),
    ),
    "collaboration": Case("sram", "Collaboration", LAB, LAB | {"units": ["Research"]}, anchors=SRAM),
    "invitation": Case(
        "sram", "CollaborationInvite", MIA, MIA | {"intended_role": "admin"}, in_collaboration=True, anchors=SRAM
    ),
    "membership": Case(
        "sram",
        "CollaborationInvite",
        MIA,
        MIA | {"intended_role": "admin"},
        in_collaboration=True,
        accepted=True,
        anchors=SRAM,
    ),
    "connection": Case("sram", "ServiceConnection", MAIL, MAIL, in_collaboration=True, anchors=SRAM),
    "aps": Case("aps", "ClientCollaborators", APP, APP, anchors=frozenset({"userId", "email"})),
}
HOUR = 3600  # dates count from when something was done
EXAMPLES = int(os.environ.get("PULUMI_COLLAB_EXAMPLES", "20"))
ACTS = ("check new", "check change", "create", "read", "update", "delete")
ALL = [(name, act) for name in CASES for act in ACTS if (name, act) != ("aps", "delete")]  # which asks nothing
VOLATILE = {"hash", "id", "identifier", "last_id", "mails", "uuid4"}  # what differs from run to run


@dataclass(frozen=True)
class Start:
    """The world before an act, and what the engine keeps then; afterwards, as it ought to be."""

    world: Any
    state: State | None
    first: Mapping[str, Any]
    then: Mapping[str, Any]
    service: Service
    after: Any


def seed() -> Any:
    """A small world."""
    document = Stage().state()
    for name in ("quantconnect", "teamhub"):
        document[name]["people"] = 0
    document["quantconnect"]["projects"][0]["collaborators"] = [
        {"user": "jo", "permission": "read", "live_control": False}
    ]
    document["teamhub"]["projects"][0]["collaborators"] = [{"collaborator": "jo", "role": "guest"}]
    return document


class Play:
    """One case in one world."""

    def __init__(self, patch: pytest.MonkeyPatch, case: Case, world: Any, lie: Lie | None = None) -> None:
        self.stage = Stage(world)
        self.service = Service(self.stage, lie)
        patch.setattr(requests.Session, "get_adapter", lambda _, url: self.service)
        patch.setattr(tempfile, "tempdir", folder())
        self.engine = Engine(platform(case.platform), case.kind, self.stage.environment(ORIGIN), setattr=patch.setattr)
        self._case = case

    def world(self) -> Any:
        """Who has access to what."""
        return without(self.stage.state()[self._case.platform])

    def accept(self) -> None:
        """Mia accepts."""
        found = self.stage.state()["sram"]["collaborations"][0]["invitations"]
        wanted = {"invitation_id": found[-1]["identifier"], "uid": "urn:mia", "email": "mia@example.org", "name": "Mia"}
        asked = Request("POST", "", QueryParams(), Headers(), json.dumps(wanted).encode(), ORIGIN)
        answer = self.stage.control(self.stage.platforms["sram"], "accept", asked)
        assert answer.status == 200, answer

    def act(self, act: str, start: Start) -> State | None:
        """One act of the engine, and what it keeps then."""
        engine, state = self.engine, start.state
        process = engine.process()
        if act in ("check new", "check change"):
            engine.check(process, state, start.then if state else start.first)
            return state
        if act == "create":
            return engine.create(process, engine.check(process, None, start.first))
        assert state is not None
        if act == "update":
            return engine.update(process, state, engine.check(process, state, start.then))
        if act == "read":
            return engine.read(process, state)
        engine.delete(process, state)
        return None


def without(value: Any) -> Any:
    """Without what is volatile."""
    if isinstance(value, dict):
        return {name: without(each) for name, each in value.items() if name not in VOLATILE}
    return [without(each) for each in value] if isinstance(value, list) else value


def apart(one: Any, other: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Where two worlds differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() | other.keys():
            yield from apart(one.get(name), other.get(name), (*path, name))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from apart(*pair, (*path, number))
    elif one != other and not (isinstance(one, float) and isinstance(other, float) and abs(one - other) < HOUR):
        yield path, one, other


def is_harmless(text: str) -> bool:
    """One line, and of what people have to do a line each."""
    first, *others = text.split("\n")
    lines_of_ours = all(line.startswith("- ") for line in others)
    return lines_of_ours and all(line.isprintable() and "<{%" not in line for line in (first, *others))


@cache
def folder() -> str:
    """For claims."""
    return tempfile.mkdtemp()


@cache
def start_of(name: str, act: str) -> Start:
    """What an act begins with, and what it comes to with right answers."""
    case = CASES[name]
    first, then, state = dict(case.first), dict(case.then), None
    with pytest.MonkeyPatch.context() as patch, retries.instant():
        play = Play(patch, case, seed())
        if case.in_collaboration:
            lab = Play(patch, CASES["collaboration"], play.stage.state())
            identifier = lab.engine.up(None, LAB).outputs["identifier"]
            first["collaboration"] = then["collaboration"] = identifier
            play = Play(patch, case, lab.stage.state())
        if act not in ("check new", "create"):
            state = play.engine.up(None, first)
            if case.accepted:
                play.accept()
                state = play.engine.up(state, first)
        world = play.stage.state()
        play = Play(patch, case, world)
        play.act(act, Start(world, state, first, then, play.service, None))
        honest = play.service
        if act == "check new":
            play.engine.up(None, first)
        elif act == "check change":
            play.engine.up(state, then)
        return Start(world, state, first, then, honest, play.world())


texts = st.text(st.characters(codec=None), max_size=12) | st.sampled_from(
    [
        "\ud83d",
        "\x1b[2J\x07",
        "a\nerror: b",
        "<{%reset%}>",
        "..",
        ".",
        "/",
        "",
        "9999-12-31",
        "0001-01-01",
        "None",
        "\u202e",
    ]
)
numbers = st.integers() | st.floats() | st.sampled_from([10**30, 2**53 + 1, -1, 0, 253402300799, 1e308, 401, 404, 500])
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(("name", "act"), ALL)
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=EXAMPLES)
@given(data=st.data())
def test_any_value_anywhere(name: str, act: str, data: st.DataObject) -> None:
    """Whatever one answer holds, or each to one call, an act ends or is one harmless error; right answers converge."""
    honest = start_of(name, act).service
    number = data.draw(st.integers(0, len(honest.bodies) - 1), "answer")
    where = data.draw(st.sampled_from(list(places(honest.bodies[number]))), "where")
    plausible = st.sampled_from([each for body in honest.bodies for each in leaves(body)])
    value = data.draw(values | plausible | st.just(MISSING), "value")
    call = honest.calls[number] if data.draw(st.booleans(), "each to this call") else None
    with pytest.MonkeyPatch.context() as patch, retries.instant():
        play_out(patch, name, act, Lie(number, where, value, call))


def play_out(patch: pytest.MonkeyPatch, name: str, act: str, lie: Lie) -> None:
    """An act with a lie, and then the next run, with right answers."""
    case, start = CASES[name], start_of(name, act)
    plausible = case.is_plausible(lie, start.service.bodies[lie.number])
    play = Play(patch, case, start.world, lie)
    state, done = start.state, False
    try:
        state, done = play.act(act, start), True
    except (Error, CollabError) as error:
        play.engine.told.append(str(error))
    if act == "read" and state is None:
        people_are_missing = isinstance(lie.value, list) or isinstance(lie.where[-1], int)
        assert lie.call, "it is said to be gone, by one answer"
        assert plausible or people_are_missing, "it is said to be gone, by an odd answer"
        state = start.state
    again = Play(patch, case, play.stage.state())
    try:
        if act != "delete":
            again.engine.up(state, start.then if act in ("check change", "update") else start.first)
        elif not done:
            assert start.state is not None
            again.engine.delete(again.engine.process(), start.state)
    except (Error, CollabError) as error:
        if not plausible:
            raise
        again.engine.told.append(str(error))
    else:
        assert list(apart(again.world(), start.after)) == []
    told = [*play.engine.told, *again.engine.told]
    assert all(map(is_harmless, told)), told
