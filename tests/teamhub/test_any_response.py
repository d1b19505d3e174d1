"""Any JSON value in any field of any response: no crash, no text that does harm, nothing said to be gone."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPResponse

from pulumi_collab import retries
from pulumi_collab.engine.properties import plain
from pulumi_collab.errors import CollabError
from pulumi_collab.lifecycle import Notice
from pulumi_collab.teamhub.grants import grants
from pulumi_collab.teamhub.lifecycles import ProjectCollaboratorLifecycle, ProjectCollaboratorState

from .canned import NOISE, entry
from .test_lifecycle import inputs, served_at, state

ACCOUNTS = ("jane.doe", "jo", "new", "other")
PAGE = 2

text = st.text(st.characters(codec=None), max_size=20) | st.sampled_from(["\ud83d", "\x1b[2J", "a\nerror: b", "<{%"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**30) | st.floats() | text | st.sampled_from([401, 404, 500]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)


class Service:
    """TeamHub with one project, whose responses to one operation have another value in one place."""

    def __init__(self, spoilt: str = "", where: float = 0.0, value: Any = None) -> None:
        self.people = {"jane.doe": "guest", "jo": "master", "other": "guest"}
        self._spoilt, self._where, self._value = spoilt, where, value

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:
        """In place of the network."""
        url = urlsplit(str(request.url))
        parts = [unquote(part) for part in url.path.removeprefix("/api/").split("/")]
        offset = int(parse_qs(url.query).get("offset", ["0"])[0])
        body = json.loads(request.body) if request.body else {}
        operation, status, answer = self._answer(str(request.method), parts, offset, body)
        if operation == self._spoilt:
            answer = self._with_another_value(answer)
        response = requests.Response()
        response.status_code = status
        response.raw = HTTPResponse(io.BytesIO(json.dumps(answer).encode()), preload_content=False)
        return response

    def _answer(self, method: str, parts: list[str], offset: int, body: Any) -> tuple[str, int, Any]:
        match method, parts:
            case "GET", ["collaborators"]:
                return (
                    "accounts",
                    200,
                    self._page([{**NOISE, "id": id_, "type": "collaborator"} for id_ in ACCOUNTS], offset),
                )
            case "GET", ["collaborators", id_]:
                found = id_ in ACCOUNTS
                return "account", 200 if found else 404, {**NOISE, "id": id_} if found else {"api_status": 404}
            case "GET", ["projects", "web"]:
                return "project", 200, {**NOISE, "id": "web", "name": "Web"}
            case "GET", ["projects", "web", "project_collaborators"]:
                return "list", 200, self._page([entry(id_, role) for id_, role in self.people.items()], offset)
            case "POST", ["projects", "web", "project_collaborators"]:
                self.people[body["id"]] = body["role"]
                return "create", 201, entry(body["id"], body["role"])
            case _, ["projects", "web", "project_collaborators", id_]:
                return self._one(method, id_, body)
        raise AssertionError((method, parts))

    def _one(self, method: str, id_: str, body: Any) -> tuple[str, int, Any]:
        names = {"GET": "get", "PUT": "update", "DELETE": "delete"}
        if id_ not in self.people:
            return names[method], 404, {"api_status": 404, "message": "No."}
        if method == "PUT":
            self.people[id_] = body["role"]
        role = self.people.pop(id_) if method == "DELETE" else self.people[id_]
        return names[method], 200, entry(id_, role)

    @staticmethod
    def _page(every: list[Any], offset: int) -> Any:
        shown = every[offset : offset + PAGE]
        end = offset + len(shown)
        metadata = {"more_results": end < len(every), "next_offset": end, "count": len(shown)}
        return {"metadata": metadata, "results": shown}

    def _with_another_value(self, answer: Any) -> Any:
        places = list(_places(answer))
        place = places[int(self._where * len(places))]
        if not place:
            return self._value
        changed = copy.deepcopy(answer)
        inner = changed
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = self._value
        return changed


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield from _places(each, (*path, step))


ACTS: Mapping[str, tuple[Callable[[ProjectCollaboratorLifecycle], Any], dict[str, str | None]]] = {
    # what is done, and whose role that changes
    "read": (lambda ours: ours.read(state("jane.doe", "guest")), {}),
    "read the last": (lambda ours: ours.read(state("other", "guest")), {}),
    "create": (lambda ours: ours.create(inputs("new", "developer")), {"new": "developer"}),
    "take over": (lambda ours: ours.create(inputs("jo", "master")), {}),
    "adopt": (lambda ours: ours.create(inputs("jo", "developer", adopt=True)), {"jo": "developer"}),
    "update": (lambda ours: ours.update(state("jo", "guest"), inputs("jo", "developer")), {"jo": "developer"}),
    "delete": (lambda ours: ours.delete(state("jo", "guest")), {"jo": None}),
    "delete who is gone": (lambda ours: ours.delete(state("new", "guest")), {}),
    "check": (lambda ours: list(ours.check(dict(inputs("new", "guest")), None)), {}),
    "check a stranger": (lambda ours: list(ours.check(dict(inputs("nobody", "guest")), None)), {}),
    "check a conflict": (lambda ours: list(ours.check(dict(inputs("jo", "guest")), None)), {}),
    "check a change": (lambda ours: list(ours.check(dict(inputs("jo", "guest")), inputs("jo", "developer"))), {}),
    "grants": (lambda ours: grants(ours.directory, "web"), {}),
}
OPERATIONS = ("list", "get", "create", "update", "delete", "project", "accounts", "account")


def lifecycle(patch: pytest.MonkeyPatch, service: Service, told: list[str]) -> ProjectCollaboratorLifecycle:
    """A lifecycle of a process of its own that is served by this service."""
    patch.setattr(requests.Session, "send", service.send)
    return served_at("https://hub.example.org", told=told)


@given(st.sampled_from(sorted(ACTS)), st.sampled_from(OPERATIONS), st.floats(0, 1, exclude_max=True), values)
def test_any_value_anywhere(act: str, spoilt: str, where: float, value: Any) -> None:
    """Whatever one response holds, an act ends or is one harmless error, and the right responses then converge."""
    do, changes = ACTS[act]
    told: list[str] = []
    with pytest.MonkeyPatch.context() as patch, retries.instant():
        service = Service(spoilt, where, value)
        found: Any = ()
        try:
            found = do(lifecycle(patch, service, told))
        except CollabError as error:
            told.append(str(error))
        assert found is not None or act.startswith("delete"), "nobody is gone"
        if act.startswith("check"):
            told += [each.text if isinstance(each, Notice) else each.reason for each in found]
        if isinstance(found, ProjectCollaboratorState):
            assert json.dumps(plain(found), ensure_ascii=False).encode()
        for text in told:
            assert text.isprintable()
            assert "<{%" not in text

        after = Service()
        after.people = service.people
        ours = lifecycle(patch, after, told)
        for person, role in changes.items():
            if role is None:
                ours.delete(state(person, "guest"))
            else:
                assert ours.create(inputs(person, role, adopt=True)).role == role
        assert after.people == {id_: role for id_, role in (Service().people | changes).items() if role}
