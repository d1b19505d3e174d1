"""QuantConnect's collaboration API: one method per documented call, and the listing that a process shares."""

from __future__ import annotations

import threading
import time
from hashlib import sha256
from typing import Any

from requests import PreparedRequest
from requests.auth import AuthBase, HTTPBasicAuth

from ..errors import BadResponse, NotFound, Rejected, ServerError, Unauthenticated
from ..http import Session
from ..listings import Listings
from ..settings import Settings
from . import wire

NAME = "QuantConnect"
_BAD_CREDENTIALS = ("Hash doesn't match", "UserID not valid")  # the only texts worth knowing: they come in HTTP 200


class Declined(Rejected):
    """Its own refusal: `success: false` in HTTP 200, which is also all it says of a project that is gone or hidden."""


class Signature(AuthBase):
    """Basic authentication with a hash of the token and the time, so each attempt is signed anew."""

    def __init__(self, user_id: str, api_token: str) -> None:
        self._user_id = user_id
        self._api_token = api_token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign one attempt."""
        timestamp = str(int(time.time()))
        request.headers["Timestamp"] = timestamp
        signature = sha256(f"{self._api_token}:{timestamp}".encode()).hexdigest()
        HTTPBasicAuth(self._user_id, signature)(request)
        return request


class Client:
    """Calls QuantConnect as one user. Every method raises a `RequestError` when the call fails."""

    def __init__(self, settings: Settings) -> None:
        self.user_id = settings["user_id"]
        self.origin = settings.origin
        self._base_url_place = settings.place("base_url")
        self._credentials = settings.where("user_id", "api_token")
        self._session = Session(
            NAME,
            settings["base_url"],
            auth=Signature(self.user_id, settings["api_token"]),
            secrets=[settings["api_token"]],
            credentials=self._credentials,
        )
        self._listings: Listings[int, list[wire.Collaborator]] = Listings(self._list)

    def authenticate(self) -> None:
        """Ask whether the credentials are good."""
        self._call("authenticate", {}, idempotent=True)

    def collaborators(
        self, project_id: int, reader: str | None = None, *, recent: bool = False
    ) -> list[wire.Collaborator]:
        """Everybody on the project, the owner included, from the process's shared listing (`shared.Listings`)."""
        return self._listings.get(project_id, reader, recent=recent)

    def collaborators_now(self, project_id: int) -> list[wire.Collaborator]:
        """Everybody on the project at this moment."""
        return self._listings.fresh(project_id)

    def create(self, project_id: int, user: str, permission: wire.Permission, live_control: bool) -> None:
        """Give access. The person gets an e-mail."""
        self._write("create", project_id, wire.create_body(project_id, user, permission, live_control))

    def update(self, project_id: int, user: str, permission: wire.Permission, live_control: bool) -> None:
        """Change what a collaborator may do."""
        self._write("update", project_id, wire.update_body(project_id, user, permission, live_control))

    def delete(self, project_id: int, user: str) -> None:
        """Take access away."""
        self._write("delete", project_id, wire.delete_body(project_id, user))

    def lock(self, project_id: int) -> threading.RLock:
        """A lock for looking and writing on one project: the service's rate limit is unknown, so one at a time."""
        return self._listings.lock(project_id)

    def _list(self, project_id: int) -> list[wire.Collaborator]:
        answer = self._call("projects/collaboration/read", wire.read_body(project_id), idempotent=True)
        if answer.collaborators is None:
            raise BadResponse(f"{NAME} answered without the list of collaborators of project {project_id}; try again")
        if not answer.collaborators:  # nobody is gone because of that
            raise BadResponse(
                f"{NAME} answered with an empty list of collaborators of project {project_id}, where its owner has to "
                "be; try again, and ask its support if it stays"
            )
        return self._with_owner(answer.collaborators)

    def _with_owner(self, people: list[wire.Collaborator]) -> list[wire.Collaborator]:
        """Where no entry says who the owner is, it is the caller: only owners may manage collaborators."""
        if any(person.owner for person in people):
            return people
        return [p.model_copy(update={"owner": True}) if str(p.uid) == self.user_id else p for p in people]

    def _write(self, operation: str, project_id: int, body: dict[str, Any]) -> None:
        self._listings.invalidate(project_id)  # whatever comes back, or nothing: what we knew is old
        try:
            answer = self._call(f"projects/collaboration/{operation}", body, idempotent=False)
        except Declined as error:
            raise error.plus(
                f". User {self.user_id} must own the project, and people must be members of its organisation"
            ) from None
        if answer.collaborators:  # without one, and with an empty one, the next look asks
            self._listings.put(project_id, self._with_owner(answer.collaborators))

    def _call(self, path: str, body: dict[str, Any], *, idempotent: bool) -> wire.Answer:
        try:
            raw = self._session.request("POST", path, json=body, idempotent=idempotent)
        except ServerError as error:
            if error.status == 500:  # also how it may answer wrong credentials
                raise error.plus(
                    f". If it stays, check {self._credentials}: wrong credentials can be answered this way"
                ) from None
            raise
        except (NotFound, Rejected) as error:
            raise error.plus(
                f". {NAME} itself refuses in HTTP 200: check {self._base_url_place} and any proxy"
            ) from None
        answer = self._session.read(wire.Answer, raw)
        if answer.success:
            return answer
        reason = self._session.explain(answer.reason).rstrip(".")
        if reason.startswith(_BAD_CREDENTIALS):
            raise self._session.refuse(
                Unauthenticated(
                    f"{NAME} does not accept the credentials of user {self.user_id} ({reason}); check "
                    f"{self._credentials} and this machine's clock"
                )
            )
        raise Declined(f"{NAME} refused: {reason}", status=raw.status)
