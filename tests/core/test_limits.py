"""Limits to one whole response: time, size, nesting. Each is told in one line, and the response counts as lost."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from pulumi_collab import http, responses, retries, transport
from pulumi_collab.converge import converge
from pulumi_collab.errors import BadResponse, RequestError, TimedOut

from .scripted import RawServer, ScriptedServer

LIMIT = 200_000
packed = partial(gzip.compress, mtime=0)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

pytestmark = pytest.mark.usefixtures("limits")


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small ones, so that a test need not send much, nor take long."""
    monkeypatch.setattr(transport, "MAX_BYTES", LIMIT)
    monkeypatch.setattr(retries, "_policy", replace(retries.policy(), total_timeout=0.5, read_timeout=20.0))


def session(url: str) -> http.Session:
    """A session."""
    return http.Session("Service", url, auth=http.Bearer("hush"), secrets=["hush"])


def one_by_one(head: bytes, again: bytes) -> Callable[[bytes], Iterator[bytes]]:
    """An answer that comes a byte at a time and goes on for ever."""
    return lambda _: (bytes([each]) for each in itertools.chain(head, itertools.cycle(again)))


def at_once(head: bytes, again: bytes) -> Callable[[bytes], Iterator[bytes]]:
    """An answer that comes as fast as it is taken and goes on for ever."""
    return lambda _: itertools.chain([head], itertools.repeat(again * (20_000 // len(again))))


@pytest.mark.parametrize(
    ("head", "again"),
    [
        (b"HTTP/1.1 200 ", b"O"),
        (OK, b"X-More: and more\r\n"),
        (OK + b"X-Long: ", b"a"),
        (OK + b"Content-Length: 100000\r\n\r\n", b" "),
        (OK + b"\r\n", b" "),
        (OK + b"Content-Encoding: gzip\r\n\r\n", packed(b" ")),
        (CHUNKED, b"1\r\n \r\n"),
        (CHUNKED + b"0", b"0"),
        (CHUNKED + b"0\r\n", b"X-More: and more\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_byte_at_a_time(head: bytes, again: bytes, method: str) -> None:
    """A response that never ends is given up in time whatever part of it drips, and is not asked for again."""
    with RawServer(one_by_one(head, again), pause=0.02) as server:
        with pytest.raises(TimedOut) as raised:
            session(server.url).request(method, "thing")
        assert server.made == 1
    assert "did not end its answer within 0 seconds; try again" in str(raised.value)
    assert raised.value.ambiguous


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 2", OK + b"Content-Length: 9\r\n\r\n{"])
def test_silence(monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    """A response that does not begin, or stops half way, is told by the time for which nothing came."""
    monkeypatch.setattr(retries, "_policy", replace(retries.policy(), total_timeout=60.0, read_timeout=0.2))
    with (
        RawServer(lambda _: [head], pause=30) as server,
        pytest.raises(TimedOut, match="did not answer within 0 seconds; try again"),
    ):
        session(server.url).request("GET", "thing")


@pytest.mark.parametrize(
    ("head", "again"),
    [
        (OK + b"\r\n", b" "),
        (OK + b"Content-Length: 1000000000000\r\n\r\n", b" "),
        (CHUNKED, b"4\r\n    \r\n"),
        (CHUNKED + b"ffffffffff\r\n", b" "),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (OK + b"Content-Encoding: gzip\r\n\r\n", packed(b"")),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_an_end(monkeypatch: pytest.MonkeyPatch, head: bytes, again: bytes, method: str) -> None:
    """However a response goes on and on, no more than the limit of it is taken, and it is not asked for again."""
    monkeypatch.setattr(retries, "_policy", replace(retries.policy(), total_timeout=300.0))
    with RawServer(at_once(head, again)) as server:
        with pytest.raises(BadResponse, match=r"Service at .* answered with more than .* MB") as raised:
            session(server.url).request(method, "thing")
        assert server.made == 1
    assert raised.value.ambiguous


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 ", OK + b"X: ", CHUNKED + b"0", CHUNKED + b"0\r\nX: "])
def test_a_line_without_an_end(waits: list[float], head: bytes) -> None:
    """A line that never ends is a lost response, by our limit or by one that the libraries have for it."""
    with RawServer(at_once(head, b"0")) as server, pytest.raises(RequestError) as raised:
        session(server.url).request("GET", "thing")
    assert raised.value.ambiguous


def body(data: bytes, encoding: str = "gzip") -> Callable[[bytes], Iterable[bytes]]:
    """A whole answer."""
    head = f"Connection: close\r\nContent-Length: {len(data)}\r\nContent-Encoding: {encoding}\r\n\r\n"
    return lambda _: [OK + head.encode() + data]


@pytest.mark.parametrize(
    "data",
    [
        packed(b'{"a": 1}'),
        packed(b'{"a": ') + packed(b"") + packed(b"1}"),
        packed(b" " * (LIMIT - 8) + b'{"a": 1}'),
    ],
)
def test_gzip(data: bytes) -> None:
    """What a service packs is unpacked, in however many parts it comes, up to the limit."""
    with RawServer(body(data)) as server:
        assert session(server.url).request("GET", "thing").json == {"a": 1}


@pytest.mark.parametrize(
    ("data", "encoding", "told"),
    [
        (packed(b" " * (LIMIT + 1)), "gzip", "answered with more than"),
        (packed(b" " * LIMIT) + packed(b"{}"), "gzip", "answered with more than"),
        (packed(packed(b"{}")), "gzip, gzip", "in the encoding 'gzip, gzip', which was not asked for"),
        (b"{}", "br", "in the encoding 'br', which was not asked for"),
        (b"{}", "\x1b[31m", r"in the encoding '\\x1b\[31m'"),
        (packed(b"{}")[:-1], "gzip", "gzip that cannot be unpacked"),
        (b"", "gzip", "gzip that cannot be unpacked"),
        (b"{}", "gzip", "gzip that cannot be unpacked"),
        (packed(b"{}") + b"more", "gzip", "gzip that cannot be unpacked"),
    ],
)
def test_gzip_that_is_none_or_too_much(data: bytes, encoding: str, told: str) -> None:
    """What unpacks to more than the limit, or does not unpack, is a response that was lost."""
    with RawServer(body(data, encoding)) as server, pytest.raises(BadResponse, match=told):
        session(server.url).request("GET", "thing")


def nested(depth: int) -> str:
    """JSON so many levels deep."""
    return (
        "".join("[" if level % 2 else '{"errors": ' for level in range(depth))
        + "1"
        + "".join("]" if level % 2 else "}" for level in reversed(range(depth)))
    )


@pytest.mark.parametrize("status", [200, 201, 400, 401, 404, 500])
@pytest.mark.parametrize("depth", [responses.MAX_DEPTH + 1, 500, 20_000])
def test_nested_beyond_reason(status: int, depth: int) -> None:
    """JSON that is nested too deeply is a response that was lost, whatever its status says."""
    with ScriptedServer((status, {}, nested(depth))) as server:
        with pytest.raises(BadResponse, match="answered with JSON of more than 50 levels") as raised:
            session(server.url).request("GET", "thing", accept=(404,))
        assert len(server.seen) == 1
    assert raised.value.ambiguous


def test_nested_within_reason() -> None:
    """What is as deep as the limit is read, and told from where it stands in an error's body."""
    with ScriptedServer((200, {}, nested(responses.MAX_DEPTH))) as server:
        assert session(server.url).request("GET", "thing").json == responses.parsed(nested(responses.MAX_DEPTH))
    deep = nested(responses.MAX_DEPTH).replace("1", '"deep"')
    with ScriptedServer((400, {}, deep)) as server, pytest.raises(RequestError, match="deep"):
        session(server.url).request("GET", "thing")


@pytest.mark.parametrize(
    "answer",
    [
        body(packed(b" " * (LIMIT + 1))),
        body(nested(500).encode(), "identity"),
        at_once(OK + b"\r\n", b" "),
    ],
)
def test_somebody_looks_after_a_write(answer: Any, waits: list[float]) -> None:
    """A write that is answered beyond the limits may have had its effect, so it is looked for before it is repeated."""
    with RawServer(answer) as server:
        ours, seen = session(server.url), iter([None, "made"])
        assert converge(lambda: ours.request("POST", "thing").text, lambda: next(seen)) == "made"
        assert server.made == 2


def test_one_connection_serves_several_calls() -> None:
    """Reading within limits leaves a connection as it was, after an error as well."""
    with ScriptedServer((200, {}, {}), (404, {}, ""), (200, {}, {"a": 1})) as server:
        ours = session(server.url)
        for _ in range(3):
            ours.request("GET", "thing", accept=(404,))
        assert len(server.connections) == 1
