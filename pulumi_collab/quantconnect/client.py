"""QuantConnect's API: one method per documented call."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from requests import PreparedRequest
from requests.auth import AuthBase, HTTPBasicAuth

from ..errors import BadResponse, NotFound, Rejected, ServerError, TooManyRequests, Unauthenticated
from ..http import Session
from ..settings import Settings
from . import wire

_BAD_CREDENTIALS = ("Hash doesn't match", "UserID not valid")  # the only texts worth knowing: they come in HTTP 200


_CLOCK = "this machine's clock"
_CLOCK_MAY_DIFFER = timedelta(minutes=5)
"""How far a clock may be off before an error names it. The service takes signatures that are older than that."""


class Declined(Rejected):
    """Its own refusal: `success: false` in HTTP 200, which is also all it says of a project that is gone or hidden."""


class Limited(TooManyRequests):
    """It limits requests. Whether this one had its effect before is not known: look before sending it again."""

    ambiguous = True


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
        looked_after = () if idempotent else (429,)  # the session would send it again without a look
        try:
            raw = self._session.request("POST", path, json=body, idempotent=idempotent, accept=looked_after)
        except Unauthenticated as error:
            raise self._refused(str(error)) from None
        except ServerError as error:
            if error.status == 500:  # also how it may answer wrong credentials
                raise error.plus(
                    f". If it stays, check {self._credentials}: wrong credentials can be answered this way"
                    f"{self._clock()}"
                ) from None
            raise
        except (NotFound, Rejected) as error:
            raise error.plus(
                f". {wire.NAME} itself refuses in HTTP 200: check {self._base_url_place} and any proxy"
            ) from None
        if raw.status == 429:
            told = f"{wire.NAME} is limiting requests; try again later{raw.asked}"
            raise Limited(told, status=raw.status, retry_after=raw.retry_after)
        envelope = self._session.read(wire.Envelope, raw)
        if envelope.success:
            return envelope
        reason = self._session.explain(envelope.reason).rstrip(".")
        if reason.startswith(_BAD_CREDENTIALS):
            told = f"{wire.NAME} does not accept the credentials of user {self.user_id} ({reason})"
            raise self._refused(f"{told}; check {self._credentials}")
        raise Declined(f"{wire.NAME} refused: {reason}", status=raw.status)

    def _refused(self, told: str) -> Unauthenticated:
        """Signatures hold the time, so a clock that is off looks like a wrong token."""
        return self._session.refuse(Unauthenticated(told if _CLOCK in told else f"{told}{self._clock()}"))

    def _clock(self) -> str:
        ahead = self._session.now() - datetime.now(UTC)
        if abs(ahead) < _CLOCK_MAY_DIFFER:
            return ""
        off = timedelta(minutes=round(abs(ahead) / timedelta(minutes=1)))
        way = "behind" if ahead > timedelta(0) else "ahead of"
        return f"; {_CLOCK} is {off} {way} {wire.NAME}'s, and signatures hold the time: set it right"
