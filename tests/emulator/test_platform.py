"""A platform made up for these tests: what the frame does for any platform."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from pulumi_collab import platform as registry
from pulumi_collab.emulator import ControlError, Emulator
from pulumi_collab.emulator.documents import as_document, only
from pulumi_collab.emulator.platform import Answer, Call, Platform, Route, Strict


class Doors(Strict):
    """The toy's section: until when each door is open."""

    open_until: dict[str, float] = {}  # pydantic copies it


def look(call: Call[Doors]) -> Answer:
    """The toy's reading call."""
    name = call.parameters["door"]
    state = "open" if call.section.open_until.get(name, 0) > call.now else "shut"
    return Answer.json({"door": name, "state": state, "next": f"{call.origin}/toy/api/doors?after={call.query['n']}"})


def knock(call: Call[Doors]) -> Answer:
    """The toy's control: a door is open for a minute."""
    name = only(as_document(call.body), "door")
    call.section.open_until[name] = call.now + 60
    return Answer.json({"door": name, "visit": call.new_id()})


TOY: Platform[Doors] = Platform(
    name="toy",
    prefix="/toy/api",
    section=Doors,
    default=Doors,
    routes=(Route("look", "GET", "/doors/{door}", look),),
    variants={"colour": ("red", "blue")},
    fallback=lambda call, methods: Answer.html("not here", 405 if methods else 404),
    refuse=lambda call: Answer(403),
    environment=lambda section, origin: {"TOY_BASE_URL": f"{origin}/toy"},
    secrets=lambda section: section.open_until,
    failures={"429": Answer(429, b"slower", {"X-Toy": "yes"})},
    controls={"knock": knock},
)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator that plays the toy too."""
    ours = registry.platforms()["quantconnect"]
    found = {"quantconnect": ours, "toy": replace(ours, name="toy", emulator=f"{__name__}:TOY")}
    monkeypatch.setattr(registry, "platforms", lambda: found)
    with Emulator() as emulator:
        yield emulator


def ask(toy: Emulator, method: str, path: str, **request: Any) -> requests.Response:
    """One call of anything."""
    return requests.request(method, toy.url + path, timeout=30, **request)


def test_a_platform_is_one_object_and_where_it_is(toy: Emulator) -> None:
    """Registering a platform gives it a section, variants, variables and a place on the port."""
    assert toy.state()["toy"] == {"open_until": {}}
    assert toy.variants()["toy"] == {"colour": {"value": "red", "choices": ["red", "blue"]}}
    assert toy.environment()["TOY_BASE_URL"] == f"{toy.url}/toy"
    assert ask(toy, "GET", "/_emulator/health").json()["platforms"] == ["quantconnect", "toy"]


def test_own_controls_and_time(toy: Emulator) -> None:
    """A platform's own control changes its section; its calls see the emulator's time, origin and query."""
    assert ask(toy, "POST", "/_emulator/toy/knock", json={"door": "a/b"}).json() == {"door": "a/b", "visit": 1}
    assert ask(toy, "POST", "/_emulator/toy/knock", json={"door": "a/b"}).json()["visit"] == 2
    seen = ask(toy, "GET", "/toy/api/doors/a%2Fb?n=7").json()
    assert seen == {"door": "a/b", "state": "open", "next": f"{toy.url}/toy/api/doors?after=7"}
    toy.advance(61)
    assert ask(toy, "GET", "/toy/api/doors/a%2Fb?n=7").json()["state"] == "shut"
    assert ask(toy, "POST", "/_emulator/toy/knock", data="door").status_code == 400


def test_own_answers(toy: Emulator) -> None:
    """A platform says in its own way what it does not have, what it refuses, and that it is too much."""
    assert ask(toy, "GET", "/toy/api/windows").text == "not here"
    assert ask(toy, "PUT", "/toy/api/doors/a").status_code == 405
    assert ask(toy, "HEAD", "/toy/api/doors/a?n=1").status_code == 200
    toy.fault("toy", "GET /doors/{door}", "refuse")
    assert ask(toy, "GET", "/toy/api/doors/a?n=1").status_code == 403
    toy.fault("toy", "look", "429", retry_after=2)
    answer = ask(toy, "GET", "/toy/api/doors/a?n=1")
    assert (answer.text, answer.headers["X-Toy"], answer.headers["Retry-After"]) == ("slower", "yes", "2")


def test_secrets_and_paths_in_the_journal(toy: Emulator) -> None:
    """The journal's path is as it was sent, without query and without what the platform calls secret."""
    ask(toy, "GET", "/toy/api/doors/x%2By?n=1")
    ask(toy, "POST", "/_emulator/toy/knock", json={"door": "hidden"})
    ask(toy, "GET", "/toy/api/doors/hidden?n=hidden")
    assert [call["path"] for call in toy.journal()] == ["/toy/api/doors/x%2By", "/toy/api/doors/[redacted]"]


def test_one_bad_section_spoils_a_seed(toy: Emulator) -> None:
    """A seed is taken whole or not at all."""
    with pytest.raises(ControlError, match=r"toy\.shut: Extra inputs"):
        toy.seed({"quantconnect": {}, "toy": {"shut": True}})
    assert toy.state()["quantconnect"]["users"]
