"""Where things go on the real engine: accounts, servers, and settings that lead elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_collab.emulator import Emulator

from ..quantconnect.behind import PROJECT
from .conftest import MakeProject
from .test_quantconnect import access, program

pytestmark = pytest.mark.engine

QUANTCONNECT = ("USER_ID", "API_TOKEN", "BASE_URL")
TEAMHUB = ("COMPANY_KEY", "ACCOUNT_KEY", "BASE_URL")


@pytest.fixture
def second() -> Iterator[Emulator]:
    """Another server."""
    with Emulator() as running:
        yield running


def account(emulator: Emulator, name: str) -> dict[str, str]:
    """The settings that lead to an emulator, for an account."""
    found = emulator.environment()
    names = [("QUANTCONNECT", each) for each in QUANTCONNECT] + [("TEAMHUB", each) for each in TEAMHUB]
    return {f"{platform}_{name.upper()}_{each}": found[f"{platform}_{each}"] for platform, each in names}


def on_teamhub(emulator: Emulator) -> list[str]:
    """Who is in the project."""
    (project,) = emulator.state()["teamhub"]["projects"]
    return [each["collaborator"] for each in project["collaborators"]]


def test_two_accounts_and_two_servers_in_one_stack(
    make_project: MakeProject, emulator: Emulator, second: Emulator
) -> None:
    """Each person is where their resource's account leads, data functions too; the state has it, and no secret."""
    text = f"""
import pulumi
from pulumi_collab import quantconnect, teamhub
quantconnect.ProjectCollaborator("mia", {PROJECT}, "mia-ai")
quantconnect.ProjectCollaborator("mia there", {PROJECT}, "mia-ai", "write", account="trading")
teamhub.ProjectCollaborator("jane", "web", "jane.doe", "guest")
teamhub.ProjectCollaborator("jo", "web", "jo", "master", account="trading")
people = quantconnect.get_project_collaborators({PROJECT}, account="trading")
pulumi.export("people", [person.user for person in people])
"""
    project = make_project(text, emulator.environment() | account(second, "trading"))
    project.up()
    assert access(emulator) == {"mia-ai": ("read", False)}
    assert access(second) == {"mia-ai": ("write", False)}
    assert (on_teamhub(emulator), on_teamhub(second)) == (["jane.doe"], ["jo"])
    project.clean()
    state = project.resources()["mia there"]
    assert state["outputs"]["account"] == "trading"
    assert "demo-quantconnect-token" not in project.state_files()
    project.write(text.replace('"write", account="trading"', '"write", account="other"'))
    project.environment(**account(second, "other"))
    second.clear_journal()
    project.up()
    assert "delete" not in str(second.journal())
    assert project.resources()["mia there"]["outputs"]["account"] == "other"
    project.destroy()
    assert (access(emulator), access(second)) == ({}, {})


def test_settings_that_lead_elsewhere(make_project: MakeProject, emulator: Emulator, second: Emulator) -> None:
    """With another server's settings every command is an error that names both; nothing is written or lost there."""
    project = make_project(program("mia=mia-ai"))
    project.up()
    kept = project.resources()["mia"]["outputs"]
    here, there = (each.url.removeprefix("http://") for each in (emulator, second))
    project.environment(**second.environment())
    project.write(program("mia=mia-ai", "jo=jo"))
    second.clear_journal()
    for act in (
        project.preview,
        project.refresh,
        project.destroy,
        lambda **_: project.up("--skip-preview=false", ok=False),
    ):
        told = act(ok=False).out
        assert (
            f"mia-ai on QuantConnect project 23456789 was made at {here}, and QUANTCONNECT_BASE_URL leads to {there}"
            in told
        )
    assert not [entry for entry in second.journal() if not entry["path"].endswith("collaboration/read")]
    assert access(second) == {}
    assert project.resources()["mia"]["outputs"] == kept

    project.write(program("mia=mia-ai"))  # the server has moved, with all that is on it
    second.seed(emulator.state())
    project.environment(QUANTCONNECT_FORMER_BASE_URL=f"{emulator.url}/quantconnect/api/v2")
    project.up("--refresh")
    project.clean()
    project.environment(QUANTCONNECT_FORMER_BASE_URL=None)
    project.clean()
    project.destroy()
    assert access(second) == {}


def test_a_token_meets_no_base_url_of_the_other_source(
    make_project: MakeProject, emulator: Emulator, second: Emulator
) -> None:
    """Credentials of one source and a base URL of the other: an error that names both, and no call to either server."""
    good = emulator.environment()
    project = make_project(program("mia=mia-ai"), good | {"QUANTCONNECT_BASE_URL": ""})
    project.run("config", "set", "quantconnect:baseUrl", f"{second.url}/quantconnect/api/v2")
    told = project.preview(ok=False).out
    assert "set by quantconnect:baseUrl alone, and the credentials by QUANTCONNECT_USER_ID: nothing was sent" in told
    project.environment(QUANTCONNECT_BASE_URL=good["QUANTCONNECT_BASE_URL"])
    told = project.up(ok=False).out
    assert "QUANTCONNECT_BASE_URL and quantconnect:baseUrl lead to different servers" in told
    assert (emulator.journal(), second.journal()) == ([], [])


def test_twenty_people_and_a_wrong_token(make_project: MakeProject, emulator: Emulator) -> None:
    """The service is asked once, not twenty times, and each resource has one short line."""
    people = [f"person-{number:04d}" for number in range(1, 21)]
    project = make_project(program(*(f"c{n}={user}" for n, user in enumerate(people))))
    project.up()
    project.environment(QUANTCONNECT_API_TOKEN="wrong")
    for command in (("refresh", "--yes"), ("preview",)):
        emulator.clear_journal()
        told = project.run(*command, ok=False).out
        lines = [line for line in told.splitlines() if "does not accept the credentials" in line]
        assert lines
        assert max(map(len, lines)) < 400  # with the service's own words about the hash, some 60 characters
        assert len(emulator.journal()) == 1
