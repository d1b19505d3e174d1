"""`pulumi-collab access` against the emulator."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from tests.reports.people import export, quantconnect, teamhub

from .conftest import Project, Run, control

PROJECT = 23456789


def _give(world: Emulator, *people: tuple[str, str, bool]) -> None:
    for user, permission, live_control in people:
        who = {"project_id": PROJECT, "user": user}
        control(world, "quantconnect/edit", **who, permission=permission, live_control=live_control)


@pytest.fixture
def people(world: Emulator) -> Emulator:
    """Some people on QuantConnect and TeamHub."""
    _give(world, ("mia-ai", "write", True), ("jo", "read", False))
    control(world, "teamhub/edit", project="web", collaborator="jane.doe", role="master")
    return world


def _here(world: Emulator, resource: dict[str, Any]) -> dict[str, Any]:
    """The resource, made at this emulator."""
    origin = {"__origin": world.url.removeprefix("http://")}
    return {**resource, "outputs": {**resource["outputs"], **origin}, "inputs": {**resource["inputs"], **origin}}


def _json(result: Any) -> Any:
    return json.loads(result.stdout)


def test_everybody_on_three_platforms(run: Run, people: Emulator) -> None:
    """Each scope that is named is read, in one report; one e-mail address is one person, on whichever platforms."""
    result = run("access", f"quantconnect:{PROJECT}", "teamhub:web", "aps:demo-app", "--json")
    document = _json(result)
    assert result.exit_code == 0
    assert document["schema"] == "pulumi-collab/access/1"
    assert document["counts"] == {"grants": 7, "people": 6, "scopes": 3, "undeclared": 5, "not_checked": 0}
    by_key = {each["principal"]["key"]: each for each in document["grants"]}
    assert by_key["mia-ai"]["privileges"] == ["live_control"]
    assert by_key["owner-ola"]["fixed"] == "owner"
    assert by_key["jane.doe"]["privileged"] is True


def test_what_cannot_be_read_is_named(run: Run, people: Emulator) -> None:
    """A scope that is refused is not checked, with the reason and what to do, and the rest goes on."""
    people.fault("teamhub", "*", "403", times=50)
    result = run("access", f"quantconnect:{PROJECT}", "teamhub:web", "--json")
    document = _json(result)
    assert result.exit_code == 1
    assert [each["scope"] for each in document["not_checked"]] == ["teamhub:web"]
    assert document["not_checked"][0]["status"] == 403
    assert document["not_checked"][0]["do"]
    assert document["counts"]["grants"] == 3


def test_all_that_can_be_listed(run: Run, people: Emulator) -> None:
    """A star is every scope that the credentials can list; where a service lists none, that is said."""
    result = run("access", "quantconnect:*", "teamhub:*", "--json")
    document = _json(result)
    assert {each["scope"]["id"] for each in document["grants"]} == {str(PROJECT)}
    assert [each["scope"] for each in document["not_checked"]] == ["teamhub:*"]


def test_the_stack_says_what_is_declared(run: Run, people: Emulator, project: Project) -> None:
    """Without a scope all that the stack holds is read, and each grant names its resource."""
    project.export(
        export(quantconnect("mia", "mia-ai", "write", live_control=True), teamhub("jane", "jane.doe", "master"))
    )
    grants = {each["principal"]["key"]: each for each in _json(run("access", "--json"))["grants"]}
    assert grants["mia-ai"]["declared"]["urn"].endswith("::mia")
    assert grants["jo"]["declared"] is None
    assert "urn ...::mia" in run("access").stdout


def test_without_scope_and_project(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to read, which is one line and no usage error."""
    monkeypatch.chdir(tmp_path)
    result = run("access")
    assert result.exit_code == 1
    assert result.stderr.startswith("pulumi-collab access: name a SCOPE")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("nowhere:x",),
        ("quantconnect",),
        ("quantconnect:1", "--json", "--csv"),
        ("quantconnect:1", "-o", "x.sarif"),
        ("quantconnect:1", "--pivot", "colour"),
    ],
)
def test_usage_errors(run: Run, arguments: tuple[str, ...]) -> None:
    """What is wrong with the words of a command is exit code 2, with how it is used."""
    result = run("access", *arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_one_person(run: Run, people: Emulator) -> None:
    """A person is found on every platform by the e-mail address that one of them tells."""
    control(people, "aps/edit", client_id="demo-app", email="mia-ai@example.org", access_level="EDITOR")
    result = run("access", f"quantconnect:{PROJECT}", "aps:demo-app", "--person", "MIA-AI", "--json")
    assert {each["platform"] for each in _json(result)["grants"]} == {"quantconnect", "aps"}


def test_privileged_alone(run: Run, people: Emulator) -> None:
    """`--privileged` leaves the owner and who has live control."""
    result = run("access", f"quantconnect:{PROJECT}", "--privileged", "--json")
    assert {each["principal"]["key"] for each in _json(result)["grants"]} == {"owner-ola", "mia-ai"}


def test_every_kind_of_output(run: Run, people: Emulator, tmp_path: Path) -> None:
    """Files are written beside what is printed, each in its kind."""
    files = [tmp_path / f"access.{ending}" for ending in ("json", "csv", "md", "html")]
    options = [word for file in files for word in ("-o", str(file))]
    result = run("access", f"quantconnect:{PROJECT}", "--csv", *options)
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["key"] for row in rows] == ["jo", "mia-ai", "owner-ola"]
    assert files[1].read_bytes().decode() == result.stdout.replace("\r\n", "\n").replace("\n", "\r\n")
    assert json.loads(files[0].read_text())["counts"]["grants"] == 3
    assert "| mia-ai |" in files[2].read_text()
    assert files[3].read_text().startswith("<!doctype html>")


def test_a_file_that_cannot_be_written(run: Run, people: Emulator, tmp_path: Path) -> None:
    """It is one line, and not done."""
    result = run("access", f"quantconnect:{PROJECT}", "-o", str(tmp_path / "no" / "x.json"))
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_settings_of_the_stack(run: Run, people: Emulator, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment gives no credentials, the stack's configuration does."""
    monkeypatch.delenv("QUANTCONNECT_USER_ID")
    token = people.environment()["QUANTCONNECT_API_TOKEN"]
    url = people.environment()["QUANTCONNECT_BASE_URL"]
    for name in ("QUANTCONNECT_API_TOKEN", "QUANTCONNECT_BASE_URL"):
        monkeypatch.delenv(name)
    project.config(
        **{
            "quantconnect:userId": {"value": "1001"},
            "quantconnect:baseUrl": {"value": url},
            "quantconnect:apiToken": {"value": token, "secret": True},
        }
    )
    result = run("access", f"quantconnect:{PROJECT}", "--json")
    assert _json(result)["counts"]["grants"] == 3
    assert token not in result.output


def test_help_has_an_example(run: Run) -> None:
    """Each command shows how it is used."""
    for command in ("access", "drift", "review"):
        result = run(command, "--help")
        assert result.exit_code == 0
        assert f"Example: pulumi-collab {command}" in result.stdout.replace("pulumi preview --json | ", "")
