"""`pulumi-collab drift` against the emulator, with a state that a test gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from tests.reports.people import export, state, teamhub

from .conftest import Project, Run, control

APP = state(
    "app",
    "aps:ClientCollaborators",
    {"client_id": "demo-app", "collaborators": {"jane@example.org": "EDITOR", "jo@example.org": "VIEWER"}},
)


def _at(world: Emulator, resource: dict[str, Any]) -> dict[str, Any]:
    """The resource, made at this emulator."""
    origin = world.url.removeprefix("http://")
    return {
        **resource,
        "outputs": {**resource["outputs"], "__origin": origin},
        "inputs": {**resource["inputs"], "__origin": origin},
    }


def _edit(world: Emulator, who: str, role: str | None) -> None:
    control(world, "teamhub/edit", project="web", collaborator=who, role=role)


@pytest.fixture
def stack(world: Emulator, project: Project) -> Emulator:
    """A stack that holds jane and jo on TeamHub and the people of an app, all as declared."""
    resources = [teamhub("jane", "jane.doe", "developer"), teamhub("jo", "jo", "guest"), APP]
    project.export(export(*(_at(world, each) for each in resources)))
    _edit(world, "jane.doe", "developer")
    _edit(world, "jo", "guest")
    return world


def _found(result: Any) -> Any:
    return json.loads(result.stdout)


def test_in_sync(run: Run, stack: Emulator) -> None:
    """Everything as declared is exit code 0."""
    result = run("drift", "--json")
    assert result.exit_code == 0
    document = _found(result)
    assert (document["verdict"], document["coverage"], document["findings"]) == ("in-sync", 1.0, [])
    assert document["counts"]["in_sync"] == 4


def test_each_kind_is_named(run: Run, stack: Emulator, project: Project) -> None:
    """One changed, one missing, one unmanaged and one unreachable: each is told, and the exit code is 3, else 2."""
    _edit(stack, "jane.doe", "master")
    _edit(stack, "jo", None)
    _edit(stack, "auditor", "guest")
    result = run("drift", "--json")
    assert [(each["kind"], each["id"]) for each in _found(result)["findings"]] == [
        ("unmanaged", "teamhub/web/auditor"),
        ("changed", "teamhub/web/jane.doe"),
        ("missing", "teamhub/web/jo"),
    ]
    assert result.exit_code == 2
    stack.fault("aps", "*", "500", times=50)
    result = run("drift", "--json")
    assert result.exit_code == 3
    assert _found(result)["verdict"] == "drift-and-not-checked"
    assert [each["scope"] for each in _found(result)["not_checked"]] == ["aps:demo-app"]


def test_not_checked_alone(run: Run, stack: Emulator) -> None:
    """Where nothing differs and something could not be read, the exit code is 1."""
    stack.fault("aps", "*", "500", times=50)
    assert run("drift").exit_code == 1


def test_a_named_scope(run: Run, stack: Emulator) -> None:
    """People in a scope that no resource is about are unmanaged, once it is named; the owner is no stranger."""
    control(stack, "quantconnect/edit", project_id=23456789, user="jo", permission="read", live_control=False)
    result = run("drift", "quantconnect:23456789", "--json")
    assert [each["id"] for each in _found(result)["findings"]] == ["quantconnect/23456789/jo"]
    assert run("drift", "--json").exit_code == 0


def test_each_scope_is_read_once(run: Run, stack: Emulator) -> None:
    """However many people are declared in a scope and however often it is named, its list is asked for once."""
    stack.clear_journal()
    run("drift", "teamhub:web", "teamhub:web")
    paths = [call["path"] for call in stack.journal() if call["platform"] == "teamhub"]
    assert paths == ["/teamhub/api/projects/web/project_collaborators"]
    assert {call["method"] for call in stack.journal()} <= {"GET"}


def test_another_server(run: Run, stack: Emulator, project: Project) -> None:
    """What was made elsewhere is not looked for here: nothing is asked, and both servers are named."""
    project.export(export(teamhub("jane", "jane.doe", "developer")))
    stack.clear_journal()
    result = run("drift", "--json")
    (missing,) = _found(result)["not_checked"]
    assert "127.0.0.1:1" in missing["why"]
    assert stack.url.removeprefix("http://") in missing["why"]
    assert stack.journal() == []


def test_the_ignore_file(run: Run, stack: Emulator, project: Project) -> None:
    """What is ignored with a reason is no drift."""
    _edit(stack, "auditor", "guest")
    (project.folder / "ignore.yaml").write_text("- {grant: teamhub/web/auditor, reason: known, until: 2999-01-01}\n")
    result = run("drift", "--ignore", "ignore.yaml", "--json")
    assert result.exit_code == 0
    assert _found(result)["counts"]["suppressed"] == 1
    (project.folder / "ignore.yaml").write_text("- {grant: teamhub/web/auditor, until: 2999-01-01}\n")
    result = run("drift", "--ignore", "ignore.yaml")
    assert result.exit_code == 1
    assert (
        result.stderr == "pulumi-collab drift: ignore.yaml:1: 'reason' is missing, so it suppresses nothing: add it\n"
    )


def test_now_is_one_moment(run: Run, stack: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """`PULUMI_COLLAB_NOW` is the moment of the whole run, and nothing else is taken for one."""
    monkeypatch.setenv("PULUMI_COLLAB_NOW", "2030-01-01")
    assert _found(run("drift", "--json"))["now"] == "2030-01-01T00:00:00Z"
    monkeypatch.setenv("PULUMI_COLLAB_NOW", "tomorrow")
    result = run("drift")
    assert result.exit_code == 1
    assert "PULUMI_COLLAB_NOW is 'tomorrow'" in result.stderr


def test_a_secret_name_is_not_checked(run: Run, stack: Emulator, project: Project) -> None:
    """A person whose name the state holds encrypted is neither missing nor in sync."""
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
    resource = _at(stack, teamhub("jane", "jane.doe", "developer"))
    for side in ("inputs", "outputs"):
        resource[side]["collaborator"] = secret
    project.export(export(resource))
    _edit(stack, "jo", None)
    result = run("drift", "--json")
    assert [each["why"] for each in _found(result)["not_checked"]] == ["jane: collaborator is a secret of the stack"]


def test_a_platform_that_nobody_brings(run: Run, stack: Emulator, project: Project) -> None:
    """A resource of a platform whose package is not installed is not checked, by name."""
    project.export(export(state("x", "forge:Collaborator", {"__origin": "forge.example"})))
    result = run("drift", "--json")
    assert [each["scope"] for each in _found(result)["not_checked"]] == ["forge:*"]


def test_files(run: Run, stack: Emulator, project: Project) -> None:
    """Every kind of file is written, also when something could not be read."""
    stack.fault("aps", "*", "500", times=50)
    names = [f"drift.{ending}" for ending in ("json", "csv", "md", "html", "sarif")]
    assert run("drift", *(word for name in names for word in ("-o", name))).exit_code == 1
    assert all((project.folder / name).stat().st_size for name in names)


@pytest.mark.parametrize("document", [{}, {"deployment": None}, []])
def test_what_is_no_state(run: Run, world: Emulator, project: Project, document: Any) -> None:
    """An export that is none is one line."""
    project.export(document)
    result = run("drift")
    assert result.exit_code == 1
    assert result.stderr == "pulumi-collab drift: this is no `pulumi stack export`: it has no deployment\n"


def test_without_a_project(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drift is of a stack, so it needs the program's folder."""
    monkeypatch.chdir(tmp_path)
    assert "there is no Pulumi.yaml here" in run("drift").stderr
