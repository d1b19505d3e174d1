import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests

from pulumi_collab import platform as registry
from pulumi_collab.emulator import Emulator
from pulumi_collab.emulator.platform import Answer, Route, Strict, load

from .client import Caller


def test_it_leaves_nothing_behind() -> None:
    """After the context its thread has ended and its port is free again."""
    before = threading.active_count()
    with Emulator() as emulator:
        assert emulator.running
        requests.get(f"{emulator.url}/_emulator/health", timeout=30)
        port = int(emulator.url.rpartition(":")[2])
    assert not emulator.running
    assert threading.active_count() == before
    socket.create_server(("127.0.0.1", port)).close()


def test_it_can_be_started_again() -> None:
    """The world is still there, on the same port, also after a silence was cut short."""
    emulator = Emulator()
    with emulator, Caller(emulator) as owner:
        owner.add("jo")
        emulator.fault("quantconnect", "authenticate", "timeout", hold_seconds=0.01)
        with pytest.raises(requests.ConnectionError):
            owner.send("authenticate")
        url = emulator.url
    assert emulator.state()["quantconnect"]["projects"][0]["collaborators"]
    with emulator, Caller(emulator) as owner:
        assert emulator.url == url
        assert "jo" in owner.people()
        emulator.fault("quantconnect", "authenticate", "timeout", hold_seconds=0.01)
        with pytest.raises(requests.ConnectionError):
            owner.send("authenticate")


def test_a_port_in_use() -> None:
    """A port that somebody has is an error at the start, and a second start of one emulator is too."""
    with Emulator() as emulator:
        with pytest.raises(OSError, match="in use"):
            Emulator(int(emulator.url.rpartition(":")[2])).start()
        with pytest.raises(RuntimeError, match="runs already"):
            emulator.start()


def test_stopping_twice_is_harmless() -> None:
    """Stopping what is stopped, or never started, does nothing."""
    emulator = Emulator()
    emulator.stop()
    emulator.start().stop()
    emulator.stop()


def test_two_emulators_know_nothing_of_each_other(emulator: Emulator, owner: Caller) -> None:
    """Each has its own world."""
    with Emulator() as other, Caller(other) as neighbour:
        owner.add("jo")
        assert "jo" not in neighbour.people()


def test_calls_side_by_side(emulator: Emulator) -> None:
    """Changes that arrive together are all made, each whole."""
    names = [f"person-{number:04d}" for number in range(1, 41)]

    def add(name: str) -> bool:
        with Caller(emulator) as caller:
            return bool(caller.add(name)["success"])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(add, names))
    with Caller(emulator) as caller:
        assert caller.people().keys() == {"owner-ola", *names}


def test_the_environment_points_here(emulator: Emulator) -> None:
    """The variables are those of the first account that has a token."""
    found = {name: value for name, value in emulator.environment().items() if name.startswith("QUANTCONNECT_")}
    assert found == {
        "QUANTCONNECT_USER_ID": "1001",
        "QUANTCONNECT_API_TOKEN": "demo-quantconnect-token",
        "QUANTCONNECT_BASE_URL": f"{emulator.url}/quantconnect/api/v2",
    }


def test_a_platform_without_an_emulator_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registered platform may come without an emulated one."""
    ours = registry.platforms()["quantconnect"]
    found = {"quantconnect": ours, "unheard_of": replace(ours, name="unheard_of", emulator=None)}
    monkeypatch.setattr(registry, "platforms", lambda: found)
    assert Emulator().state().keys() == {"clock_offset_seconds", "next_id", "quantconnect"}


def test_registered_platforms_have_an_emulator() -> None:
    """Each of our platforms is emulated under its own name, and says which values are secret."""
    assert load().keys() == registry.platforms().keys()
    for name, platform in load().items():
        world = platform.default()
        assert platform.name == name
        assert platform.section.model_validate(world.model_dump(mode="json")) == world
        tokens = {value for key, value in platform.environment(world, "").items() if key.endswith(("TOKEN", "KEY"))}
        assert tokens <= set(platform.secrets(world))


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/projects/web/people/jane.doe", {"project": "web", "person": "jane.doe"}),
        ("/projects/web/people/a%2Fb%2Bc+d/", {"project": "web", "person": "a/b+c+d"}),
        ("/projects/web/people", None),
        ("/projects/web/people/jo/more", None),
        ("/Projects/web/people/jo", None),
    ],
)
def test_routes_with_names(path: str, parameters: dict[str, str] | None) -> None:
    """A name in a route is one part of the path, decoded after the path was split."""
    route: Route[Strict] = Route("x", "GET", "/projects/{project}/people/{person}", lambda call: Answer())
    assert route.parameters(path) == parameters
