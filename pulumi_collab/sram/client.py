"""SRAM's external API: one method per documented call, and nothing remembered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from ..addresses import segment
from ..errors import BadResponse, NotFound, Rejected
from ..http import Bearer, Session
from ..responses import Response
from ..settings import Settings
from . import wire
from .wire import NAME

_ECHO = re.compile(
    r"^(\w+: )?https?://\S+\.?\s+IP: \S+(?:(?<=,)\s+\S+)*\s+"
)  # errors begin with the caller's URL and address

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
        self.host = settings.origin
        """The server, as host and port."""
        self._session = _Session(
            NAME,
            f"{settings['base_url'].removesuffix('/api')}/api",
            auth=Bearer(token),
            secrets=[token],
            credentials=settings.place("api_token"),
        )

    def now(self) -> datetime:
        """The service's time, as far as its responses have told it."""
        return self._session.now()

    # --- the organisation and its collaborations ---

    def organisation(self) -> wire.Organisation:
        """The organisation of the key, with all its collaborations."""
        return self._ask(wire.Organisation, "GET", "organisations/v1")

    def collaboration(self, identifier: str) -> wire.Collaboration:
        """One collaboration with its members and services."""
        return self._ask(wire.WholeCollaboration, "GET", f"collaborations/v1/{segment(identifier)}")

    def create_collaboration(self, body: Mapping[str, Any]) -> str:
        """Make a collaboration (`wire.collaboration_body`), and tell its identifier."""
        return self._ask(_Identified, "POST", "collaborations/v1", body).identifier

    def delete_collaboration(self, identifier: str) -> None:
        """Delete a collaboration with everything in it."""
        self._send("DELETE", f"collaborations/v1/{segment(identifier)}")

    def set_units(self, identifier: str, units: list[str]) -> None:
        """Replace a collaboration's units."""
        self._send("PUT", f"collaborations/v1/{segment(identifier)}/units", units)

    # --- members ---

    def set_role(self, identifier: str, uid: str, role: str) -> None:
        """Make a member an admin, or an admin a member."""
        self._send("PUT", f"collaborations/v1/{segment(identifier)}/members", {"uid": uid, "role": role})

    def remove_member(self, identifier: str, uid: str) -> None:
        """End a membership."""
        self._send("DELETE", f"collaborations/v1/{segment(identifier)}/members/{segment(uid)}")

    # --- invitations ---

    def invite(self, body: Mapping[str, Any]) -> list[wire.Invited]:
        """Invite people (`wire.invite_body`), who each get an e-mail. Bad addresses are left out of the response."""
        return self._ask(list[wire.Invited], "PUT", "invitations/v1/collaboration_invites", body)

    def invitation(self, invitation_id: str) -> wire.Invitation:
        """One invitation, in whatever state."""
        return self._ask(wire.Invitation, "GET", f"invitations/v1/{segment(invitation_id)}")

    def open_invitations(self, identifier: str) -> list[wire.Invitation]:
        """The open invitations of a collaboration, those past their date too."""
        return self._ask(list[wire.Invitation], "GET", f"invitations/v1/invitations/{segment(identifier)}")

    def update_invitation(self, invitation_id: str, body: Mapping[str, Any]) -> None:
        """Change what an open invitation gives (`wire.invitation_body`)."""
        self._send("PATCH", f"invitations/v1/update/{segment(invitation_id)}", body)

    def resend_invitation(self, invitation_id: str) -> None:
        """Send the e-mail of an invitation once more."""
        self._send("PUT", f"invitations/v1/resend/{segment(invitation_id)}")

    def delete_invitation(self, invitation_id: str) -> None:
        """Delete an invitation in whatever state; a membership that came of it stays."""
        self._send("DELETE", f"invitations/v1/{segment(invitation_id)}")

    # --- services ---

    def connect_service(self, identifier: str, entity_id: str) -> wire.Connection:
        """Connect a service, or ask its owner for it."""
        return self._service("connect_collaboration_service", identifier, entity_id)

    def disconnect_service(self, identifier: str, entity_id: str) -> None:
        """Disconnect a service."""
        self._service("disconnect_collaboration_service", identifier, entity_id)

    def _service(self, operation: str, identifier: str, entity_id: str) -> wire.Connection:
        path = f"collaborations_services/v1/{operation}/{segment(identifier)}"
        return self._ask(wire.Connection, "PUT", path, {"service_entity_id": entity_id})

    # --- the wire ---

    def _ask(self, kind: type[T], method: str, path: str, body: Any = None) -> T:
        return self._session.read(kind, self._send(method, path, body))

    def _send(self, method: str, path: str, body: Any = None) -> Response:
        try:
            response = self._session.request(method, path, json=body, accept=(404,))
        except Rejected as error:
            if "Database error" in str(error):
                raise DatabaseError(str(error), status=error.status, retry_after=error.retry_after) from None
            raise
        if response.status != 404:
            if response.json is None and response.status != 204:  # a page of somebody in between, who said 200
                self._session.read(dict[str, Any], response)
            return response
        # A path that does not exist is 404 as well, before the token is looked at: that says nothing about the thing.
        if not (isinstance(response.json, dict) and response.json.get("error") is True):
            raise BadResponse(
                f"{NAME} has nothing at this address (HTTP 404); check the base URL, which is without /api", status=404
            )
        said = self._session.explain(str(response.json.get("message", "")))
        raise NotFound(f"{NAME} knows no such thing (HTTP 404): {said}", status=404)


class _Identified(BaseModel):
    """All that is taken from the response to a create: the rest varies, and may hold secrets."""

    identifier: str
