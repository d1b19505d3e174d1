"""An administrator at work in the web interface: TeamHub's API called directly, by code of its own."""

from __future__ import annotations

from typing import Any

import requests

from pulumi_collab.emulator import Emulator

PROJECT = "web"
HEADERS = {
    "Accept": "application/vnd.hth.v1",
    "Authorization": "hth.company_key='demo-company-key',account_key='demo-account-key'",
}


def call(emulator: Emulator | str, method: str, person: str = "", project: str = PROJECT, **body: Any) -> Any:
    """One call on a project's collaborators, of an emulator or at its address."""
    origin = emulator if isinstance(emulator, str) else emulator.url
    url = f"{origin}/teamhub/api/projects/{project}/project_collaborators"
    url += f"/{person.replace('+', '%2B')}" if person else ""
    answer = requests.request(method, url, headers=HEADERS, json=body or None, timeout=10)
    assert answer.ok, answer.text
    return answer.json()


def give(emulator: Emulator, person: str, role: str, project: str = PROJECT) -> None:
    """Add somebody, or change their role."""
    if person in held(emulator, project):
        call(emulator, "PUT", person, project, role=role)
    else:
        call(emulator, "POST", "", project, id=person, role=role)


def take(emulator: Emulator, person: str, project: str = PROJECT) -> None:
    """Remove somebody."""
    call(emulator, "DELETE", person, project)


def held(emulator: Emulator, project: str = PROJECT) -> dict[str, str]:
    """Who has which direct role, from the emulator's world."""
    found = next(each for each in emulator.state()["teamhub"]["projects"] if each["id"] == project)
    return {each["collaborator"]: each["role"] for each in found["collaborators"]}


def world(
    people: dict[str, str] | None = None, *, accounts: tuple[str, ...] = (), count: int = 0, **project: Any
) -> dict[str, Any]:
    """A seed: project `web` with these direct roles, and accounts for everybody."""
    people = people or {}
    ids = dict.fromkeys([*people, *accounts])
    return {
        "teamhub": {
            "people": count,
            "accounts": [
                {"id": "admin", "type": "user", "key": "demo-account-key", "company_admin": True},
                *({"id": id_} for id_ in ids if not id_.startswith("person-")),
            ],
            "projects": [
                {
                    "id": PROJECT,
                    "collaborators": [{"collaborator": id_, "role": role} for id_, role in people.items()],
                    **project,
                }
            ],
        }
    }
