"""The http session: what is sent, what is repeated, what is told, and what is never shown."""

from __future__ import annotations

import contextlib
import itertools
import logging
import socket
import ssl
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
import requests
import urllib3
from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3.util.ssl_match_hostname import CertificateError

from pulumi_collab import __version__, http
from pulumi_collab.errors import (
    BadResponse,
    ConfigError,
    Forbidden,
    NoResponse,
    NotFound,
    Rejected,
    RequestError,
    ServerError,
    TooManyRequests,
    Unauthenticated,
    Unreachable,
)

from .scripted import ScriptedServer


class Counting(AuthBase):
    """Signs each attempt with the next number."""

    def __init__(self) -> None:
        self.count = itertools.count(1)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"hush {next(self.count)}"
        return request


def session(url: str) -> http.Session:
    """A session with one secret, `hush`."""
    return http.Session("Service", url, auth=Counting(), secrets=["hush"])


def test_every_attempt_is_signed_anew_and_names_us(waits: list[float]) -> None:
    """A repeated call carries a new signature, and every call our name and version."""
    with ScriptedServer((503, {}, ""), (503, {}, ""), (200, {}, {"ok": True})) as server:
        assert session(server.url).request("GET", "thing").json == {"ok": True}
    assert [headers["Authorization"] for _, _, headers in server.seen] == ["hush 1", "hush 2", "hush 3"]
    assert {headers["User-Agent"] for _, _, headers in server.seen} == {f"pulumi-collab/{__version__}"}
    assert len(waits) == 2


def test_retry_after_is_obeyed(waits: list[float]) -> None:
    """A read that meets a 429 is repeated after just the time the service asks for."""
    with ScriptedServer((429, {"Retry-After": "7"}, ""), (200, {}, {})) as server:
        session(server.url).request("GET", "thing")
    assert waits == [7]


def test_a_limited_write_is_not_repeated_blindly(waits: list[float]) -> None:
    """A write that meets a 429 may have had its effect, so whoever knows looks first, and has the time to wait."""
    with ScriptedServer((429, {"Retry-After": "7"}, ""), (200, {}, {})) as server:
        with pytest.raises(TooManyRequests, match="asks to wait 7 seconds") as raised:
            session(server.url).request("POST", "thing", json={})
        assert raised.value.ambiguous
        assert raised.value.retry_after == 7
        assert len(server.seen) == 1
    assert waits == []


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("seconds", [3600, 100_000])
def test_a_long_retry_after_is_told_instead(waits: list[float], method: str, seconds: int) -> None:
    """A wait beyond what we are willing to hold a run for is told, and is no reason to send the call again."""
    with ScriptedServer((429, {"Retry-After": str(seconds)}, "")) as server:
        with pytest.raises(TooManyRequests, match=f"{seconds} seconds"):
            session(server.url).request(method, "thing")
        assert len(server.seen) == 1
    assert waits == []


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("seconds", [10, 3600])
def test_an_error_carries_the_wait(waits: list[float], method: str, seconds: int) -> None:
    """Who decides on a failed call knows and tells how long the service asks to wait, be it short or long."""
    with ScriptedServer((503, {"Retry-After": str(seconds)}, "Busy.")) as server:
        with pytest.raises(RequestError, match=f"asks to wait {seconds} seconds") as raised:
            session(server.url).request(method, "thing", json={})
        assert raised.value.retry_after == seconds
        assert raised.value.ambiguous
        assert len(server.seen) == (4 if (method, seconds) == ("GET", 10) else 1)
    assert waits == [10] * (len(server.seen) - 1)


def test_an_error_without_a_wait() -> None:
    """Where the service does not ask to wait, nothing is said of it."""
    with ScriptedServer((503, {}, "")) as server, pytest.raises(ServerError) as raised:
        session(server.url).request("POST", "thing", json={})
    assert raised.value.retry_after is None
    assert "wait" not in str(raised.value)


@pytest.mark.parametrize("header", ["soon", "-1", "99999999999999999999", ""])
def test_an_unusable_retry_after_does_no_harm(waits: list[float], header: str) -> None:
    """A `Retry-After` nobody can read is as good as none."""
    script = ScriptedServer((429, {"Retry-After": header}, ""), (200, {}, {}))
    with script as server, contextlib.suppress(TooManyRequests):
        session(server.url).request("GET", "thing")
    assert all(0 <= wait < 60 for wait in waits)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_is_not_repeated_blindly(waits: list[float], status: int) -> None:
    """A write that a server failed on may have had its effect, so the session leaves the decision to who knows."""
    with ScriptedServer((status, {}, "")) as server, pytest.raises(ServerError) as raised:
        session(server.url).request("POST", "thing", json={})
    assert raised.value.ambiguous
    assert len(server.seen) == 1
    assert waits == []


def test_refused_credentials_are_asked_about_once() -> None:
    """Twenty people cost one call where the credentials are not accepted, and each is told the same."""
    with ScriptedServer((401, {}, ""), (200, {}, {})) as server:
        ours = session(server.url)
        for _ in range(3):
            with pytest.raises(Unauthenticated, match="does not accept the credentials"):
                ours.request("GET", "thing")
        assert len(server.seen) == 1
        assert session(server.url).request("GET", "thing").status == 200, "another session has credentials of its own"


def test_retries_are_bounded(waits: list[float]) -> None:
    """A service that stays down costs four calls, not more."""
    with ScriptedServer((503, {}, "")) as server, pytest.raises(ServerError):
        session(server.url).request("GET", "thing")
    assert len(server.seen) == 4


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (400, {"error": {"message": "no such role"}}, Rejected, "refused (HTTP 400): no such role"),
        (401, "", Unauthenticated, "does not accept the credentials"),
        (403, {"message": "not yours"}, Forbidden, "does not allow this with these credentials (HTTP 403): not yours"),
        (403, "", Forbidden, "with these credentials (HTTP 403); check whose they are and what they may do"),
        (403, {"message": "No."}, Forbidden, "(HTTP 403): No; check whose they are and what they may do"),
        (404, {"developerMessage": "nothing"}, NotFound, "HTTP 404): nothing"),
        (404, "", NotFound, "HTTP 404); check the base URL"),
        (404, {}, NotFound, "HTTP 404); check the base URL"),
        (404, "Not here.", NotFound, "HTTP 404): Not here; check the base URL"),
        (409, {"errors": ["a", "b"]}, Rejected, "refused (HTTP 409): a; b"),
        (102, "", BadResponse, "answered with no answer (HTTP 102); check the base URL"),
        (302, "", BadResponse, "redirect (HTTP 302); check the base URL"),
        (400, "<!DOCTYPE html><html><body>proxy</body></html>", Rejected, "an HTML page came instead of JSON"),
    ],
)
def test_failures_are_told_apart_in_one_line(status: int, body: Any, kind: type[RequestError], told: str) -> None:
    """Each documented failure is its own exception with the service's words, in one line."""
    with ScriptedServer((status, {"Location": "http://127.0.0.1:1/"}, body)) as server:
        with pytest.raises(kind) as raised:
            session(server.url).request("GET", "thing")
        assert told in str(raised.value)
        assert "\n" not in str(raised.value)
        assert len(server.seen) == 1


def test_nothing_listens(waits: list[float]) -> None:
    """Where no connection can be made, that is told with the host, and is surely without effect."""
    with ScriptedServer((200, {}, {})) as server:
        url = server.url
    with pytest.raises(Unreachable, match=r"cannot reach Service at 127\.0\.0\.1:\d+ \(.*refused\)") as raised:
        session(url).request("POST", "thing", json={})
    assert not raised.value.ambiguous
    assert len(waits) == 3


def test_certificates_that_are_not_there(waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of certificates that is named and not there is told in one line."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/certificates.pem")
    with pytest.raises(ConfigError, match=r"cannot call Service: .*/nowhere/certificates.pem; check REQUESTS_CA"):
        session("https://service.example").request("GET", "thing")  # nobody is asked where that is


def test_no_way_there(waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that nobody knows and a proxy that does not answer are told in words, not as a library's text."""

    def nobody_knows(*_: object, **__: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", nobody_knows)
        with pytest.raises(Unreachable) as raised:
            session("https://service.example").request("GET", "thing")
    assert str(raised.value) == (
        "cannot reach Service at service.example (Name or service not known); check the network and the base URL"
    )
    with ScriptedServer((200, {}, {})) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.url)
    with pytest.raises(Unreachable) as raised:
        session("https://service.example").request("GET", "thing")
    assert str(raised.value) == (
        "cannot reach Service at service.example through the proxy (Connection refused); check the network and the "
        "base URL"
    )


def test_secrets_and_hashes_are_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    """A service that echoes a credential or a signature does not get it into an error or the log."""
    caplog.set_level(logging.DEBUG, "pulumi_collab.http")
    with (
        ScriptedServer((400, {}, {"message": f"bad hush and {'ab' * 32}"})) as server,
        pytest.raises(Rejected, match=r"bad \[redacted\] and \[redacted\]"),
    ):
        session(server.url).request("POST", "thing", json={"key": "hush"})
    assert "hush" not in caplog.text
    assert "[redacted]" in caplog.text


class Bearer(AuthBase):
    """Sets its header when requests has looked at the others already, as each platform does."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


TWO_LINES, FOREIGN = "demo-token\nsecond-line", "demo-token-ключ"


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize(
    ("auth", "headers"),
    [
        (Bearer(TWO_LINES), {}),
        (Bearer("demo-token\r\nX: second-line"), {}),
        (Bearer(FOREIGN), {}),
        (HTTPBasicAuth("me", FOREIGN), {}),
        (Bearer("good"), {"X-Token": TWO_LINES}),
        (Bearer("good"), {"X-Token": FOREIGN}),
    ],
)
def test_a_credential_that_no_header_can_carry(
    caplog: pytest.LogCaptureFixture, waits: list[float], auth: AuthBase, headers: dict[str, str], method: str
) -> None:
    """A credential with a line break or foreign letters is an error that says what to check, with nothing of it."""
    caplog.set_level(logging.DEBUG)
    with ScriptedServer((200, {}, {})) as server:
        ours = http.Session("Service", server.url, auth=auth, secrets=[], headers=headers, credentials="SERVICE_TOKEN")
        with pytest.raises(ConfigError) as raised:
            ours.request(method, "thing")
        assert server.seen == []
    assert str(raised.value) == (
        "cannot call Service: the credentials hold a line break or a character that no header can carry; check "
        "SERVICE_TOKEN"
    )
    told = "".join(traceback.format_exception(raised.value)) + caplog.text
    assert "demo-token" not in told
    assert "second-line" not in told
    assert waits == []


@pytest.mark.parametrize(
    "address", ["https://a..b", f"https://{'a' * 64}.example", "https://.example", "https://*.example"]
)
def test_an_address_that_is_none(monkeypatch: pytest.MonkeyPatch, waits: list[float], address: str) -> None:
    """An address that cannot be called is told as such, and is not mistaken for a bad credential or a lost answer."""
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(ConfigError, match=r"its address .* cannot be used; check the base URL") as raised:
        session(address).request("PUT", "thing")
    assert address in str(raised.value)
    assert waits == []


@pytest.mark.parametrize("target", ["http://[", "http://service.example/\xe9", "//", "http://a..b:x/"])
def test_a_redirect_to_nowhere(target: str) -> None:
    """Where a redirect leads is not read, so one that no address can be made of is a redirect like any other."""
    with ScriptedServer((302, {"Location": target}, "")) as server, pytest.raises(BadResponse, match="redirect"):
        session(server.url).request("PUT", "thing", json={})
    assert len(server.seen) == 1


def failing(monkeypatch: pytest.MonkeyPatch, error: Callable[[PreparedRequest], Exception]) -> list[str | None]:
    """Let every attempt fail as requests' adapter does; the methods of those made are in what comes back."""
    made: list[str | None] = []

    def send(_: object, request: PreparedRequest, **__: object) -> NoReturn:
        made.append(request.method)
        raise error(request)

    monkeypatch.setattr(HTTPAdapter, "send", send)
    return made


def test_an_answers_bad_header_is_the_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """A header in the answer that makes no sense is a lost answer, not a credential of ours."""
    odd = urllib3.exceptions.InvalidHeader("Content-Length contained multiple unmatching values (1, 2)")
    made = failing(monkeypatch, lambda request: requests.exceptions.InvalidHeader(odd, request=request))
    with pytest.raises(NoResponse):
        session("https://service.example").request("PUT", "thing", json={})
    assert made == ["PUT"]


def tls_error(cause: Exception, *, reading: bool = False) -> Callable[[PreparedRequest], Exception]:
    """What requests makes of a TLS error: in a retry's error, but for one while the body is read."""
    reason = urllib3.exceptions.SSLError(cause)
    pool = urllib3.HTTPSConnectionPool("service.example")
    told = reason if reading else urllib3.exceptions.MaxRetryError(pool, "/thing", reason)
    return lambda request: requests.exceptions.SSLError(told, request=request)


@pytest.mark.parametrize(("method", "times"), [("PUT", 1), ("POST", 1), ("DELETE", 1), ("GET", 4)])
@pytest.mark.parametrize(
    ("cause", "why"),
    [
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "wrong version number"),
        (ssl.SSLError(1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC] bad record mac"), "bad record mac"),
        (ssl.SSLError(1, "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] certificate required"), "certificate required"),
        (ssl.SSLEOFError(8, "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred"), "EOF occurred"),
    ],
)
@pytest.mark.parametrize("reading", [False, True])
def test_tls_that_breaks(
    monkeypatch: pytest.MonkeyPatch,
    waits: list[float],
    cause: Exception,
    why: str,
    reading: bool,
    method: str,
    times: int,
) -> None:
    """A TLS error may come after the request was read, so a write is sent once and may have had its effect."""
    made = failing(monkeypatch, tls_error(cause, reading=reading))
    with pytest.raises(NoResponse) as raised:
        session("https://service.example").request(method, "thing")
    assert str(raised.value) == (
        f"the TLS connection to Service at service.example broke ({why}); try again, and check the network and the "
        "base URL if it stays"
    )
    assert raised.value.ambiguous
    assert made == [method] * times


@pytest.mark.parametrize(
    "cause",
    [
        ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed"),
        CertificateError("certificate verify failed: another name"),
    ],
)
def test_a_certificate_that_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch, waits: list[float], cause: Exception
) -> None:
    """A certificate is looked at before anything is sent: surely without effect, and told with the reason."""
    failing(monkeypatch, tls_error(cause))
    with pytest.raises(Unreachable, match=r"cannot reach Service .*certificate verify failed") as raised:
        session("https://service.example").request("PUT", "thing")
    assert not raised.value.ambiguous


def test_tls_to_a_proxy_that_breaks(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    """Where the connection to a proxy fails, in TLS or otherwise, nothing reached the service."""
    broken = urllib3.exceptions.SSLError(ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"))
    told = urllib3.exceptions.ProxyError("Unable to connect to proxy", broken)
    pool = urllib3.HTTPSConnectionPool("service.example")
    reason = urllib3.exceptions.MaxRetryError(pool, "/thing", told)
    failing(monkeypatch, lambda request: requests.exceptions.ProxyError(reason, request=request))
    with pytest.raises(Unreachable, match=r"through the proxy \(wrong version number\)"):
        session("https://service.example").request("PUT", "thing")
