"""The resource and the data function as a program sees them."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_collab import teamhub
from pulumi_collab.emulator import Emulator
from pulumi_collab.teamhub.lifecycles import ProjectCollaboratorInputs
from pulumi_collab.teamhub.resources import ProjectCollaboratorProvider

from . import behind
from .canned import Canned, entry, page


def test_the_provider_is_a_name() -> None:
    """What state keeps of the provider is a reference to its class: these bytes are in every state there is."""
    token = str(serialize_provider(ProjectCollaboratorProvider()))
    assert token == (
        "gASVRgAAAAAAAACMH3B1bHVtaV9jb2xsYWIudGVhbWh1Yi5yZXNvdXJjZXOUjBtQcm9qZWN0Q29sbGFib3JhdG9yUHJvdmlkZXKUk5QpgZQu"
    )
    assert len(token) < 200


def test_arguments_are_the_inputs() -> None:
    """The resource's arguments have the names of the inputs, so that failures name what the program has."""
    arguments = [name for name in teamhub.ProjectCollaborator.__init__.__annotations__ if name != "return"]
    assert arguments[0] == "resource_name"
    assert arguments[-1] == "opts"
    assert set(arguments[1:-1]) == set(ProjectCollaboratorInputs.model_fields)


def test_the_data_function(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program gets everybody at this moment, each with id, role and highest role, without the stack's listing."""
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    assert teamhub.get_project_collaborators("web") == []
    behind.give(emulator, "jane.doe", "developer")
    people = teamhub.get_project_collaborators("web")
    assert [(each.collaborator, each.role, each.highest_role) for each in people] == [
        ("jane.doe", "developer", "developer")
    ]


@pytest.mark.parametrize(
    ("project", "why"),
    [
        (
            "nowhere",
            (
                "Helix TeamHub knows no project 'nowhere', or hides it from these credentials (HTTP 404); check the "
                "project's id, and whose keys these are"
            ),
        ),
        ("web/x", "project: must be a project's id"),
        (7, "project: must be text"),
    ],
)
def test_the_data_functions_errors(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, project: Any, why: str) -> None:
    """A project that is not there, and one that cannot be, end the program with one line that names it."""
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    with pytest.raises(pulumi.RunError) as raised:
        teamhub.get_project_collaborators(project)
    assert str(raised.value).startswith(f"could not list the collaborators of Helix TeamHub project {project}: {why}")
    assert "\n" not in str(raised.value)


def test_a_listing_that_is_refused(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing that is not allowed, or not found while the project is there, says whose rights to check."""
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    for status in ("403", "404"):
        emulator.fault("teamhub", "project_collaborators/list", status)
        with pytest.raises(pulumi.RunError, match=r"project web: .*; check the rights on project 'web' of the account"):
            teamhub.get_project_collaborators("web")


def test_missing_settings_name_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key the data function says how to give one."""
    monkeypatch.delenv("TEAMHUB_COMPANY_KEY", raising=False)
    with pytest.raises(pulumi.RunError, match=r"TEAMHUB_COMPANY_KEY.*teamhub:companyKey"):
        teamhub.get_project_collaborators("web")


def test_somebody_who_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The data function gives everybody who can be read, and says that somebody is left out."""
    for name, value in {"BASE_URL": "https://hub.example.org", "COMPANY_KEY": "a", "ACCOUNT_KEY": "b"}.items():
        monkeypatch.setenv(f"TEAMHUB_{name}", value)
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", told.append)
    Canned(monkeypatch, [page(entry("jo"), {"role": "guest"}), page(entry("jo"))])
    assert [each.collaborator for each in teamhub.get_project_collaborators("web")] == ["jo"]
    assert told == ["Helix TeamHub lists somebody in project web whose entry cannot be read, and who is left out"]
    assert [each.collaborator for each in teamhub.get_project_collaborators("web")] == ["jo"]
    assert len(told) == 1
