"""Who is on an app, as a process knows it: pages, the shared listing, and where the settings come from."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab import listings
from pulumi_collab.aps.client import Client
from pulumi_collab.aps.directory import Directory
from pulumi_collab.aps.platform import PLATFORM
from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import BadResponse, ConfigError, Unauthenticated
from pulumi_collab.settings import resolve

from .portal import APP, PEOPLE, TOKEN, at, directory, edit, person, seed, serving

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.mark.parametrize("page_size", ["1", "2", "100"])
@pytest.mark.parametrize("end", ["absent", "null", "empty"])
@pytest.mark.parametrize("order", ["added", "sorted", "reversed"])
def test_pages(emulator: Emulator, page_size: str, end: str, order: str) -> None:
    """Whatever the page size, its border, the end's mark and the order: everybody once, by address, a call per page."""
    emulator.variants(aps={"page_size": page_size, "next_url_end": end, "order": order})
    edit(emulator, "Ann.Lee@example.org", "ADMIN")
    people = directory(emulator).collaborators(APP)
    assert [each.email for each in people] == [
        "Ann.Lee@example.org",
        "jane@example.org",
        "jo@example.org",
        "owner@example.org",
    ]
    assert people[0].access_level == "ADMIN"
    assert people[0].name == "Ann Lee"
    assert len(emulator.journal()) == -(-4 // int(page_size))


@pytest.mark.parametrize("count", [99, 100, 101, 1000])
def test_many_people(emulator: Emulator, count: int) -> None:
    """Nobody is missed at a page's border, and a page is one call."""
    seed(emulator, **{f"p{number:04}": "VIEWER" for number in range(count - 3)})
    people = directory(emulator).collaborators(APP)
    assert len({each.email for each in people}) == len(people) == count
    assert len(emulator.journal()) == -(-count // 100)


def test_a_list_that_changes_while_it_is_read() -> None:
    """Somebody who comes on two pages is one person, with what the later page says."""
    first = {"pagination": {"nextUrl": "/two"}, "results": [person(1), person(2)]}
    second = {"pagination": None, "results": [person(2, accessLevel="EDITOR")]}
    with serving(first, second) as service:
        people = at(service.url).collaborators("a")
    assert [(each.user_id, each.access_level) for each in people] == [("ID1", "VIEWER"), ("ID2", "EDITOR")]


def test_links_that_repeat(emulator: Emulator) -> None:
    """A page that names itself as the next one ends with an error."""
    emulator.variants(aps={"next_url": "repeats"})
    with pytest.raises(BadResponse, match="does not come to an end"):
        directory(emulator).collaborators(APP)
    assert len(emulator.journal()) == 2


def test_pages_without_end(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """New pages for ever end with an error, with people on them or without."""
    monkeypatch.setattr(listings, "MAX_PAGES", 20)
    emulator.variants(aps={"next_url": "endless"})
    with (
        serving(
            *({"pagination": {"nextUrl": f"/{number}"}, "results": [person(number)]} for number in range(20))
        ) as service,
        pytest.raises(BadResponse, match=r"list of collaborators of app a does not come to an end \(20 on 20 pages"),
    ):
        at(service.url).collaborators("a")
    assert len(service.seen) == 20
    with pytest.raises(
        BadResponse, match=r"app demo-app does not come to an end \(3 on 4 pages, and more are promised"
    ):
        directory(emulator).collaborators(APP)
    assert len(emulator.journal()) == 4, "one page of people, and three without"


def test_pages_that_bring_nobody_new() -> None:
    """One or two such pages are read over, and a third that names another one ends with an error."""

    def pages(idle: int) -> list[Any]:
        first = [{"pagination": {"nextUrl": f"/{number}"}, "results": [person(1)]} for number in range(idle + 1)]
        return [*first, {"results": [person(2)]}]

    with serving(*pages(2)) as service:
        assert len(at(service.url).collaborators("a")) == 2
    with serving(*pages(3)) as service, pytest.raises(BadResponse, match="1 on 4 pages, and more are promised"):
        at(service.url).collaborators("a")
    assert len(service.seen) == 4


def test_one_listing_serves_everybody(emulator: Emulator) -> None:
    """Who asks for the first time is answered from the process's listing, who asks again gets a new one."""
    mine = directory(emulator)
    for reader in ("a", "b", None, "c"):
        mine.collaborators(APP, reader)
    assert len(emulator.journal()) == 1
    mine.collaborators(APP, "a")
    assert len(emulator.journal()) == 2


def test_settings(monkeypatch: pytest.MonkeyPatch, emulator: Emulator) -> None:
    """The environment comes first, then the stack; a missing token names both ways; the base URL has a default."""
    stack: dict[str, str] = {}
    for name in ("APS_BASE_URL", "APS_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match=r"APS_ACCESS_TOKEN.*or run `pulumi config set --secret aps:accessToken"):
        resolve(PLATFORM.schema, stack.get)
    stack["aps:accessToken"] = TOKEN
    assert resolve(PLATFORM.schema, stack.get)["base_url"] == "https://developer.api.autodesk.com"
    stack["aps:baseUrl"] = emulator.environment()["APS_BASE_URL"]
    assert len(Directory(Client(resolve(PLATFORM.schema, stack.get))).collaborators(APP)) == len(PEOPLE)
    monkeypatch.setenv("APS_BASE_URL", emulator.environment()["APS_BASE_URL"])
    monkeypatch.setenv("APS_ACCESS_TOKEN", "another")
    with pytest.raises(Unauthenticated):
        Directory(Client(resolve(PLATFORM.schema, stack.get))).collaborators(APP)


def test_apps(emulator: Emulator) -> None:
    """The apps that the person is on come by their Client IDs, whatever the page's size; others do not."""
    section = emulator.state()["aps"]
    mine = {"email": "owner@example.org", "access_level": "VIEWER"}
    section["apps"] += [
        {"client_id": "b", "name": "B", "collaborators": [mine]},
        {"client_id": "a", "name": "A", "collaborators": [mine]},
        {"client_id": "c", "name": "C", "collaborators": []},
    ]
    emulator.seed({"aps": section})
    emulator.variants(aps={"page_size": "1"})
    assert [(app.client_id, app.name) for app in directory(emulator).apps()] == [
        ("a", "A"),
        ("b", "B"),
        (APP, "Demo app"),
    ]


def test_a_token_expires(emulator: Emulator) -> None:
    """What was good is refused once its time has come."""
    seed(emulator, {"token": "short", "user": "jo@example.org", "expires": 4_000_000_000.0})
    mine = directory(emulator, "short")
    assert mine.collaborators(APP, "me")
    emulator.advance(4_000_000_000)
    with pytest.raises(Unauthenticated):
        mine.collaborators(APP, "me")
