"""APS's client: the documented call, pages, refusals, and where the access token goes."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
import requests

from pulumi_collab.aps.client import Client
from pulumi_collab.aps.directory import Directory
from pulumi_collab.aps.platform import PLATFORM
from pulumi_collab.aps.wire import Collaborator
from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import (
    BadResponse,
    ConfigError,
    Forbidden,
    NotFound,
    Refused,
    Rejected,
    RequestError,
    ServerError,
    TooManyRequests,
    Unauthenticated,
)
from pulumi_collab.settings import resolve

from ..core.scripted import ScriptedServer
from .portal import APP, PEOPLE, TOKEN, at, directory, person, seed, serving

pytestmark = pytest.mark.usefixtures("no_waiting")

LONGEST = 600


def test_the_documents_example() -> None:
    """The reference's request: method, path and bearer header, nothing else asked; its answer is read whole."""
    entry = person(
        0,
        userId="389JJQ8PJSMJ",
        firstName="Ada",
        lastName="Lovelace",
        email="ada.lovelace@example.com",
        createdAt="2019-01-01T00:00:00Z",
    )
    first = {"pagination": {"limit": 100}, "results": [entry]}
    last = {"pagination": {"limit": 100, "previousUrl": "x"}, "results": []}
    with serving(first, last) as service:
        first["pagination"]["nextUrl"] = f"{service.url}/~NEXT_PAGE~"  # type: ignore[index]
        first["pagination"]["previousUrl"] = f"{service.url}/~PREVIOUS_PAGE~"  # type: ignore[index]
        token = "AuIPTf4KYLTYGVnOHQ0cuolwCW2a"
        people = at(service.url, token).collaborators(":id")
    (method, path, headers), (_, next_path, next_headers) = service.seen
    assert (method, path) == ("GET", "/applications/v1/clients/%3Aid/collaborators")
    assert headers["Authorization"] == next_headers["Authorization"] == f"Bearer {token}"
    assert headers["Accept"] == "application/json"
    assert "Content-Length" not in headers
    assert next_path == "/~NEXT_PAGE~"
    assert people == [
        Collaborator(
            userId="389JJQ8PJSMJ",
            email="ada.lovelace@example.com",
            firstName="Ada",
            lastName="Lovelace",
            accessLevel="VIEWER",
            createdAt="2019-01-01T00:00:00Z",
        )
    ]


@pytest.mark.parametrize(
    "ending", ["", "/", "/applications", "/applications/", "/applications/v1", "/applications/v1/"]
)
def test_base_urls(emulator: Emulator, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The base URL is without /applications, and one that has it works as well."""
    for name, value in {"APS_BASE_URL": f"{emulator.url}/aps{ending}", "APS_ACCESS_TOKEN": TOKEN}.items():
        monkeypatch.setenv(name, value)
    people = Directory(Client(resolve(PLATFORM.schema, lambda _: None))).collaborators(APP)
    assert {each.email: each.access_level for each in people} == PEOPLE
    assert emulator.journal()[0]["path"] == f"/aps/applications/v1/clients/{APP}/collaborators"


def test_the_next_page_on_another_host(emulator: Emulator) -> None:
    """A link to another host is refused, is not asked, and the error names both without the token."""
    emulator.variants(aps={"next_url": "other-host"})
    with pytest.raises(
        BadResponse, match=r"next page at http://localhost:\d+, which is not http://127\.0\.0\.1"
    ) as raised:
        directory(emulator).collaborators(APP)
    assert TOKEN not in str(raised.value)
    assert len(emulator.journal()) == 1


HERE = "http://127.0.0.1:PORT"


@pytest.mark.parametrize(
    "link",
    [
        "https://127.0.0.1:PORT/two",
        "http://127.0.0.1/two",
        "http://127.0.0.1:1/two",
        "//example.org/two",
        "http://127.0.0.1:PORT@example.org/two",
        "http://user@127.0.0.1:PORT/two",
        "http://example.org\\@127.0.0.1:PORT/two",
        "http://127.0.0.1:PORT.example.org/two",
        "http://[::1/two",
        "http://127.0.0.1:port/two",
        "file:///etc/passwd",
        "ftp://127.0.0.1:PORT/two",
        "javascript:alert(1)",
    ],
)
def test_links_to_elsewhere(link: str) -> None:
    """Scheme, host and port have to be the base URL's own, in whatever way a link says otherwise: only one is asked."""
    page: dict[str, Any] = {"pagination": {}, "results": [person(1)]}
    with serving(page) as service:
        page["pagination"]["nextUrl"] = link.replace("PORT", service.url.rpartition(":")[2])
        with pytest.raises(BadResponse, match="next page") as raised:
            at(service.url).collaborators("a")
    assert len(service.seen) == 1
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "link", [f"{HERE}/two?a=%2F&b=c%20d", "HTTP://127.0.0.1:PORT/two?a=%2F&b=c%20d", "/two?a=%2F&b=c%20d"]
)
def test_links_to_here(link: str) -> None:
    """A link of the same origin is followed as it is, query and all."""
    page: dict[str, Any] = {"pagination": {}, "results": [person(1)]}
    with serving(page, {"results": [person(2)]}) as service:
        page["pagination"]["nextUrl"] = link.replace("PORT", service.url.rpartition(":")[2])
        assert len(at(service.url).collaborators("a")) == 2
    assert service.seen[1][1] == "/two?a=%2F&b=c%20d"


def test_waiting_is_asked_for(emulator: Emulator) -> None:
    """A 429 is waited out as its Retry-After says; one that asks for too long is an error that names the time."""
    emulator.fault("aps", "clients/{id}/collaborators", "429", times=2, retry_after=0)
    assert directory(emulator).collaborators(APP)
    assert [entry["status"] for entry in emulator.journal()] == [429, 429, 200]
    emulator.fault("aps", "clients/{id}/collaborators", "429", retry_after=3600)
    with pytest.raises(TooManyRequests, match="wait 3600 seconds"):
        directory(emulator).collaborators(APP)


TWO_LEGGED = {"token": "two-legged"}
NARROW = {"token": "narrow", "user": "jo@example.org", "scopes": ["data:read"]}
STRANGER = {"token": "stranger", "user": "stranger@example.org"}
EXPIRED = {"token": "out-of-date", "user": "jo@example.org", "expires": 1.0}

REFUSALS: list[tuple[str, str, type[RequestError], str, str]] = [
    ("out-of-date", APP, Unauthenticated, "it has expired or is wrong. Get a new one by a three-legged", "AUTH-006"),
    ("unknown", APP, Unauthenticated, "set APS_ACCESS_TOKEN", "AUTH-006"),
    ("two-legged", APP, Forbidden, "three-legged sign-in with the scope application:client:read", "AUTH-010"),
    ("narrow", APP, Forbidden, "three-legged sign-in with the scope application:client:read", "AUTH-010"),
    ("stranger", APP, Forbidden, "at least a VIEWER of the app", "permission to perform"),
    (TOKEN, "none", NotFound, "knows no app none, or hides it", "Not Found"),
]


@pytest.mark.parametrize("shape", ["more info", "moreInfo", "none", "text"])
@pytest.mark.parametrize(("token", "app", "kind", "advice", "said"), REFUSALS)
def test_refusals(
    emulator: Emulator, token: str, app: str, kind: type[RequestError], advice: str, said: str, shape: str
) -> None:
    """A refusal is one line that says what to do and what the service said, in every shape that it says it in."""
    seed(emulator, TWO_LEGGED, NARROW, STRANGER, EXPIRED)
    emulator.variants(aps={"error_body": shape})
    with pytest.raises(kind) as raised:
        directory(emulator, token).collaborators(app)
    text = str(raised.value)
    assert advice in text
    assert said in text or (shape == "text" and said.startswith("AUTH"))
    assert "\n" not in text
    assert len(text) < LONGEST
    assert token not in text.split()
    assert ("see https://aps.autodesk.com" in text) == ("info" in shape.lower())


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (403, Forbidden, "does not show the apps with this access token"),
        (404, NotFound, "knows no list of apps"),
        (400, Rejected, "refused to list the apps"),
    ],
)
def test_a_list_of_apps_that_is_refused(status: int, kind: type[RequestError], told: str) -> None:
    """The list of apps is refused in one line as well, with what to do about the token."""
    with ScriptedServer((status, {}, {})) as service, pytest.raises(kind, match=told):
        at(service.url).apps()


PAGE = "<!DOCTYPE html><html><body><h1>The proxy got no answer</h1></body></html>"


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (400, {"developerMessage": "No.", "userMessage": "Sorry", "errorCode": "X-1"}, Rejected, "No. (X-1, Sorry)"),
        (400, {"userMessage": "Sorry"}, Rejected, "Sorry"),
        (400, {"errorCode": "AUTH-001"}, Rejected, "AUTH-001"),
        (403, {"title": "Forbidden", "detail": "Not yours"}, Forbidden, "Not yours"),
        (401, "", Unauthenticated, "(HTTP 401)"),
        (401, None, Unauthenticated, "(HTTP 401"),
        (404, "[]", NotFound, "(HTTP 404)"),
        (403, PAGE, Forbidden, "an HTML page came instead of JSON"),
        (200, PAGE, BadResponse, "an HTML page came instead of JSON"),
        (302, "", BadResponse, "redirect"),
        (500, {"developerMessage": "Oops"}, ServerError, "Oops"),
        (200, "{", BadResponse, "unexpected"),
        (200, [], BadResponse, "unexpected"),
        (200, {}, BadResponse, "results"),
        (200, {"results": None}, BadResponse, "results"),
        (200, {"results": [{}]}, BadResponse, "results.0.userId"),
        (200, {"results": [person(1, email=None)]}, BadResponse, "results.0.email"),
        (200, {"results": [], "pagination": {"nextUrl": 7}}, BadResponse, "pagination.nextUrl"),
        (
            403,
            {"developerMessage": f"the token {TOKEN} is\nnot good " + "x" * 2000},
            Forbidden,
            "[redacted] is not good",
        ),
    ],
)
def test_odd_answers(status: int, body: Any, kind: type[RequestError], told: str) -> None:
    """Whatever comes is one line of an error of its kind, without the token."""
    with ScriptedServer((status, {}, body)) as service, pytest.raises(kind) as raised:
        at(service.url).collaborators("a")
    text = str(raised.value)
    assert told in text
    assert "\n" not in text
    assert TOKEN not in text


def test_what_may_be_missing() -> None:
    """Names and date may be null or missing, pagination too, and unknown fields are let be."""
    bare = {"userId": "A1", "email": "a@example.org", "accessLevel": "SOMETHING"}
    page = {"results": [bare, person(1, firstName=None, createdAt=None, more=1)], "more": 2}
    with serving(page) as service:
        people = at(service.url).collaborators("a")
    assert [(each.name, each.created_at) for each in people] == [("", None), ("Last", None)]


@pytest.mark.parametrize("app", ["a b?c#d", "..2f", "é"])
def test_ids_are_encoded(app: str) -> None:
    """An id stays one part of the path, whatever is in it."""
    with serving({"results": []}) as service:
        at(service.url).collaborators(app)
    path = service.seen[0][1]
    assert path == requests.utils.requote_uri(path)
    assert unquote(path) == f"/applications/v1/clients/{app}/collaborators"
    assert path.count("/") == 5


@pytest.mark.parametrize("app", ["", ".", "..", "a/b", "a\\b", "..%2f"])
def test_ids_that_would_be_another_path(app: str) -> None:
    """An id that a server could read as another path is refused, and nothing is sent."""
    with serving({"results": []}) as service, pytest.raises(Refused, match="cannot be part of an address"):
        at(service.url).collaborators(app)
    assert service.seen == []


@pytest.mark.parametrize("token", ["Bearer abc", "a b", "a\nb", "é", "a\x00b"])
def test_tokens_that_cannot_be(token: str) -> None:
    """A token with blanks, line breaks or other odd characters is refused before it goes anywhere, and is not shown."""
    with pytest.raises(ConfigError, match="must be the token alone") as raised:
        resolve(PLATFORM.schema, {"aps:accessToken": token}.get)
    assert token not in str(raised.value)
