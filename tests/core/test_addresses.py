"""Parts of paths: no identifier, whoever gave it, leads to another address than it should."""

from __future__ import annotations

import contextlib
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_collab import http
from pulumi_collab.addresses import segment
from pulumi_collab.errors import Refused

from .scripted import ScriptedServer

TRAPS = [
    "",
    ".",
    "..",
    "...",
    " ..",
    ".. ",
    " ",
    "/",
    "a/b",
    "../x",
    "\\",
    "..\\",
    "%2e%2e",
    "%2E.",
    "%252e%252e",
    "%25252E%25252e",
    "a%2fb",
    "a%5Cb",
    "\u2024\u2024",  # one dot leaders
    "\u2025",  # a two dot leader
    "\uff0e\uff0e",  # full width
    "a\uff0fb",
    "..%00",
    "\x00",
    "a\x00",
    "a\n",
    "\n",
    "a\r\nX: y",
    "a\x1b[31m",
    "\u202ea",
    "\ud83d",
    "a\u2028",
    "a" * 1001,
    "%25" * 300_000,
]
GOOD = {
    "web": "web",
    "mia-ai": "mia-ai",
    "johnny_walker": "johnny_walker",
    "jane.doe": "jane.doe",
    "..a": "..a",
    "urn:sram:user:x": "urn%3Asram%3Auser%3Ax",
    "a+b@example.org": "a%2Bb%40example.org",
    "what?#;=&": "what%3F%23%3B%3D%26",
    "100%": "100%25",
    "100%zz": "100%25zz",
    "a b": "a%20b",
    "名前": "%E5%90%8D%E5%89%8D",
    "é": "%C3%A9",
}


@pytest.mark.parametrize("value", TRAPS, ids=lambda value: ascii(value)[:20])
def test_what_is_no_segment(value: str) -> None:
    """What a server or a proxy could read as another path is refused in one line before anything is sent."""
    with pytest.raises(Refused, match="cannot be part of an address, so nothing was sent") as raised:
        segment(value)
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(("value", "sent"), GOOD.items())
def test_what_is_one(value: str, sent: str) -> None:
    """Identifiers of all four services stay possible, whatever signs are in them."""
    assert segment(value) == sent


def test_on_the_wire() -> None:
    """What is sent ends in just the identifier, unchanged by the libraries on the way."""
    with ScriptedServer((204, {}, "")) as server:
        ours = http.Session("Service", server.url, auth=http.Bearer("hush"), secrets=["hush"])
        for value in [*GOOD, "..a..", "-", "~"]:
            ours.request("DELETE", f"things/members/{segment(value)}")
            method, path, _ = server.seen[-1]
            before, last = path.rsplit("/", 1)
            assert (method, before, unquote(last)) == ("DELETE", "/things/members", value)


@settings(deadline=None, max_examples=300)
@given(st.text(st.characters() | st.sampled_from("./\\%2eEfF5cC \uff1b\uff0e\uff0f\u2025\x00")))
def test_any_text(value: str) -> None:
    """Of any text, what is let through is one segment, however often somebody decodes or normalises it."""
    with contextlib.suppress(Refused):
        path = segment(value)
        assert unquote(path) == value
        for _ in range(5):
            assert path.strip(" .")
            assert not set(path) & set("/\\\x00\n")
            path = unquote(path)
