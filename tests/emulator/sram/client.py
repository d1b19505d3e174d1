"""An organisation's program, written from what SRAM was measured to do alone: the tests' other end of the wire."""

import json
import time
from types import TracebackType
from typing import Any, Self

import requests

from pulumi_collab.emulator import Emulator

DAY = 86_400

NEW: dict[str, Any] = {
    "name": "AI computing",
    "short_name": "ai_computing",
    "description": "Computing for AI",
    "disable_join_requests": False,
    "disclose_member_information": True,
    "disclose_email_information": True,
    "administrators": [],
}

_ABSENT: Any = object()


class Api:
    """Calls with an API key, by default that of the emulator's own environment."""

    def __init__(self, emulator: Emulator, token: str = "") -> None:
        environment = emulator.environment()
        self.emulator = emulator
        self.base = environment["SRAM_BASE_URL"]
        self.token = token or environment["SRAM_API_TOKEN"]
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, and no netrc that would replace the key

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()

    def send(self, method: str, path: str, body: Any = _ABSENT, **request: Any) -> requests.Response:
        """One request; `body` is sent as JSON where there is one."""
        request["headers"] = {"Authorization": f"Bearer {self.token}", **request.get("headers", {})}
        if body is not _ABSENT:
            request["data"] = json.dumps(body)
            request["headers"].setdefault("Content-Type", "application/json")
        return self.session.request(method, f"{self.base}/api{path}", timeout=30, **request)

    def ok(self, method: str, path: str, body: Any = _ABSENT, status: int = 201) -> Any:
        """One request that succeeds; the answer's JSON, or None."""
        answer = self.send(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, body: Any = _ABSENT) -> tuple[int, str]:
        """One request that fails: its status and message."""
        answer = self.send(method, path, body)
        assert answer.status_code >= 400, answer.text
        assert answer.json()["error"] is True
        return answer.status_code, answer.json()["message"]

    def create(self, **fields: Any) -> Any:
        """A new collaboration, with some fields of its own; None leaves a field out."""
        body = {name: value for name, value in {**NEW, **fields}.items() if value is not None}
        return self.ok("POST", "/collaborations/v1", body)

    def read(self, co: Any) -> Any:
        """A collaboration as it is now."""
        return self.ok("GET", f"/collaborations/v1/{co['identifier']}", status=200)

    def listed(self, query: str = "") -> Any:
        """All collaborations of the organisation."""
        return self.ok("GET", f"/organisations/v1{query}", status=200)["collaborations"]

    def invite(self, co: Any, *emails: Any, **fields: Any) -> Any:
        """Invites people."""
        body = {"collaboration_identifier": co["identifier"], "invites": list(emails), **fields}
        return self.ok("PUT", "/invitations/v1/collaboration_invites", body)

    def invited(self, co: Any, email: str = "erin@people.test", **fields: Any) -> str:
        """Invites somebody; the invitation's id."""
        [made] = self.invite(co, email, **fields)
        return str(made["invitation_id"])

    def invitation(self, invitation_id: str) -> Any:
        """An invitation as it is now; None where there is none."""
        answer = self.send("GET", f"/invitations/v1/{invitation_id}")
        assert answer.status_code in (200, 404)
        return answer.json() if answer.status_code == 200 else None

    def open(self, co: Any) -> Any:
        """The open invitations."""
        return self.ok("GET", f"/invitations/v1/invitations/{co['identifier']}", status=200)

    def member(self, co: Any, name: str = "erin", **fields: Any) -> str:
        """Invites somebody who accepts; the invitation's id."""
        invitation_id = self.invited(co, f"{name}@people.test", **fields)
        self.act("accept", invitation_id=invitation_id, uid=f"urn:{name}", name=name.title())
        return invitation_id

    def connect(self, co: Any, service: str) -> Any:
        """Asks for a service."""
        path = f"/collaborations_services/v1/connect_collaboration_service/{co['identifier']}"
        return self.ok("PUT", path, {"service_entity_id": service})

    def act(self, control: str, status: int = 200, **body: Any) -> Any:
        """What people do in the web interface."""
        url = f"{self.emulator.url}/_emulator/sram/{control}"
        answer = self.session.post(url, json=body, timeout=30)
        assert answer.status_code == status, answer.text
        return answer.json()

    def now(self) -> int:
        """The emulator's time, in whole seconds since 1970."""
        return int(time.time() + self.emulator.state()["clock_offset_seconds"])

    def mails(self) -> list[tuple[str, str]]:
        """The mails so far: to whom, and why."""
        return [(each["email"], each["reason"]) for each in self.emulator.state()["sram"]["mails"]]
