"""Helix TeamHub's project collaborators: one method per documented call, and what a process remembers of a project."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel
from requests import PreparedRequest
from requests.auth import AuthBase

from ..errors import (
    BadResponse,
    Forbidden,
    NotFound,
    Rejected,
    RequestError,
    ServerError,
    TooManyRequests,
    Unauthenticated,
)
from ..http import Session
from ..listings import Listings
from ..responses import Response, error_text
from ..settings import Settings
from . import wire

NAME = "Helix TeamHub"
CHECK_PROJECT = "check the project's id, and whose keys these are"
"""What to do next where the project is not there, as far as these credentials can see."""
REPEATS = 3
"""Pages in a row that bring nobody new before a listing is given up; one or two do when people are added meanwhile."""

M = TypeVar("M", bound=BaseModel)
C = TypeVar("C", bound=wire.Collaborator)


class NoSuchProject(NotFound):
    """The project is gone, as far as these credentials can see."""


class Keys(AuthBase):
    """The header that holds both keys."""

    def __init__(self, company_key: str, account_key: str) -> None:
        self._value = f"hth.company_key='{company_key}',account_key='{account_key}'"

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign one attempt."""
        request.headers["Authorization"] = self._value
        return request


@dataclass
class _Seen:
    """What one round of looking at a project has shown: the first person by a call of their own, then everybody."""

    people: dict[str, wire.Collaborator | None] = field(default_factory=dict)  # None: not in the project
    listed: bool = False
    whole: bool = False  # listed by one page, so nobody can have slipped over a page border
    there: bool = False  # the project is known to be there
    gone: NoSuchProject | None = None
    unsure: set[str] = field(default_factory=set)  # those whose last write failed


class Client:
    """Calls Helix TeamHub as one account. Every method raises a `RequestError` when the call fails."""

    def __init__(self, settings: Settings) -> None:
        self.origin = settings.origin
        self._keys = settings.where("company_key", "account_key")
        self._account_key_place = settings.place("account_key")
        host = settings["base_url"].removesuffix("/api").rstrip("/")
        self._session = Session(
            NAME,
            f"{host}/api",
            auth=Keys(settings["company_key"], settings["account_key"]),
            secrets=[settings["company_key"], settings["account_key"]],
            headers={"Accept": wire.ACCEPT},
            credentials=self._keys,
        )
        self._seen: Listings[str, _Seen] = Listings(lambda project: _Seen())

    # --- the documented calls ---

    def collaborators(self, project: str) -> list[wire.Collaborator]:
        """Everybody in the project at this moment, page by page, perhaps those who are there through a group too."""
        try:
            return self._list(project)[0]
        except NotFound as error:
            self.project(project)
            raise error.plus(f"; {check_rights(project)}") from None

    def get(self, project: str, collaborator: str) -> wire.Collaborator:
        """One person in the project at this moment. `NotFound` does not tell whether the project is there."""
        return self._about(wire.Collaborator, "GET", project, collaborator)

    def get_expanded(self, project: str, collaborator: str) -> wire.ExpandedCollaborator:
        """As `get`, with the account and the project in full."""
        return self._about(
            wire.ExpandedCollaborator, "GET", project, collaborator, query="?expand=collaborator,project"
        )

    def create(self, project: str, collaborator: str, role: wire.Role) -> wire.Collaborator:
        """Add somebody to the project."""
        return self._written("POST", project, collaborator, role)

    def update(self, project: str, collaborator: str, role: wire.Role) -> wire.Collaborator:
        """Change somebody's direct role."""
        return self._written("PUT", project, collaborator, role)

    def delete(self, project: str, collaborator: str) -> None:
        """Take somebody's direct role away."""
        self._doubt(project, collaborator)
        with _rights_told(project):
            answer = self._session.request("DELETE", wire.collaborator_path(project, collaborator))
            if answer.text.strip():  # the removed object by the documents; nothing would do as well
                _same_person(self._read(wire.Collaborator, answer), collaborator)
        self._note(project, collaborator, None)

    def project(self, project: str) -> wire.Project:
        """A project. Raises `NoSuchProject` when it is gone, or hidden: the service may answer both alike."""
        with _rights_told(project):
            answer = self._session.request("GET", wire.project_path(project), accept=(404,))
            if answer.status != 404:
                with contextlib.suppress(NotFound):
                    return self._read(wire.Project, answer)
        if answer.status == 404 and not (isinstance(answer.json, dict) and "api_status" in answer.json):
            self._surely_here()
        raise NoSuchProject(
            f"{NAME} knows no project {project!r}, or hides it from these credentials (HTTP 404); {CHECK_PROJECT}",
            status=404,
        )

    def account(self, collaborator: str) -> wire.Account:
        """A collaborator's account."""
        return self._call(wire.Account, "GET", wire.account_path(collaborator))

    # --- what the process remembers ---

    def lock(self, project: str) -> threading.RLock:
        """A lock for looking and writing in one project: the service's rate limit is unknown, so one at a time."""
        return self._seen.lock(project)

    def find(
        self, project: str, collaborator: str, reader: str | None = None, *, certain: bool = False, alike: bool = False
    ) -> wire.Collaborator | None:
        """The person's entry, or one that differs in case alone, or None.

        The first person of a project is asked for by one call, and from the second on one listing answers for all. A
        `reader` who asks again gets fresh answers. `certain`: a call of its own confirms that a person is missing where
        the listing cannot prove it, being of several pages, which people may cross while they are read. `alike`: the
        listing is asked for another spelling of a first person who is missing. Raises `NoSuchProject`.
        """
        with self.lock(project):
            seen = self._seen.get(project, reader)
            if seen.gone is not None:
                raise seen.gone
            if collaborator in seen.unsure:
                return self.find_now(project, collaborator)
            if not seen.listed and (collaborator not in seen.people or (alike and seen.people[collaborator] is None)):
                self._look(project, collaborator, seen, alike)
            found = seen.people.get(collaborator) or _alike(seen.people, collaborator)
            missing = found is None or found.collaborator != collaborator
            if certain and missing and seen.listed and (found is not None or not seen.whole):
                found = seen.people[collaborator] = self._ask(project, collaborator, seen)
            return found

    def find_now(self, project: str, collaborator: str) -> wire.Collaborator | None:
        """The person's entry at this moment, by a call of its own. Raises `NoSuchProject`."""
        with self.lock(project):
            found = self._ask(project, collaborator, _Seen())
            self._note(project, collaborator, found)
            return found

    def find_to_write(self, project: str, collaborator: str) -> wire.Collaborator | None:
        """The person's entry at this moment, by one call, or a remembered one that differs in case alone, or None.

        For whoever is about to write. Raises `NoSuchProject`, by a call on the project where the process has not seen
        it yet: adding somebody to one that is gone meanwhile fails by itself.
        """
        with self.lock(project):
            seen = self._seen.get(project)
            found = seen.people[collaborator] = self._ask(project, collaborator, seen)
            seen.unsure.discard(collaborator)
            return found or _alike(seen.people, collaborator)

    def see(self, project: str) -> None:
        """Make sure that the project is there; one call, whoever asks. Raises `NoSuchProject`."""
        with self.lock(project):
            seen = self._seen.get(project)
            if seen.gone is not None:
                raise seen.gone
            if not seen.there:
                self._must_be_there(project, seen)

    def _look(self, project: str, collaborator: str, seen: _Seen, alike: bool) -> None:
        if not seen.people:
            found = self._ask(project, collaborator, seen, listing_follows=alike)
            if found is not None or not alike:
                seen.people[found.collaborator if found is not None else collaborator] = found
                return
        try:
            people, pages = self._list(project)
        except NotFound as error:
            self._must_be_there(project, seen)
            raise error.plus(f"; {check_rights(project)}") from None
        seen.people = {person.collaborator: person for person in people}
        seen.listed = seen.there = True
        seen.whole = pages == 1

    def _ask(
        self, project: str, collaborator: str, seen: _Seen, *, listing_follows: bool = False
    ) -> wire.Collaborator | None:
        try:
            found = self.get(project, collaborator)
        except NotFound:
            if not seen.there and not listing_follows:  # a 404 may be about the person, the project, or a missing right
                self._must_be_there(project, seen)
            return None
        seen.there, seen.gone = True, None
        return found

    def _must_be_there(self, project: str, seen: _Seen) -> None:
        try:
            self.project(project)
        except NoSuchProject as gone:
            seen.gone = gone
            raise
        seen.there, seen.gone = True, None

    def _note(self, project: str, collaborator: str, found: wire.Collaborator | None) -> None:
        """A write's answer is newer than what we remember."""
        with self.lock(project):
            seen = self._seen.get(project)
            seen.unsure.discard(collaborator)
            if seen.people or seen.listed:  # else nobody has looked yet, and the next look is the first
                seen.people[collaborator] = found

    def _doubt(self, project: str, collaborator: str) -> None:
        """Whatever comes back, or nothing: what we know of this person is old."""
        with self.lock(project):
            self._seen.get(project).unsure.add(collaborator)

    # --- calls ---

    def _list(self, project: str) -> tuple[list[wire.Collaborator], int]:
        """Everybody, and on how many pages."""
        people: dict[str, wire.Collaborator] = {}
        offset = pages = repeats = 0
        while True:
            params = {"limit": wire.PAGE_LIMIT} | ({"offset": offset} if offset else {})
            with _rights_told(project):
                page = self._call(wire.Page, "GET", wire.collaborators_path(project), params=params)
            before = len(people)
            people |= {person.collaborator: person for person in page.results}
            pages += 1
            if not page.metadata.more_results:
                return list(people.values()), pages
            repeats = repeats + 1 if len(people) == before else 0
            following = page.metadata.next_offset
            following = offset + len(page.results) if following is None else following
            if following <= offset or not page.results or repeats == REPEATS:
                raise BadResponse(
                    f"{NAME} promises more collaborators of project {project!r} after {len(people)}, but does not "
                    "give them; try again"
                )
            offset = following

    def _written(self, method: str, project: str, collaborator: str, role: wire.Role) -> wire.Collaborator:
        self._doubt(project, collaborator)
        if method == "POST":
            body = wire.create_body(collaborator, role)
            with _rights_told(project):
                answer = self._call(wire.Collaborator, method, wire.collaborators_path(project), json=body)
            _same_person(answer, collaborator)
        else:
            answer = self._about(wire.Collaborator, method, project, collaborator, json=wire.update_body(role))
        if answer.role != role:
            raise BadResponse(
                f"{NAME} accepted the role {role}, but answers with {answer.role or 'none'}; run it again"
            )
        self._note(project, collaborator, answer)
        return answer

    def _about(
        self, model: type[C], method: str, project: str, collaborator: str, *, query: str = "", json: Any = None
    ) -> C:
        with _rights_told(project):
            answer = self._call(model, method, wire.collaborator_path(project, collaborator) + query, json=json)
        _same_person(answer, collaborator)
        return answer

    def _call(self, model: type[M], method: str, path: str, *, json: Any = None, params: Any = None) -> M:
        return self._read(model, self._session.request(method, path, json=json, params=params))

    def _read(self, model: type[M], raw: Response) -> M:
        """The body as a model; its own `api_status` counts where it tells of a failure."""
        told = raw.json.get("api_status") if isinstance(raw.json, dict) else None
        if isinstance(told, int) and told >= 400:
            said = self._session.explain(error_text(raw.json))
            if told == 401:
                raise Unauthenticated(
                    f"{NAME} does not accept the credentials (api_status 401); check {self._keys}, they may have expired"
                    f"{f': {said}' if said else ''}",
                    status=401,
                )
            kind = _KINDS.get(told, ServerError if told >= 500 else Rejected)
            text = f"{NAME} refused (api_status {told}){raw.asked}: {said or 'no reason was given'}"
            raise kind(text, status=told, retry_after=raw.retry_after)
        return self._session.read(model, raw)

    def _surely_here(self) -> None:
        """A 404 that is not in the API's words may be a proxy's, or a wrong base URL's: something else must answer."""
        try:
            self._call(wire.Listing, "GET", "collaborators", params={"limit": 1})
        except RequestError as error:
            raise BadResponse(
                f"cannot tell whether {NAME} itself says that the project is gone: no other call succeeds either "
                f"({error}); check the base URL",
                status=404,
            ) from None


_KINDS: dict[int, type[RequestError]] = {
    403: Forbidden,
    404: NotFound,
    429: TooManyRequests,
}


@contextlib.contextmanager
def _rights_told(project: str) -> Iterator[None]:
    """Let a missing right's error say what to do next."""
    try:
        yield
    except Forbidden as error:
        raise error.plus(f"; {check_rights(project)}") from None


def check_rights(project: str) -> str:
    """What to do next where the project is there, and something in it is refused."""
    return f"check the rights on project {project!r} of the account whose key this is"


def _alike(people: dict[str, wire.Collaborator | None], collaborator: str) -> wire.Collaborator | None:
    """Somebody who differs in case alone: whether the service folds case is unknown."""
    folded = collaborator.casefold()
    return next((found for id_, found in people.items() if found is not None and id_.casefold() == folded), None)


def _same_person(answer: wire.Collaborator, collaborator: str) -> None:
    if answer.collaborator.casefold() != collaborator.casefold():
        raise BadResponse(f"{NAME} was asked about {collaborator!r} and answered about {answer.collaborator!r}")
