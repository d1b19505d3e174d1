"""Who is on QuantConnect's projects, as this process knows it: listings that it shares, kept true by its writes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from ..errors import RequestError
from ..listings import Listings
from . import wire
from .client import Client, Declined


class Directory:
    """People by project. Raises what the client raises; `Declined` for a project that is gone or hidden."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._people: Listings[int, list[wire.Collaborator]] = Listings(
            lambda project_id: wire.with_owner(client.collaborators(project_id), client.user_id)
        )
        self._projects: Listings[int | None, list[wire.Project]] = Listings(self._shown)
        self._names: dict[int, str] = {}

    @property
    def origin(self) -> str:
        """The server, as host and port."""
        return self.client.origin

    @property
    def user_id(self) -> str:
        """Whose credentials these are."""
        return self.client.user_id

    def people(self, project_id: int, reader: str | None = None, *, recent: bool = False) -> list[wire.Collaborator]:
        """Everybody on the project, the owner included, from the process's shared listing (`listings.Listings`)."""
        return self._people.get(project_id, reader, recent=recent)

    def people_held(self, project_id: int) -> list[wire.Collaborator] | None:
        """Everybody on the project as far as this process knows it already."""
        return self._people.held(project_id)

    def people_now(self, project_id: int) -> list[wire.Collaborator]:
        """Everybody on the project at this moment."""
        return self._people.fresh(project_id)

    def projects(self) -> list[wire.Project]:
        """All projects that this user can see."""
        return self._projects.get(None)

    def shows(self, project_id: int) -> bool:
        """Whether the project itself shows, where its people do not. Raises where the credentials are no good."""
        return any(project.id == project_id for project in self._projects.get(project_id, recent=True))

    def name_of(self, project_id: int) -> str | None:
        """What the project is called, where it can be told."""
        if project_id not in self._names:
            with contextlib.suppress(RequestError):  # a name is no reason to hide who is on the project
                self._projects.get(project_id)
        return self._names.get(project_id)

    def create(self, project_id: int, user: str, permission: str, live_control: bool) -> None:
        """Give access. The person gets an e-mail."""
        self._write(project_id, lambda: self.client.create(project_id, user, permission, live_control))

    def update(self, project_id: int, user: str, permission: str, live_control: bool) -> None:
        """Change what a collaborator may do."""
        self._write(project_id, lambda: self.client.update(project_id, user, permission, live_control))

    def delete(self, project_id: int, user: str) -> None:
        """Take access away."""
        self._write(project_id, lambda: self.client.delete(project_id, user))

    def lock(self, project_id: int) -> threading.RLock:
        """A lock for looking and writing on one project: the service's rate limit is unknown, so one at a time."""
        return self._people.lock(project_id)

    def _shown(self, project_id: int | None) -> list[wire.Project]:
        """What shows itself: nothing where that is declined to somebody whose credentials are good."""
        try:
            found = self.client.projects(project_id)
        except Declined:
            self.client.authenticate()
            return []
        self._names |= {project.id: project.name for project in found}
        return found

    def _write(self, project_id: int, call: Callable[[], list[wire.Collaborator] | None]) -> None:
        self._people.invalidate(project_id)  # whatever comes back, or nothing: what we knew is old
        if people := call():  # without a list, and with an empty one, the next look asks
            self._people.put(project_id, wire.with_owner(people, self.client.user_id))
