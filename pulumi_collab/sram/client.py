"""SRAM's external API: one method per documented call, and the listings that a process shares."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from ..addresses import segment
from ..errors import BadResponse, NotFound, Rejected
from ..http import Bearer, Session
from ..listings import Listings
from ..responses import Response
from ..settings import Settings
from . import wire

NAME = "SRAM"
_ECHO = re.compile(
    r"^(\w+: )?https?://\S+\.?\s+IP: \S+(?:(?<=,)\s+\S+)*\s+"
)  # errors begin with the caller's URL and address
_OWN = ""  # the key of the one listing that has no key

T = TypeVar("T")


class DatabaseError(Rejected):
    """`Database error`: two calls met, or half of the work was done. Only a look tells."""

    ambiguous = True


class _Session(Session):
    def explain(self, text: str) -> str:
        """Without the address of the caller, which the service repeats in its errors."""
        return super().explain(_ECHO.sub("", text))


class Client:
    """Calls SRAM with one organisation's key. Every method raises a `RequestError` when the call fails."""

    def __init__(self, settings: Settings) -> None:
        token = settings["api_token"]
        self._host = settings.origin
        self._session = _Session(
            NAME,
            f"{settings['base_url'].removesuffix('/api')}/api",
            auth=Bearer(token),
            secrets=[token],
            credentials=settings.place("api_token"),
        )
        self._organisations: Listings[str, wire.Organisation] = Listings(self._get_organisation)
        self._collaborations: Listings[str, wire.Collaboration] = Listings(self._get_collaboration)
        self._open: Listings[str, list[wire.Invitation]] = Listings(self._get_open)

    @property
    def host(self) -> str:
        """The server, as host and port."""
        return self._host

    @property
    def origin(self) -> str:
        """The server and the organisation whose key it is."""
        return f"{self._host}/{self.organisation().short_name or ''}"

    def now(self) -> datetime:
        """The service's time, as far as its responses have told it."""
        return self._session.now()

    # --- the organisation and its collaborations ---

    def organisation(self, reader: str | None = None) -> wire.Organisation:
        """The organisation with all its collaborations, from the process's shared listing (`shared.Listings`)."""
        return self._organisations.get(_OWN, reader)

    def organisation_now(self) -> wire.Organisation:
        """The organisation with all its collaborations at this moment."""
        return self._organisations.fresh(_OWN)

    def collaboration(self, identifier: str, reader: str | None = None, *, recent: bool = False) -> wire.Collaboration:
        """One collaboration with its members and services, shared by the process (`shared.Listings`)."""
        return self._collaborations.get(_key(identifier), reader, recent=recent)

    def collaboration_now(self, identifier: str) -> wire.Collaboration:
        """One collaboration at this moment."""
        return self._collaborations.fresh(_key(identifier))

    def create_collaboration(self, body: dict[str, Any]) -> str:
        """Make a collaboration, invite its administrators, and tell its identifier."""
        with self.lock_organisation():
            known = self.organisation()
            self._organisations.invalidate(_OWN)  # until an answer says that all went well
            identifier = self._ask(_Identified, "POST", "collaborations/v1", body).identifier
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
        self._forget(identifier)
        self._send("DELETE", f"collaborations/v1/{segment(identifier)}")

    def set_units(self, identifier: str, units: list[str]) -> None:
        """Replace a collaboration's units."""
        self._organisations.invalidate(_OWN)
        self._collaborations.invalidate(_key(identifier))
        self._send("PUT", f"collaborations/v1/{segment(identifier)}/units", units)

    def lock_organisation(self) -> threading.RLock:
        """A lock for looking and making: creates that meet on one new tag would leave one of them half-made."""
        return self._organisations.lock(_OWN)

    # --- members ---

    def set_role(self, identifier: str, uid: str, role: wire.Role) -> None:
        """Make a member an admin, or an admin a member."""
        self._collaborations.invalidate(_key(identifier))
        self._send("PUT", f"collaborations/v1/{segment(identifier)}/members", {"uid": uid, "role": role})

    def remove_member(self, identifier: str, uid: str) -> None:
        """End a membership."""
        key = _key(identifier)
        known = self._collaborations.get(key)
        self._collaborations.invalidate(key)
        self._send("DELETE", f"collaborations/v1/{segment(identifier)}/members/{segment(uid)}")
        members = [member for member in known.members if member.uid != uid]
        self._collaborations.amend(key, known.model_copy(update={"members": members}))

    def lock(self, identifier: str) -> threading.RLock:
        """A lock for looking and writing on one collaboration."""
        return self._collaborations.lock(_key(identifier))

    # --- invitations ---

    def invite(self, identifier: str, emails: list[str], intended_role: wire.Role, **more: Any) -> list[wire.Invited]:
        """Invite people, who each get an e-mail. Bad addresses are left out of the answer; `more` as `invite_body`."""
        spelled = self.collaboration(identifier).identifier  # here, and here alone, the case of its letters matters
        body = wire.invite_body(spelled, emails, intended_role=intended_role, **more)
        key, groups = _key(identifier), more.get("groups") or []
        known = self._open.get(key)
        self._open.invalidate(key)
        sent = self._ask(list[wire.Invited], "PUT", "invitations/v1/collaboration_invites", body)
        new = [
            wire.Invitation(
                status="open",
                intended_role=intended_role,
                groups=[wire.Group(identifier=group, short_name=group) for group in groups],
                identifier=each.identifier,
                email=each.email,
                expires=each.expires,
            )
            for each in sent
        ]
        self._open.amend(key, [*known, *new])
        return sent

    def invitation(self, invitation_id: str) -> wire.Invitation:
        """One invitation."""
        return self._ask(wire.Invitation, "GET", f"invitations/v1/{segment(invitation_id)}")

    def open_invitations(
        self, identifier: str, reader: str | None = None, *, recent: bool = False
    ) -> list[wire.Invitation]:
        """The open invitations of a collaboration, those past their date too, shared by the process."""
        return self._open.get(_key(identifier), reader, recent=recent)

    def open_invitations_now(self, identifier: str) -> list[wire.Invitation]:
        """The open invitations of a collaboration at this moment."""
        return self._open.fresh(_key(identifier))

    def update_invitation(self, identifier: str, invitation_id: str, role: wire.Role, groups: list[str]) -> None:
        """Change what an open invitation gives: role and groups, always both."""
        self._open.invalidate(_key(identifier))
        path = f"invitations/v1/update/{segment(invitation_id)}"
        self._send("PATCH", path, wire.invitation_body(role, groups))

    def resend_invitation(self, identifier: str, invitation_id: str) -> None:
        """Send the e-mail of an invitation once more."""
        self._open.invalidate(_key(identifier))
        self._send("PUT", f"invitations/v1/resend/{segment(invitation_id)}")

    def delete_invitation(self, identifier: str, invitation_id: str) -> None:
        """Delete an invitation in whatever state; a membership that came of it stays."""
        key = _key(identifier)
        known = self._open.get(key)
        self._open.invalidate(key)
        self._send("DELETE", f"invitations/v1/{segment(invitation_id)}")
        self._open.amend(key, [each for each in known if each.identifier != invitation_id])

    # --- services ---

    def connect_service(self, identifier: str, entity_id: str) -> wire.Connection:
        """Connect a service, or ask its owner for it."""
        return self._service("connect_collaboration_service", identifier, entity_id)

    def disconnect_service(self, identifier: str, entity_id: str) -> None:
        """Disconnect a service."""
        self._service("disconnect_collaboration_service", identifier, entity_id)

    def _service(self, operation: str, identifier: str, entity_id: str) -> wire.Connection:
        self._collaborations.invalidate(_key(identifier))
        path = f"collaborations_services/v1/{operation}/{segment(identifier)}"
        return self._ask(wire.Connection, "PUT", path, {"service_entity_id": entity_id})

    # --- the wire ---

    def _get_organisation(self, _: str) -> wire.Organisation:
        return self._ask(wire.Organisation, "GET", "organisations/v1")

    def _get_collaboration(self, identifier: str) -> wire.Collaboration:
        return self._ask(wire.Collaboration, "GET", f"collaborations/v1/{segment(identifier)}")

    def _get_open(self, identifier: str) -> list[wire.Invitation]:
        return self._ask(list[wire.Invitation], "GET", f"invitations/v1/invitations/{segment(identifier)}")

    def _forget(self, identifier: str) -> None:
        self._collaborations.invalidate(_key(identifier))
        self._open.invalidate(_key(identifier))

    def _ask(self, kind: type[T], method: str, path: str, body: Any = None) -> T:
        return self._session.read(kind, self._send(method, path, body))

    def _send(self, method: str, path: str, body: Any = None) -> Response:
        try:
            answer = self._session.request(method, path, json=body, accept=(404,))
        except Rejected as error:
            if "Database error" in str(error):
                raise DatabaseError(str(error), status=error.status, retry_after=error.retry_after) from None
            raise
        if answer.status != 404:
            if answer.json is None and answer.status != 204:  # a page of somebody in between, who said 200
                self._session.read(dict[str, Any], answer)
            return answer
        # A path that does not exist is 404 as well, before the token is looked at: that says nothing about the thing.
        if not (isinstance(answer.json, dict) and answer.json.get("error") is True):
            raise BadResponse(
                f"{NAME} has nothing at this address (HTTP 404); check the base URL, which is without /api", status=404
            )
        said = self._session.explain(str(answer.json.get("message", "")))
        raise NotFound(f"{NAME} knows no such thing (HTTP 404): {said}", status=404)


class _Identified(BaseModel):
    """All that is taken from the answer to a create: the rest varies, and may hold secrets."""

    identifier: str


def _key(identifier: str) -> str:
    return identifier.lower()


def same_email(one: str, other: str) -> bool:
    """Addresses that the service takes for one: it ignores case."""
    return one.casefold() == other.casefold()


def of_address(invitations: Iterable[wire.Invitation], email: str) -> list[wire.Invitation]:
    """The invitations to an address; the service can hold several."""
    return [each for each in invitations if same_email(each.email, email)]
