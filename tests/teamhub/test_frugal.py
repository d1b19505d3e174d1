"""How many calls a project costs, counted in the emulator's journal, and that nobody is lost at a page's border."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import CollabError
from pulumi_collab.teamhub.lifecycles import ProjectCollaboratorLifecycle, ProjectCollaboratorState

from . import behind
from .test_lifecycle import inputs, new, state

PAGE_SIZES = ["100", "50", "7", "3", "2", "1"]
ROLES = ("guest", "developer", "master")

pytestmark = pytest.mark.usefixtures("no_waiting")


def crowd(count: int) -> dict[str, str]:
    """So many people with roles that tell them apart a little."""
    return {f"person-{number:04d}": ROLES[number % 3] for number in range(1, count + 1)}


def seed(emulator: Emulator, members: dict[str, str], page_size: str = "100", **variants: str) -> None:
    """A project of these people, and accounts for 1,000."""
    emulator.seed(behind.world(members, count=1000))
    emulator.variants(teamhub={"page_size": page_size, **variants})


def calls(emulator: Emulator) -> Counter[str]:
    """How often each method was called on a list (`GET`) or on one thing (`GET one`)."""
    return Counter(
        e["method"] if e["path"].endswith("/project_collaborators") else f"{e['method']} one"
        for e in emulator.journal()
    )


def read_all(
    lifecycle: ProjectCollaboratorLifecycle, states: list[ProjectCollaboratorState]
) -> list[ProjectCollaboratorState | None]:
    """Four at a time, as the engine does."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lifecycle.read, states))


@pytest.mark.parametrize("page_size", PAGE_SIZES)
def test_three_of_a_thousand(emulator: Emulator, page_size: str) -> None:
    """Three people of a project of 1,000 cost one call and the listing; alone, the first one costs one call."""
    members = crowd(1000)
    seed(emulator, members, page_size)
    lifecycle = new(emulator)
    declared = [state(person, members[person]) for person in ("person-0001", "person-0500", "person-1000")]
    assert lifecycle.read(declared[0]) == declared[0]
    assert calls(emulator) == {"GET one": 1}
    assert read_all(lifecycle, declared[1:]) == declared[1:]
    assert calls(emulator) == {"GET one": 1, "GET": ceil(1000 / int(page_size))}


@pytest.mark.parametrize("order", ["added", "sorted", "reversed"])
@pytest.mark.parametrize("page_size", PAGE_SIZES)
def test_three_hundred_of_three_hundred(emulator: Emulator, page_size: str, order: str) -> None:
    """300 people of a project of 300 cost one call and the listing, and each is read with their own role."""
    members = crowd(300)
    seed(emulator, members, page_size, list_order=order)
    declared = [state(person, role) for person, role in members.items()]
    assert read_all(new(emulator), declared) == declared
    assert calls(emulator) == {"GET one": 1, "GET": ceil(300 / int(page_size))}


@pytest.mark.parametrize("last", ["count", "null", "absent", "zero"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7, 8])
@pytest.mark.parametrize("page_size", ["1", "2", "3", "7"])
def test_nobody_is_lost_or_doubled_at_a_border(emulator: Emulator, page_size: str, count: int, last: str) -> None:
    """However full the last page is, and whatever offset it names, everybody is listed once."""
    members = crowd(count)
    seed(emulator, members, page_size, last_next_offset=last)
    listed = new(emulator).client.collaborators("web")
    assert [(each.collaborator, each.role) for each in listed] == list(members.items())
    assert calls(emulator) == {"GET": max(1, ceil(count / int(page_size)))}


def test_a_preview_of_many(emulator: Emulator) -> None:
    """Checks share the first call and the listing too: new people cost no call each, and what stays as it is none."""
    members = crowd(250)
    seed(emulator, members)
    lifecycle = new(emulator)
    for person in list(crowd(300))[200:]:
        assert len(list(lifecycle.check(dict(inputs(person, "guest", adopt=True)), None))) == 0
    assert calls(emulator) == {"GET one": 1, "GET": 3}
    emulator.clear_journal()
    lifecycle = new(emulator)
    for person in list(crowd(300))[250:]:
        assert list(lifecycle.check(dict(inputs(person)), None)) == []
    assert calls(emulator) == {"GET one": 1, "GET": 3}
    emulator.clear_journal()
    for person, role in members.items():
        assert list(new(emulator).check(dict(inputs(person, role)), inputs(person, role))) == []
    assert calls(emulator) == {}


def test_a_project_that_is_not_there_costs_three_calls(emulator: Emulator) -> None:
    """All resources of a mistyped project share the three calls that show it: the person, the listing, the project."""
    lifecycle = new(emulator)
    for person in crowd(50):
        problems = list(lifecycle.check(dict(inputs(person, project="wbe")), None))
        assert [problem.property for problem in problems] == ["project"]
    assert calls(emulator) == {"GET one": 2, "GET": 1}


def test_giving_and_taking_in_a_crowd(emulator: Emulator) -> None:
    """100 new people cost a look and a POST each, and one look at the project; 100 removals just their DELETEs."""
    seed(emulator, {}, "7")
    lifecycle = new(emulator)
    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(lambda item: lifecycle.create(inputs(*item)), crowd(100).items()))
    assert behind.held(emulator) == crowd(100)
    assert calls(emulator) == {"GET one": 101, "POST": 100}
    emulator.clear_journal()
    assert read_all(lifecycle, states) == states
    assert calls(emulator) == {}, "what our own writes answered is still fresh"
    lifecycle = new(emulator)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lifecycle.delete, states))
    assert calls(emulator) == {"DELETE one": 100}
    assert behind.held(emulator) == {}


def test_writes_and_reads_at_once(emulator: Emulator) -> None:
    """Four threads that add, change, remove and read in one project always read what they wrote."""
    seed(emulator, {}, "3")
    lifecycle = new(emulator)

    def live(person: str) -> None:
        made = lifecycle.create(inputs(person, "guest"))
        assert lifecycle.read(made) == made
        made = lifecycle.update(made, inputs(person, "master"))
        assert lifecycle.read(made) == made
        if int(person[-1]) % 2:
            lifecycle.delete(made)
            assert lifecycle.read(made) is None

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(live, crowd(40)))
    kept = {person: "master" for person in crowd(40) if not int(person[-1]) % 2}
    assert behind.held(emulator) == kept
    assert {e.collaborator: e.role for e in lifecycle.directory.collaborators("web")} == kept


@pytest.mark.parametrize("kind", ["500", "reset", "garbage"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_failed_write_leaves_no_old_answer(emulator: Emulator, kind: str, when: Any) -> None:
    """After writes that fail for good, the shared listing tells what is there, not what was there before."""
    seed(emulator, crowd(5), "2")
    lifecycle = new(emulator)
    for person, role in crowd(5).items():
        assert lifecycle.read(state(person, role)) is not None
    emulator.fault("teamhub", "project_collaborators/create", kind, when=when, times=99)
    emulator.fault("teamhub", "project_collaborators/get", "503", times=99, skip=1)
    with pytest.raises(CollabError):
        lifecycle.create(inputs("person-0006"))
    emulator.clear_faults()
    found = lifecycle.read(state("person-0006"))
    assert (found is not None) == (when == "after") == ("person-0006" in behind.held(emulator))


def test_people_who_cross_a_page_border_are_not_said_to_be_gone(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When somebody is removed while pages are read, everybody after moves up: who slipped through is asked for."""
    members = crowd(6)
    seed(emulator, members, "2")
    lifecycle = new(emulator)
    real = lifecycle.directory._call

    def call(model: Any, method: str, path: str, **more: Any) -> Any:
        answer = real(model, method, path, **more)
        if path.endswith("/project_collaborators") and "person-0001" in behind.held(emulator):
            behind.take(emulator, "person-0001")
        return answer

    monkeypatch.setattr(lifecycle.directory, "_call", call)
    lifecycle.read(state("person-0006", members["person-0006"]))
    emulator.clear_journal()
    seen = {person: lifecycle.read(state(person, role)) for person, role in members.items() if person[-1] in "2345"}
    assert None not in seen.values(), "person-0003 was on no page"
    assert calls(emulator)["GET one"] == 1


def test_who_is_really_gone_from_many_pages_costs_one_call_more(emulator: Emulator) -> None:
    """A listing of one page proves that somebody is gone; one of several does not, so they are asked for."""
    for size, extra in (("100", 0), ("7", 3)):
        seed(emulator, crowd(50), size)
        lifecycle = new(emulator)
        assert lifecycle.read(state("person-0001", "developer")) is not None
        for person in ("person-0100", "person-0101", "person-0102"):
            assert lifecycle.read(state(person)) is None
        assert calls(emulator) == {"GET one": 1 + extra, "GET": ceil(50 / int(size))}
