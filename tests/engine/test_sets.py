"""Sets on the real engine: one resource that says who has access to a project, strangers included."""

from __future__ import annotations

import pytest

from pulumi_collab.emulator import Emulator

from ..quantconnect.behind import PROJECT, call
from .conftest import MakeProject
from .test_moves import changes
from .test_quantconnect import access
from .test_quantconnect import program as singles

pytestmark = pytest.mark.engine

READ, WRITE, LIVE = ("read", False), ("write", False), ("write", True)


def program(*people: str, name: str = "team", extra: str = "", **arguments: object) -> str:
    """A program with one set of `user[+w][+l]`: with write permission, with live control."""
    listed = {
        user: ({"permission": "write"} if "w" in rights else {}) | ({"live_control": True} if "l" in rights else {})
        for user, *rights in (person.split("+") for person in people)
    }
    more = "".join(f", {name}={value!r}" for name, value in arguments.items())
    lines = ["import pulumi", "from pulumi_collab import quantconnect", extra]
    lines.append(f"s = quantconnect.ProjectCollaborators({name!r}, {PROJECT}, {listed!r}{more})")
    lines.append("pulumi.export('members', s.members)")
    return "\n".join(lines) + "\n"


def give(emulator: Emulator, user: str, *, write: bool = False, live: bool = False) -> None:
    """Somebody adds a person in the web interface."""
    call(emulator, "create", collaboratorUserId=user, collaborationWrite=write, collaborationLiveControl=live)


def test_a_whole_life(make_project: MakeProject, emulator: Emulator) -> None:
    """Up gives access; a stranger and a changed role show by name, and go with the next up; destroy ends it."""
    project = make_project(program("mia-ai+w+l", "jo"))
    project.up("--skip-preview=false")
    assert access(emulator) == {"mia-ai": LIVE, "jo": READ}
    project.clean()
    assert project.resources()["team"]["id"] == str(PROJECT)
    members = project.resources()["team"]["outputs"]["members"]
    assert {user: (m["permission"], m["live_control"]) for user, m in members.items()} == access(emulator)
    assert all(m["uid"] for m in members.values())

    give(emulator, "auditor", write=True)
    call(emulator, "update", collaboratorUserId="jo", write=True, liveControl=False)
    seen = project.drift().out
    assert "- auditor: {" in seen
    assert '~ permission  : "write" => "read"' in seen
    assert "1 person loses access: auditor (write)" in seen

    emulator.clear_journal()
    project.up()
    assert sorted(changes(emulator)) == ["delete auditor", "update jo"]
    assert access(emulator) == {"mia-ai": LIVE, "jo": READ}
    project.clean()
    project.destroy("--skip-preview=false")
    assert access(emulator) == {}


def test_moving_from_singles_to_a_set_and_back(make_project: MakeProject, emulator: Emulator) -> None:
    """People who move into a set, and out of it, in one up keep their access: no writing call is made."""
    ones = singles("mia=mia-ai,permission='write',live_control=True", "jo=jo")
    project = make_project(ones)
    project.up()
    emulator.clear_journal()
    for moved in (program("mia-ai+w+l", "jo"), program("mia-ai+w+l", "jo", name="other"), ones):
        project.write(moved)
        project.up("--skip-preview=false")
        assert access(emulator) == {"mia-ai": LIVE, "jo": READ}
        project.clean()
    assert changes(emulator) == []

    project.write(program("mia-ai+w+l"))
    project.up()
    assert set(changes(emulator)) == {"delete jo"}
    emulator.clear_journal()
    project.write(singles("auditor=auditor"))
    project.up()
    assert changes(emulator) == ["create auditor", "delete mia-ai"]
    assert list(project.resources()) == ["auditor"]
    project.clean()


TWO = {
    "a set and a single": ([program("mia-ai"), singles("jo=jo")], ("team", "jo")),
    "a single who is kept": ([program("mia-ai", keep=["jo"]), singles("jo=jo")], ("team", "jo")),
    "two sets": ([program("mia-ai"), program("jo", name="other")], ("team", "other")),
}


@pytest.mark.parametrize("case", TWO)
def test_two_who_say_who_has_access(make_project: MakeProject, emulator: Emulator, case: str) -> None:
    """A set beside anything else that grants access to its project is an error at preview that names both."""
    programs, names = TWO[case]
    project = make_project("")
    for texts in (programs, programs[::-1]):
        project.write("\n".join(texts))
        said = project.preview(ok=False).out
        assert all(f"'{name}'" in said for name in names)
    assert changes(emulator) == []


def test_listed_and_kept(make_project: MakeProject) -> None:
    """Somebody who is listed must not be kept as well: an error at preview that names the person."""
    said = make_project(program("mia-ai", "jo", keep=["Jo"])).preview(ok=False).out
    assert "property keep value" in said
    assert "names Jo, whom `collaborators` lists as well" in said


def test_how_many_may_go(make_project: MakeProject, emulator: Emulator) -> None:
    """Three of four who would go are refused at preview, at an up and at creation, by name and with what would pass."""
    for user in ("jo", "auditor", "johnny_walker"):
        give(emulator, user, live=user == "jo")
    emulator.clear_journal()
    project = make_project(program("mia-ai"))
    wanted = "max_removals=3: jo (read + live control), auditor (read), johnny_walker (read)"
    for refused in (project.preview(ok=False), project.up(ok=False)):
        assert "property max_removals value" in refused.out
        assert (
            f"this removes 3 of the 3 who have access now, and at most 1 may go; if they are all to go, set {wanted}"
            in (refused.out)
        )
    assert changes(emulator) == []
    project.write(program("mia-ai", max_removals=3))
    said = project.up("--skip-preview=false").out
    assert "3 people lose access: jo (read + live control), auditor (read), johnny_walker (read)" in said
    assert access(emulator) == {"mia-ai": READ}

    project.write(program("mia-ai", "jo", "auditor"))
    project.up()
    project.write(program("mia-ai", "jo"))
    project.up()
    project.write(program(max_removals=1))
    assert "max_removals=2" in project.up(ok=False).out
    project.write(program(max_removals=2))
    project.up()
    assert access(emulator) == {}
    project.clean()


def test_who_is_kept(make_project: MakeProject, emulator: Emulator) -> None:
    """Who is kept is no drift and stays, through updates and destroy; who is kept no longer goes with the next up."""
    give(emulator, "auditor", write=True, live=True)
    project = make_project(program("mia-ai", keep=["auditor"]))
    project.up()
    assert project.resources()["team"]["outputs"]["kept"] == ["auditor"]
    project.clean()
    project.write(program("jo", keep=["auditor"]))
    project.up()
    assert access(emulator) == {"jo": READ, "auditor": LIVE}
    project.write(program("jo"))
    assert "1 person loses access: auditor (write + live control)" in project.preview("--diff").out
    project.up()
    assert access(emulator) == {"jo": READ}
    give(emulator, "auditor")
    project.write(program("jo", keep=["auditor"]))
    project.up()
    project.destroy()
    assert access(emulator) == {"auditor": READ}


def test_destroy_removes_whom_it_declares(make_project: MakeProject, emulator: Emulator) -> None:
    """A stranger outlives the set, whether a refresh has seen it or not; how many go is not limited."""
    project = make_project(program("mia-ai", "jo"))
    project.up()
    give(emulator, "auditor")
    project.refresh()
    give(emulator, "johnny_walker")
    project.destroy()
    assert access(emulator) == {"auditor": READ, "johnny_walker": READ}


def test_a_failure_half_way_is_in_the_state(make_project: MakeProject, emulator: Emulator) -> None:
    """An up that fails half way, at creation or later, leaves the state that there is; the next one finishes it."""
    emulator.fault("quantconnect", "projects/collaboration/create", "refuse", skip=1, times=9)
    project = make_project(program("mia-ai", "jo", "auditor"))
    said = project.up(ok=False).out
    assert "1 of 3 changes were made, the next run goes on" in said
    assert "Traceback" not in said
    team = project.resources()["team"]
    assert team["outputs"]["members"].keys() == access(emulator).keys()
    assert len(access(emulator)) == 1
    emulator.clear_faults()
    project.up()
    assert access(emulator) == dict.fromkeys(("mia-ai", "jo", "auditor"), READ)
    project.clean()

    emulator.fault("quantconnect", "projects/collaboration/delete", "refuse", skip=1, times=9)
    project.write(program("johnny_walker", max_removals=3))
    assert "2 of 4 changes were made, the next run goes on" in project.up(ok=False).out
    assert project.resources()["team"]["outputs"]["members"].keys() == {"johnny_walker"}
    assert project.resources()["team"]["outputs"]["collaborators"].keys() == access(emulator).keys()
    emulator.clear_faults()
    project.up()
    assert access(emulator) == {"johnny_walker": READ}
    project.clean()


def test_a_creation_half_way_can_be_destroyed(make_project: MakeProject, emulator: Emulator) -> None:
    """Whom a failed creation has added is removed by a destroy."""
    emulator.fault("quantconnect", "projects/collaboration/create", "refuse", skip=1, times=9)
    project = make_project(program("mia-ai", "jo"))
    project.up(ok=False)
    emulator.clear_faults()
    assert len(access(emulator)) == 1
    project.destroy()
    assert access(emulator) == {}


def test_killed_while_it_writes(make_project: MakeProject, emulator: Emulator) -> None:
    """Killed in the middle of a change, the next up finishes it, and nobody is told a second time."""
    project = make_project(program("jo", "auditor"))
    project.up()
    emulator.clear_journal()
    emulator.fault("quantconnect", "projects/collaboration/create", "timeout", when="after", times=1)
    project.write(program("mia-ai", "jo+w", "johnny_walker"))
    project.killed_up(lambda: any(change.startswith("create") for change in changes(emulator)))
    assert access(emulator).keys() >= {"jo", "auditor"}
    project.up()
    assert access(emulator) == {"mia-ai": READ, "jo": WRITE, "johnny_walker": READ}
    assert sorted(changes(emulator)) == ["create johnny_walker", "create mia-ai", "delete auditor", "update jo"]
    project.clean()
