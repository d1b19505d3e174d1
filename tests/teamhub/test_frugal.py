"""How many calls a project costs, counted in the emulator's journal, and that nobody is lost at a page's border."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import Any

import pytest

from pulumi_collab import listings
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
    """How often each method was called on a list (`GET`), on one thing (`GET one`), and on the company's accounts."""
    kinds = {"project_collaborators": "", "collaborators": " accounts"}
    return Counter(e["method"] + kinds.get(e["path"].rsplit("/", 1)[1], " one") for e in emulator.journal())


def read_all(
    lifecycle: ProjectCollaboratorLifecycle, states: list[ProjectCollaboratorState]
) -> list[ProjectCollaboratorState | None]:
    """Four at a time, as the engine does."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lifecycle.read, states))


@pytest.fixture(autouse=True)
def _recent(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was listed in a test is recent until its end, however slow the machine is."""
    monkeypatch.setattr(listings, "RECENT", 3600.0)


@pytest.mark.parametrize("page_size", ["100", "50", "7"])
@pytest.mark.parametrize("count", [1, 3])
def test_some_of_a_thousand(emulator: Emulator, page_size: str, count: int) -> None:
    """However few people of a project of 1,000 are declared, they cost one listing."""
    members = crowd(1000)
    seed(emulator, members, page_size)
    declared = [state(person, members[person]) for person in ("person-0001", "person-0500", "person-1000")[:count]]
    assert read_all(new(emulator), declared) == declared
    assert calls(emulator) == {"GET": ceil(1000 / int(page_size))}


@pytest.mark.parametrize(
    ("count", "page_size", "order"),
    [
        *((count, "100", "added") for count in (1, 20, 1000)),
        *((300, size, "sorted") for size in PAGE_SIZES),
        (300, "7", "reversed"),
    ],
)
def test_all_of_a_project(emulator: Emulator, count: int, page_size: str, order: str) -> None:
    """All people of a project cost one listing, and each is read with their own role."""
    members = crowd(count)
    seed(emulator, members, page_size, list_order=order)
    declared = [state(person, role) for person, role in members.items()]
    assert read_all(new(emulator), declared) == declared
    assert calls(emulator) == {"GET": ceil(count / int(page_size))}


@pytest.mark.parametrize("last", ["count", "null", "absent", "zero"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7, 8])
@pytest.mark.parametrize("page_size", ["1", "2", "3", "7"])
def test_nobody_is_lost_or_doubled_at_a_border(emulator: Emulator, page_size: str, count: int, last: str) -> None:
    """However full the last page is, and whatever offset it names, everybody is listed once."""
    members = crowd(count)
    seed(emulator, members, page_size, last_next_offset=last)
    listed = new(emulator).directory.members("web").people
    assert [(id_, each.role) for id_, each in listed.items()] == list(members.items())
    assert calls(emulator) == {"GET": max(1, ceil(count / int(page_size)))}


def test_a_preview_of_many(emulator: Emulator) -> None:
    """Checks share the listing of the project and, for new people, that of the accounts; what stays costs no call."""
    members = crowd(250)
    seed(emulator, members)
    lifecycle = new(emulator)
    for person, role in list(members.items())[200:]:
        found = list(lifecycle.check(dict(inputs(person, role)), None))
        assert [getattr(each, "text", None) for each in found] == [
            f"{person} on Helix TeamHub project web has this access already, nothing is sent"
        ]
    assert calls(emulator) == {"GET": 3}
    for person in list(crowd(300))[250:]:
        assert list(lifecycle.check(dict(inputs(person)), None)) == []
    assert calls(emulator) == {"GET": 3, "GET accounts": 10}
    emulator.clear_journal()
    for person, role in members.items():
        assert list(new(emulator).check(dict(inputs(person, role)), inputs(person, role))) == []
    assert calls(emulator) == {}


def test_a_project_that_is_not_there_costs_two_calls(emulator: Emulator) -> None:
    """All resources of a mistyped project share the two calls that show it: the listing, and the project."""
    lifecycle = new(emulator)
    for person in crowd(50):
        problems = list(lifecycle.check(dict(inputs(person, project="wbe")), None))
        assert [getattr(problem, "property", None) for problem in problems] == ["project"]
    assert calls(emulator) == {"GET one": 1, "GET": 1}


def test_giving_and_taking_in_a_crowd(emulator: Emulator) -> None:
    """100 new people cost a POST each and one listing; 100 removals just their DELETEs."""
    seed(emulator, {}, "7")
    lifecycle = new(emulator)
    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(lambda item: lifecycle.create(inputs(*item)), crowd(100).items()))
    assert behind.held(emulator) == crowd(100)
    assert calls(emulator) == {"GET": 1, "POST": 100}
    emulator.clear_journal()
    assert read_all(lifecycle, states) == states
    assert calls(emulator) == {}, "what our own writes answered is still fresh"
    lifecycle = new(emulator)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lifecycle.delete, states))
    assert calls(emulator) == {"DELETE one": 100}
    assert behind.held(emulator) == {}


def test_giving_when_the_listing_has_grown_old(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing that is too old to decide on a write is asked for anew, and one of several pages not at all."""
    monkeypatch.setattr(listings, "RECENT", -1.0)
    for size, expected in (("100", {"GET": 4, "POST": 3}), ("2", {"GET": 2, "GET one": 3, "POST": 3})):
        seed(emulator, crowd(3), size)
        lifecycle = new(emulator)
        assert lifecycle.directory.members("web").people.keys() == crowd(3).keys()
        for person in ("person-0007", "person-0008", "person-0009"):
            lifecycle.create(inputs(person))
        assert calls(emulator) == expected


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
    assert {id_: each.role for id_, each in lifecycle.directory.members("web").people.items()} == kept


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
    client = lifecycle.directory._client
    real = client.collaborators

    def page(project: str, offset: int) -> Any:
        found = real(project, offset)
        if "person-0001" in behind.held(emulator):
            behind.take(emulator, "person-0001")
        return found

    monkeypatch.setattr(client, "collaborators", page)
    seen = {person: lifecycle.read(state(person, role)) for person, role in members.items() if person[-1] in "2345"}
    assert None not in seen.values(), "person-0003 was on no page"
    assert calls(emulator)["GET one"] == 1


def test_who_is_really_gone_costs_one_call_more(emulator: Emulator) -> None:
    """No listing proves that somebody is gone, so they are asked for by one call each."""
    for size in ("100", "7"):
        seed(emulator, crowd(50), size)
        lifecycle = new(emulator)
        assert lifecycle.read(state("person-0001", "developer")) is not None
        for person in ("person-0100", "person-0101", "person-0102"):
            assert lifecycle.read(state(person)) is None
        assert calls(emulator) == {"GET one": 3, "GET": ceil(50 / int(size))}
