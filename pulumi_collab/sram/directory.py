"""What is there, as this process knows it: listings that it shares, and writes that keep them true."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..converge import ignore_not_found
from ..listings import Listings
from . import wire
from .client import Client

_OWN = ""  # the key of the one listing that has no key


class Directory:
    """One organisation: its collaborations, members and invitations. Raises what the client raises."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._organisations: Listings[str, wire.Organisation] = Listings(lambda _: client.organisation())
        self._collaborations: Listings[str, wire.Collaboration] = Listings(client.collaboration)
        self._open: Listings[str, list[wire.Invitation]] = Listings(client.open_invitations)

    @property
    def host(self) -> str:
        """The server, as host and port."""
        return self.client.host

    @property
    def origin(self) -> str:
        """The server and the organisation whose key it is."""
        return f"{self.host}/{self.organisation().short_name or ''}"

    def now(self) -> datetime:
        """The service's time, as far as its responses have told it."""
        return self.client.now()

    # --- the organisation and its collaborations ---

    def organisation(self, reader: str | None = None) -> wire.Organisation:
        """The organisation with all its collaborations, shared by the process (`listings.Listings`)."""
        return self._organisations.get(_OWN, reader)

    def organisation_now(self) -> wire.Organisation:
        """The organisation with all its collaborations at this moment."""
        return self._organisations.fresh(_OWN)

    def collaboration(self, identifier: str, reader: str | None = None, *, recent: bool = False) -> wire.Collaboration:
        """One collaboration with its members and services, shared by the process (`listings.Listings`)."""
        return self._collaborations.get(_key(identifier), reader, recent=recent)

    def collaboration_now(self, identifier: str) -> wire.Collaboration:
        """One collaboration at this moment."""
        return self._collaborations.fresh(_key(identifier))

    def create_collaboration(self, body: Mapping[str, Any]) -> str:
        """Make a collaboration, invite its administrators, and tell its identifier."""
        with self.lock_organisation():
            known = self.organisation()
            self._organisations.invalidate(_OWN)  # until a response says that all went well
            identifier = self.client.create_collaboration(body)
            self._organisations.amend(_OWN, known)
            return identifier

    def note_collaboration(self, made: wire.Collaboration) -> None:
        """Add what was just made to the shared listing, rather than asking for all of them again."""
        with self.lock_organisation():
            organisation = self.organisation()
            others = [each for each in organisation.collaborations if each.identifier != made.identifier]
            self._organisations.amend(_OWN, organisation.model_copy(update={"collaborations": [*others, made]}))

    def delete_collaboration(self, identifier: str) -> None:
        """Delete a collaboration with everything in it."""
        self._organisations.invalidate(_OWN)
        self._collaborations.invalidate(_key(identifier))
        self._open.invalidate(_key(identifier))
        self.client.delete_collaboration(identifier)

    def set_units(self, identifier: str, units: list[str]) -> None:
        """Replace a collaboration's units."""
        self._organisations.invalidate(_OWN)
        self._collaborations.invalidate(_key(identifier))
        self.client.set_units(identifier, units)

    def lock_organisation(self) -> threading.RLock:
        """A lock for looking and making: creates that meet on one new tag would leave one of them half-made."""
        return self._organisations.lock(_OWN)

    # --- members ---

    def set_role(self, identifier: str, uid: str, role: str) -> None:
        """Make a member an admin, or an admin a member."""
        self._collaborations.invalidate(_key(identifier))
        self.client.set_role(identifier, uid, role)

    def remove_member(self, identifier: str, uid: str) -> None:
        """End a membership; one that is gone is fine."""
        key = _key(identifier)
        known = self._collaborations.get(key)
        self._collaborations.invalidate(key)
        ignore_not_found(lambda: self.client.remove_member(identifier, uid))
        members = [member for member in known.members if member.uid != uid]
        self._collaborations.amend(key, known.model_copy(update={"members": members}))

    def lock(self, identifier: str) -> threading.RLock:
        """A lock for looking and writing on one collaboration."""
        return self._collaborations.lock(_key(identifier))

    # --- invitations ---

    def invite(self, identifier: str, emails: list[str], intended_role: str, **more: Any) -> list[wire.Invitation]:
        """Invite people; `more` as `wire.invite_body`. Bad addresses are left out of what comes back."""
        spelled = self.collaboration(identifier).identifier  # here, and here alone, the case of its letters matters
        body = wire.invite_body(spelled, emails, intended_role=intended_role, **more)
        key = _key(identifier)
        known = self._open.get(key)
        self._open.invalidate(key)
        sent = [wire.Invitation.of(each, intended_role, more.get("groups") or []) for each in self.client.invite(body)]
        self._open.amend(key, [*known, *sent])
        return sent

    def invitation(self, invitation_id: str) -> wire.Invitation:
        """One invitation at this moment, in whatever state."""
        return self.client.invitation(invitation_id)

    def open_invitations(
        self, identifier: str, reader: str | None = None, *, recent: bool = False
    ) -> list[wire.Invitation]:
        """The open invitations of a collaboration, those past their date too, shared by the process."""
        return self._open.get(_key(identifier), reader, recent=recent)

    def open_invitations_now(self, identifier: str) -> list[wire.Invitation]:
        """The open invitations of a collaboration at this moment."""
        return self._open.fresh(_key(identifier))

    def update_invitation(self, identifier: str, invitation_id: str, role: str, groups: list[str]) -> None:
        """Change what an open invitation gives: role and groups, always both."""
        self._open.invalidate(_key(identifier))
        self.client.update_invitation(invitation_id, wire.invitation_body(role, groups))

    def delete_invitation(self, identifier: str, invitation_id: str) -> None:
        """Delete an invitation in whatever state, one that is gone too; a membership that came of it stays."""
        key = _key(identifier)
        known = self._open.get(key)
        self._open.invalidate(key)
        ignore_not_found(lambda: self.client.delete_invitation(invitation_id))
        self._open.amend(key, [each for each in known if each.identifier != invitation_id])

    # --- services ---

    def connect_service(self, identifier: str, entity_id: str) -> wire.Connection:
        """Connect a service, or ask its owner for it."""
        self._collaborations.invalidate(_key(identifier))
        return self.client.connect_service(identifier, entity_id)

    def disconnect_service(self, identifier: str, entity_id: str) -> None:
        """Disconnect a service."""
        self._collaborations.invalidate(_key(identifier))
        self.client.disconnect_service(identifier, entity_id)


def _key(identifier: str) -> str:
    return identifier.lower()
