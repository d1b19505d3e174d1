"""What was sent as a credential is in no text, in whatever form a service repeats it."""

from __future__ import annotations

import base64
import html
import json
import logging
import traceback
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from requests import PreparedRequest
from requests.auth import AuthBase

from pulumi_collab import http
from pulumi_collab.errors import RequestError
from pulumi_collab.redaction import Redactor

from .scripted import RawServer

TOKEN = "demo+token/with='marks'&more~0123456789"


def basic(user: str, password: str) -> str:
    """The value of a header, by code of its own."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


QUOTING: dict[str, Callable[[str], str]] = {
    "raw": str,
    "upper case": str.upper,
    "percent": lambda text: quote(text, safe=""),
    "percent, lower case": lambda text: quote(text, safe="").lower(),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "form": quote_plus,
    "JSON": json.dumps,
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "JSON of PHP": lambda text: json.dumps(text).replace("/", "\\/"),
    "JSON of .NET": lambda text: "".join(c if c.isalnum() else f"\\u{ord(c):04X}" for c in text),
    "HTML": html.escape,
    "HTML by numbers": lambda text: "".join(c if c.isalnum() else f"&#{ord(c)};" for c in text),
    "HTML by hexadecimals": lambda text: "".join(c if c.isalnum() else f"&#x{ord(c):02X};" for c in text),
    "Python": repr,
    "without padding": lambda text: text.rstrip("="),
}


def bare(text: str) -> str:
    """Without what stands around a quoted text."""
    return text.strip("\"'\\\n")


credential = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40)


@settings(deadline=None)
@given(name=st.sampled_from([*QUOTING]), secret=credential)
def test_a_secret_in_any_quoting(name: str, secret: str) -> None:
    """A secret is not shown however it is quoted, and nothing else of the text is lost."""
    before, shown, after = Redactor([secret]).text(f"←\n{QUOTING[name](secret)}\n→").split("\n")
    assert (before, after) == ("←", "→")
    assert bare(shown) == "[redacted]"


@settings(deadline=None)
@given(name=st.sampled_from([*QUOTING]), user=st.from_regex(r"[0-9]{4,5}", fullmatch=True), password=credential)
def test_a_header_in_any_quoting(name: str, user: str, password: str) -> None:
    """Of a header, all of it, its base64, what that holds, and the password in it are not shown; who it is may be."""
    redactor = Redactor([])
    value = basic(user, password)
    redactor.sent(value)
    for part in (value, value.removeprefix("Basic "), f"{user}:{password}", password):
        assert bare(redactor.text(f"\n{QUOTING[name](part)}\n")) == "[redacted]"
    assert redactor.text(f"user {user}.") == f"user {user}."


def test_signatures_of_late_are_known() -> None:
    """A response may repeat a signature that was sent a minute ago, when each second has its own."""
    redactor = Redactor([])
    for second in range(60):
        redactor.sent(basic("1001", f"password-{second}"))
    assert redactor.text("password-0 password-59") == "[redacted] [redacted]"


def test_what_looks_like_a_signature_is_not_shown() -> None:
    """A hash, and what stands behind the name of a scheme, are not shown whoever sent them; other words are."""
    known = Redactor([])
    assert known.text(f"Hash {'ab' * 32}. Bearer {'x.Y-9' * 8}!") == "Hash [redacted]. [redacted]!"
    for harmless in ("Basic authentication is required", "the Bearer token has expired", "id 0123456789abcdef"):
        assert known.text(harmless) == harmless


def test_odd_headers_do_no_harm() -> None:
    """A header that is none of those we send is a credential as a whole."""
    redactor = Redactor(["", "x"])
    for value in (None, "", "Basic", "Basic ", "Basic ?", "Basic /w==", " ", "Digest realm"):
        redactor.sent(value)
    assert redactor.text("a Digest realm b") == "a [redacted] b"


def test_data_lose_nothing_but_long_credentials() -> None:
    """Data for programs keep what only looks like a credential, and what a short one could be by chance."""
    redactor = Redactor(["admin", TOKEN])
    text = f"admin {'ab' * 20} {TOKEN}"
    assert redactor.data(text) == f"admin {'ab' * 20} [redacted]"
    assert redactor.suspects(text)
    assert not redactor.suspects("admin and others")


# --- a service that echoes ---


class Signature(AuthBase):
    """A user and a hash of the token, as one of the services has it."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        signature = sha256(f"{TOKEN}:1700000000".encode()).hexdigest()
        request.headers["Authorization"] = basic("1001", signature)
        return request


class Keys(AuthBase):
    """Two keys in quotes, as another one has it."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"hth.company_key='{TOKEN}',account_key='short-key'"
        return request


def lines(request: bytes) -> list[str]:
    """The headers as they came."""
    return request.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")[1:]


def as_object(request: bytes) -> str:
    """As JSON, by name."""
    return json.dumps({"headers": dict(line.split(": ", 1) for line in lines(request))})


def as_errors(request: bytes) -> str:
    """As JSON, where messages stand, whole and in parts."""
    parts = [part for line in lines(request) for part in line.split()]
    decoded = [base64.b64decode(part).decode() for part in parts if part.endswith("=")]
    return json.dumps({"errors": [*lines(request), *parts, *decoded, *(each.split(":")[-1] for each in decoded)]})


ECHOES: dict[str, Callable[[bytes], str]] = {
    "object": as_object,
    "errors": as_errors,
    "JSON in JSON": lambda request: json.dumps({"message": as_object(request)}),
    "names": lambda request: json.dumps(dict.fromkeys(lines(request), "is not known")),
    "text": lambda request: "; ".join(lines(request)),
    "HTML": lambda request: f"<p>{html.escape('; '.join(lines(request)))}</p>",
    "a whole page": lambda request: f"<html><pre>{html.escape('; '.join(lines(request)))}</pre></html>",
    "as URL": lambda request: json.dumps({"message": f"https://x/?{quote('&'.join(lines(request)))}"}),
}


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500, 503])
@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES.keys())
@pytest.mark.parametrize(
    ("auth", "secrets"), [(http.Bearer(TOKEN), [TOKEN]), (Signature(), [TOKEN]), (Keys(), [TOKEN, "short-key"])]
)
def test_a_service_that_echoes_our_headers(
    caplog: pytest.LogCaptureFixture,
    auth: AuthBase,
    secrets: list[str],
    echo: Callable[[bytes], str],
    status: int,
) -> None:
    """An answer that repeats the request's headers brings no credential into an error, a log, or what is read."""
    caplog.set_level(logging.DEBUG)

    def answer(request: bytes) -> list[bytes]:
        text = echo(request).encode()
        head = f"HTTP/1.1 {status} No\r\nContent-Length: {len(text)}\r\nConnection: close\r\nX-Echo {lines(request)}"
        return [head.encode() + b"\r\n\r\n" + text]

    with RawServer(answer) as server:
        ours = http.Session("Service", server.url, auth=auth, secrets=secrets)
        try:
            response = ours.request("POST", "thing", json={"key": TOKEN})
            with pytest.raises(RequestError) as raised:
                ours.read(list[int], response)
            texts = [response.text, json.dumps(response.json), str(raised.value)]
        except RequestError as error:
            texts = [*traceback.format_exception(error)]
    sent = PreparedRequest()
    sent.prepare("GET", server.url, auth=auth)
    value = str(sent.headers["Authorization"])
    text = "".join(texts) + caplog.text
    parts = [value, *secrets]
    if value.startswith("Basic "):
        decoded = base64.b64decode(value[6:]).decode()
        parts += [value[6:], decoded, decoded.partition(":")[2]]
    for part in parts:
        for quoting in QUOTING.values():
            assert bare(quoting(part)).rstrip("=") not in text
    assert "[redacted]" in text
