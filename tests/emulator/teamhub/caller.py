"""A TeamHub caller written from the documents alone: the tests' other end of the wire."""

from types import TracebackType
from typing import Any, Self

import requests

from pulumi_collab.emulator import Emulator

SEED: dict[str, Any] = {
    "teamhub": {
        "accounts": [
            {"id": "boss", "type": "user", "key": "key-of-boss", "company_admin": True},
            {"id": "lead", "type": "user", "key": "key-of-lead"},
            {"id": "dev", "type": "user", "key": "key-of-dev"},
            {"id": "passer-by", "type": "user", "key": "key-of-passer-by"},
            {"id": "norris", "key": "key-of-norris", "first_name": "Chuck", "last_name": "Norris"},
            {"id": "jane.doe+ext"},
            {"id": "grouped"},
        ],
        "projects": [
            {
                "id": "platform",
                "name": "Platform",
                "collaborators": [{"collaborator": "norris", "role": "guest"}],
                "users": [{"user": "lead", "role": "manager"}, {"user": "dev", "role": "master"}],
                "groups": [{"id": "team", "role": "developer", "members": ["grouped", "norris"]}],
            },
            {"id": "open", "visibility": "company"},
        ],
    }
}
PEOPLE = "projects/platform/project_collaborators"


class Caller:
    """Sends calls to an emulator, by default with the keys of its own environment."""

    def __init__(self, emulator: Emulator, account_key: str = "", company_key: str = "") -> None:
        environment = emulator.environment()
        self.base = environment["TEAMHUB_BASE_URL"] + "/api"
        company_key = company_key or environment["TEAMHUB_COMPANY_KEY"]
        account_key = account_key or environment["TEAMHUB_ACCOUNT_KEY"]
        self.headers = {
            "Accept": "application/vnd.hth.v1",
            "Authorization": f"hth.company_key='{company_key}',account_key='{account_key}'",
        }
        self.session = requests.Session()
        self.session.trust_env = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()

    def send(self, method: str, path: str, **request: Any) -> requests.Response:
        """One request, with the keyword arguments of `requests`."""
        headers = {**self.headers, **request.pop("headers", {})}
        request.setdefault("timeout", 30)
        return self.session.request(method, f"{self.base}/{path}", headers=headers, **request)

    def people(self, **params: Any) -> dict[str, str | None]:
        """A page of the project's people and their roles."""
        results = self.send("GET", PEOPLE, params=params).json()["results"]
        return {each["collaborator"]["id"]: each.get("role") for each in results}

    def add(self, person: str, role: str) -> requests.Response:
        """Adds somebody."""
        return self.send("POST", PEOPLE, json={"id": person, "role": role})
