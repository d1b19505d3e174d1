"""An engine in miniature, over an emulator in this process whose answers can have another value in one place."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from starlette.datastructures import Headers, QueryParams
from urllib3 import HTTPResponse

from pulumi_collab.emulator.stage import Request, Stage
from pulumi_collab.engine import served
from pulumi_collab.engine.claims import Claims
from pulumi_collab.engine.operations import Operations
from pulumi_collab.engine.properties import DECLARED
from pulumi_collab.errors import InvalidInput
from pulumi_collab.platform import Platform

ORIGIN = "http://127.0.0.1:1"
Path = tuple[Any, ...]
MISSING = object()
"""In place of a value: its field is not there."""


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where in a body there are values, the whole body first."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield from places(each, (*path, step))


def at(body: Any, path: Path) -> Any:
    """The value in a place."""
    return at(body[path[0]], path[1:]) if path else body


def leaves(value: Any) -> Iterator[Any]:
    """The single values in a body."""
    if isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves(each)
    else:
        yield value


def changed(body: Any, path: Path, value: Any) -> Any:
    """The body with another value in one place."""
    if not path:
        return None if value is MISSING else value
    body = copy.deepcopy(body)
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    if value is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return body


@dataclass(frozen=True)
class Lie:
    """Another value in one place of the answer of a number, or of each answer to the same call."""

    number: int
    where: Path
    value: Any
    call: tuple[str, str] | None = None

    def told(self, number: int, call: tuple[str, str], body: Any) -> Any:
        """An answer as it leaves."""
        if number != self.number and call != self.call:
            return body
        return changed(body, self.where, self.value) if self.where in places(body) else body


class Service(HTTPAdapter):
    """The emulator without a network, and what it answered so far, before a lie."""

    def __init__(self, stage: Stage, lie: Lie | None = None) -> None:
        super().__init__()
        self.stage = stage
        self.bodies: list[Any] = []
        self.calls: list[tuple[str, str]] = []
        self._lie = lie

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:  # type: ignore[override]
        """In place of the network."""
        url = urlsplit(str(request.url))
        platform = next(each for each in self.stage.platforms.values() if url.path.startswith(each.prefix))
        headers = Headers({**request.headers, "host": url.netloc})
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        path = url.path.removeprefix(platform.prefix)
        asked = Request(str(request.method), path, QueryParams(url.query), headers, body, ORIGIN)
        answer, _manner = self.stage.play(platform, asked)
        raw = HTTPResponse(
            io.BytesIO(self._told(answer.body, (asked.method, path))),
            {"Date": formatdate(self.stage.world.clock.now(), usegmt=True), **answer.headers},
            answer.status,
            reason=HTTPStatus(answer.status).phrase,
            preload_content=False,
        )
        return self.build_response(request, raw)

    def _told(self, data: bytes, call: tuple[str, str]) -> bytes:
        if not data:
            return data
        number, body = len(self.bodies), json.loads(data)
        self.bodies.append(body)
        self.calls.append(call)
        return json.dumps(self._lie.told(number, call, body)).encode() if self._lie else data


@dataclass(frozen=True)
class State:
    """What the engine keeps of a resource."""

    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]


def kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """As the engine keeps and hands over values: JSON in UTF-8 whose numbers are floats."""
    text = json.dumps(values, allow_nan=False, ensure_ascii=False).encode()
    again: dict[str, Any] = json.loads(text, parse_int=float)
    return again


@dataclass
class Engine:
    """One kind of resource as the engine serves it, in a process of its own. `told` is all that a person sees."""

    platform: Platform
    kind: str
    environment: Mapping[str, str]
    told: list[str] = field(default_factory=list)
    setattr: Callable[..., None] = setattr

    def process(self) -> Operations:
        """A new plugin process."""
        self.setattr(served, "_directories", {})
        keys = {
            self.platform.schema.key(s): self.environment.get(self.platform.schema.environment(s.name))
            for s in self.platform.schema.values
        }
        return Operations(self.platform, self.platform.kind(self.kind), keys.get, self.told.append, Claims())

    def check(self, process: Operations, state: State | None, program: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs to go on with. Raises `InvalidInput`."""
        news = kept(program) | {DECLARED: {"name": "it", "token": "its"}}
        inputs, problems = process.check(kept(state.inputs) if state else {}, news, frozenset())
        if problems:
            raise InvalidInput(problems)
        return kept(inputs)

    def create(self, process: Operations, inputs: Mapping[str, Any]) -> State:
        """Make it."""
        id_, outputs = process.create(kept(inputs))
        return State(id_, inputs, kept(outputs))

    def read(self, process: Operations, state: State) -> State | None:
        """Refresh it."""
        found = process.read(state.id, kept(state.outputs))
        return None if found is None else State(state.id, kept(found[1]), kept(found[0]))

    def update(self, process: Operations, state: State, inputs: Mapping[str, Any]) -> State:
        """Change it in place."""
        return replace(state, inputs=inputs, outputs=kept(process.update(kept(state.outputs), kept(inputs))))

    def delete(self, process: Operations, state: State) -> None:
        """End it."""
        process.delete(state.id, kept(state.outputs))

    def up(self, state: State | None, program: Mapping[str, Any]) -> State:
        """A whole `pulumi up --refresh`."""
        process = self.process()
        state = self.read(process, state) if state else None
        inputs = self.check(process, state, program)
        if state is None:
            return self.create(process, inputs)
        difference = process.diff(kept(state.outputs), kept(inputs), frozenset())
        assert not difference.replaces
        return self.update(process, state, inputs) if difference.changed else replace(state, inputs=inputs)
