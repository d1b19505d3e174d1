"""What belongs to the process and to other accounts, and the clock of this machine."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from requests import PreparedRequest
from requests.auth import AuthBase

from pulumi_collab import http
from pulumi_collab.errors import BadResponse, Forbidden, Unauthenticated

from .scripted import RawServer, ScriptedServer


class Ours(AuthBase):
    """Our own credential."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = "Bearer ours"
        return request


def session(url: str) -> http.Session:
    """A session."""
    return http.Session("Service", url, auth=Ours(), secrets=["ours"], credentials="SERVICE_TOKEN")


@pytest.mark.parametrize("status", [200, 404])
def test_no_cookie_is_kept(status: int) -> None:
    """What one answer sets, a success or not, goes along with no later call: it may be another account's."""
    with ScriptedServer((status, {"Set-Cookie": "session=abc; Path=/"}, {}), (200, {}, {})) as server:
        ours = session(server.url)
        for _ in range(2):
            ours.request("GET", "thing", accept=(404,))
        assert [headers.get("Cookie") for _, _, headers in server.seen] == [None, None]


@pytest.mark.parametrize("name", ["service.example", "default"])
def test_netrc_does_not_replace_our_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    """Another user of this host in `~/.netrc` is not who calls, and a proxy of the environment is used all the same."""
    entry = name if name == "default" else f"machine {name}"
    (tmp_path / ".netrc").write_text(f"{entry} login them password theirs\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with ScriptedServer((403, {}, {}), (200, {}, {})) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        ours = session("http://service.example")
        with pytest.raises(Forbidden):
            ours.request("GET", "thing")
        ours.request("PUT", "thing", json={})
        assert [path for _, path, _ in proxy.seen] == ["http://service.example/thing"] * 2
        assert [headers["Authorization"] for _, _, headers in proxy.seen] == ["Bearer ours"] * 2


def test_a_proxy_of_the_environment_is_no_way_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server on this machine is called directly."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with ScriptedServer((200, {}, {})) as server:
        assert session(server.url).request("GET", "thing").status == 200


def test_limits_hold_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes by a proxy is read within the same limits."""
    monkeypatch.setattr("pulumi_collab.transport.MAX_BYTES", 1000)
    with RawServer(lambda _: [b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 1001]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with pytest.raises(BadResponse, match="more than"):
            session("http://service.example").request("GET", "thing")


def test_logging_is_left_alone() -> None:
    """Whoever imports the package has the logging, the warnings and the traceback limit that they had."""
    program = """
import logging, sys, warnings

def seen():
    root = logging.root
    about_root = root.level, root.handlers[:], root.disabled, logging.lastResort, logging.getLoggerClass()
    return about_root, sys.excepthook, getattr(sys, "tracebacklimit", None)

before = seen()
import pulumi, requests
filters = warnings.filters[:]
import pulumi_collab.engine.dynamic
from pulumi_collab.platform import platforms
assert len(platforms()) >= 4
assert seen() == before
assert warnings.filters == filters
assert not logging.getLogger("pulumi_collab").handlers
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=300)


# --- the clock ---


def dated(ahead: timedelta) -> dict[str, str]:
    """The headers of a service whose clock is ahead of ours by so much."""
    return {"Date": format_datetime(datetime.now(UTC) + ahead, usegmt=True)}


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        (timedelta(minutes=20), "this machine's clock is 20 minutes off"),
        (timedelta(minutes=-75), "this machine's clock is 75 minutes off"),
        (timedelta(seconds=62), "this machine's clock is 1 minute off"),
        (timedelta(days=2), "this machine's clock is 2880 minutes off"),
    ],
)
def test_refused_credentials_and_a_clock_that_is_off(ahead: timedelta, told: str) -> None:
    """Where credentials are not accepted, and this machine's clock is off by the answer's date, that is told."""
    with ScriptedServer((401, dated(ahead), {"message": "Token expired."})) as server:
        with pytest.raises(Unauthenticated) as raised:
            session(server.url).request("GET", "thing")
        assert str(raised.value).endswith(f"check SERVICE_TOKEN, they may have expired: Token expired; {told}")
        with pytest.raises(Unauthenticated, match=told):
            session(server.url).request("GET", "thing")


@pytest.mark.parametrize("date", ["", "today", "0", timedelta(0), timedelta(seconds=-30)])
def test_refused_credentials_and_a_clock_that_is_right(date: str | timedelta) -> None:
    """Where the clock is right, or nothing tells, it is not blamed."""
    headers = dated(date) if isinstance(date, timedelta) else {"Date": date}
    with ScriptedServer((401, headers, {})) as server, pytest.raises(Unauthenticated) as raised:
        session(server.url).request("GET", "thing")
    assert "clock" not in str(raised.value)


def test_a_refusal_in_a_service_s_own_way_names_the_clock() -> None:
    """A platform that finds in a 200 that the credentials are not accepted need not think of the clock."""
    with ScriptedServer((200, dated(timedelta(minutes=-20)), {})) as server:
        ours = session(server.url)
        ours.request("GET", "thing")
        error = ours.refuse(Unauthenticated("Hash doesn't match"))
        assert str(error) == "Hash doesn't match; this machine's clock is 20 minutes off"
        with pytest.raises(Unauthenticated) as raised:
            ours.request("GET", "thing")
        assert raised.value is error


@pytest.mark.parametrize(
    "date",
    ["Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 +2400", "\xff"],
)
def test_a_date_that_is_none(date: str) -> None:
    """A date that nobody can reckon with leaves this machine's time in force."""
    with ScriptedServer((200, {"Date": date}, {})) as server:
        ours = session(server.url)
        ours.request("GET", "thing")
    later: Any = ours.now() + timedelta(days=36_500)
    assert later.year < 2300
