"""QuantConnect's API: one method per documented call."""

from __future__ import annotations

import time
from hashlib import sha256
from typing import Any

from requests import PreparedRequest
from requests.auth import AuthBase, HTTPBasicAuth

from ..errors import BadResponse, NotFound, Rejected, ServerError, Unauthenticated
from ..http import Session
from ..settings import Settings
from . import wire

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
            wire.NAME,
            settings["base_url"],
            auth=Signature(self.user_id, settings["api_token"]),
            secrets=[settings["api_token"]],
            credentials=self._credentials,
        )

    def authenticate(self) -> None:
        """Ask whether the credentials are good."""
        self._call("authenticate", {}, idempotent=True)

    def projects(self, project_id: int | None = None) -> list[wire.Project]:
        """One project, or all that this user can see."""
        body = {} if project_id is None else wire.read_body(project_id)
        found = self._call("projects/read", body, idempotent=True).projects
        if found is None:
            raise BadResponse(f"{wire.NAME} answered without the list of projects; try again")
        return found

    def collaborators(self, project_id: int) -> list[wire.Collaborator]:
        """Everybody on the project, the owner included."""
        found = self._call("projects/collaboration/read", wire.read_body(project_id), idempotent=True).collaborators
        if found is None:
            raise BadResponse(
                f"{wire.NAME} answered without the list of collaborators of project {project_id}; try again"
            )
        if not found:  # nobody is gone because of that
            raise BadResponse(
                f"{wire.NAME} answered with an empty list of collaborators of project {project_id}, where its owner "
                "has to be; try again, and ask its support if it stays"
            )
        return found

    def create(self, project_id: int, user: str, permission: str, live_control: bool) -> list[wire.Collaborator] | None:
        """Give access. The person gets an e-mail. Like each write it gives everybody on the project, if it is told."""
        return self._write("create", wire.create_body(project_id, user, permission, live_control))

    def update(self, project_id: int, user: str, permission: str, live_control: bool) -> list[wire.Collaborator] | None:
        """Change what a collaborator may do."""
        return self._write("update", wire.update_body(project_id, user, permission, live_control))

    def delete(self, project_id: int, user: str) -> list[wire.Collaborator] | None:
        """Take access away."""
        return self._write("delete", wire.delete_body(project_id, user))

    def _write(self, operation: str, body: dict[str, Any]) -> list[wire.Collaborator] | None:
        try:
            return self._call(f"projects/collaboration/{operation}", body, idempotent=False).collaborators
        except Declined as error:
            raise error.plus(
                f". User {self.user_id} must own the project, and people must be members of its organisation"
            ) from None

    def _call(self, path: str, body: dict[str, Any], *, idempotent: bool) -> wire.Envelope:
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
                f". {wire.NAME} itself refuses in HTTP 200: check {self._base_url_place} and any proxy"
            ) from None
        envelope = self._session.read(wire.Envelope, raw)
        if envelope.success:
            return envelope
        reason = self._session.explain(envelope.reason).rstrip(".")
        if reason.startswith(_BAD_CREDENTIALS):
            told = f"{wire.NAME} does not accept the credentials of user {self.user_id} ({reason})"
            raise self._session.refuse(Unauthenticated(f"{told}; check {self._credentials}"))
        raise Declined(f"{wire.NAME} refused: {reason}", status=raw.status)
