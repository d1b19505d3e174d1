"""Autodesk APS on the real engine: what `pulumi up`, `preview`, `refresh` and `destroy` say about an app's people."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.emulator import Emulator

from ..aps.portal import APP, TOKEN, edit, hand_over, readdress, seed
from .conftest import MakeProject
from .harness import REPOSITORY, Project

pytestmark = pytest.mark.engine

EXAMPLE = REPOSITORY / "examples" / "aps-audit"
OWNER, JANE, JO = "owner@example.org", "jane@example.org", "jo@example.org"
OPEN = "(not listed: an invitation that is still open does not show either)"


def program(**people: str) -> str:
    """A program that declares these people of example.org."""
    declared = {f"{name}@example.org": level for name, level in people.items()}
    return f"""
from pulumi_collab import aps
aps.ClientCollaborators("app", client_id={APP!r}, collaborators={declared!r})
"""


def held_of(project: Project) -> dict[str, Any]:
    """What the state says of each resource; the engine's bookkeeping beside it may change."""
    return {
        name: {part: resource[part] for part in ("id", "inputs", "outputs")}
        for name, resource in project.resources().items()
    }


def test_a_whole_life(make_project: MakeProject, emulator: Emulator) -> None:
    """The example: verified, clean, drift on `collaborators`, a line per person, repaired in the portal, forgotten."""
    project = make_project(EXAMPLE)
    project.run("config", "set", "clientId", APP)
    project.up()
    assert project.resources()["people"]["id"] == APP
    assert f"{OWNER}: OWNER" in project.run("stack", "output", "--json").out
    project.clean()

    edit(emulator, JANE, "VIEWER")
    edit(emulator, JO, None)
    edit(emulator, "new@example.org", "SPECIAL")
    lines = [
        "- change jane@example.org from VIEWER to EDITOR",
        f"- invite jo@example.org as VIEWER {OPEN}",
        "- remove new@example.org (New, SPECIAL; not declared)",
    ]
    plain = project.up(ok=False).out.splitlines()
    assert [line for line in lines if line in plain] == lines, "a plain up fails before it does anything"

    seen = project.drift().out
    assert '~ jane@example.org: "VIEWER" => "EDITOR"' in seen
    assert '+ jo@example.org  : "VIEWER"' in seen
    assert '- new@example.org : "SPECIAL"' in seen
    assert "and until they are an update fails" in seen

    before = emulator.state()
    failed = project.up("--refresh", ok=False).out
    assert "error: pulumi-collab: the people on Autodesk APS app demo-app are not as declared" in failed
    told = failed[failed.index("error: pulumi-collab") :].splitlines()
    assert told[1:4] == lines
    assert "Traceback" not in failed
    assert emulator.state() == before

    edit(emulator, JANE, "EDITOR")
    edit(emulator, JO, "VIEWER")
    edit(emulator, "new@example.org", None)
    project.refresh()
    assert "2 unchanged" in project.up().out
    project.clean()

    emulator.clear_journal()
    project.environment(APS_ACCESS_TOKEN=None)
    project.destroy()
    assert project.resources() == {}
    assert emulator.journal() == [], "to forget needs no call and no token"


def test_the_program_changes(make_project: MakeProject, emulator: Emulator) -> None:
    """A declaration that does not hold yet fails: new at preview, changed at up; it holds once the portal is so."""
    project = make_project(program(jane="EDITOR", jo="EDITOR"))
    refused = project.preview(ok=False).out
    assert "resource 'app': property collaborators value" in refused
    assert "- change jo@example.org from VIEWER to EDITOR" in refused
    assert "Traceback" not in refused
    edit(emulator, JO, "EDITOR")
    project.up()

    project.write(program(JANE="EDITOR", jo="EDITOR"))
    project.clean()
    project.write(program(JANE="EDITOR", jo="EDITOR", owner="OWNER", ann="VIEWER"))
    shown = project.preview("--diff").out
    assert '+ ann@example.org  : "VIEWER"' in shown
    assert f"- invite ann@example.org as VIEWER {OPEN}" in shown
    failed = project.up(ok=False).out
    assert f"- invite ann@example.org as VIEWER {OPEN}" in failed[failed.index("error: pulumi-collab") :].splitlines()
    edit(emulator, "ann@example.org", "VIEWER", pending=True)
    project.up(ok=False)
    edit(emulator, "ann@example.org", "VIEWER")
    project.up()
    project.clean()


def test_people_are_known_by_their_ids(make_project: MakeProject, emulator: Emulator) -> None:
    """A changed address is told as that by preview, refreshed or not, and by up, and correcting the program is all."""
    project = make_project(program(jane="EDITOR", jo="VIEWER"))
    project.up()
    line = (
        f"- correct the program: {JANE} (user {project.resources()['app']['outputs']['user_ids'][JANE]}) changed the "
    )
    line += "address to roe@example.org"
    readdress(emulator, JANE, "roe@example.org")
    assert line in project.preview(ok=False).out
    assert line in project.drift().out
    assert line in project.up("--refresh", ok=False).out
    project.write(program(roe="EDITOR", jo="VIEWER"))
    project.up()
    project.clean()
    hand_over(emulator, "roe@example.org", "EDITOR", "STRANGER")
    line = "- find out who has roe@example.org now: it is user STRANGER's address, and was user "
    assert line in project.preview(ok=False).out
    assert line in project.up("--refresh", ok=False).out
    urn = project.resources()["app"]["urn"]
    project.up("--replace", urn)
    project.clean()


def about_the_app(line: str) -> bool:
    """Whether it says which app cannot be read, at preview."""
    return "cannot tell who is on Autodesk APS app demo-app: " in line or "property client_id" in line


def test_tokens_that_do_not_do(make_project: MakeProject, emulator: Emulator) -> None:
    """An expired token is one line, one without the scope another, an app that is gone a third; the state stays."""
    seed(
        emulator,
        {"token": "short-token", "user": OWNER, "expires": 4_000_000_000.0},
        {"token": "narrow-token", "user": OWNER, "scopes": ["data:read"]},
    )
    project = make_project(program(jane="EDITOR", jo="VIEWER"))
    project.environment(APS_ACCESS_TOKEN="short-token")
    project.up()
    before = held_of(project)

    def told(expected: str) -> None:
        for act in (project.refresh, project.preview):
            run = act(ok=False)
            lines = [line for line in run.out.splitlines() if expected in line]
            assert lines, run.out
            for line in lines:  # the engine may show one error in several places: each time it is the whole line
                assert "the collaborators of Autodesk APS app demo-app: " in line or about_the_app(line)
            assert "Traceback" not in run.out
            assert "-token" not in run.out
        assert held_of(project) == before

    emulator.advance(4_000_000_000)
    told("it has expired or is wrong. Get a new one by a three-legged sign-in with the scope application:client:read")
    project.environment(APS_ACCESS_TOKEN="narrow-token")
    told("it must come from a three-legged sign-in with the scope application:client:read")
    project.environment(APS_ACCESS_TOKEN=TOKEN)
    section = emulator.state()["aps"]
    section["apps"][0]["client_id"] = "renamed"
    emulator.seed({"aps": section})
    told("knows no app demo-app, or hides it")
    section["apps"][0]["client_id"] = APP
    emulator.seed({"aps": section})
    project.clean()
    held = project.state_files() + str(emulator.journal())
    for token in ("short-token", "narrow-token", TOKEN):
        assert token not in held


def test_an_app_declared_twice_fails_at_preview(make_project: MakeProject) -> None:
    """Two resources for one app are a failure on `client_id` that names the other one."""
    once = program(jane="EDITOR", jo="VIEWER")
    run = make_project(once + once.replace('"app"', '"more"')).preview(ok=False)
    told = "property client_id value {demo-app} has a problem: is declared already, by the resource "
    assert f"{told}'app'" in run.out or f"{told}'more'" in run.out, "the engine checks them in either order"
