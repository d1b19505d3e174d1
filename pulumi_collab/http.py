"""The one way out: a session per service, a signature per attempt, bounded retries, nothing secret in any text."""

from __future__ import annotations

import json as jsonlib
import logging
import re
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, TypeVar

import requests
from pydantic import TypeAdapter, ValidationError
from requests.auth import AuthBase
from requests.exceptions import InvalidSchema, InvalidURL
from urllib3.exceptions import (
    ConnectTimeoutError,
    InvalidHeader,
    LocationValueError,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    SSLError,
)
from urllib3.util import Retry
from urllib3.util.ssl_match_hostname import CertificateError

from ._version import __version__
from .config import is_loopback
from .errors import (
    ADVICE,
    LONGEST_WAIT,
    BadAnswer,
    CollabError,
    ConfigError,
    Forbidden,
    NoAnswer,
    NotFound,
    Rejected,
    RequestError,
    ServerError,
    TimedOut,
    TooManyRequests,
    Unauthenticated,
    Unreachable,
    one_line,
)

T = TypeVar("T")

log = logging.getLogger("pulumi_collab.http")

CONNECT_TIMEOUT = 10.0
"""Seconds to wait for a connection."""
READ_TIMEOUT = 30.0
"""Seconds to wait for an answer once the request is sent, as the services' own clients do."""
RETRIES = Retry(
    total=3, allowed_methods=None, backoff_factor=0.5, backoff_max=8.0, backoff_jitter=0.2, retry_after_max=2**31
)
"""How often and how patiently; tests put one without backoff here."""

_PASSING = frozenset({429, 500, 502, 503, 504})  # worth asking again, if asking again is harmless
_HEX_SECRET = re.compile(r"\b[0-9a-fA-F]{40,}\b")  # signatures and tokens that a service echoes


@dataclass(frozen=True)
class Answer:
    """What came back: `json` is None where the body was no JSON."""

    status: int
    headers: Mapping[str, str]
    text: str
    json: Any

    @cached_property
    def wait(self) -> int | None:
        """The seconds that the service asks to wait before the next call (`Retry-After`), where it does."""
        value = self.headers.get("Retry-After")
        if value is None:
            return None
        try:
            return max(0, round(RETRIES.parse_retry_after(value)))
        except (InvalidHeader, ValueError, OverflowError):  # absurd dates as well: a header is no reason to fail
            return None

    @property
    def asked(self) -> str:
        """What to add to an error about that wait."""
        return f"; it asks to wait {self.wait} seconds" if self.wait else ""


class _Http(requests.Session):
    """Never reads where a redirect leads: some addresses cannot be read, and that is no failure to send."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere."""


class Bearer(AuthBase):
    """A token in the standard header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one attempt."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Session:
    """Calls one service.

    `service` is its name for messages, `auth` signs each attempt anew, `secrets` are never shown, and `credentials`
    says which settings to check when they are not accepted.
    """

    def __init__(
        self,
        service: str,
        base_url: str,
        *,
        auth: AuthBase,
        secrets: Iterable[str],
        credentials: str = "them",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.service = service
        self.base_url = base_url
        self._auth = auth
        self._credentials = credentials
        self._secrets = sorted({s for s in secrets if s}, key=len, reverse=True)
        self._http = _Http()
        self._http.headers.update({"User-Agent": f"pulumi-collab/{__version__}", "Accept": "application/json"})
        self._http.headers.update(headers or {})
        self._http.trust_env = not is_loopback(base_url)  # a proxy is no way to this machine

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str | int] | None = None,
        safe: bool | None = None,
        accept: Iterable[int] = (),
    ) -> Answer:
        """Send one request below the base URL and return its 2xx answer.

        `path` may be an absolute URL (a page link whose origin the caller has checked). `safe` says that repeating the
        call is harmless (default: GET). `accept` lists further statuses to return instead of raising.
        Raises a `RequestError`, or a `ConfigError` where a credential or an address cannot be sent at all.
        """
        url = path if "://" in path else f"{self.base_url}/{path.lstrip('/')}"
        safe = method == "GET" if safe is None else safe
        retries = RETRIES
        while True:
            try:
                answer = self._once(method, url, json, params)
                if 200 <= answer.status < 300 or answer.status in accept:
                    return answer
                error = self._error_of(answer)
            except RequestError as failed:
                error = failed
            if not self._may_repeat(error, safe):
                raise error
            if error.wait is not None and error.wait > LONGEST_WAIT:
                raise TooManyRequests(
                    f"{self.service} asks to wait {error.wait} seconds; try again then",
                    status=error.status,
                    wait=error.wait,
                )
            try:
                retries = retries.increment(method, url, error=ProtocolError(str(error)))
            except MaxRetryError:
                raise error from None
            time.sleep(error.wait if error.wait is not None else retries.get_backoff_time())

    def redact(self, text: str) -> str:
        """The text without any credential, or anything that looks like a signature."""
        for secret in self._secrets:
            text = text.replace(secret, "[redacted]")
        return _HEX_SECRET.sub("[redacted]", text)

    def read(self, kind: type[T], answer: Answer) -> T:
        """The answer's body as a wire model, or a list of them; a `BadAnswer` where it is something else."""
        try:
            body: T = _adapter(kind).validate_python(answer.json)  # type: ignore[arg-type]  # types are hashable
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the body"
            shown = (self.shown(answer) or "nothing") if answer.json is None else f"{where}: {first['msg']}"
            raise BadAnswer(
                f"{self.service} answered something unexpected ({shown}); check the base URL", status=answer.status
            ) from None
        return body

    def shown(self, answer: Answer) -> str:
        """What a body says to people, fit for one line of ours; empty where it says nothing."""
        if answer.json is not None:
            return self.explain(error_text(answer.json))
        if "<html" in answer.text[:2000].lower() or "<!doctype" in answer.text[:200].lower():
            return "an HTML page came instead of JSON, perhaps from a proxy"
        return self.explain(answer.text)

    def explain(self, text: str) -> str:
        """What a service said, fit for one line of ours."""
        return one_line(self.redact(text), limit=300)

    def _once(self, method: str, url: str, json: Any, params: Mapping[str, str | int] | None) -> Answer:
        started = time.monotonic()
        try:
            response = self._http.request(
                method,
                url,
                json=json,
                params=params,
                auth=self._auth,
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                allow_redirects=False,  # a redirect would carry the credentials elsewhere, or turn a POST into a GET
            )
        except (OSError, ValueError) as failed:  # all of requests' own are an OSError
            error = self._error_from(failed)
            log.debug("%s %s: %s", method, url, error)
            raise error from None
        answer = Answer(response.status_code, response.headers, response.text, _parsed(response))
        if log.isEnabledFor(logging.DEBUG):
            spent = (time.monotonic() - started) * 1000
            sent = self.redact(jsonlib.dumps(json)) if json is not None else ""
            log.debug("%s %s %s -> %s in %.0f ms", method, self.redact(url), sent, answer.status, spent)
        return answer

    def _error_from(self, failed: Exception) -> CollabError:
        if isinstance(failed, (InvalidURL, InvalidSchema, LocationValueError)):
            return ConfigError(
                f"cannot call {self.service}: its address {self.base_url}, or that of a proxy, cannot be used; check "
                "the base URL and the proxy settings"
            )
        if isinstance(failed, OSError) and not isinstance(failed, requests.RequestException):
            return ConfigError(f"cannot call {self.service}: {self.explain(str(failed))}; check REQUESTS_CA_BUNDLE")
        if not isinstance(failed, requests.RequestException) or _unfit_to_send(failed):
            return ConfigError(  # without the exception's own text, which holds the header
                f"cannot call {self.service}: the credentials hold a line break or a character that no header can "
                f"carry; check {self._credentials}"
            )
        return self._connection_error(failed)

    def _connection_error(self, failed: requests.RequestException) -> RequestError:
        host = self.base_url.split("/")[2]
        reason: Any = failed.args[0] if failed.args else failed
        reason = reason.reason if isinstance(reason, MaxRetryError) else reason
        through = ""
        if isinstance(reason, ProxyError):
            through, reason = " through the proxy", reason.original_error
        not_sent = isinstance(reason, (NewConnectionError, ConnectTimeoutError)) or isinstance(
            failed, (requests.ConnectTimeout, requests.exceptions.ProxyError)
        )
        if not_sent or _not_trusted(reason):
            then = (
                "" if not_sent else "; where the certificate is your own authority's, name that in REQUESTS_CA_BUNDLE"
            )
            return Unreachable(
                f"cannot reach {self.service} at {host}{through} ({self._why(reason)}); check the network and the base "
                f"URL{then}"
            )
        if isinstance(failed, requests.exceptions.SSLError):  # in the handshake or after the request: both look alike
            return NoAnswer(
                f"the TLS connection to {self.service} at {host} broke ({self._why(reason)}); try again, and check the "
                "network and the base URL if it stays"
            )
        if isinstance(failed, requests.Timeout):
            return TimedOut(f"{self.service} at {host} did not answer within {READ_TIMEOUT:.0f} seconds; try again")
        return NoAnswer(f"{self.service} at {host} closed the connection without an answer; try again")

    def _why(self, reason: BaseException) -> str:
        cause = reason.__cause__
        why = (isinstance(cause, OSError) and cause.strerror) or str(reason)
        return self.explain(why).split("] ")[-1]

    def _error_of(self, answer: Answer) -> RequestError:
        status, said, then = answer.status, self.shown(answer), ""
        kind: type[RequestError]
        if status == 429:
            kind, text = TooManyRequests, "is limiting requests; try again later"
        elif status >= 500:
            kind, text = ServerError, f"failed with HTTP {status}; try again, and ask its support if it stays"
        elif 300 <= status < 400:
            kind, text = BadAnswer, f"answered with a redirect (HTTP {status}); check the base URL"
        elif status == 401:
            kind, text = (
                Unauthenticated,
                f"does not accept the credentials (HTTP 401); check {self._credentials}, they may have expired",
            )
        elif status == 403:
            kind, text = Forbidden, "does not allow this with these credentials (HTTP 403)"
            then = ADVICE
        elif status == 404:
            kind, text = NotFound, "knows no such thing, or hides it from these credentials (HTTP 404)"
            then = "" if said and answer.json is not None else "; check the base URL"  # not in the service's own words
        else:
            kind, text = Rejected, f"refused (HTTP {status})"
        said = said.rstrip(".") if then else said
        told = f"{self.service} {text}{answer.asked}{f': {said}' if said else ''}{then}"
        return kind(told, status=status, wait=answer.wait)

    @staticmethod
    def _may_repeat(error: RequestError, safe: bool) -> bool:
        if isinstance(error, Unreachable) or error.status == 429:
            return True
        if isinstance(error, TimedOut):
            return False  # waiting that long once is enough
        return safe and (isinstance(error, NoAnswer) or error.status in _PASSING)


def _unfit_to_send(failed: requests.RequestException) -> bool:
    """Whether requests itself refuses a header; for one in the answer, it names the request."""
    return isinstance(failed, requests.exceptions.InvalidHeader) and failed.request is None


def _not_trusted(reason: object) -> bool:
    """Whether it is the service's certificate, which is looked at before anything is sent."""
    cause = reason.args[0] if isinstance(reason, SSLError) and reason.args else None
    return isinstance(cause, (ssl.SSLCertVerificationError, CertificateError))


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)  # costly to make


def error_text(body: Any) -> str:
    """The words for people in an error body, in the shapes that services use."""
    if isinstance(body, str):
        return body
    if isinstance(body, list):
        return "; ".join(filter(None, map(error_text, body)))
    if isinstance(body, dict):
        for key in ("errors", "messages", "message", "Message", "developerMessage", "error", "fields"):
            if body.get(key) and not isinstance(body[key], bool):
                text = error_text(body[key])
                if text:
                    fields = error_text(body.get("fields")) if key != "fields" else ""
                    return f"{text} ({fields})" if fields else text
        return "; ".join(f"{k}: {v}" for k, v in body.items() if isinstance(v, str) and not k.endswith("timestamp"))
    return ""


def _parsed(response: requests.Response) -> Any:
    try:
        return response.json()
    except (ValueError, RecursionError):  # the latter where it is nested beyond reason
        return None
