"""QuantConnect's collaboration API: one method per documented call, and the listing that a process shares."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, ClassVar

from requests import PreparedRequest
from requests.auth import AuthBase, HTTPBasicAuth

from ..config import Setting, checked_base_url
from ..errors import BadAnswer, ConfigError, NotFound, Rejected, ServerError, Unauthenticated
from ..http import Session
from ..shared import Listings
from . import wire

NAME = "QuantConnect"
SETTINGS = {
    "user_id": Setting("QUANTCONNECT_USER_ID", "quantconnect:userId", "the QuantConnect user id"),
    "api_token": Setting("QUANTCONNECT_API_TOKEN", "quantconnect:apiToken", "the QuantConnect API token", secret=True),
    "base_url": Setting(
        "QUANTCONNECT_BASE_URL",
        "quantconnect:baseUrl",
        "the QuantConnect base URL",
        default="https://www.quantconnect.com/api/v2",
    ),
}
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

    settings: ClassVar[Mapping[str, Setting]] = SETTINGS

    def __init__(self, base_url: str, user_id: str, api_token: str) -> None:
        if not (user_id.isascii() and user_id.isdigit()):
            raise ConfigError("the QuantConnect user id (QUANTCONNECT_USER_ID or quantconnect:userId) must be a number")
        # it travels as a hash: sending it would not show what is wrong with it
        if not api_token.isascii() or not api_token.isprintable() or " " in api_token:
            setting = SETTINGS["api_token"]
            raise ConfigError(
                f"{setting.meaning} ({setting.environment} or {setting.key}) must be the token alone, in ASCII, "
                "without blanks or line breaks"
            )
        self.user_id = user_id
        self._session = Session(
            NAME,
            checked_base_url(base_url, SETTINGS["base_url"]),
            auth=Signature(user_id, api_token),
            secrets=[api_token],
            credentials="QUANTCONNECT_USER_ID and QUANTCONNECT_API_TOKEN",
        )
        self._listings: Listings[int, list[wire.Collaborator]] = Listings(self._list)

    def authenticate(self) -> None:
        """Ask whether the credentials are good."""
        self._call("authenticate", {}, safe=True)

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

    def alone(self, project_id: int) -> threading.RLock:
        """A lock for looking and writing on one project: the service's rate limit is unknown, so one at a time."""
        return self._listings.alone(project_id)

    def _list(self, project_id: int) -> list[wire.Collaborator]:
        answer = self._call("projects/collaboration/read", wire.read_body(project_id), safe=True)
        if answer.collaborators is None:
            raise BadAnswer(f"{NAME} answered without the list of collaborators of project {project_id}; try again")
        if not answer.collaborators:  # nobody is gone because of that
            raise BadAnswer(
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
        self._listings.forget(project_id)  # whatever comes back, or nothing: what we knew is old
        try:
            answer = self._call(f"projects/collaboration/{operation}", body, safe=False)
        except Declined as error:
            raise error.plus(
                f". User {self.user_id} must own the project, and people must be members of its organisation"
            ) from None
        if answer.collaborators:  # without one, and with an empty one, the next look asks
            self._listings.put(project_id, self._with_owner(answer.collaborators))

    def _call(self, path: str, body: dict[str, Any], *, safe: bool) -> wire.Answer:
        setting = SETTINGS["base_url"]
        try:
            raw = self._session.request("POST", path, json=body, safe=safe)
        except ServerError as error:
            if error.status == 500:  # also how it may answer wrong credentials
                raise error.plus(
                    ". If it stays, check QUANTCONNECT_USER_ID and QUANTCONNECT_API_TOKEN: wrong credentials can be "
                    "answered this way"
                ) from None
            raise
        except (NotFound, Rejected) as error:
            raise error.plus(
                f". {NAME} itself refuses in HTTP 200: check {setting.environment} (by default {setting.default}) and "
                "any proxy"
            ) from None
        answer = self._session.read(wire.Answer, raw)
        if answer.success:
            return answer
        reason = self._session.explain(answer.reason).rstrip(".")
        if reason.startswith(_BAD_CREDENTIALS):
            raise Unauthenticated(
                f"{NAME} does not accept the credentials of user {self.user_id} ({reason}); check "
                "QUANTCONNECT_USER_ID, QUANTCONNECT_API_TOKEN and this machine's clock"
            )
        raise Declined(f"{NAME} refused: {reason}", status=raw.status)
