"""People who move among resources, and resources that are replaced: nobody loses what the program declares."""

from __future__ import annotations

import pytest

from pulumi_collab.emulator import Emulator

from ..quantconnect.behind import PROJECT, call
from .conftest import MakeProject
from .test_quantconnect import access, calls, program

pytestmark = pytest.mark.engine

READ, WRITE = ("read", False), ("write", False)


def changes(emulator: Emulator) -> list[str]:
    """The writing calls since the journal was cleared, with whom they are about."""
    found = []
    for entry in emulator.journal():
        operation = entry["path"].rsplit("/", 1)[1]
        if "collaboration/" in entry["path"] and operation != "read":
            found.append(f"{operation} {entry['body']['collaboratorUserId']}")
    return found


def test_a_list_that_moves_up(make_project: MakeProject, emulator: Emulator) -> None:
    """The first of a numbered list is removed and the rest move: one deletion, nobody is mailed or without access."""
    people = [f"person-{number:04d}" for number in range(1, 9)]
    project = make_project(program(*(f"c{n}={user}" for n, user in enumerate(people))))
    project.up()
    emulator.clear_journal()
    people.pop(0)
    project.write(program(*(f"c{n}={user}" for n, user in enumerate(people))))
    project.up()
    assert changes(emulator) == ["delete person-0001"]
    assert access(emulator) == dict.fromkeys(people, READ)
    project.clean()

    emulator.clear_journal()
    people = [*people[1:], people[0]]
    project.write(program(*(f"c{n}={user}" for n, user in enumerate(people))))
    project.up()
    assert changes(emulator) == []
    project.clean()
    project.destroy()
    assert access(emulator) == {}


def test_a_list_that_moves_with_deletions_first(make_project: MakeProject, emulator: Emulator) -> None:
    """Where the program asks for deletions first, people may lose access for a moment and never for good."""
    options = "opts=pulumi.ResourceOptions(delete_before_replace=True)"
    people = [f"person-{number:04d}" for number in range(1, 9)]
    project = make_project(program(*(f"c{n}={user},{options}" for n, user in enumerate(people))))
    project.up()
    people.pop(0)
    project.write(program(*(f"c{n}={user},{options}" for n, user in enumerate(people))))
    project.up()
    assert access(emulator) == dict.fromkeys(people, READ)
    project.clean()


def test_nobody_is_removed_for_somebody_who_cannot_be_added(make_project: MakeProject, emulator: Emulator) -> None:
    """A misspelled new person fails, and the old one keeps the access; others who refer to the resource keep theirs."""
    extra = f"a = quantconnect.ProjectCollaborator('a', {PROJECT}, 'mia-ai', 'write')\n"
    extra += "quantconnect.ProjectCollaborator('b', a.project_id, 'jo')"
    project = make_project(program(extra=extra))
    project.up()
    emulator.clear_journal()
    project.write(program(extra=extra.replace("mia-ai", "mia-aii")))
    assert "mia-aii" in project.up(ok=False).out
    assert access(emulator) == {"mia-ai": WRITE, "jo": READ}
    emulator.clear_journal()
    project.write(program(extra=extra.replace("mia-ai", "auditor")))
    project.up()
    assert changes(emulator) == ["create auditor", "delete mia-ai"]
    assert access(emulator) == {"auditor": WRITE, "jo": READ}
    project.clean()


def test_a_forced_replacement_keeps_the_access(make_project: MakeProject, emulator: Emulator) -> None:
    """`--replace` and a taint make no writing call, and a later destroy removes the access."""
    project = make_project(program("mia=mia-ai"))
    project.up()
    emulator.clear_journal()
    urn = project.resources()["mia"]["urn"]
    assert "so nothing was removed" in project.up("--replace", urn).out
    project.clean()
    project.run("state", "taint", urn, "--yes")
    project.up()
    assert set(calls(emulator)) == {"read"}
    project.clean()
    project.destroy()
    assert access(emulator) == {}


def test_a_forced_replacement_of_what_is_gone_makes_it_again(make_project: MakeProject, emulator: Emulator) -> None:
    """Removed by somebody and then replaced by force, the person has access again."""
    project = make_project(program("mia=mia-ai"))
    project.up()
    call(emulator, "delete", collaboratorId="mia-ai")
    emulator.clear_journal()
    project.up("--replace", project.resources()["mia"]["urn"])
    assert changes(emulator) == ["create mia-ai"]
    project.clean()
    project.destroy()
    assert access(emulator) == {}


def test_a_deletion_that_was_left_over_removes_nothing_declared(make_project: MakeProject, emulator: Emulator) -> None:
    """When another resource fails, the older self of a replaced one is deleted by the next `up`, without an effect."""
    project = make_project(program("mia=mia-ai"))
    project.up()
    project.write(program("mia=mia-ai", "bad=mia-aii"))
    project.up("--replace", project.resources()["mia"]["urn"], ok=False)
    project.write(program("mia=mia-ai", "jo=jo"))
    project.up()
    assert access(emulator) == {"mia-ai": READ, "jo": READ}
    project.clean()


def test_undoing_a_change_that_failed_half_way(make_project: MakeProject, emulator: Emulator) -> None:
    """A person is exchanged, something else fails, the program is put back: the first one has the access again."""
    after = f"quantconnect.ProjectCollaborator('x', {PROJECT}, %r, opts=pulumi.ResourceOptions(depends_on=[c]))"
    extra = f"c = quantconnect.ProjectCollaborator('c', {PROJECT}, %r)\n{after}"
    project = make_project(program(extra=extra % ("mia-ai", "auditor")))
    project.up()
    project.write(program(extra=extra % ("jo", "nobody-at-all")))
    project.up(ok=False)
    for _ in range(2):
        project.write(program(extra=extra % ("mia-ai", "auditor")))
        project.up()
        assert access(emulator) == {"mia-ai": READ, "auditor": READ}
        project.clean()
    project.destroy()
    assert access(emulator) == {}


def test_a_rename_that_fails_keeps_the_access(make_project: MakeProject, emulator: Emulator) -> None:
    """With --continue-on-error the old name's deletion waits for the new name to have taken the access over."""
    project = make_project(program("mia=mia-ai"))
    project.up()
    emulator.fault("quantconnect", "projects/collaboration/update", "refuse", times=9)
    project.write(program("mia-two=mia-ai,permission='write',adopt=True"))
    told = project.up("--continue-on-error", ok=False).out
    assert "another resource of the program declares it and could not be made, so nothing was removed" in told
    assert access(emulator) == {"mia-ai": READ}
    emulator.clear_faults()
    project.up()
    assert access(emulator) == {"mia-ai": WRITE}
    assert list(project.resources()) == ["mia-two"]
    project.clean()


def test_what_is_only_read_declares_nothing(make_project: MakeProject, emulator: Emulator) -> None:
    """A resource that is read by its id beside the one that manages it is no second declaration, in either order."""
    call(emulator, "create", collaboratorUserId="jo", collaborationWrite=False, collaborationLiveControl=False)
    look = f"opts=pulumi.ResourceOptions(id='{PROJECT}/mia-ai')"
    kept = "opts=pulumi.ResourceOptions(ignore_changes=['user'])"
    project = make_project(program("mia=mia-ai", f"kept=jo,{kept}"))
    project.up()
    for people in (("mia=mia-ai", f"look=mia-ai,{look}"), (f"look=mia-ai,{look}", "mia=mia-ai")):
        project.write(program(*people, f"kept=mia-ai,{kept}"))
        project.up()
        project.clean()
    assert "__twin" not in project.state_files()
    assert access(emulator) == {"mia-ai": READ, "jo": READ}
