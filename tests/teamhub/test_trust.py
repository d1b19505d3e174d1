"""What reports of people who do this job uncovered: each kind of fault, as far as it can occur on TeamHub."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab import listings
from pulumi_collab.emulator import Emulator
from pulumi_collab.engine.claims import Claims
from pulumi_collab.engine.operations import Operations
from pulumi_collab.errors import BadResponse, Refused
from pulumi_collab.lifecycle import Notice
from pulumi_collab.teamhub.lifecycles import ProjectCollaboratorLifecycle
from pulumi_collab.teamhub.platform import PLATFORM

from . import behind
from .test_lifecycle import calls, inputs, new, problems_of, state

pytestmark = pytest.mark.usefixtures("no_waiting")

INVITE = (
    "check the spelling or invite the person as a collaborator first (users and groups are given access in other ways)"
)


def notices_of(lifecycle: ProjectCollaboratorLifecycle, declared: Any, old: Any = None) -> list[str]:
    """What a preview tells."""
    return [each.text for each in lifecycle.check(dict(declared), old) if isinstance(each, Notice)]


# --- judged too late: accounts that do not exist ---


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ("jane.do", f"Helix TeamHub knows no collaborator account 'jane.do'; did you mean 'jane.doe'? {INVITE}"),
        ("JO", "is spelled 'jo' on Helix TeamHub; the case of letters matters"),
        ("admin", f"Helix TeamHub knows no collaborator account 'admin'; {INVITE}"),  # who is a user
    ],
)
@pytest.mark.parametrize("page_size", ["100", "1"])
def test_an_account_that_does_not_exist(emulator: Emulator, person: str, said: str, page_size: str) -> None:
    """A preview refuses an id without an account on `collaborator`, with what may be meant; a known one is clean."""
    emulator.seed(behind.world(accounts=("jane.doe", "jo")))
    emulator.variants(teamhub={"page_size": page_size})
    lifecycle = new(emulator)
    assert problems_of(lifecycle, dict(inputs(person))) == [("collaborator", said)]
    assert problems_of(lifecycle, dict(inputs("jane.doe"))) == []
    assert problems_of(lifecycle, {k: v for k, v in inputs(person).model_dump().items() if k != "role"}) != []
    assert sum("collaborators 200" in call for call in calls(emulator) if "project" not in call) == (
        1 if page_size == "100" else 2
    ), "the accounts are listed once"


@pytest.mark.parametrize("kind", ["401", "403", "404", "422", "500", "html", "garbage", "reset"])
def test_accounts_that_cannot_be_listed(emulator: Emulator, kind: str) -> None:
    """Where the accounts are not shown to these keys, a preview goes on, and asks once; `up` is told by the service."""
    emulator.fault("teamhub", "collaborators/list", kind, times=50)
    lifecycle = new(emulator)
    assert problems_of(lifecycle, dict(inputs("jane.doe"))) == []
    asked = len(calls(emulator))
    if kind != "401":  # after which nothing else is asked either
        assert problems_of(lifecycle, dict(inputs("nobody"))) == []
        assert len(calls(emulator)) == asked


def test_an_account_that_no_page_showed(emulator: Emulator) -> None:
    """Who is missing from the list of accounts is asked for by one call: a list of pages can miss somebody."""
    emulator.seed(behind.world(accounts=("jo",)))
    lifecycle = new(emulator)
    assert problems_of(lifecycle, dict(inputs("jo"))) == []
    emulator.seed(behind.world(accounts=("jo", "late")))
    assert problems_of(lifecycle, dict(inputs("late"))) == []
    emulator.fault("teamhub", "collaborators/get", "500", times=9)
    assert problems_of(lifecycle, dict(inputs("nobody"))) == [], "nothing is known of them"


def test_two_accounts_that_differ_in_case_alone(emulator: Emulator) -> None:
    """Where case matters and both exist, one who is in the project is no misspelling of the other."""
    emulator.seed(behind.world({"Jane": "guest"}, accounts=("jane",)))
    lifecycle = new(emulator)
    assert problems_of(lifecycle, dict(inputs("jane"))) == []
    lifecycle.create(inputs("jane"))
    assert behind.held(emulator) == {"Jane": "guest", "jane": "developer"}
    emulator.seed(behind.world({"Jane": "guest"}, accounts=("jane",)))
    emulator.fault("teamhub", "collaborators/get", "500", times=9)
    assert [name for name, _ in problems_of(new(emulator), dict(inputs("jane")))] == ["collaborator"]


# --- deletions, and lists that are old ---


@pytest.mark.parametrize("operation", ["project_collaborators/list", "project_collaborators/get", "*"])
def test_a_deletion_always_asks(emulator: Emulator, operation: str) -> None:
    """Somebody who was just added is removed by one DELETE, however old what reads would show is."""
    lifecycle = new(emulator)
    assert lifecycle.read(state("jo")) is None
    made = lifecycle.create(inputs())
    emulator.fault("teamhub", operation, "stale", times=9)
    emulator.clear_journal()
    lifecycle.delete(made)
    assert calls(emulator) == ["DELETE jane.doe 200"]
    assert behind.held(emulator) == {}


def test_a_stale_list_at_refresh_loses_nobody(emulator: Emulator) -> None:
    """Who is missing from an old list is asked for; where that is old too, the next creation takes over what is."""
    made = new(emulator).create(inputs())
    emulator.fault("teamhub", "project_collaborators/list", "stale")
    assert new(emulator).read(made) == made
    emulator.fault("teamhub", "*", "stale", times=2)
    assert new(emulator).read(made) is None
    emulator.clear_journal()
    assert new(emulator).create(inputs()) == made
    assert calls(emulator) == ["GET project_collaborators 200"]


def test_a_stale_list_at_creation(emulator: Emulator) -> None:
    """A list that does not show somebody yet gives nobody another role: the refusal of the POST is looked into."""
    behind.give(emulator, "jane.doe", "master")
    emulator.fault("teamhub", "project_collaborators/list", "stale")
    with pytest.raises(Refused, match="has the role master already, and the program asks for developer"):
        new(emulator).create(inputs())
    emulator.fault("teamhub", "project_collaborators/list", "stale")
    assert new(emulator).create(inputs(role="master")).role == "master"
    emulator.fault("teamhub", "project_collaborators/list", "stale")
    assert new(emulator).create(inputs(adopt=True)).role == "developer"


@pytest.mark.parametrize("operation", ["create", "update", "delete"])
@pytest.mark.parametrize("kind", ["500", "reset", "garbage"])
def test_a_stale_look_after_a_lost_response(emulator: Emulator, operation: str, kind: str) -> None:
    """A write whose response is lost ends as declared also where the look after it shows the world before."""
    if operation != "create":
        behind.give(emulator, "jane.doe", "guest")
    lifecycle = new(emulator)
    emulator.fault("teamhub", f"project_collaborators/{operation}", kind, when="after")
    emulator.fault("teamhub", "project_collaborators/get", "stale")
    if operation == "delete":
        lifecycle.delete(state(role="guest"))
    elif operation == "update":
        assert lifecycle.update(state(role="guest"), inputs()).role == "developer"
    else:
        assert lifecycle.create(inputs()).role == "developer"
    assert emulator.faults() == []
    assert behind.held(emulator) == ({} if operation == "delete" else {"jane.doe": "developer"})


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_too_many_requests(emulator: Emulator, operation: str, when: Any) -> None:
    """A 429 proves nothing about a write: it is looked at before anything is sent again, and nothing is sent twice."""
    if operation != "create":
        behind.give(emulator, "jane.doe", "guest")
    emulator.fault("teamhub", f"project_collaborators/{operation}", "429", when=when)
    emulator.clear_journal()
    lifecycle = new(emulator)
    if operation == "delete":
        lifecycle.delete(state(role="guest"))
    elif operation == "update":
        lifecycle.update(state(role="guest"), inputs())
    else:
        lifecycle.create(inputs())
    assert behind.held(emulator) == ({} if operation == "delete" else {"jane.doe": "developer"})
    statuses = [(e["method"], e["status"]) for e in emulator.journal()]
    write = {"create": "POST", "update": "PUT", "delete": "DELETE"}[operation]
    sent = [n for n, (method, _) in enumerate(statuses) if method == write]
    assert statuses[sent[0]] == (write, 429)
    assert statuses[sent[0] + 1][0] == "GET"
    assert len(sent) == (1 if when == "after" else 2)


# --- what a preview tells of a write ---


def test_a_preview_tells_what_is_taken_over(emulator: Emulator) -> None:
    """The same access is nothing to send, other access changes from what to what, and a new person is no news."""
    behind.give(emulator, "jane.doe", "guest")
    lifecycle = new(emulator)
    who = "jane.doe on Helix TeamHub project web"
    assert notices_of(lifecycle, inputs(role="guest")) == [f"{who} has this access already, nothing is sent"]
    assert notices_of(lifecycle, inputs(role="master", adopt=True)) == [
        f"{who}: guest -> master, as this access is taken over"
    ]
    assert notices_of(lifecycle, inputs("jo")) == []


@pytest.mark.parametrize("person", ["jo", "jane.doe"])
def test_a_preview_tells_what_else_a_change_does(emulator: Emulator, person: str) -> None:
    """A role that somebody raised, or took, since the state was made is told with the change that undoes it."""
    behind.give(emulator, "jane.doe", "master")
    about = f"{person} on Helix TeamHub project web"
    told = notices_of(new(emulator), inputs(person, "guest"), inputs(person, "developer"))
    assert told == [
        f"{about} has no role of their own there any more, and is added again"
        if person == "jo"
        else f"{about}: master -> guest, as somebody has changed it from developer"
    ]
    assert notices_of(new(emulator), inputs("jane.doe", "guest"), inputs("jane.doe", "master")) == []


# --- a project that is gone ---


def test_a_gone_project_stands_in_nobodys_way(emulator: Emulator) -> None:
    """Unchanged rows of it ask nothing, all of them can be taken out, and that is told once, not for each person."""
    seed = behind.world(accounts=("jane.doe", "jo", "auditor"))
    emulator.seed({"teamhub": {**seed["teamhub"], "projects": []}})
    people = ("jane.doe", "jo", "auditor")
    lifecycle = new(emulator)
    for person in people:
        assert list(lifecycle.check(dict(inputs(person)), inputs(person))) == []
    assert calls(emulator) == []

    stack = {
        "teamhub:baseUrl": emulator.environment()["TEAMHUB_BASE_URL"],
        "teamhub:companyKey": "demo-company-key",
        "teamhub:accountKey": "demo-account-key",
    }
    told: list[str] = []
    operations = Operations(PLATFORM, PLATFORM.kind("ProjectCollaborator"), stack.get, told.append, Claims())
    for person in people:
        kept = dict(state(person))
        assert operations.read(f"web/{person}", kept) is None
        operations.delete(f"web/{person}", kept)
    assert len(told) == 1
    assert told[0].startswith("Helix TeamHub knows no project 'web', or hides it from these credentials")
    assert "nothing was removed" in told[0]


# --- lists without an end, odd values ---


@pytest.mark.usefixtures("_few_pages")
def test_lists_without_an_end(emulator: Emulator) -> None:
    """A listing of a project that never ends is one error; one of the accounts is done without."""
    emulator.fault("teamhub", "project_collaborators/list", "endless")
    with pytest.raises(BadResponse, match="list of the collaborators of project 'web' does not come to an end"):
        new(emulator).read(state())
    emulator.clear_faults()
    emulator.fault("teamhub", "collaborators/list", "endless")
    assert problems_of(new(emulator), dict(inputs())) == []
    assert len(calls(emulator)) < 50


@pytest.fixture
def _few_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "MAX_PAGES", 20)


@pytest.mark.parametrize("odd", ["\ud83d", "a\x1b[2Jb", "x\nerror: y", "\u202egnp", "", "..", "a/b", "<{%reset%}>"])
def test_odd_ids_of_others(emulator: Emulator, odd: str) -> None:
    """Whatever somebody else in the project is called, everybody else is read, added, changed and removed."""
    if odd:
        emulator.seed(behind.world({"jane.doe": "guest", odd: "master"}, accounts=("jo",)))
    else:
        emulator.seed(behind.world({"jane.doe": "guest"}, accounts=("jo",)))
    lifecycle = new(emulator)
    assert lifecycle.read(state(role="guest")) == state(role="guest")
    made = lifecycle.create(inputs("jo"))
    assert lifecycle.read(made) == made
    assert lifecycle.update(made, inputs("jo", "guest")).role == "guest"
    lifecycle.delete(made)
    assert lifecycle.read(made) is None
    assert all(id_.encode() for id_ in lifecycle.directory.members("web").people)
