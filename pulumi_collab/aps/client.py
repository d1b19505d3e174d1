"""APS's application management API: the one call that lists collaborators, and the listing that a process shares.

There is no call that changes collaborators, and none here. An access token is used as it is given: a refresh token
works once, so whoever refreshes has to keep the new one, which a provider cannot do for its user.
"""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from ..addresses import segment
from ..errors import BadResponse, Forbidden, NotFound, Rejected, RequestError, Unauthenticated, one_line
from ..http import Bearer, Session
from ..listings import Listings
from ..responses import Response
from ..settings import Settings
from . import wire

NAME = "Autodesk APS"
SCOPE = "application:client:read"
MAX_PAGES = 1000
"""A listing of more pages than this ends with an error: the service would never come to an end."""
REPEATS = 3
"""Pages in a row that bring nobody new before a listing is given up; one or two do when people come meanwhile."""

_TOLD_HERE = frozenset(range(400, 500)) - {429}  # refusals whose body is read here; the session waits out a 429
_PORTS = {"https": 443, "http": 80}


class Client:
    """Reads APS apps with one person's access token. Every method raises a `RequestError` when the call fails."""

    def __init__(self, settings: Settings) -> None:
        self.origin = settings.origin
        self._token_place = settings.place("access_token")
        token = settings["access_token"]
        base_url = settings["base_url"].removesuffix("/applications/v1").removesuffix("/applications")
        self._session = Session(NAME, base_url, auth=Bearer(token), secrets=[token], credentials=self._token_place)
        self._listings: Listings[str, list[wire.Collaborator]] = Listings(self._list)

    def collaborators(self, client_id: str, reader: str | None = None) -> list[wire.Collaborator]:
        """Everybody on the app, by e-mail address, from the process's shared listing (`shared.Listings`).

        Whether the owner is among them is the service's to say. Who has not accepted the invitation is not.
        """
        return self._listings.get(client_id, reader)

    def collaborators_now(self, client_id: str) -> list[wire.Collaborator]:
        """Everybody on the app at this moment."""
        return self._listings.fresh(client_id)

    def _list(self, client_id: str) -> list[wire.Collaborator]:
        found: dict[str, wire.Collaborator] = {}  # by user id: a list that changes meanwhile may tell somebody twice
        asked: set[str] = set()
        repeats = 0
        url = f"{self._session.base_url}/applications/v1/clients/{segment(client_id)}/collaborators"
        while True:
            if len(asked) == MAX_PAGES:
                raise BadResponse(
                    f"{NAME} gave {MAX_PAGES} pages of collaborators of app {client_id} and the end was not reached"
                )
            asked.add(url)
            page = self._page(url, client_id)
            before = len(found)
            found |= {person.user_id: person for person in page.results}
            repeats = repeats + 1 if len(found) == before else 0
            next_url = page.pagination.next_url if page.pagination else None
            if not next_url:
                return sorted(found.values(), key=lambda person: (person.key, person.user_id))
            if repeats == REPEATS:
                raise BadResponse(
                    f"{NAME} promises more collaborators of app {client_id} after {len(found)}, but does not give "
                    "them; try again"
                )
            url = self._followed(url, next_url)
            if url in asked:
                raise BadResponse(
                    f"{NAME} names a page of collaborators of app {client_id} that it gave before as the next one, so "
                    "the list has no end; try again, and ask its support if it stays"
                )

    def _page(self, url: str, client_id: str) -> wire.Page:
        raw = self._session.request("GET", url, accept=_TOLD_HERE)
        if raw.status in _TOLD_HERE:
            raise self._refusal(raw, client_id)
        return self._session.read(wire.Page, raw)

    def _followed(self, url: str, next_url: str) -> str:
        """The next page's address, on our own origin; a `BadResponse` where it is on another one."""
        base = urlsplit(self._session.base_url)
        try:
            target = urlsplit(urljoin(url, next_url))
            same = _origin(target) == _origin(base) and target.username is None and target.password is None
        except ValueError:  # no address at all
            raise BadResponse(f"{NAME} named a next page that is no address; try again") from None
        if not same:
            host = one_line(target.netloc.rpartition("@")[2], limit=100)
            raise BadResponse(
                f"{NAME} named a next page at {target.scheme}://{host}, which is not {base.scheme}://{base.netloc}: it "
                "was not asked, and the access token did not go there; check the base URL"
            )
        # put together anew: whatever else the link holds, the request goes to the base URL's host
        return urlunsplit((base.scheme, base.netloc, target.path, target.query, ""))

    def _refusal(self, raw: Response, client_id: str) -> RequestError:
        shown = self._session.explain(wire.refusal(raw.json)) if raw.json is not None else self._session.shown(raw)
        told = f"(HTTP {raw.status}{': ' if shown else ''}{shown})"
        if raw.status == 401:
            error = Unauthenticated(
                f"{NAME} does not accept the access token {told}: it has expired or is wrong. Get a new one by a "
                f"three-legged sign-in with the scope {SCOPE}, and set {self._token_place}",
                status=401,
            )
            return self._session.refuse(error)
        if raw.status == 403:
            return Forbidden(
                f"{NAME} does not show the collaborators of app {client_id} with this access token {told}: it must "
                f"come from a three-legged sign-in with the scope {SCOPE}, by at least a VIEWER of the app",
                status=403,
            )
        if raw.status == 404:
            return NotFound(
                f"{NAME} knows no app {client_id}, or hides it from the person whose access token this is {told}; "
                "check the client id and the token",
                status=404,
            )
        return Rejected(f"{NAME} refused to list the collaborators of app {client_id} {told}", status=raw.status)


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or _PORTS.get(url.scheme)
