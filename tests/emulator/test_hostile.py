"""Answers that no service means to give: headers sent back, a byte at a time, without an end, out of proportion."""

import json
import socket
import threading
import zlib
from typing import Any

import pytest
import requests

from pulumi_collab.emulator import Emulator
from pulumi_collab.emulator.hostile import nested

from .client import PROJECT, Caller
from .sram.client import Api
from .teamhub.caller import Caller as TeamHub

CREATE = "projects/collaboration/create"
READ = "projects/collaboration/read"
BODY = {"projectId": PROJECT}
JO = {**BODY, "collaboratorUserId": "jo", "collaborationLiveControl": False, "collaborationWrite": False}
FOREVER = 3600.0


@pytest.mark.parametrize(("more", "status"), [({}, 500), ({"status": 401}, 401), ({"status": 200}, 200)])
def test_an_echo_repeats_the_headers(emulator: Emulator, owner: Caller, more: dict[str, int], status: int) -> None:
    """Where each service has its error text, an echo has all headers of the request; it is a refusal."""
    emulator.fault("quantconnect", READ, "echo", **more)
    answer = owner.send(READ, json=BODY)
    sent = answer.request.headers
    assert (answer.status_code, answer.json()["success"]) == (status, False)
    for name in ("Authorization", "Timestamp", "User-Agent"):
        for text in ("errors", "message", "developerMessage"):
            assert f"{name.lower()}: {sent[name]}" in str(answer.json()[text])
    assert str(sent["Authorization"]) not in json.dumps(emulator.journal())


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("kind", "more"), [("echo", {}), ("drip", {"every_seconds": 0.001}), ("endless", {}), ("bomb", {"megabytes": 1})]
)
def test_the_effect_goes_by_when(emulator: Emulator, owner: Caller, kind: str, more: dict[str, Any], when: str) -> None:
    """A hostile answer to a write comes before the effect, or after it."""
    emulator.fault("quantconnect", CREATE, kind, when=when, **more)
    with owner.send(CREATE, json=JO, stream=True) as answer:
        next(answer.iter_content(1))
    assert ("jo" in owner.people()) == (when == "after")
    assert emulator.faults() == []


@pytest.mark.parametrize("head", [False, True])
def test_a_drip_is_the_answer_in_the_end(emulator: Emulator, owner: Caller, head: bool) -> None:
    """Who has the patience gets the call's own answer."""
    emulator.fault("quantconnect", READ, "drip", every_seconds=0.0001, head=head)
    answer = owner.send(READ, json=BODY)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json() == owner.call(READ, **BODY)
    assert [call["status"] for call in emulator.journal()] == [200, 200]


def test_a_drip_comes_in_bytes(emulator: Emulator, owner: Caller) -> None:
    """The head comes at once, and then nothing until the first byte is due; who leaves does not disturb the next."""
    emulator.fault("quantconnect", READ, "drip", every_seconds=FOREVER)
    request = requests.Request("POST", f"{owner.base}/{READ}", headers=owner.headers(), json=BODY).prepare()
    lines = [f"POST {request.path_url} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    assert isinstance(request.body, bytes)
    with socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2])), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + request.body)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        connection.settimeout(0.05)
        with pytest.raises(TimeoutError):
            connection.recv(1)
    assert owner.people().keys() == {"owner-ola"}


def test_a_head_drips_as_well(emulator: Emulator, owner: Caller) -> None:
    """With `head` not even the status line comes before the first interval has passed."""
    emulator.fault("quantconnect", READ, "drip", every_seconds=FOREVER, head=True)
    with pytest.raises(requests.ReadTimeout):
        owner.send(READ, json=BODY, stream=True, timeout=0.2)
    assert owner.people().keys() == {"owner-ola"}


@pytest.mark.parametrize("kind", ["drip", "endless"])
def test_neither_holds_up_the_end(kind: str) -> None:
    """Stopping the emulator ends an answer that has not come to its end."""
    caught: list[Exception] = []
    more = {"every_seconds": FOREVER} if kind == "drip" else {}
    begun = threading.Event()
    with Emulator() as emulator, Caller(emulator) as caller:
        emulator.fault("quantconnect", "authenticate", kind, **more)

        def wait() -> None:
            try:
                with caller.send("authenticate", stream=True, timeout=FOREVER) as answer:
                    begun.set()
                    for _ in answer.iter_content(2**16):
                        pass
            except requests.RequestException as error:
                caught.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        begun.wait()
    waiting.join()
    assert len(caught) == 1


def test_a_body_without_an_end(emulator: Emulator, owner: Caller) -> None:
    """Where there are no pages the body goes on as long as somebody reads, and others are served meanwhile."""
    emulator.fault("quantconnect", READ, "endless")
    with owner.send(READ, json=BODY, stream=True) as answer:
        assert "Content-Length" not in answer.headers
        pieces = answer.iter_content(2**16)
        assert next(pieces).startswith(b'{"errors": ["and another", ')
        assert sum(len(next(pieces)) for _ in range(100)) > 2**20
        with Caller(emulator) as other:
            assert other.people().keys() == {"owner-ola"}


@pytest.mark.parametrize("size", ["100", "3"])
def test_teamhub_pages_without_an_end(emulator: Emulator, size: str) -> None:
    """Each page is full of people who were on none before, and promises another; asked anew, the list has an end."""
    emulator.variants(teamhub={"page_size": size})
    with TeamHub(emulator) as boss:
        people = "projects/web/project_collaborators"
        boss.send("POST", people, json={"id": "jo", "role": "master"})
        emulator.fault("teamhub", "project_collaborators/list", "endless")
        found, offset = [], 0
        for _ in range(5):
            page = boss.send("GET", people, params={"offset": offset}).json()
            assert page["metadata"]["more_results"] is True
            offset = page["metadata"]["next_offset"]
            found += [(each["collaborator"]["id"], each["role"]) for each in page["results"]]
        assert len(set(found)) == 5 * int(size) == offset
        assert found[:2] == [("jo", "master"), ("endless-1", "guest")]
        assert emulator.faults() == []
        assert boss.send("GET", people).json()["metadata"]["more_results"] is False
        assert boss.send("GET", people, params={"offset": offset}).json()["results"] == []


def test_teamhub_accounts_without_an_end(emulator: Emulator) -> None:
    """The accounts' list goes on as well, in the shape of all; with the fault cleared it ends."""
    with TeamHub(emulator) as boss:
        emulator.fault("teamhub", "collaborators/list", "endless", times=2)
        path = "collaborators?limit=2&offset=5000"
        known = boss.send("GET", "collaborators?limit=1").json()["results"][0]
        page = boss.send("GET", path).json()
        assert [each["id"] for each in page["results"]] == ["endless-5000", "endless-5001"]
        assert page["results"][0].keys() == known.keys()
        assert emulator.faults()[0]["times"] == 1
        emulator.clear_faults()
        assert boss.send("GET", path).json()["results"] == []


def test_teamhub_pages_in_full(emulator: Emulator) -> None:
    """Made-up people can be expanded, and a call that is refused stays refused."""
    emulator.fault("teamhub", "project_collaborators/list", "endless", times=2)
    with TeamHub(emulator, "wrong") as nobody:
        assert nobody.send("GET", "projects/web/project_collaborators").status_code == 401
    with TeamHub(emulator) as boss:
        page = boss.send("GET", "projects/web/project_collaborators?expand=collaborator,project").json()
        assert (page["results"][0]["collaborator"]["id"], page["results"][0]["project"]["id"]) == ("endless-0", "web")


def test_aps_pages_without_an_end(emulator: Emulator) -> None:
    """Each `nextUrl` leads to a page of people who were on none before; asked anew, the list has an end."""
    emulator.variants(aps={"page_size": "2"})
    for path in ("clients/demo-app/collaborators", "clients"):
        emulator.fault("aps", path.replace("demo-app", "{id}"), "endless")
        headers = {"Authorization": "Bearer demo-aps-token"}
        first = url = f"{emulator.url}/aps/applications/v1/{path}"
        found: set[str] = set()
        for _ in range(5):
            page = requests.get(url, headers=headers, timeout=30).json()
            found |= {each.get("userId") or each["clientId"] for each in page["results"]}
            url = page["pagination"]["nextUrl"]
        assert len(found) == 10
        again = requests.get(first, headers=headers, timeout=30).json()
        assert len(again["results"]) + len(found) <= 12
        assert emulator.faults() == []
        emulator.clear_faults()
        assert "nextUrl" not in requests.get(url, headers=headers, timeout=30).json()["pagination"]


def inflated(body: bytes, layers: int) -> int:
    """How many bytes it is in the end, counted without keeping them."""
    pieces: Any = iter([body])
    for _ in range(layers):
        pieces = _gunzip(pieces)
    return sum(map(len, pieces))


def _gunzip(pieces: Any) -> Any:
    machine = zlib.decompressobj(31)
    for piece in pieces:
        left = piece
        while left:
            yield machine.decompress(left)
            left = machine.unused_data
            if machine.eof:
                machine = zlib.decompressobj(31)


def raw(answer: requests.Response) -> bytes:
    """The body as it travelled."""
    body: bytes = answer.raw.read(decode_content=False)
    return body


def test_a_bomb_is_small_on_the_way(emulator: Emulator, owner: Caller) -> None:
    """A few kilobytes, gzipped twice, are 256 MiB in the end."""
    emulator.fault("quantconnect", READ, "bomb")
    with owner.send(READ, json=BODY, stream=True) as answer:
        body = raw(answer)
    assert answer.headers["Content-Encoding"] == "gzip, gzip"
    assert len(body) < 10_000
    assert inflated(body, 2) > 256 * 2**20


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_a_bomb_is_the_answer_all_the_same(emulator: Emulator, owner: Caller, layers: int) -> None:
    """Who has the memory gets the call's own answer."""
    emulator.fault("quantconnect", READ, "bomb", megabytes=2, layers=layers, status=203)
    answer = owner.send(READ, json=BODY)
    assert (answer.status_code, answer.json()) == (203, owner.call(READ, **BODY))
    assert len(answer.content) > 2 * 2**20
    assert (answer.headers.get("Content-Encoding") or "").count("gzip") == layers


def test_a_bomb_where_there_is_no_body(emulator: Emulator) -> None:
    """A deletion that would answer nothing answers a bomb, and has its effect."""
    with Api(emulator) as api:
        co = api.create()
        emulator.fault("sram", "collaborations/delete", "bomb", when="after", megabytes=1)
        answer = api.send("DELETE", f"/collaborations/v1/{co['identifier']}")
        assert (answer.status_code, answer.json(), len(answer.content) > 2**20) == (200, {}, True)
        assert api.listed() == []


def test_nested() -> None:
    """So many levels, objects and lists in turn."""
    assert json.loads(nested(1)) == {"errors": "deep"}
    assert json.loads(nested(4)) == {"errors": [{"errors": ["deep"]}]}
    assert (nested(500).count(b"{"), nested(500).count(b"]")) == (250, 250)


@pytest.mark.parametrize(
    ("more", "encoding", "blanks"), [({}, None, 0), ({"megabytes": 1, "layers": 1}, "gzip", 2**20)]
)
def test_a_nested_bomb(
    emulator: Emulator, owner: Caller, more: dict[str, int], encoding: str | None, blanks: int
) -> None:
    """Nested JSON comes plain, and only where it is asked for in gzip behind blanks."""
    emulator.fault("quantconnect", READ, "bomb", nested=600, status=500, **more)
    answer = owner.send(READ, json=BODY)
    assert (answer.status_code, answer.headers.get("Content-Encoding")) == (500, encoding)
    assert answer.content == b" " * blanks + nested(600)
    assert int(answer.headers["Content-Length"]) <= len(nested(600))
