"""The client where the documents end: keys, addresses, errors, pages that do not go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_collab.engine.served import directory_of
from pulumi_collab.errors import (
    BadResponse,
    CollabError,
    ConfigError,
    Forbidden,
    NotFound,
    Refused,
    Rejected,
    ServerError,
    TooManyRequests,
    Unauthenticated,
)
from pulumi_collab.settings import resolve
from pulumi_collab.teamhub.directory import Directory, NoSuchProject
from pulumi_collab.teamhub.platform import PLATFORM

from ..core.scripted import ScriptedServer
from .canned import ACCOUNT_KEY, COMPANY_KEY, NOISE, Canned, client, directory, entry, page

PAGE = "<!DOCTYPE html><html><body>404</body></html>"
ALIVE = page()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://helixteamhub.cloud", "https://helixteamhub.cloud/api"),
        ("https://hub.example.org/", "https://hub.example.org/api"),
        ("https://hub.example.org/api", "https://hub.example.org/api"),
        ("https://hub.example.org/api/", "https://hub.example.org/api"),
        ("https://example.org/teamhub", "https://example.org/teamhub/api"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api"),
    ],
)
def test_base_urls(monkeypatch: pytest.MonkeyPatch, given: str, used: str) -> None:
    """`/api` is added to the base URL, unless it is there already."""
    canned = Canned(monkeypatch, [entry("norris")])
    client(given).get("platform", "norris")
    assert canned.sent == [("GET", f"{used}/projects/platform/project_collaborators/norris")]


@pytest.fixture
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BASE_URL", "COMPANY_KEY", "ACCOUNT_KEY", "FORMER_BASE_URL"):
        monkeypatch.delenv(f"TEAMHUB_{name}", raising=False)


def stack(**values: str) -> Any:
    """A stack's configuration."""
    return {f"teamhub:{key}": value for key, value in values.items()}.get


@pytest.mark.parametrize("url", ["http://hub.example.org", "hub.example.org", "https://u:p@hub.example.org"])
@pytest.mark.usefixtures("_nothing_set")
def test_unusable_base_urls(url: str) -> None:
    """Keys go over https only, and never to something that is no address."""
    with pytest.raises(ConfigError, match=r"base URL \(teamhub:baseUrl\)"):
        resolve(PLATFORM.schema, stack(baseUrl=url, companyKey="a", accountKey="b"))


@pytest.mark.parametrize("key", ["it's", 'say "x"', "two\nlines", "r\rn", "clé", "tab\there", "a\0b", ""])
@pytest.mark.parametrize("which", ["company", "account"])
@pytest.mark.usefixtures("_nothing_set")
def test_keys_that_cannot_travel(which: str, key: str) -> None:
    """A key that would break out of its header is refused by the name of its setting, and not shown."""
    keys = {"companyKey": "good", "accountKey": "good", f"{which}Key": key}
    with pytest.raises(ConfigError, match=f"teamhub:{which}Key") as refused:
        resolve(PLATFORM.schema, stack(**keys))
    assert not key or key not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.usefixtures("_nothing_set")
def test_a_process_has_one_directory_per_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both keys are needed, come from one source, are secret, and stand for one directory of a process."""
    found = resolve(PLATFORM.schema, stack(companyKey="a", accountKey="b"))
    assert found["base_url"] == "https://helixteamhub.cloud"
    assert directory_of(PLATFORM, found) is directory_of(PLATFORM, found)
    other = resolve(PLATFORM.schema, stack(companyKey="a", accountKey="c"))
    assert directory_of(PLATFORM, found) is not directory_of(PLATFORM, other)
    assert directory_of(PLATFORM, found).origin == "helixteamhub.cloud:443"
    with pytest.raises(ConfigError, match="config set --secret teamhub:accountKey"):
        resolve(PLATFORM.schema, stack(companyKey="a"))
    monkeypatch.setenv("TEAMHUB_ACCOUNT_KEY", "c")
    with pytest.raises(ConfigError, match="TEAMHUB_COMPANY_KEY"):
        resolve(PLATFORM.schema, stack(companyKey="a", accountKey="b"))
    assert [each.name for each in PLATFORM.schema.values if each.secret] == ["company_key", "account_key"]
    assert [each.name for each in PLATFORM.schema.values if each.credential] == ["company_key", "account_key"]


@pytest.mark.parametrize(
    ("person", "sent"),
    [("jane.doe+ext", "jane.doe%2Bext"), ("ops-1", "ops-1"), ("a_b", "a_b"), ("a..b?c#d", "a..b%3Fc%23d")],
)
def test_ids_are_one_segment(monkeypatch: pytest.MonkeyPatch, person: str, sent: str) -> None:
    """An id is one segment of the path, whatever is in it."""
    canned = Canned(monkeypatch, [entry(person)])
    client().get("platform", person)
    assert str(canned.requests[0].url).endswith(f"/api/projects/platform/project_collaborators/{sent}")


@pytest.mark.parametrize("id_", ["", ".", "..", "a/b", "../x", "a\\b"])
def test_what_is_no_segment_is_not_sent(monkeypatch: pytest.MonkeyPatch, id_: str) -> None:
    """An id that would make another path of a call is refused by each of them, whoever gave it."""
    canned = Canned(monkeypatch, [])
    ours = client()
    for act in (
        lambda: ours.get("platform", id_),
        lambda: ours.update("platform", id_, "guest"),
        lambda: ours.delete("platform", id_),
        lambda: ours.account(id_),
        lambda: ours.project(id_),
        lambda: ours.collaborators(id_),
        lambda: ours.create(id_, "norris", "guest"),
    ):
        with pytest.raises(Refused, match="cannot be part of an address"):
            act()
    assert canned.sent == []


FAILURES = [
    (401, Unauthenticated),
    (403, Forbidden),
    (404, NotFound),
    (422, Rejected),
    (409, Rejected),
    (500, ServerError),
    (503, ServerError),
    (429, TooManyRequests),
]
BODIES: list[Any] = [
    {"error": {"message": "No good.", "fields": {"role": "is wrong"}}},
    {"message": "No good.", "fields": {"role": "is wrong"}},
    {"errors": ["No good.", {"role": "is wrong"}]},
    "No good. role: is wrong",
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(("status", "kind"), FAILURES)
@pytest.mark.usefixtures("no_waiting")
def test_failures(monkeypatch: pytest.MonkeyPatch, status: int, kind: type[CollabError], body: Any) -> None:
    """The HTTP status decides what a failure is; whatever the body's shape, its words are in the one line."""
    body = {**body, "api_status": status, "api_timestamp": "2014-11-25T14:18:07Z"} if isinstance(body, dict) else body
    Canned(monkeypatch, [(status, body)] * 4)
    with pytest.raises(kind) as raised:
        client().create("platform", "norris", "guest")
    text = str(raised.value)
    assert "No good." in text
    assert "role: is wrong" in text
    assert "2014" not in text
    assert "\n" not in text


@pytest.mark.parametrize(("status", "kind"), FAILURES)
def test_a_failure_inside_a_success(monkeypatch: pytest.MonkeyPatch, status: int, kind: type[CollabError]) -> None:
    """An `api_status` of 400 or more counts, even in an HTTP 200."""
    Canned(monkeypatch, [{"api_status": status, "error": {"message": f"No, {ACCOUNT_KEY}."}}])
    with pytest.raises(kind, match=rf"api_status {status}\).*: No, \[redacted\]") as raised:
        client().get("platform", "norris")
    assert not isinstance(raised.value, NoSuchProject)


def test_a_wait_that_comes_with_a_success() -> None:
    """How long the service asks to wait is known and told where its refusal is inside a 200 too."""
    with (
        ScriptedServer((200, {"Retry-After": "90"}, {"api_status": 503, "message": "Busy."})) as server,
        pytest.raises(ServerError, match=r"api_status 503\); it asks to wait 90 seconds: Busy\.") as raised,
    ):
        client(server.url).update("platform", "norris", "guest")
    assert raised.value.retry_after == 90


@pytest.mark.parametrize(("http_status", "told"), [(401, "HTTP 401"), (200, "api_status 401")])
def test_keys_that_are_not_accepted(monkeypatch: pytest.MonkeyPatch, http_status: int, told: str) -> None:
    """However the service says it, keys that it does not accept are named, and may have expired."""
    Canned(monkeypatch, [(http_status, {"api_status": 401, "message": "No."})])
    with pytest.raises(Unauthenticated) as raised:
        client().get("platform", "norris")
    assert str(raised.value) == (
        f"Helix TeamHub does not accept the credentials ({told}); check TEAMHUB_COMPANY_KEY and TEAMHUB_ACCOUNT_KEY, "
        "they may have expired: No."
    )
    assert raised.value.status == 401


@pytest.mark.parametrize("status", [(403, {}), (200, {"api_status": 403, "message": "No."})])
def test_a_missing_right_says_what_to_check(monkeypatch: pytest.MonkeyPatch, status: tuple[int, Any]) -> None:
    """A write or listing that is not allowed names the key whose account needs the right."""
    Canned(monkeypatch, [status] * 4)
    ours = client()
    for act in (
        lambda: ours.create("platform", "norris", "guest"),
        lambda: ours.update("platform", "norris", "guest"),
        lambda: ours.delete("platform", "norris"),
        lambda: ours.collaborators("platform"),
    ):
        with pytest.raises(
            Forbidden, match="check the rights on project 'platform' of the account whose key TEAMHUB_ACCOUNT_KEY is"
        ):
            act()


@pytest.mark.parametrize("status", [(403, {}), (200, {"api_status": 403, "message": "No."})])
def test_a_missing_right_to_look_says_what_to_check(monkeypatch: pytest.MonkeyPatch, status: tuple[int, Any]) -> None:
    """A look at a person, at everybody or at the project that is not allowed names the key too, and once."""
    Canned(monkeypatch, [status] * 7)
    acts: list[Callable[[Directory], object]] = [
        lambda ours: ours.members("platform"),
        lambda ours: ours.read("platform", "norris"),
        lambda ours: ours.now("platform", "norris"),
        lambda ours: ours.to_write("platform", "norris"),
    ]
    for act in acts:
        with pytest.raises(Forbidden) as raised:
            act(directory())
        assert str(raised.value).endswith(
            "; check the rights on project 'platform' of the account whose key TEAMHUB_ACCOUNT_KEY is"
        )
        assert str(raised.value).count("check the rights") == 1
    looks: list[Callable[[], object]] = [
        lambda: client().get("platform", "norris"),
        lambda: client().project("platform"),
    ]
    for look in looks:
        with pytest.raises(Forbidden, match="check the rights on project 'platform' of the account whose key"):
            look()


def test_twenty_people_and_wrong_keys_are_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that are refused, in the status or in the body, are not tried again for the next person."""
    for refusal in ((401, {}), (200, {"api_status": 401, "message": "No."})):
        canned = Canned(monkeypatch, [refusal])
        ours = directory()
        for number in range(20):
            with pytest.raises(Unauthenticated, match="check TEAMHUB_COMPANY_KEY and TEAMHUB_ACCOUNT_KEY"):
                ours.read("platform", f"p{number}")
        assert len(canned.sent) == 1


def test_keys_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that echoes the keys is quoted without them, in JSON, in text, and where the answer makes no sense."""
    told = f"unknown keys {COMPANY_KEY} and {ACCOUNT_KEY}"
    for answer in (
        (401, {"message": told}),
        (400, told),
        told,
        (200, {"results": told}),
        (401, {"fields": {"k": told}}),
    ):
        Canned(monkeypatch, [answer])
        with pytest.raises(CollabError) as raised:
            client().get("platform", "norris")
        assert COMPANY_KEY not in str(raised.value)
        assert ACCOUNT_KEY not in str(raised.value)


@pytest.mark.parametrize(
    "answer",
    [
        PAGE,
        "{",
        [],
        {},
        {**NOISE, "collaborator": {}, "role": "guest"},
        {**entry("norris"), "role": 7},
        entry("chuck"),
        entry("norris", "developer"),
        entry("norris", None),
    ],
)
def test_answers_that_make_no_sense(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """A page, broken JSON, another person or another role in answer to a write: an error, and perhaps an effect."""
    Canned(monkeypatch, [answer, answer])
    for write in (client().create, client().update):
        with pytest.raises(BadResponse) as raised:
            write("platform", "norris", "guest")
        assert raised.value.ambiguous


ALWAYS = 9


@pytest.mark.parametrize(
    "pages",
    [
        [page(entry("a"), more=True, following=0)],
        [page(entry("a"), more=True, following=1), page(entry("b"), more=True, following=1)],
        [page(entry("a"), more=True, following=5), page(entry("b"), more=True, following=3)],
        [page(more=True, following=n) for n in range(1, ALWAYS)],
        [page(more=True, following=None)],
        [page(entry("a"), more=True, following=n) for n in range(1, ALWAYS)],
    ],
)
def test_pages_that_do_not_go_on(monkeypatch: pytest.MonkeyPatch, pages: list[Any]) -> None:
    """More is promised, but the offset stands still or goes back, nobody comes, or the same people again: an error."""
    canned = Canned(monkeypatch, pages)
    with pytest.raises(BadResponse, match=r"list of the collaborators of project 'platform' does not come to an end"):
        directory().members("platform")
    assert len(canned.sent) < ALWAYS - 1


def test_pages_without_a_next_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a page names no offset for the next, it is where this one ends."""
    first = page(entry("a"), entry("b"), more=True, following=None)
    canned = Canned(monkeypatch, [first, page(entry("b"), entry("c"), following=None)])
    assert list(directory().members("platform").people) == ["a", "b", "c"]
    assert str(canned.requests[1].url).endswith("offset=2")


@pytest.mark.parametrize("body", ["", PAGE, {"message": "no Route matched"}])
def test_a_404_that_is_not_the_services_own(monkeypatch: pytest.MonkeyPatch, body: Any) -> None:
    """A wrong base URL or a proxy answers 404 to everything: nothing is said to be gone then."""
    missing = (404, body)
    looks: list[Callable[[], object]] = [
        lambda: directory().read("platform", "norris"),
        lambda: directory().now("platform", "norris"),
    ]
    for look in looks:
        Canned(monkeypatch, [missing, missing, missing])
        with pytest.raises(BadResponse, match="check the base URL"):
            look()
        canned = Canned(monkeypatch, [missing, missing, ALIVE])
        with pytest.raises(NoSuchProject):
            look()
        assert canned.sent[-1] == ("GET", "https://helixteamhub.cloud/api/collaborators?limit=1")


def test_a_404_in_the_services_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A 404 with an `api_status` needs no third call."""
    missing = (404, {"api_status": 404, "message": "Not found."})
    Canned(monkeypatch, [missing, missing])
    with pytest.raises(NoSuchProject, match="knows no project 'platform'"):
        directory().read("platform", "norris")
