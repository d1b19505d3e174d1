"""Who is on APS's apps, as this process knows it."""

from __future__ import annotations

from ..listings import Listings, all_pages
from . import wire
from .client import Client


class Directory:
    """Listings that a process shares, over a client that calls. Methods raise a `RequestError` when a call fails."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._collaborators: Listings[str, list[wire.Collaborator]] = Listings(self._list)

    @property
    def origin(self) -> str:
        """Host and port of the service."""
        return self._client.origin

    def apps(self) -> list[wire.App]:
        """The apps that the person whose token it is is on, by their Client IDs."""

        def page(link: str) -> tuple[list[wire.App], str | None]:
            found = self._client.clients(link)
            return found.results, found.next

        apps, _ = all_pages(page, "", lambda app: app.client_id, f"{wire.NAME}'s list of apps")
        return sorted(apps, key=lambda app: app.client_id)

    def collaborators(self, client_id: str, reader: str | None = None) -> list[wire.Collaborator]:
        """Everybody on the app, by e-mail address, from the listing that all readers share (`Listings`)."""
        return self._collaborators.get(client_id, reader)

    def collaborators_now(self, client_id: str) -> list[wire.Collaborator]:
        """Everybody on the app at this moment."""
        return self._collaborators.fresh(client_id)

    def _list(self, client_id: str) -> list[wire.Collaborator]:
        def page(link: str) -> tuple[list[wire.Collaborator], str | None]:
            found = self._client.collaborators(client_id, link)
            return found.results, found.next

        what = f"{wire.NAME}'s list of collaborators of app {client_id}"
        people, _ = all_pages(page, "", lambda person: person.user_id, what)
        return sorted(people, key=lambda person: (person.key, person.user_id))
