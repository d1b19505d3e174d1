"""Who is in which Helix TeamHub project, as this process knows it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ..errors import BadResponse, NotFound, RequestError
from ..listings import Listings, all_pages
from . import wire
from .client import Client, NotInItsWords
from .wire import NAME

CHECK_PROJECT = "check the project's id, and whose keys these are"
"""What to do next where the project is not there, as far as these credentials can see."""


class NoSuchProject(NotFound):
    """The project is gone, as far as these credentials can see."""


@dataclass(frozen=True)
class Members:
    """Everybody in a project."""

    people: dict[str, wire.Collaborator] = field(default_factory=dict)
    whole: bool = True
    """One page told it, so nobody can have slipped over a page's border while others came and went; and all of it can
    be read."""
    odd: bool = False
    """Somebody's entry cannot be read, and is left out."""
    gone: NoSuchProject | None = None

    def find(self, collaborator: str) -> wire.Collaborator | None:
        """The person's entry, else one that differs in case alone: whether the service folds case is unknown."""
        folded = collaborator.casefold()
        alike = (found for id_, found in self.people.items() if id_.casefold() == folded)
        return self.people.get(collaborator) or next(alike, None)

    def but(self, collaborator: str, found: wire.Collaborator | None) -> Members:
        """The same with a younger word about one person."""
        people = {id_: each for id_, each in self.people.items() if id_ != collaborator}
        return replace(self, people=people if found is None else people | {found.collaborator: found})


class Directory:
    """A listing of each project, over a client that calls. Methods raise a `RequestError` when a call fails.

    Where a project is asked about that is gone, or hidden, they raise `NoSuchProject`.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._members = Listings(self._listed)
        self._accounts = Listings(self._every_account)

    @property
    def origin(self) -> str:
        """The server, as host and port."""
        return self._client.origin

    def lock(self, project: str) -> threading.RLock:
        """A lock for looking and writing in one project: the service's rate limit is unknown, so one at a time."""
        return self._members.lock(project)

    def check_rights(self, project: str) -> str:
        """What to do next where the project is there, and something in it is refused."""
        return self._client.check_rights(project)

    # --- what is there ---

    def members(self, project: str, reader: str | None = None) -> Members:
        """The listing that the process shares; a `reader` who asks again gets it anew."""
        members = self._members.get(project, reader)
        if members.gone is not None:
            raise members.gone
        return members

    def read(self, project: str, collaborator: str) -> wire.Collaborator | None:
        """The person's entry; who reads it again gets it anew. None: a call about this person alone has found nobody.

        A listing proves nobody gone: it may be old, miss who crossed a page's border, or tell less of a person.
        """
        with self.lock(project):
            found = self.members(project, reader=collaborator).people.get(collaborator)
            return found if found is not None and found.role is not None else self._asked(project, collaborator)

    def to_write(self, project: str, collaborator: str) -> wire.Collaborator | None:
        """The person's entry, young enough to decide on a write, or one that differs in case alone.

        A recent listing of one page tells; where there are more pages, a call about the person does.
        """
        with self.lock(project):
            members = self._members.get(project)
            if members.gone is not None:
                members = self._members.fresh(project)
            elif members.whole:
                members = self._members.get(project, recent=True)
            if members.gone is not None:
                raise members.gone
            if not members.whole:
                members = members.but(collaborator, self._asked(project, collaborator))
            return members.find(collaborator)

    def now(self, project: str, collaborator: str) -> wire.Collaborator | None:
        """The person's entry at this moment, by a call about this person alone."""
        with self.lock(project):
            found = self._asked(project, collaborator)
            if found is None and (gone := self._gone(project)):
                raise gone
            return found

    def accounts(self) -> frozenset[str]:
        """The ids of the company's collaborator accounts, asked once; none where they cannot be listed."""
        return self._accounts.get("")

    def account(self, collaborator: str) -> wire.Account | None:
        """What the service has under this id; None where that is no collaborator's account."""
        try:
            return self._client.account(collaborator)
        except NotFound:
            return None

    # --- writes ---

    def add(self, project: str, collaborator: str, role: wire.Role) -> wire.Collaborator:
        """Add somebody to the project."""
        with self._doubted(project):
            found = self._client.create(project, collaborator, role)
        self._note(project, collaborator, found)
        return found

    def change(self, project: str, collaborator: str, role: wire.Role) -> wire.Collaborator:
        """Change somebody's direct role."""
        with self._doubted(project):
            found = self._client.update(project, collaborator, role)
        self._note(project, collaborator, found)
        return found

    def remove(self, project: str, collaborator: str) -> None:
        """Take somebody's direct role away. They may still be there through a group."""
        with self._doubted(project):
            self._client.delete(project, collaborator)
        self._note(project, collaborator, None)

    # --- how it is found out ---

    def _listed(self, project: str) -> Members:
        def page(offset: int) -> tuple[list[wire.Collaborator | None], int | None]:
            found = self._client.collaborators(project, offset)
            return found.results, found.following(offset)

        what = f"{NAME}'s list of the collaborators of project {project!r}"
        try:
            people, pages = all_pages(page, 0, lambda each: each and each.collaborator, what)
        except NotFound as error:
            if gone := self._gone(project):
                return Members(gone=gone)
            raise error.plus(f"; {self.check_rights(project)}") from None
        odd = None in people
        return Members({each.collaborator: each for each in people if each}, pages == 1 and not odd, odd)

    def _every_account(self, _: str) -> frozenset[str]:
        def page(offset: int) -> tuple[list[wire.Account | None], int | None]:
            found = self._client.accounts(offset)
            return found.results, found.following(offset)

        try:
            found, _pages = all_pages(page, 0, lambda each: each and each.id, f"{NAME}'s list of accounts")
        except RequestError:  # whoever may not list accounts may still give access
            return frozenset()
        return frozenset(each.id for each in found if each and each.type in (None, "collaborator"))

    def _asked(self, project: str, collaborator: str) -> wire.Collaborator | None:
        """One person, by a call of their own; None does not tell whether the project is there."""
        try:
            found = self._client.get(project, collaborator)
        except NotFound:
            found = None
        self._note(project, collaborator, found)
        return found

    def _gone(self, project: str) -> NoSuchProject | None:
        """Why a project is not there: the service may answer alike for one that is gone and one that is hidden."""
        try:
            self._client.project(project)
        except NotFound as error:
            if isinstance(error, NotInItsWords):
                self._must_answer()
            return NoSuchProject(
                f"{NAME} knows no project {project!r}, or hides it from these credentials (HTTP 404); {CHECK_PROJECT}",
                status=404,
            )
        return None

    def _must_answer(self) -> None:
        """A proxy, or a wrong base URL, says 404 to everything: something else must succeed."""
        try:
            self._client.accounts(limit=1)
        except RequestError as error:
            raise BadResponse(
                f"cannot tell whether {NAME} itself says that the project is gone: no other call succeeds either "
                f"({error}); check the base URL",
                status=404,
            ) from None

    @contextlib.contextmanager
    def _doubted(self, project: str) -> Iterator[None]:
        """A write that fails may have had its effect: what we hold may be old then."""
        try:
            yield
        except RequestError:
            self._members.invalidate(project)
            raise

    def _note(self, project: str, collaborator: str, found: wire.Collaborator | None) -> None:
        """What a call about one person has told is younger than the listing."""
        with self.lock(project):
            if (members := self._members.held(project)) is not None:
                self._members.amend(project, members.but(collaborator, found))
