"""The examples of TeamHub's "Project Collaborator" page: we send those requests and read those answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from pulumi_collab.teamhub.wire import Collaborator

from .canned import ACCOUNT_KEY, COMPANY_KEY, NOISE, Canned, client, directory, entry, page

BASE = "https://helixteamhub.cloud/api/projects/platform/project_collaborators"

EXPANDED: dict[str, Any] = {
    **NOISE,
    "project": {
        **NOISE,
        "id": "platform",
        "created_at": "2014-10-07T15:58:59Z",
        "updated_at": "2014-11-07T09:28:16Z",
        "name": "Platform",
        "description": "",
        "color": "blue",
        "visibility": "company",
        "labels": [],
        "properties": {},
        "hook_events": ["repository"],
    },
    "collaborator": {
        **NOISE,
        "id": "norris",
        "created_at": "2014-11-17T07:13:48Z",
        "updated_at": "2014-11-17T16:56:24Z",
        "type": "collaborator",
        "email": "norris@acme.org",
        "first_name": "Chuck",
        "last_name": "Norris",
        "display_name": "Chuck Norris",
        "company_admin": False,
        "instance_admin": False,
        "description": "",
        "phone": "",
        "title": "",
        "avatar": {"large": "", "medium": "", "small": ""},
        "synchronized_fields": [],
        "locale": "en",
        "source": "",
    },
    "role": "guest",
    "highest_role": "guest",
}


def signed(request: requests.PreparedRequest, body: Any = None) -> None:
    """Both documented headers are there, and the body is just the documented one."""
    assert request.headers["Accept"] == "application/vnd.hth.v1"
    assert request.headers["Authorization"] == f"hth.company_key='{COMPANY_KEY}',account_key='{ACCOUNT_KEY}'"
    if body is None:
        assert request.body is None
    else:
        assert request.headers["Content-Type"] == "application/json"
        assert request.body is not None
        assert json.loads(request.body) == body


def test_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """The listing is a GET with the documented parameter, and its object is read without the noise."""
    listed = page(*(entry(f"p{i}") for i in range(5)), entry("norris"), following=6)
    canned = Canned(monkeypatch, [listed])
    people = client().collaborators("platform").results
    assert canned.sent == [("GET", f"{BASE}?limit=100")]
    signed(canned.requests[0])
    assert people[-1] == Collaborator(collaborator="norris", role="guest", highest_role="guest")
    assert len(people) == 6


def test_list_goes_on_by_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next page is asked for by the offset that the page before it gave."""
    canned = Canned(monkeypatch, [page(entry("a"), more=True, following=1), page(entry("b"), following=2)])
    assert list(directory().members("platform").people) == ["a", "b"]
    assert canned.sent[1] == ("GET", f"{BASE}?limit=100&offset=1")


def test_get(monkeypatch: pytest.MonkeyPatch) -> None:
    """One person is a GET of their own path."""
    canned = Canned(monkeypatch, [entry("norris")])
    found = client().get("platform", "norris")
    assert found == Collaborator(collaborator="norris", role="guest", highest_role="guest")
    assert canned.sent == [("GET", f"{BASE}/norris")]
    signed(canned.requests[0])


@pytest.mark.parametrize("shown", [EXPANDED, entry("norris"), entry("norris", collaborator="norris")])
def test_every_shape_of_a_reference(monkeypatch: pytest.MonkeyPatch, shown: Any) -> None:
    """A reference that is an object, short or in full, or a string is understood; we do not ask for one of them."""
    canned = Canned(monkeypatch, [shown])
    assert client().get("platform", "norris") == Collaborator(collaborator="norris", role="guest", highest_role="guest")
    assert canned.sent == [("GET", f"{BASE}/norris")]


def test_create(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding is a POST of the id and the role."""
    canned = Canned(monkeypatch, [(201, entry("norris") | {"api_status": 201})])
    assert client().create("platform", "norris", "guest").role == "guest"
    assert canned.sent == [("POST", BASE)]
    signed(canned.requests[0], {"id": "norris", "role": "guest"})


def test_update(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of role is a PUT of the role alone."""
    canned = Canned(monkeypatch, [entry("norris", "developer")])
    assert client().update("platform", "norris", "developer").highest_role == "developer"
    assert canned.sent == [("PUT", f"{BASE}/norris")]
    signed(canned.requests[0], {"role": "developer"})


@pytest.mark.parametrize("answer", [entry("norris", "developer"), (204, "")])
def test_delete(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """Removing is a DELETE, answered with the removed object, or with nothing."""
    canned = Canned(monkeypatch, [answer])
    client().delete("platform", "norris")
    assert canned.sent == [("DELETE", f"{BASE}/norris")]
    signed(canned.requests[0])
