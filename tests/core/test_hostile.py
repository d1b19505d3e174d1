"""Any JSON value in any field of any answer: no crash, no text that does harm, nothing said to be gone, and it converges."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_collab import retries
from pulumi_collab.emulator.stage import Stage
from pulumi_collab.engine.sentences import Error
from pulumi_collab.errors import CollabError
from pulumi_collab.platform import platform

from .hostile import MISSING, ORIGIN, Engine, Path, Service, State, leaves, places

COLLABORATION = {"name": "Lab", "short_name": "lab", "description": "A lab", "administrators": ["boss@example.org"]}


@dataclass(frozen=True)
class Case:
    """A kind of resource: what the program says of it first and then, and the collaboration that it needs."""

    platform: str
    kind: str
    first: Mapping[str, Any]
    then: Mapping[str, Any]
    needs_collaboration: bool = False


CASES = {
    f"{case.platform}:{case.kind}": case
    for case in (
        Case(
            "quantconnect",
            "ProjectCollaborator",
            {"project_id": 23456789, "user": "mia-ai", "permission": "read"},
            {"project_id": 23456789, "user": "mia-ai", "permission": "write", "live_control": True},
        ),
        Case(
            "teamhub",
            "ProjectCollaborator",
            {"project": "web", "collaborator": "jane.doe", "role": "guest"},
            {"project": "web", "collaborator": "jane.doe", "role": "master"},
        ),
        Case("sram", "Collaboration", COLLABORATION, COLLABORATION | {"units": ["Research"]}),
        Case(
            "sram",
            "CollaborationInvite",
            {"email": "mia@example.org"},
            {"email": "mia@example.org", "intended_role": "admin"},
            needs_collaboration=True,
        ),
        Case(
            "sram",
            "ServiceConnection",
            {"service_entity_id": "https://mail.example.org"},
            {"service_entity_id": "https://mail.example.org"},
            needs_collaboration=True,
        ),
    )
}
ACTS = ("check new", "check change", "create", "read", "update", "delete")
VOLATILE = {
    "created_at",
    "hash",
    "last_id",
    "mails",
    "sent_at",
    "last_activity_date",
    "expires",
    "uuid4",
    "id",
    "identifier",
    "invited_at",
}


@dataclass(frozen=True)
class Start:
    """The world before an act, and what the engine keeps then; afterwards, as it ought to be."""

    world: Any
    state: State | None
    first: Mapping[str, Any]
    then: Mapping[str, Any]
    bodies: tuple[Any, ...]
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

    def __init__(self, patch: pytest.MonkeyPatch, case: Case, world: Any) -> None:
        self.stage = Stage(world)
        self.service = Service(self.stage)
        patch.setattr(requests.Session, "get_adapter", lambda _, url: self.service)
        patch.setattr(tempfile, "tempdir", folder())
        self.engine = Engine(platform(case.platform), case.kind, self.stage.environment(ORIGIN), setattr=patch.setattr)
        self._case = case

    def world(self) -> Any:
        """Who has access to what."""
        return without(self.stage.state()[self._case.platform])

    def act(self, act: str, start: Start) -> State | None:
        """One act of the engine, and what it keeps then."""
        engine, state = self.engine, start.state
        process = engine.process()
        if act == "check new":
            engine.check(process, None, start.first)
            return None
        if act == "check change":
            engine.check(process, state, start.then)
            return state
        if act == "create":
            inputs = engine.check(engine.process(), None, start.first)
            return None if inputs is None else engine.create(process, inputs)
        assert state is not None
        if act == "update":
            inputs = engine.check(engine.process(), state, start.then)
            return state if inputs is None else engine.update(process, state, inputs)
        if act == "read":
            found = engine.read(process, state)
            assert found is not None, "it is said to be gone"
            return found
        engine.delete(process, state)
        return None


def without(value: Any) -> Any:
    """Without what differs from run to run."""
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
    elif one != other:
        yield path, one, other


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
        if case.needs_collaboration:
            lab = Play(patch, CASES["sram:Collaboration"], play.stage.state())
            identifier = lab.engine.up(None, COLLABORATION).outputs["identifier"]
            first["collaboration"] = then["collaboration"] = identifier
            play = Play(patch, case, lab.stage.state())
        if act not in ("check new", "create"):
            state = play.engine.up(None, first)
        world = play.stage.state()
        play = Play(patch, case, world)
        bare = Start(world, state, first, then, (), None)
        result = play.act(act, bare)
        assert not play.engine.told
        bodies = tuple(play.service.bodies)
        if act == "check new":
            play.engine.up(None, first)
        elif act == "check change":
            play.engine.up(state, then)
        return Start(world, state, first, then, bodies, play.world())


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


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("name", CASES)
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=30)
@given(data=st.data())
def test_any_value_anywhere(name: str, act: str, data: st.DataObject) -> None:
    """Whatever one answer holds, an act ends or is one harmless error, and the right answers then converge."""
    start = start_of(name, act)
    number = data.draw(st.integers(0, len(start.bodies) - 1), "answer")
    where = data.draw(st.sampled_from(list(places(start.bodies[number]))), "where")
    others = st.sampled_from([each for body in start.bodies for each in leaves(body)])
    value = data.draw(values | others | st.just(MISSING), "value")
    with pytest.MonkeyPatch.context() as patch, retries.instant():
        play = Play(patch, CASES[name], start.world)
        play.service.lie = (number, where, value)
        state, done = start.state, False
        try:
            state, done = play.act(act, start), True
        except (Error, CollabError) as error:
            play.engine.told.append(str(error))
        for text in play.engine.told:
            assert text.isprintable()
            assert "<{%" not in text
        if act == "delete" and done:
            assert list(apart(play.world(), start.after)) == []
            return
        again = Play(patch, CASES[name], play.stage.state())
        if act == "delete":
            again.engine.delete(again.engine.process(), state)
        else:
            again.engine.up(state, start.then if act in ("check change", "update") else start.first)
        assert list(apart(again.world(), start.after)) == []
