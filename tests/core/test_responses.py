"""What comes back as values that can be kept, and as words for people."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_collab import http
from pulumi_collab.errors import BadResponse
from pulumi_collab.responses import MAX_DEPTH, Response, Unreadable, error_text, mapped, parsed

from .scripted import RawServer, ScriptedServer

texts = st.text(st.characters() | st.sampled_from("\ud83d\ude00\udfff\x00\x1b\n\u2028"), max_size=8)
numbers = (
    st.integers() | st.sampled_from([2**53, 2**53 + 1, -(2**63), 10**30, 10**400]) | st.floats() | st.just(math.inf)
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | texts | numbers,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def every(value: Any) -> Iterator[Any]:
    """All scalars of a body, names included."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from every(each)
    elif isinstance(value, list):
        for each in value:
            yield from every(each)
    else:
        yield value


@settings(deadline=None)
@given(values, st.booleans())
def test_whatever_is_read_can_be_kept(value: Any, ascii_only: bool) -> None:
    """Any JSON, however it is written, becomes what a state holds and gives back as it was."""
    text = json.dumps(value, ensure_ascii=ascii_only).encode(errors="replace").decode()
    body = parsed(text)
    assert body == json.loads(json.dumps(body, allow_nan=False).encode())
    for each in every(body):
        if isinstance(each, str):
            assert each.encode().decode() == each
        if isinstance(each, (int, float)):
            assert math.isfinite(each)
            assert int(float(each)) == int(each)


@given(values)
def test_what_can_be_kept_is_read_as_it_is(value: Any) -> None:
    """Reading again what was read changes nothing."""
    body = parsed(json.dumps(value))
    assert parsed(json.dumps(body)) == body


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (r'{"name": "half \ud83d"}', {"name": "half \ufffd"}),
        (r'{"\udfff": ["\ud83dx", "\ud83d\ud83d"]}', {"\ufffd": ["\ufffdx", "\ufffd\ufffd"]}),
        (r'"whole \ud83d\ude00 and \\ud83d"', "whole \U0001f600 and \\ud83d"),
        ('{"uid": 1000000000000000000000000000000}', {"uid": None}),
        (f'{{"uid": {"9" * 5000}, "name": "mia"}}', {"uid": None, "name": "mia"}),
        (f"[{2**53}, {2**53 + 1}, {-(2**53)}, {-(2**53) - 1}]", [2**53, None, -(2**53), None]),
        ("[1e999, -1e999, NaN, Infinity, -Infinity]", [None] * 5),
        ("[1e3, 0.5, 1E400, 12345678901234567890.5]", [1000.0, 0.5, None, 12345678901234567890.5]),
        ("null", None),
        ("", None),
        ("{", None),
        ("<html>", None),
        ('"tab\there"', None),
    ],
)
def test_values_that_no_state_holds(text: str, body: Any) -> None:
    """Half a character, a number beyond what is exact and one that is none are missing, and the rest is there."""
    assert parsed(text) == body


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1, 10_000, 1_000_000])
@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}")])
def test_depth(opened: str, closed: str, depth: int) -> None:
    """JSON is read up to a depth that nobody needs, and beyond it no stack ends."""
    text = opened * depth + "1" + closed * depth
    if depth <= MAX_DEPTH:
        assert json.dumps(parsed(text), separators=(",", ":")) == text
    else:
        with pytest.raises(Unreadable, match="more than 50 levels"):
            parsed(text)


def test_wide_is_not_deep() -> None:
    """A long list of short things is none of those."""
    body = [{"a": [n]} for n in range(10_000)]
    assert parsed(json.dumps(body)) == body


def test_mapped() -> None:
    """Every text is changed, names included, and nothing else."""
    assert mapped({"a": ["b", 1, None, {"c": True}]}, str.upper) == {"A": ["B", 1, None, {"C": True}]}


@settings(deadline=None)
@given(values)
def test_the_words_in_any_body(value: Any) -> None:
    """Whatever an error's body is, there are words in it or none, and no failure."""
    assert isinstance(error_text(parsed(json.dumps(value))), str)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["Date", "Retry-After"]), st.text() | st.from_regex(r"\w{3}, \d+ \w{3} \d+")))
def test_any_header(headers: dict[str, str]) -> None:
    """A header that nobody can read is as good as none."""
    response = Response(200, headers, "", None)
    assert response.retry_after is None or response.retry_after >= 0
    assert response.date is None or response.date.tzinfo
    assert isinstance(response.asked, str)


def session(url: str) -> http.Session:
    """A session."""
    return http.Session("Service", url, auth=http.Bearer("hush"), secrets=["hush"])


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b'\xef\xbb\xbf{"name": "m\xc3\xbcller"}', {"name": "müller"}),
        (b'{"name": "m\xfcller"}', {"name": "m\ufffdller"}),
        (b'{"name": "\xed\xa0\xbd"}', {"name": "\ufffd\ufffd\ufffd"}),
        (b"\xff\xfe\x00", None),
    ],
)
def test_bytes(data: bytes, body: Any) -> None:
    """A body is read as UTF-8, with or without a mark at its beginning, whatever is wrong in it."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\nContent-Type: text/html; charset=utf-7\r\n\r\n".encode()
    with RawServer(lambda _: [head + data]) as server:
        assert session(server.url).request("GET", "thing").json == body


def test_a_body_of_another_kind() -> None:
    """What a body has in place of what is expected is told in one harmless line, its own names included."""
    body = {"\x1b[31m\nerror: forged <{%reset%}>": "no number"}
    with ScriptedServer((200, {}, body)) as server:
        ours = session(server.url)
        response = ours.request("GET", "thing")
        with pytest.raises(BadResponse, match="answered something unexpected") as raised:
            ours.read(dict[str, int], response)
    assert str(raised.value).isprintable()
    assert "<{%" not in str(raised.value)
