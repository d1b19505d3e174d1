"""Names that pass to somebody else, and projects that go, on the real engine."""

from __future__ import annotations

import re

import pytest

from pulumi_collab.emulator import Emulator

from ..quantconnect.behind import call, edit, rename
from .conftest import MakeProject
from .test_quantconnect import access, calls, program

SECOND = 31_000_000

pytestmark = pytest.mark.engine


def test_a_name_that_passes_to_somebody_else(make_project: MakeProject, emulator: Emulator) -> None:
    """A renamed person keeps the access, a preview names both, and the new holder of the name is given nothing."""
    project = make_project(program("mia=mia-ai,permission='write'"))
    project.up()
    project.clean()
    rename(emulator, "mia-ai", "mia-new")
    rename(emulator, "person-0001", "mia-ai")
    emulator.clear_journal()

    project.write(program("mia=mia-ai,permission='write',live_control=True"))
    assert "uid 1002 is called mia-new now; correct the program" in project.up(ok=False).out
    seen = project.preview("--refresh", "--diff", ok=False).out
    assert re.search('~ user +: "mia-ai" => "mia-new"', seen)
    assert "uid 1002 is called mia-new now; correct the program" in seen
    assert "uid 1002 is called mia-new now; correct the program" in project.up("--refresh", ok=False).out
    assert access(emulator) == {"mia-new": ("write", False)}

    project.write(program("mia=mia-new,permission='write'"))
    project.clean()
    assert set(calls(emulator)) == {"read"}
    project.write(program())
    project.up()
    assert access(emulator) == {}


def test_a_new_holder_is_accepted_by_taking_the_row_out(make_project: MakeProject, emulator: Emulator) -> None:
    """Somebody else under the name, with access that others gave, is an error until the row is put in again."""
    project = make_project(program("mia=mia-ai"))
    project.up()
    rename(emulator, "mia-ai", "mia-new")
    rename(emulator, "person-0001", "mia-ai")
    edit(emulator, "mia-new", None)
    edit(emulator, "mia-ai", "read")
    told = project.up("--refresh", ok=False).out
    assert "is the name of uid 500001 now, and not of uid 1002" in told
    project.write(program())
    assert "is the name of uid 500001 now" in project.up().out
    project.write(program("mia=mia-ai"))
    assert "mia-ai on QuantConnect project 23456789 has this access already, nothing is sent" in project.preview().out
    project.up()
    project.clean()
    assert access(emulator) == {"mia-ai": ("read", False)}


def test_a_project_that_is_gone_for_good(make_project: MakeProject, emulator: Emulator) -> None:
    """Its unchanged rows fail nothing else, a refresh says how to go on, and its rows can be taken out."""
    seed = emulator.state()
    seed["quantconnect"]["projects"].append({"id": SECOND, "name": "Second", "owner": "owner-ola"})
    emulator.seed(seed)
    rows = [f"gone=jo,project_id={SECOND}", f"too=mia-ai,project_id={SECOND}"]
    project = make_project(program("mia=mia-ai", *rows))
    project.up()
    call(emulator, "../delete", projectId=SECOND)
    assert f"project {SECOND} does not show itself to user 1001" in project.preview().out
    project.write(program("mia=mia-ai,permission='write'", *rows))
    project.up()
    assert access(emulator) == {"mia-ai": ("write", False)}
    refreshed = project.refresh(ok=False).out
    assert "if it is gone for good, take it out of the program and run `pulumi up` without --refresh" in refreshed
    project.write(program("mia=mia-ai,permission='write'"))
    out = project.up().out
    assert out.count(f"project {SECOND} does not show itself") == 1
    project.clean()
