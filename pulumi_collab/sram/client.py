"""SRAM's external API: one method per documented call, and the listings that a process shares."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote, urlsplit

from pydantic import BaseModel

from ..config import Setting, checked_base_url, checked_token
from ..errors import BadAnswer, NotFound, Rejected
from ..http import Answer, Bearer, Session
from ..shared import Listings
from . import wire

NAME = "SRAM"
SETTINGS = {
    "base_url": Setting("SRAM_BASE_URL", "sram:baseUrl", "the SRAM base URL, such as https://sram.surf.nl"),
    "api_token": Setting("SRAM_API_TOKEN", "sram:apiToken", "the SRAM organisation API token", secret=True),
}
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

    settings: ClassVar[Mapping[str, Setting]] = SETTINGS

    def __init__(self, base_url: str, api_token: str) -> None:
        checked_token(api_token, SETTINGS["api_token"])
        base_url = checked_base_url(base_url, SETTINGS["base_url"]).removesuffix("/api")
        self._session = _Session(
            NAME, f"{base_url}/api", auth=Bearer(api_token), secrets=[api_token], credentials="SRAM_API_TOKEN"
        )
        self._ahead = timedelta(0)
        self._organisations: Listings[str, wire.Organisation] = Listings(self._get_organisation)
        self._collaborations: Listings[str, wire.Collaboration] = Listings(self._get_collaboration)
        self._open: Listings[str, list[wire.Invitation]] = Listings(self._get_open)

    @property
    def host(self) -> str:
        """The name of the server."""
        return urlsplit(self._session.base_url).hostname or ""

    def now(self) -> datetime:
        """The service's time, as far as its answers have told it."""
        return datetime.now(UTC) + self._ahead

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
        with self.alone_in_organisation():
            known = self.organisation()
            self._organisations.forget(_OWN)  # until an answer says that all went well
            identifier = self._ask(_Identified, "POST", "collaborations/v1", body).identifier
            self._organisations.amend(_OWN, known)
            return identifier

    def note_collaboration(self, made: wire.Collaboration) -> None:
        """Add what was just made to the shared listing, rather than asking for all of them again."""
        with self.alone_in_organisation():
            organisation = self.organisation()
            others = [each for each in organisation.collaborations if each.identifier != made.identifier]
            self._organisations.amend(_OWN, organisation.model_copy(update={"collaborations": [*others, made]}))

    def delete_collaboration(self, identifier: str) -> None:
        """Delete a collaboration with everything in it."""
        self._organisations.forget(_OWN)
        self._forget(identifier)
        self._send("DELETE", f"collaborations/v1/{quote(identifier, safe='')}")

    def set_units(self, identifier: str, units: list[str]) -> None:
        """Replace a collaboration's units."""
        self._organisations.forget(_OWN)
        self._collaborations.forget(_key(identifier))
        self._send("PUT", f"collaborations/v1/{quote(identifier, safe='')}/units", units)

    def alone_in_organisation(self) -> threading.RLock:
        """A lock for looking and making: creates that meet on one new tag would leave one of them half-made."""
        return self._organisations.alone(_OWN)

    # --- members ---

    def set_role(self, identifier: str, uid: str, role: wire.Role) -> None:
        """Make a member an admin, or an admin a member."""
        self._collaborations.forget(_key(identifier))
        self._send("PUT", f"collaborations/v1/{quote(identifier, safe='')}/members", {"uid": uid, "role": role})

    def remove_member(self, identifier: str, uid: str) -> None:
        """End a membership."""
        key = _key(identifier)
        known = self._collaborations.get(key)
        self._collaborations.forget(key)
        self._send("DELETE", f"collaborations/v1/{quote(identifier, safe='')}/members/{quote(uid, safe='')}")
        members = [member for member in known.members if member.uid != uid]
        self._collaborations.amend(key, known.model_copy(update={"members": members}))

    def alone(self, identifier: str) -> threading.RLock:
        """A lock for looking and writing on one collaboration."""
        return self._collaborations.alone(_key(identifier))

    # --- invitations ---

    def invite(self, identifier: str, emails: list[str], intended_role: wire.Role, **more: Any) -> list[wire.Invited]:
        """Invite people, who each get an e-mail. Bad addresses are left out of the answer; `more` as `invite_body`."""
        spelled = self.collaboration(identifier).identifier  # here, and here alone, the case of its letters matters
        body = wire.invite_body(spelled, emails, intended_role=intended_role, **more)
        key, groups = _key(identifier), more.get("groups") or []
        known = self._open.get(key)
        self._open.forget(key)
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
        return self._ask(wire.Invitation, "GET", f"invitations/v1/{quote(invitation_id, safe='')}")

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
        self._open.forget(_key(identifier))
        path = f"invitations/v1/update/{quote(invitation_id, safe='')}"
        self._send("PATCH", path, wire.invitation_body(role, groups))

    def resend_invitation(self, identifier: str, invitation_id: str) -> None:
        """Send the e-mail of an invitation once more."""
        self._open.forget(_key(identifier))
        self._send("PUT", f"invitations/v1/resend/{quote(invitation_id, safe='')}")

    def delete_invitation(self, identifier: str, invitation_id: str) -> None:
        """Delete an invitation in whatever state; a membership that came of it stays."""
        key = _key(identifier)
        known = self._open.get(key)
        self._open.forget(key)
        self._send("DELETE", f"invitations/v1/{quote(invitation_id, safe='')}")
        self._open.amend(key, [each for each in known if each.identifier != invitation_id])

    # --- services ---

    def connect_service(self, identifier: str, entity_id: str) -> wire.Connection:
        """Connect a service, or ask its owner for it."""
        return self._service("connect_collaboration_service", identifier, entity_id)

    def disconnect_service(self, identifier: str, entity_id: str) -> None:
        """Disconnect a service."""
        self._service("disconnect_collaboration_service", identifier, entity_id)

    def _service(self, operation: str, identifier: str, entity_id: str) -> wire.Connection:
        self._collaborations.forget(_key(identifier))
        path = f"collaborations_services/v1/{operation}/{quote(identifier, safe='')}"
        return self._ask(wire.Connection, "PUT", path, {"service_entity_id": entity_id})

    # --- the wire ---

    def _get_organisation(self, _: str) -> wire.Organisation:
        return self._ask(wire.Organisation, "GET", "organisations/v1")

    def _get_collaboration(self, identifier: str) -> wire.Collaboration:
        return self._ask(wire.Collaboration, "GET", f"collaborations/v1/{quote(identifier, safe='')}")

    def _get_open(self, identifier: str) -> list[wire.Invitation]:
        return self._ask(list[wire.Invitation], "GET", f"invitations/v1/invitations/{quote(identifier, safe='')}")

    def _forget(self, identifier: str) -> None:
        self._collaborations.forget(_key(identifier))
        self._open.forget(_key(identifier))

    def _ask(self, kind: type[T], method: str, path: str, body: Any = None) -> T:
        return self._session.read(kind, self._send(method, path, body))

    def _send(self, method: str, path: str, body: Any = None) -> Answer:
        try:
            answer = self._session.request(method, path, json=body, accept=(404,))
        except Rejected as error:
            if "Database error" in str(error):
                raise DatabaseError(str(error), status=error.status, wait=error.wait) from None
            raise
        self._heard(answer.headers)
        if answer.status != 404:
            if answer.json is None and answer.status != 204:  # a page of somebody in between, who said 200
                self._session.read(dict[str, Any], answer)
            return answer
        # A path that does not exist is 404 as well, before the token is looked at: that says nothing about the thing.
        if not (isinstance(answer.json, dict) and answer.json.get("error") is True):
            raise BadAnswer(
                f"{NAME} has nothing at this address (HTTP 404); check the base URL, which is without /api", status=404
            )
        said = self._session.explain(str(answer.json.get("message", "")))
        raise NotFound(f"{NAME} knows no such thing (HTTP 404): {said}", status=404)

    def _heard(self, headers: Mapping[str, str]) -> None:
        try:
            ahead = parsedate_to_datetime(headers["Date"]).astimezone(UTC) - datetime.now(UTC)
        except (KeyError, ValueError, TypeError, OverflowError):
            return
        self._ahead = ahead if abs(ahead) > timedelta(seconds=5) else timedelta(0)


class _Identified(BaseModel):
    """All that is taken from the answer to a create: the rest varies, and may hold secrets."""

    identifier: str


def _key(identifier: str) -> str:
    return identifier.lower()


def gone_is_fine(call: Callable[[], None]) -> None:
    """Do it, unless there is nothing left to do it to."""
    try:
        call()
    except NotFound:
        return


def same_email(one: str, other: str) -> bool:
    """Addresses that the service takes for one: it ignores case."""
    return one.casefold() == other.casefold()


def of_address(invitations: Iterable[wire.Invitation], email: str) -> list[wire.Invitation]:
    """The invitations to an address; the service can hold several."""
    return [each for each in invitations if same_email(each.email, email)]
