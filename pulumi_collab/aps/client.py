"""APS's application management API: the calls that list apps and their collaborators.

There is no call that changes collaborators, and none here. An access token is used as it is given: a refresh token
works once, so whoever refreshes has to keep the new one, which a provider cannot do for its user.
"""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from ..addresses import segment
from ..errors import BadResponse, Forbidden, NotFound, Rejected, RequestError, Unauthenticated, one_line
from ..http import Bearer, Session
from ..responses import Response
from ..settings import Settings
from . import wire

T = TypeVar("T")

_TOLD_HERE = frozenset(range(400, 500)) - {429}  # refusals whose body is read here; the session waits out a 429
_PORTS = {"https": 443, "http": 80}


class Client:
    """Reads APS apps with one person's access token. Every method raises a `RequestError` when the call fails."""

    def __init__(self, settings: Settings) -> None:
        self.origin = settings.origin
        self._token_place = settings.place("access_token")
        token = settings["access_token"]
        base_url = settings["base_url"].removesuffix("/applications/v1").removesuffix("/applications")
        self._session = Session(wire.NAME, base_url, auth=Bearer(token), secrets=[token], credentials=self._token_place)

    def clients(self, link: str | None = None) -> wire.Page[wire.App]:
        """`GET clients`: a page of the apps that the person is on; `link` is what a page named as the next one."""
        return self._page(wire.Page[wire.App], "clients", link, "apps", "list of apps")

    def collaborators(self, client_id: str, link: str | None = None) -> wire.Page[wire.Collaborator]:
        """`GET clients/{id}/collaborators`: a page of who is on the app; `link` as above.

        Whether the owner is among them is the service's to say. Who has not accepted the invitation is not.
        """
        path = f"clients/{segment(client_id)}/collaborators"
        what, thing = f"collaborators of app {client_id}", f"app {client_id}"
        return self._page(wire.Page[wire.Collaborator], path, link, what, thing)

    def _page(self, kind: type[wire.Page[T]], path: str, link: str | None, what: str, thing: str) -> wire.Page[T]:
        url = f"{self._session.base_url}/applications/v1/{path}"
        raw = self._session.request("GET", self._followed(url, link) if link else url, accept=_TOLD_HERE)
        if raw.status in _TOLD_HERE:
            raise self._refusal(raw, what, thing)
        return self._session.read(kind, raw)

    def _followed(self, url: str, link: str) -> str:
        """The next page's address, on our own origin; a `BadResponse` where it is on another one."""
        base = urlsplit(self._session.base_url)
        try:
            target = urlsplit(urljoin(url, link))
            same = _origin(target) == _origin(base) and target.username is None and target.password is None
        except ValueError:  # no address at all
            raise BadResponse(f"{wire.NAME} named a next page that is no address; try again") from None
        if not same:
            host = one_line(target.netloc.rpartition("@")[2], limit=100)
            raise BadResponse(
                f"{wire.NAME} named a next page at {target.scheme}://{host}, which is not {base.scheme}://"
                f"{base.netloc}: it was not asked, and the access token did not go there; check the base URL"
            )
        # put together anew: whatever else the link holds, the request goes to the base URL's host
        return urlunsplit((base.scheme, base.netloc, target.path, target.query, ""))

    def _refusal(self, raw: Response, what: str, thing: str) -> RequestError:
        shown = self._session.explain(wire.refusal(raw.json)) if raw.json is not None else self._session.shown(raw)
        told = f"(HTTP {raw.status}{': ' if shown else ''}{shown})"
        status: Any = {"status": raw.status, "retry_after": raw.retry_after}
        if raw.status == 401:
            error = Unauthenticated(
                f"{wire.NAME} does not accept the access token {told}: it has expired or is wrong. Get a new one by a "
                f"three-legged sign-in with the scope {wire.SCOPE}, and set {self._token_place}",
                **status,
            )
            return self._session.refuse(error)
        if raw.status == 403:
            return Forbidden(
                f"{wire.NAME} does not show the {what} with this access token {told}: it must come from a "
                f"three-legged sign-in with the scope {wire.SCOPE}, by at least a VIEWER of the app",
                **status,
            )
        if raw.status == 404:
            return NotFound(
                f"{wire.NAME} knows no {thing}, or hides it from the person whose access token this is {told}; check "
                "the client id and the token",
                **status,
            )
        return Rejected(f"{wire.NAME} refused to list the {what} {told}", **status)


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or _PORTS.get(url.scheme)
