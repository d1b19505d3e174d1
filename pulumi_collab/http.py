"""The one way out: a session per service, a signature per attempt, bounded retries, nothing secret in any text."""

from __future__ import annotations

import json as jsonlib
import logging
import ssl
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import requests
from pydantic import TypeAdapter, ValidationError
from requests.auth import AuthBase
from requests.exceptions import InvalidSchema, InvalidURL
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util.ssl_match_hostname import CertificateError

from ._version import __version__
from .addresses import is_loopback
from .errors import (
    HINT,
    BadResponse,
    CollabError,
    ConfigError,
    Forbidden,
    NoResponse,
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
from .redaction import Redactor
from .responses import Response, Unreadable, error_text, mapped, parsed
from .retries import LONGEST_WAIT, policy
from .transport import Http, TooSlow, body_of

T = TypeVar("T")

log = logging.getLogger("pulumi_collab.http")

_PASSING = frozenset({429, 500, 502, 503, 504})  # worth asking again, if asking again is harmless
_PRECISION = timedelta(seconds=5)  # a header tells whole seconds, and the response was on its way
_CLOCK_OFF = timedelta(minutes=1)  # from here on it is worth a word where credentials are not accepted


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
        self._redactor = Redactor(secrets)
        self._http = Http()
        self._http.headers.update({"User-Agent": f"pulumi-collab/{__version__}", "Accept": "application/json"})
        self._http.headers.update(headers or {})
        self._http.trust_env = not is_loopback(base_url)  # a proxy is no way to this machine
        self._ahead = timedelta(0)
        self._refused: Unauthenticated | None = None

    def now(self) -> datetime:
        """The service's time, as far as its responses have told it; this machine's otherwise."""
        return datetime.now(UTC) + self._ahead

    def refuse(self, error: Unauthenticated) -> Unauthenticated:
        """Remember that the credentials are not accepted, so that the service is asked once, not for each person.

        The error to raise says so where this machine's clock is off, as signatures and tokens hold for a time.
        """
        if abs(self._ahead) >= _CLOCK_OFF:
            minutes = round(abs(self._ahead) / timedelta(minutes=1))
            error = error.plus(f"; this machine's clock is {minutes} {'minute' if minutes == 1 else 'minutes'} off")
        self._refused = error
        return error

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str | int] | None = None,
        idempotent: bool | None = None,
        accept: Iterable[int] = (),
    ) -> Response:
        """Send one request below the base URL and return its 2xx response.

        `path` may be an absolute URL (a page link whose origin the caller has checked). `idempotent` says that
        repeating the call is harmless (default: GET). `accept` lists further statuses to return instead of raising.
        Raises a `RequestError`, or a `ConfigError` where a credential or an address cannot be sent at all.
        """
        if self._refused is not None:
            raise self._refused
        url = path if "://" in path else f"{self.base_url}/{path.lstrip('/')}"
        idempotent = method == "GET" if idempotent is None else idempotent
        repeats = policy().repeats
        while True:
            try:
                response = self._once(method, url, json, params)
                if 200 <= response.status < 300 or response.status in accept:
                    return response
                error = self._error_of(response)
            except RequestError as failed:
                error = failed
            if isinstance(error, Unauthenticated):
                raise self.refuse(error)
            if not self._may_repeat(error, idempotent):
                raise error
            if error.retry_after is not None and error.retry_after > LONGEST_WAIT:
                raise TooManyRequests(
                    f"{self.service} asks to wait {error.retry_after} seconds; try again then",
                    status=error.status,
                    retry_after=error.retry_after,
                )
            try:
                repeats = repeats.increment(method, url, error=ProtocolError(str(error)))
            except MaxRetryError:
                raise error from None
            time.sleep(error.retry_after if error.retry_after is not None else repeats.get_backoff_time())

    def redact(self, text: str) -> str:
        """The text without any credential, or anything that looks like a signature."""
        return self._redactor.text(text)

    def read(self, kind: type[T], response: Response) -> T:
        """The response's body as a wire model, or a list of them; a `BadResponse` where it is something else."""
        try:
            body: T = _adapter(kind).validate_python(response.json)  # type: ignore[arg-type]  # types are hashable
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the body"
            told = self.explain(f"{where}: {first['msg']}")
            shown = (self.shown(response) or "nothing") if response.json is None else told
            raise BadResponse(
                f"{self.service} answered something unexpected ({shown}); check the base URL", status=response.status
            ) from None
        return body

    def shown(self, response: Response) -> str:
        """What a body says to people, fit for one line of ours; empty where it says nothing."""
        if response.json is not None:
            return self.explain(error_text(response.json))
        if "<html" in response.text[:2000].lower() or "<!doctype" in response.text[:200].lower():
            return "an HTML page came instead of JSON, perhaps from a proxy"
        return self.explain(response.text)

    def explain(self, text: str) -> str:
        """What a service said, fit for one line of ours."""
        return one_line(self.redact(text[:100_000]), limit=300)

    def _once(self, method: str, url: str, json: Any, params: Mapping[str, str | int] | None) -> Response:
        started = time.monotonic()
        try:
            # `auth` is given, so that no `~/.netrc` has a say
            sent = self._http.prepare_request(requests.Request(method, url, json=json, params=params, auth=self._auth))
            self._redactor.sent(sent.headers.get("Authorization"))
            settings = self._http.merge_environment_settings(sent.url, {}, True, None, None)
            timeout = (policy().connect_timeout, policy().read_timeout)
            # a redirect would carry the credentials elsewhere, or turn a POST into a GET
            with self._http.send(sent, timeout=timeout, allow_redirects=False, **settings) as raw:
                response = self._response(raw)
        except (OSError, ValueError, HTTPError) as failed:  # all of requests' own are an OSError
            error = self._error_from(failed)
            log.debug("%s %s: %s", method, one_line(self.redact(url)), error)
            raise error from None
        if response.date is not None:
            ahead = response.date - datetime.now(UTC)
            self._ahead = ahead if abs(ahead) > _PRECISION else timedelta(0)
        if log.isEnabledFor(logging.DEBUG):
            spent = (time.monotonic() - started) * 1000
            body = self.redact(jsonlib.dumps(json)) if json is not None else ""
            shown = one_line(self.redact(url))
            log.debug("%s %s %s -> %s in %.0f ms", method, shown, body, response.status, spent)
        return response

    def _response(self, raw: requests.Response) -> Response:
        text = body_of(raw).decode("utf-8-sig", errors="replace")  # which is what JSON is in
        body = parsed(text)
        if self._redactor.suspects(text):  # an echo of our own headers must not get into a state either
            text, body = self._redactor.data(text), mapped(body, self._redactor.data)
        return Response(raw.status_code, raw.headers, text, body)

    def _error_from(self, failed: Exception) -> CollabError:
        if isinstance(failed, (InvalidURL, InvalidSchema, LocationValueError)):
            return ConfigError(
                f"cannot call {self.service}: its address {self.base_url}, or that of a proxy, cannot be used; check "
                "the base URL and the proxy settings"
            )
        if isinstance(failed, OSError) and not isinstance(failed, (requests.RequestException, Unreadable)):
            return ConfigError(f"cannot call {self.service}: {self.explain(str(failed))}; check REQUESTS_CA_BUNDLE")
        if _unfit_to_send(failed):
            return ConfigError(  # without the exception's own text, which holds the header
                f"cannot call {self.service}: the credentials hold a line break or a character that no header can "
                f"carry; check {self._credentials}"
            )
        return self._connection_error(failed)

    def _connection_error(self, failed: Exception) -> RequestError:
        host = self.base_url.split("/")[2]
        met = _limit_met(failed)
        if met is not None:
            kind = TimedOut if isinstance(met, TooSlow) else BadResponse
            return kind(f"{self.service} at {host} {met}; try again, and check the base URL and any proxy if it stays")
        reason: Any = failed.args[0] if isinstance(failed, requests.RequestException) and failed.args else failed
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
        if isinstance(failed, (requests.exceptions.SSLError, SSLError)):
            return NoResponse(  # in the handshake or after the request: both look alike
                f"the TLS connection to {self.service} at {host} broke ({self._why(reason)}); try again, and check the "
                "network and the base URL if it stays"
            )
        if isinstance(failed, (requests.Timeout, ReadTimeoutError)):
            return TimedOut(
                f"{self.service} at {host} did not answer within {policy().read_timeout:.0f} seconds; try again"
            )
        return NoResponse(f"{self.service} at {host} closed the connection without an answer; try again")

    def _why(self, reason: BaseException) -> str:
        cause = reason.__cause__
        why = (isinstance(cause, OSError) and cause.strerror) or str(reason)
        return self.explain(why).split("] ")[-1]

    def _error_of(self, response: Response) -> RequestError:
        status, said, then = response.status, self.shown(response), ""
        kind: type[RequestError]
        if status == 429:
            kind, text = TooManyRequests, "is limiting requests; try again later"
        elif status >= 500:
            kind, text = ServerError, f"failed with HTTP {status}; try again, and ask its support if it stays"
        elif status < 400:
            what = "a redirect" if status >= 300 else "no answer"
            kind, text = BadResponse, f"answered with {what} (HTTP {status}); check the base URL"
        elif status == 401:
            kind, text = (
                Unauthenticated,
                f"does not accept the credentials (HTTP 401); check {self._credentials}, they may have expired",
            )
        elif status == 403:
            kind, text = Forbidden, "does not allow this with these credentials (HTTP 403)"
            then = HINT
        elif status == 404:
            kind, text = NotFound, "knows no such thing, or hides it from these credentials (HTTP 404)"
            then = (
                "" if said and response.json is not None else "; check the base URL"
            )  # not in the service's own words
        else:
            kind, text = Rejected, f"refused (HTTP {status})"
        said = said.rstrip(".") if then else said
        told = f"{self.service} {text}{response.asked}{f': {said}' if said else ''}{then}"
        return kind(told, status=status, retry_after=response.retry_after)

    @staticmethod
    def _may_repeat(error: RequestError, idempotent: bool) -> bool:
        if isinstance(error, Unreachable):
            return True
        if isinstance(error, TimedOut):
            return False  # waiting that long once is enough
        return idempotent and (isinstance(error, NoResponse) or error.status in _PASSING)


def _unfit_to_send(failed: Exception) -> bool:
    """Whether a header cannot be sent; for one in the response, requests names the request."""
    if isinstance(failed, requests.exceptions.InvalidHeader):
        return failed.request is None
    return isinstance(failed, ValueError) and not isinstance(failed, (OSError, HTTPError))


def _limit_met(failed: BaseException | None) -> Unreadable | None:
    """What made it fail, where that was a limit of ours: urllib3 and requests put errors of their own around it."""
    while failed is not None and not isinstance(failed, Unreadable):
        failed = failed.__cause__ or failed.__context__
    return failed


def _not_trusted(reason: object) -> bool:
    """Whether it is the service's certificate, which is looked at before anything is sent."""
    cause = reason.args[0] if isinstance(reason, SSLError) and reason.args else None
    return isinstance(cause, (ssl.SSLCertVerificationError, CertificateError))


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)  # costly to make
