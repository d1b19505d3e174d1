"""Helix TeamHub on the real engine, alone and from a table together with QuantConnect."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pulumi_collab.emulator import Emulator

from ..teamhub import behind
from .conftest import MakeProject
from .harness import REPOSITORY, Project

pytestmark = pytest.mark.engine

EXAMPLE = REPOSITORY / "examples" / "teamhub"
TABLE = REPOSITORY / "examples" / "table"
KEYS = ("demo-company-key", "demo-account-key")


def program(*people: str, extra: str = "") -> str:
    """A program with one resource per `name=collaborator,role[,argument=value…]`."""
    lines = ["import pulumi", "from pulumi_collab import teamhub", extra]
    for person in people:
        name, _, arguments = person.partition("=")
        collaborator, role, *rest = arguments.split(",")
        rest = rest if any(r.startswith("project=") for r in rest) else ["project='web'", *rest]
        lines.append(
            f"teamhub.ProjectCollaborator({name!r}, collaborator={collaborator!r}, role={role!r}, {', '.join(rest)})"
        )
    return "\n".join(lines) + "\n"


def calls(emulator: Emulator, *methods: str) -> list[str]:
    """The methods of TeamHub's calls in the journal, all or some."""
    found = [entry["method"] for entry in emulator.journal() if entry["platform"] == "teamhub"]
    return [method for method in found if not methods or method in methods]


def test_the_example_lives(make_project: MakeProject, emulator: Emulator) -> None:
    """The example gives three roles, stays clean, shows drift on its property, repairs it, and goes without a trace."""
    project = make_project(EXAMPLE)
    project.up()
    wanted = {"jane.doe": "developer", "jo": "guest", "auditor": "guest"}
    assert behind.held(emulator) == wanted
    emulator.clear_journal()
    project.clean()
    assert calls(emulator) == ["GET"], "one listing for all; nothing more to check"

    behind.give(emulator, "jane.doe", "guest")
    behind.give(emulator, "jo", "master")
    behind.take(emulator, "auditor")
    seen = project.drift().out
    assert '~ role        : "guest" => "developer"' in seen
    assert '~ role        : "master" => "guest"' in seen
    assert "+ pulumi-python:dynamic/teamhub:ProjectCollaborator: (create)" in seen
    emulator.clear_journal()
    project.up("--refresh")
    assert behind.held(emulator) == wanted
    assert sorted(calls(emulator, "POST", "PUT", "DELETE")) == ["POST", "PUT", "PUT"]
    project.clean()
    assert json.loads(project.run("stack", "output", "--json").out)["roles"] == wanted

    jane = project.resources()["jane.doe"]
    assert (jane["type"], jane["id"]) == ("pulumi-python:dynamic/teamhub:ProjectCollaborator", "web/jane.doe")
    assert {k for k in jane["outputs"] if k.startswith("__")} == {"__provider", "__made", "__origin"}
    assert {k: v for k, v in jane["outputs"].items() if not k.startswith("__")} == {
        "project": "web",
        "collaborator": "jane.doe",
        "role": "developer",
        "adopt": False,
        "highest_role": "developer",
    }
    held = project.state_files() + str(emulator.journal())
    emulator.clear_journal()
    project.destroy()
    assert calls(emulator) == ["DELETE"] * 3
    assert behind.held(emulator) == {}
    held += project.state_files()
    assert not [key for key in KEYS if key in held]


def test_changes_in_place_and_replacements(make_project: MakeProject, emulator: Emulator) -> None:
    """A role is one PUT; another person is a replacement, and one of the same id leaves no gap behind."""
    emulator.seed(behind.world(accounts=("jane.doe", "jo")) | {"next_id": 1})
    project = make_project(program("one=jane.doe,guest"))
    project.up()
    emulator.clear_journal()
    project.write(program("one=jane.doe,master"))
    project.up()
    assert calls(emulator, "POST", "PUT", "DELETE") == ["PUT"]
    project.write(program("one=jo,master"))
    project.up()
    assert behind.held(emulator) == {"jo": "master"}
    project.up("--replace", project.resources()["one"]["urn"])
    assert behind.held(emulator) == {"jo": "master"}
    project.write(program("two=jo,master"))
    assert "jo on Helix TeamHub project web has this access already, nothing is sent" in project.preview().out
    assert "is held by another resource of the program" in project.up().out
    assert behind.held(emulator) == {"jo": "master"}
    project.clean()
    project.write(program("two=jo,master,opts=pulumi.ResourceOptions(retain_on_delete=True)"))
    project.up()
    project.destroy()
    assert behind.held(emulator) == {"jo": "master"}


def test_every_documented_id_lives(make_project: MakeProject, emulator: Emulator) -> None:
    """Ids with a plus, a dot and a hyphen, and of 100 characters, have a whole life, in one program."""
    people = {"jane.doe+ext": "guest", "ops-1": "developer", "l" * 98 + ".2": "master", "jane.doe": "guest"}
    emulator.seed(behind.world(accounts=tuple(people)))
    emulator.variants(teamhub={"page_size": "1", "last_next_offset": "null"})
    project = make_project(program(*(f"p{i}={person},{role}" for i, (person, role) in enumerate(people.items()))))
    project.up()
    assert behind.held(emulator) == people
    project.clean()
    for person in people:
        behind.give(emulator, person, "guest")
    assert project.drift().out.count('"guest" => "') == 2
    project.up("--refresh")
    assert behind.held(emulator) == people
    behind.take(emulator, "jane.doe+ext")
    project.up("--refresh")
    assert behind.held(emulator) == people
    assert {r["id"] for r in project.resources().values()} == {f"web/{person}" for person in people}
    project.destroy()
    assert behind.held(emulator) == {}


BAD = {
    "bad=jo,admin": "property role value {admin} has a problem: must be one of 'guest', 'developer', 'master'",
    "bad=jo,guest,project='nowhere'": "property project value {nowhere} has a problem: names no project",
    "bad=Jo,guest": "property collaborator value {Jo} has a problem: is spelled 'jo'",
    "bad=jane.do,guest": "knows no collaborator account 'jane.do'; did you mean 'jane.doe'?",
}


def test_what_exists_and_what_cannot_be(make_project: MakeProject, emulator: Emulator) -> None:
    """A different role is refused at preview unless adopt=True; bad values name their property."""
    behind.give(emulator, "jane.doe", "guest")
    project = make_project(program("one=jane.doe,master"))
    refused = project.preview(ok=False).out
    assert (
        "property collaborator value {jane.doe} has a problem: has the role guest already, and the program" in refused
    )
    project.write(program("one=jane.doe,master,adopt=True"))
    assert (
        "jane.doe on Helix TeamHub project web: guest -> master, as this access is taken over" in project.preview().out
    )
    project.up()
    assert behind.held(emulator) == {"jane.doe": "master"}

    for person, why in BAD.items():
        project.write(program("one=jane.doe,master", person))
        run = project.preview(ok=False)
        assert "resource 'bad': property" in run.out
        assert why in run.out
        assert "Traceback" not in run.out

    project.write(program("one=jane.doe,master", "two=admin,guest"))
    run = project.preview(ok=False)
    assert "collaborator value {admin} has a problem: Helix TeamHub knows no collaborator account 'admin'" in run.out
    assert "Traceback" not in run.out
    project.write(program("one=jane.doe,master", "two=jane.doe,master"))
    assert "is declared already, by the resource '" in project.preview(ok=False).out


def test_settings_and_the_data_function(make_project: MakeProject, emulator: Emulator) -> None:
    """Stack configuration alone works, a missing key names both ways to give it, and a program can list everybody."""
    behind.give(emulator, "auditor", "guest")
    extra = 'pulumi.export("people", [f"{p.collaborator} {p.role}" for p in teamhub.get_project_collaborators("web")])'
    project = make_project(program("one=jane.doe,guest", extra=extra), environment={})
    run = project.preview(ok=False)
    assert "could not" not in run.out
    assert "(TEAMHUB_COMPANY_KEY) and the Helix TeamHub account key (TEAMHUB_ACCOUNT_KEY)" in run.out
    assert "run `pulumi config set --secret teamhub:companyKey VALUE`" in run.out
    project.run("config", "set", "teamhub:baseUrl", emulator.environment()["TEAMHUB_BASE_URL"])
    for name, key in zip(("companyKey", "accountKey"), KEYS, strict=True):
        project.run("config", "set", "--secret", f"teamhub:{name}", key)
    project.up()
    assert "auditor guest" in project.run("stack", "output", "--json").out
    project.clean()
    held = project.state_files()
    assert not [key for key in KEYS if key in held]
    project.environment(**emulator.environment() | {"TEAMHUB_ACCOUNT_KEY": "rotated-key"})
    run = project.refresh(ok=False)
    assert (
        "could not read jane.doe on Helix TeamHub project web: Helix TeamHub does not accept the credentials" in run.out
    )
    assert "rotated-key" not in run.out
    assert list(project.resources()) == ["one"]


def _seeded(make_project: MakeProject, emulator: Emulator) -> Project:
    emulator.seed(json.loads((TABLE / "seed.json").read_text()))
    return make_project(TABLE)


def _change(table: Path, old: str, new: str) -> None:
    text = table.read_text()
    assert text.count(old) == 1
    table.write_text(text.replace(old, new))


def test_a_table_of_two_platforms(make_project: MakeProject, emulator: Emulator) -> None:
    """Twenty people are twenty resources on three projects; a changed line changes one; the direct way is the same."""
    project = _seeded(make_project, emulator)
    project.up()
    assert len(project.resources()) == 20
    assert json.loads(project.run("stack", "output", "--json").out)["people"] == 20
    assert len(behind.held(emulator, "web")) == len(behind.held(emulator, "data")) == 7
    emulator.clear_journal()
    project.clean()
    assert len(calls(emulator)) == 2, "two projects: one listing each"

    table = project.folder / "access.yaml"
    _change(table, "user: sam.lee,      role: developer", "user: sam.lee,      role: master")
    changes = project.preview("--json").changes()
    assert changes == {"teamhub-web-sam.lee": "update"}
    _change(table, "user: jo,            role: read", "user: jo,            role: write")
    emulator.clear_journal()
    project.up()
    writes = [e for e in emulator.journal() if e["method"] != "GET" and "collaboration/read" not in e["path"]]
    assert [(e["platform"], e["path"].rsplit("/", 1)[1]) for e in sorted(writes, key=lambda e: str(e["platform"]))] == [
        ("quantconnect", "update"),
        ("teamhub", "sam.lee"),
    ]
    before = project.resources()

    text = (project.folder / "__main__.py").read_text()
    direct = """
import yaml
from pathlib import Path
import pulumi
from pulumi_collab import quantconnect, teamhub
table = yaml.safe_load(Path(__file__).with_name("access.yaml").read_text(encoding="utf-8"))
for line in table:
    name = f"{line['platform']}-{line['project']}-{line['user']}"
    if line["platform"] == "teamhub":
        teamhub.ProjectCollaborator(name, line["project"], line["user"], line["role"])
    else:
        quantconnect.ProjectCollaborator(
            name, line["project"], line["user"], line["role"], line.get("live_control", False)
        )
pulumi.export("people", len({line["user"] for line in table}))
"""
    project.write(direct)
    assert project.preview("--json", "--expect-no-changes").changes() == {}
    project.up()
    after = project.resources()
    for name, resource in before.items():
        for part in ("type", "id", "inputs", "outputs"):
            assert after[name][part] == resource[part], (name, part)
    project.write(text)
    _change(table, "{platform: teamhub, project: web, user: robin,        role: developer}", "{platform: github}")
    project.write(text.replace("line['project']}-{line['user']", "line.get('user')"))
    run = project.preview(ok=False)
    assert "unknown platform 'github'; it must be one of quantconnect, teamhub" in run.out
    assert "Traceback" not in run.out
    project.destroy()
    assert behind.held(emulator, "web") == behind.held(emulator, "data") == {}
