"""A QuantConnect caller written from the documents alone: the tests' other end of the wire."""

import time
from base64 import b64encode
from hashlib import sha256
from types import TracebackType
from typing import Any, Self

import requests

from pulumi_collab.emulator import Emulator

PROJECT = 23456789


def act(emulator: Emulator, control: str, **body: Any) -> requests.Response:
    """One of the platforms' own controls, e.g. `quantconnect/edit`."""
    return requests.post(f"{emulator.url}/_emulator/{control}", json=body, timeout=30)


class Caller:
    """Signs and sends calls to an emulator, by default with the credentials of its own environment."""

    def __init__(self, emulator: Emulator, user: str = "", token: str = "") -> None:
        environment = emulator.environment()
        self.base = environment["QUANTCONNECT_BASE_URL"]
        self.user = user or environment["QUANTCONNECT_USER_ID"]
        self.token = token or environment["QUANTCONNECT_API_TOKEN"]
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, and no netrc that would replace the signature

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()

    def headers(self, age: int = 0) -> dict[str, str]:
        """A signature that is `age` seconds old."""
        timestamp = str(int(time.time()) - age)
        signature = sha256(f"{self.token}:{timestamp}".encode()).hexdigest()
        basic = b64encode(f"{self.user}:{signature}".encode()).decode()
        return {"Authorization": f"Basic {basic}", "Timestamp": timestamp}

    def send(self, operation: str, method: str = "POST", age: int = 0, **request: Any) -> requests.Response:
        """One signed request, with the keyword arguments of `requests`."""
        headers = {**self.headers(age), **request.pop("headers", {})}
        request.setdefault("timeout", 30)
        return self.session.request(method, f"{self.base}/{operation}", headers=headers, **request)

    def call(self, operation: str, **body: Any) -> Any:
        """One signed call with a JSON body; the answer's JSON."""
        response = self.send(operation, json=body)
        assert response.status_code == 200
        return response.json()

    def people(self, project: int = PROJECT) -> dict[str, tuple[str, bool]]:
        """Who has access: public id -> (permission, live control)."""
        listed = self.call("projects/collaboration/read", projectId=project)["collaborators"]
        return {each["publicId"]: (each["permission"], each["liveControl"]) for each in listed}

    def add(self, user: str, *, write: bool = False, live: bool = False, project: int = PROJECT) -> Any:
        """Gives access."""
        return self.call(
            "projects/collaboration/create",
            projectId=project,
            collaboratorUserId=user,
            collaborationLiveControl=live,
            collaborationWrite=write,
        )

    def change(self, user: str, *, write: bool = False, live: bool = False, project: int = PROJECT) -> Any:
        """Changes access."""
        return self.call(
            "projects/collaboration/update", projectId=project, collaboratorUserId=user, liveControl=live, write=write
        )

    def remove(self, user: str, project: int = PROJECT) -> Any:
        """Takes access away, by both keys."""
        return self.call(
            "projects/collaboration/delete", projectId=project, collaboratorId=user, collaboratorUserId=user
        )
