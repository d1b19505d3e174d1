"""APS's emulator, called as the documents say, with no code of the package's client."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from pulumi_collab.emulator import ControlError, Emulator

APP: dict[str, Any] = {
    "client_id": "one",
    "name": "One",
    "collaborators": [
        {"email": "ann@example.org", "access_level": "OWNER"},
        {
            "email": "ben.lee@example.org",
            "access_level": "EDITOR",
            "user_id": "389JJQ8PJSMJ",
            "first_name": "Benjamin",
            "last_name": "Lee",
            "accepted": 1546300800.0,
        },
        {"email": "cleo@example.org", "accepted": None},
    ],
}
WORLD: dict[str, Any] = {
    "aps": {
        "tokens": [
            {"token": "app-itself"},
            {"token": "narrow", "user": "ann@example.org", "scopes": ["data:read"]},
            {"token": "of-ann", "user": "Ann@Example.org"},
            {"token": "of-cleo", "user": "cleo@example.org"},
            {"token": "of-dan", "user": "dan@example.org"},
            {"token": "old", "user": "ann@example.org", "expires": 1_000_000_000.0},
        ],
        "apps": [APP, {"client_id": "two"}],
    }
}
LIST = "clients/one/collaborators"


@pytest.fixture
def world(emulator: Emulator) -> Emulator:
    """Two apps and tokens of every kind."""
    emulator.seed(WORLD)
    return emulator


def ask(emulator: Emulator, path: str = LIST, token: str | None = "of-ann", method: str = "GET") -> requests.Response:
    """One call, with a token or without one."""
    url = path if path.startswith("http") else f"{emulator.url}/aps/applications/v1/{path}"
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return requests.request(method, url, headers=headers, timeout=30)


def mails(emulator: Emulator, **more: Any) -> list[str]:
    """The addresses that a call lists."""
    return [each["email"] for each in ask(emulator, **more).json()["results"]]


def edit(emulator: Emulator, **body: Any) -> requests.Response:
    """What somebody does in the portal."""
    return requests.post(f"{emulator.url}/_emulator/aps/edit", json=body, timeout=30)


def test_the_default_world(emulator: Emulator) -> None:
    """The printed credentials show one app with an owner, an editor and a viewer."""
    environment = emulator.environment()
    assert environment["APS_BASE_URL"] == f"{emulator.url}/aps"
    answer = ask(emulator, "clients/demo-app/collaborators", environment["APS_ACCESS_TOKEN"])
    assert [(each["email"], each["accessLevel"]) for each in answer.json()["results"]] == [
        ("owner@example.org", "OWNER"),
        ("jane@example.org", "EDITOR"),
        ("jo@example.org", "VIEWER"),
    ]


def test_answers_have_the_documented_shape(world: Emulator) -> None:
    """An entry has exactly the six documented fields; an open invitation is not listed."""
    answer = ask(world).json()
    assert answer["pagination"] == {"limit": 100}
    assert [each["email"] for each in answer["results"]] == ["ann@example.org", "ben.lee@example.org"]
    assert answer["results"][1] == {
        "userId": "389JJQ8PJSMJ",
        "firstName": "Benjamin",
        "lastName": "Lee",
        "email": "ben.lee@example.org",
        "accessLevel": "EDITOR",
        "createdAt": "2019-01-01T00:00:00Z",
    }
    assert answer["results"][0]["userId"].isalnum()
    assert answer["results"][0]["userId"] == answer["results"][0]["userId"].upper()


def test_apps(world: Emulator) -> None:
    """Who is on an app sees it, in the list and alone."""
    assert ask(world, "clients").json()["results"] == [{"clientId": "one", "name": "One"}]
    assert ask(world, "clients/one").json() == {"clientId": "one", "name": "One"}
    assert ask(world, "clients", "of-dan").json()["results"] == []


@pytest.mark.parametrize(
    ("token", "path", "status", "code"),
    [
        (None, LIST, 401, "AUTH-012"),
        ("", LIST, 401, "AUTH-012"),
        ("nonsense", LIST, 401, "AUTH-006"),
        ("old", LIST, 401, "AUTH-006"),
        ("app-itself", LIST, 403, "AUTH-010"),
        ("narrow", LIST, 403, "AUTH-010"),
        ("of-dan", LIST, 403, None),
        ("of-cleo", LIST, 403, None),
        ("of-ann", "clients/two/collaborators", 403, None),
        ("of-ann", "clients/three/collaborators", 404, None),
        ("of-ann", "clients/three", 404, None),
        ("of-ann", "clients/one/nothing", 404, None),
        ("of-ann", LIST + "?limit=0", 400, None),
        ("of-ann", LIST + "?limit=x", 400, None),
        ("of-ann", LIST + "?cursor=x", 400, None),
        ("of-ann", LIST + "?cursor=é", 400, None),
    ],
)
def test_refusals(world: Emulator, token: str | None, path: str, status: int, code: str | None) -> None:
    """Credentials, rights and parameters are really checked, and a refusal has the gateway's body."""
    answer = ask(world, path, token)
    body = answer.json()
    assert (answer.status_code, body.get("errorCode")) == (status, code)
    assert body["developerMessage"]
    assert "more info" in body


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written(world: Emulator, method: str) -> None:
    """There is no writing call on collaborators, and asking for one changes nothing."""
    before = world.state()
    for path, status in ((LIST, 405), (f"{LIST}/389JJQ8PJSMJ", 404), ("clients/one", 405)):
        assert ask(world, path, method=method).status_code == status
    assert world.state() == before


def test_expiry_goes_by_the_emulators_time(world: Emulator) -> None:
    """A token that has expired was good before."""
    world.advance(-1_500_000_000)
    assert ask(world, token="old").status_code == 200


@pytest.mark.parametrize("size", ["1", "2", "100"])
@pytest.mark.parametrize("limit", ["", "?limit=1", "?limit=3"])
def test_pages(emulator: Emulator, size: str, limit: str) -> None:
    """Following `nextUrl` gives everybody once; `previousUrl` leads back; `limit` is echoed."""
    emulator.variants(aps={"page_size": size})
    found, page = [], ask(emulator, f"clients/demo-app/collaborators{limit}", "demo-aps-token").json()
    assert "previousUrl" not in page["pagination"]
    while True:
        found += [each["email"] for each in page["results"]]
        assert len(page["results"]) <= min(int(size), int(limit[-1:] or 100))
        assert page["pagination"]["limit"] == int(limit[-1:] or size)
        if "nextUrl" not in page["pagination"]:
            break
        following = ask(emulator, page["pagination"]["nextUrl"], "demo-aps-token").json()
        assert (
            ask(emulator, following["pagination"]["previousUrl"], "demo-aps-token").json()["results"] == page["results"]
        )
        page = following
    assert found == ["owner@example.org", "jane@example.org", "jo@example.org"]


def test_variants_of_the_list(world: Emulator) -> None:
    """Order, the owner, and the end's mark are played as asked."""
    world.variants(aps={"order": "reversed", "next_url_end": "null"})
    assert mails(world) == ["ben.lee@example.org", "ann@example.org"]
    assert ask(world).json()["pagination"]["nextUrl"] is None
    world.variants(aps={"order": "sorted", "next_url_end": "empty", "owner_listed": "no"})
    assert mails(world) == ["ben.lee@example.org"]
    assert ask(world).json()["pagination"]["nextUrl"] == ""


def test_bad_links(world: Emulator) -> None:
    """`nextUrl` can lead to another name of this machine, to its own page, or on for ever."""
    world.variants(aps={"next_url": "other-host"})
    assert ask(world).json()["pagination"]["nextUrl"].startswith("http://localhost:")
    world.variants(aps={"next_url": "repeats"})
    link = ask(world).json()["pagination"]["nextUrl"]
    assert ask(world, link).json()["pagination"]["nextUrl"] == link
    world.variants(aps={"next_url": "endless"})
    links = [ask(world).json()["pagination"]["nextUrl"]]
    for _ in range(5):
        links.append(ask(world, links[-1]).json()["pagination"]["nextUrl"])
    assert len(set(links)) == 6


@pytest.mark.parametrize(
    ("shape", "fields"),
    [
        ("more info", {"developerMessage", "errorCode", "userMessage", "more info"}),
        ("moreInfo", {"developerMessage", "errorCode", "userMessage", "moreInfo"}),
        ("none", {"developerMessage", "errorCode"}),
    ],
)
def test_error_bodies(world: Emulator, shape: str, fields: set[str]) -> None:
    """The link in an error body has one of two names, or there is none."""
    world.variants(aps={"error_body": shape})
    assert ask(world, token="old").json().keys() == fields


def test_an_error_as_text(world: Emulator) -> None:
    """A refusal may be plain text."""
    world.variants(aps={"error_body": "text"})
    answer = ask(world, token="narrow")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text == "Token does not have the privilege for this request."


def test_what_people_do_in_the_portal(world: Emulator) -> None:
    """Somebody is invited, accepts, gets another level, and is removed, found by address in whatever case."""
    assert edit(world, client_id="one", email="eve@example.org", access_level="VIEWER", pending=True).ok
    assert "eve@example.org" not in mails(world)
    assert edit(world, client_id="one", email="Eve@example.org", access_level="EDITOR").ok
    eve = ask(world).json()["results"][-1]
    assert (eve["email"], eve["accessLevel"]) == ("eve@example.org", "EDITOR")
    since = eve["createdAt"]
    world.advance(60)
    assert edit(world, client_id="one", email="eve@example.org", access_level="ODD").ok
    assert ask(world).json()["results"][-1]["createdAt"] == since
    assert edit(world, client_id="one", email="eve@example.org", access_level=None).ok
    assert "eve@example.org" not in mails(world)


def listed(emulator: Emulator, app: str = "one") -> dict[str, str]:
    """Addresses and user ids of an app's people."""
    results = ask(emulator, f"clients/{app}/collaborators").json()["results"]
    return {each["email"]: each["userId"] for each in results}


def test_a_person_gets_another_address(world: Emulator) -> None:
    """The user id stays, on all apps; whoever signed in with the old address is still the same person."""
    edit(world, client_id="two", email="ann@example.org", access_level="EDITOR")
    before = listed(world)
    assert edit(world, client_id="one", email="Ann@example.org", new_email="ann@new.example").ok
    assert listed(world) == listed(world) | {"ann@new.example": before["ann@example.org"]}
    assert "ann@example.org" not in listed(world)
    assert listed(world, "two") == {"ann@new.example": before["ann@example.org"]}
    assert ask(world).json()["results"][0]["accessLevel"] == "OWNER"
    body = {"email": "ben.lee@example.org", "new_email": "ben@new.example", "access_level": "VIEWER"}
    assert edit(world, client_id="one", **body).ok
    assert ask(world).json()["results"][1]["accessLevel"] == "VIEWER"
    assert listed(world)["ben@new.example"] == "389JJQ8PJSMJ"


def test_an_address_passes_to_somebody_else(world: Emulator) -> None:
    """Who is put on an app with an address that another person had is another person, on every app the same."""
    before = listed(world)["ann@example.org"]
    edit(world, client_id="one", email="ann@example.org", new_email="ann@new.example")
    edit(world, client_id="two", email="ann@new.example", access_level="OWNER")
    for app in ("one", "two"):
        assert edit(world, client_id=app, email="ann@example.org", access_level="VIEWER").ok
    assert listed(world)["ann@new.example"] == before
    assert listed(world)["ann@example.org"] not in (before, "")
    assert listed(world)["ann@example.org"] == listed(world, "two")["ann@example.org"]
    assert edit(world, client_id="one", email="eve@example.org", access_level="VIEWER", user_id="EVE").ok
    assert listed(world)["eve@example.org"] == "EVE"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"client_id": "one", "email": "ann@example.org"}, "access_level: this field is needed"),
        ({"client_id": "one", "email": "zoe@x", "new_email": "zoe@y"}, "is not on the app"),
        ({"client_id": "one", "email": "zoe@x", "new_email": "zoe@y", "access_level": "OWNER"}, "is not on the app"),
        ({"client_id": "one", "email": "ann@example.org", "new_email": "Cleo@Example.org"}, "somebody else's address"),
        ({"client_id": "one", "email": "ann@example.org", "new_email": "nonsense"}, "new_email"),
        (
            {"client_id": "one", "email": "zoe@x", "access_level": "OWNER", "user_id": "389JJQ8PJSMJ"},
            "'389JJQ8PJSMJ' is somebody else",
        ),
        (
            {"client_id": "one", "email": "ben.lee@example.org", "access_level": "OWNER", "user_id": "X"},
            "until that person is removed",
        ),
        ({}, "client_id: Field required"),
        ({"client_id": "none", "email": "a@x", "access_level": "VIEWER"}, "there is no app 'none'"),
        ({"client_id": "one", "email": "a@x", "access_level": None}, "is not on the app"),
        ({"client_id": "one", "email": "nonsense", "access_level": "VIEWER"}, "email"),
        ({"client_id": "one", "email": "a@x", "access_level": ""}, "access_level"),
        ({"client_id": "one", "email": "a@x", "access_level": "VIEWER", "more": 1}, "more"),
    ],
)
def test_edits_that_cannot_be(world: Emulator, body: dict[str, Any], why: str) -> None:
    """A wrong edit is a 400 that says why, and changes nothing."""
    before = world.state()
    answer = edit(world, **body)
    assert answer.status_code == 400
    assert why in answer.json()["error"]
    assert world.state() == before


@pytest.mark.parametrize(
    ("section", "why"),
    [
        ({"tokens": [{"token": "a"}, {"token": "a"}]}, "two tokens are the same"),
        ({"apps": [{"client_id": "a"}, {"client_id": "a"}]}, "the same client_id"),
        ({"apps": [{**APP, "collaborators": [{"email": "a@x"}, {"email": "A@X"}]}]}, "two people of one address"),
        (
            {"apps": [{**APP, "collaborators": [{"email": f"{n}@x", "user_id": "A"} for n in "ab"]}]},
            "two people of one user_id",
        ),
        ({"apps": [{"client_id": "a", "collaborators": [{"email": "a"}]}]}, "email"),
    ],
)
def test_seeds_that_cannot_be(emulator: Emulator, section: dict[str, Any], why: str) -> None:
    """A section that contradicts itself is refused."""
    with pytest.raises(ControlError, match=why):
        emulator.seed({"aps": section})


def test_the_state_is_a_seed(world: Emulator) -> None:
    """What the state says gives the same world again."""
    edit(world, client_id="two", email="eve@example.org", access_level="VIEWER")
    state = world.state()
    world.seed(state)
    assert world.state() == state


def test_no_token_in_the_journal(world: Emulator) -> None:
    """A token is in no path of the journal, and headers are not in it at all."""
    ask(world, "clients/of-ann/collaborators")
    assert "of-ann" not in json.dumps(world.journal())
    assert world.environment()["APS_ACCESS_TOKEN"] == "of-ann"


def test_too_many_requests(world: Emulator) -> None:
    """A 429 has the gateway's text and the Retry-After asked for."""
    world.fault("aps", LIST.replace("one", "{id}"), "429", retry_after=2)
    answer = ask(world)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    assert answer.json() == {"developerMessage": "Quota limit exceeded."}
    world.fault("aps", "*", "refuse")
    assert ask(world).status_code == 403
