"""The declaration of an app's people as a lifecycle: what is a difference, and a whole life under every variant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_collab.aps.client import Client
from pulumi_collab.aps.lifecycles import (
    ClientCollaboratorsInputs,
    ClientCollaboratorsLifecycle,
    ClientCollaboratorsState,
    as_declared,
    differences,
)
from pulumi_collab.aps.wire import Collaborator
from pulumi_collab.emulator import Emulator
from pulumi_collab.emulator.aps import PLATFORM
from pulumi_collab.errors import Differences, Refused

from .portal import APP, TOKEN, client, edit, person, seed

pytestmark = pytest.mark.usefixtures("no_waiting")

OPEN = "(not listed: an invitation that is still open does not show either)"
OWNER, JANE, JO = "owner@example.org", "jane@example.org", "jo@example.org"


def new(
    emulator: Emulator, token: str = TOKEN, tell: Callable[[str], None] = lambda _: None
) -> ClientCollaboratorsLifecycle:
    """A lifecycle with a client of its own, as a new plugin process has it."""
    service = client(emulator, token)
    return ClientCollaboratorsLifecycle(lambda: service, tell)


def unreachable() -> NoReturn:
    """Stands for a service that must not be asked."""
    raise AssertionError("the service was asked")


def live(people: Mapping[str, str]) -> list[Collaborator]:
    """These people as the service lists them."""
    return [
        Collaborator.model_validate(person(number, email=email, accessLevel=level))
        for number, (email, level) in enumerate(people.items())
    ]


CASES: list[tuple[str, dict[str, str], dict[str, str], list[str]]] = [
    ("as declared", {"a@x": "VIEWER"}, {"a@x": "VIEWER"}, []),
    ("nobody", {}, {}, []),
    ("case is no difference", {"A@X": "VIEWER"}, {"a@x": "VIEWER"}, []),
    ("missing", {"a@x": "EDITOR"}, {}, [f"invite a@x as EDITOR {OPEN}"]),
    ("too many", {}, {"a@x": "EDITOR"}, ["remove a@x (First Last, EDITOR; not declared)"]),
    ("another level", {"a@x": "EDITOR"}, {"A@x": "VIEWER"}, ["change A@x from VIEWER to EDITOR"]),
    ("an unknown level", {"a@x": "EDITOR"}, {"a@x": "ADMIN"}, ["change a@x from ADMIN to EDITOR"]),
    ("an unknown level too many", {}, {"a@x": "ADMIN"}, ["remove a@x (First Last, ADMIN; not declared)"]),
    ("owner left out", {}, {"o@x": "OWNER"}, []),
    ("owner declared", {"o@x": "OWNER"}, {"o@x": "OWNER"}, []),
    ("owner not listed", {"o@x": "OWNER"}, {}, []),
    (
        "owner not listed, others are",
        {"o@x": "OWNER"},
        {"a@x": "VIEWER"},
        ["remove a@x (First Last, VIEWER; not declared)"],
    ),
    (
        "another owner",
        {"o@x": "OWNER"},
        {"p@x": "OWNER"},
        ["make o@x the OWNER, or correct the program: the OWNER is p@x"],
    ),
    ("owner has less", {"o@x": "OWNER"}, {"o@x": "EDITOR"}, ["change o@x from EDITOR to OWNER"]),
    ("declared less than owner", {"o@x": "EDITOR"}, {"o@x": "OWNER"}, ["change o@x from OWNER to EDITOR"]),
    (
        "all at once, by address",
        {"d@x": "VIEWER", "B@x": "EDITOR", "c@x": "VIEWER"},
        {"e@x": "VIEWER", "b@x": "VIEWER", "o@x": "OWNER", "A@x": "EDITOR", "c@x": "VIEWER"},
        [
            "remove A@x (First Last, EDITOR; not declared)",
            "change b@x from VIEWER to EDITOR",
            f"invite d@x as VIEWER {OPEN}",
            "remove e@x (First Last, VIEWER; not declared)",
        ],
    ),
]


@pytest.mark.parametrize(("declared", "people", "lines"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_differences(declared: dict[str, str], people: dict[str, str], lines: list[str]) -> None:
    """Declared and live people -> the lines that say what to do in the portal."""
    assert differences(declared, live(people)) == lines


def test_two_accounts_with_one_address() -> None:
    """Where two accounts have one address, the one that is not as declared is what shows."""
    two = live({"a@x": "VIEWER", "A@x": "EDITOR"})
    for people in (two, two[::-1]):
        assert differences({"a@x": "VIEWER"}, people) == ["change A@x from EDITOR to VIEWER"]
        assert as_declared({"a@x": "VIEWER"}, people) == {"a@x": "EDITOR"}


ADDRESSES = st.sampled_from(["a@x.org", "A@x.org", "b@x.org", "c@x.org", "D@x.org"])
LEVELS = st.sampled_from(["VIEWER", "EDITOR", "OWNER"])
PEOPLE = st.dictionaries(ADDRESSES, LEVELS).filter(
    lambda people: (
        len({email.casefold() for email in people}) == len(people)
        and sum(level == "OWNER" for level in people.values()) <= 1
    )
)


class Fixed:
    """A client that always lists the same people."""

    def __init__(self, people: list[Collaborator]) -> None:
        self.people = people

    def collaborators(self, client_id: str, reader: str | None = None) -> list[Collaborator]:
        """These."""
        return self.people


@given(declared=PEOPLE, listed=PEOPLE)
def test_what_is_read_differs_where_there_are_differences(declared: dict[str, str], listed: dict[str, str]) -> None:
    """Reading changes `collaborators` exactly where verifying would fail, and reading twice is reading once."""
    people = live(listed)
    inputs = ClientCollaboratorsInputs(client_id="a", collaborators=declared)
    service = cast("Client", Fixed(people))  # all that it calls
    lifecycle = ClientCollaboratorsLifecycle(lambda: service, lambda _: None)
    read = lifecycle.read(ClientCollaboratorsState.model_validate(dict(inputs)))
    assert bool(lifecycle.changed(read, dict(inputs))) == bool(differences(declared, people))
    assert lifecycle.read(read) == read


class Person:
    """Somebody with a program and a stack: what the engine would do, with a new process for each operation."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.told: list[str] = []
        self.state: ClientCollaboratorsState | None = None

    @property
    def lifecycle(self) -> ClientCollaboratorsLifecycle:
        """As a new plugin process has it."""
        return new(self.emulator, tell=self.told.append)

    def check(self, collaborators: Mapping[str, str]) -> list[str]:
        """A preview's failures."""
        known = {"client_id": APP, "collaborators": collaborators}
        return [problem.reason for problem in self.lifecycle.check(known, self.state)]

    def up(self, collaborators: Mapping[str, str]) -> list[str]:
        """Create or update, where there is something to do; what a failure says."""
        inputs = ClientCollaboratorsInputs(client_id=APP, collaborators=collaborators)
        lifecycle = self.lifecycle
        try:
            if self.state is None:
                self.state = lifecycle.create(inputs)
            elif lifecycle.changed(self.state, dict(inputs)):
                self.state = lifecycle.update(self.state, inputs)
        except Differences as error:
            return error.lines
        return []

    def refresh(self) -> Mapping[str, str]:
        """Read reality; what is declared now according to the state."""
        assert self.state is not None
        self.state = self.lifecycle.read(self.state)
        return self.state.collaborators

    def clean(self, collaborators: Mapping[str, str]) -> bool:
        """Whether nothing is left to do after a refresh."""
        self.refresh()
        return not self.lifecycle.changed(self.state, {"client_id": APP, "collaborators": collaborators})  # type: ignore[arg-type]


HARMLESS = {name: choices for name, choices in PLATFORM.variants.items() if name != "next_url"}
LAST = {name: choices[-1] for name, choices in HARMLESS.items()}
SINGLE = [{name: choice} for name, choices in HARMLESS.items() for choice in choices[1:]]
DECLARED = [{JANE: "EDITOR", JO: "VIEWER"}, {OWNER: "OWNER", "Jane@Example.org": "EDITOR", JO: "VIEWER"}]


@pytest.mark.parametrize("declared", DECLARED, ids=["owner left out", "owner declared"])
@pytest.mark.parametrize("played", [{}, *SINGLE, LAST], ids=str)
def test_a_whole_life(emulator: Emulator, played: dict[str, str], declared: dict[str, str]) -> None:
    """Verify, stay clean, drift, fail with a line for each person, be repaired in the portal, forget: only reads."""
    emulator.variants(aps=played)
    me = Person(emulator)
    jane = next(email for email in declared if email.casefold() == JANE)
    assert me.check(declared) == []
    assert me.up(declared) == []
    assert me.clean(declared)
    unseen = OWNER in declared and played.get("owner_listed") == "no"
    assert me.told == (
        [f"Autodesk APS lists no owner of app {APP}: whether {OWNER} is its OWNER could not be seen"] * unseen
    )

    me.told.clear()
    edit(emulator, JANE, "VIEWER")
    edit(emulator, JO, None)
    edit(emulator, "New.Person@example.org", "SPECIAL")
    owner = {OWNER: "OWNER"} if OWNER in declared else {}
    lines = [
        "change jane@example.org from VIEWER to EDITOR",
        f"invite jo@example.org as VIEWER {OPEN}",
        "remove New.Person@example.org (New Person, SPECIAL; not declared)",
    ]
    assert me.check(declared)[0].splitlines()[1:] == [f"- {line}" for line in lines]
    assert me.told == []
    assert me.refresh() == {**owner, jane: "VIEWER", "New.Person@example.org": "SPECIAL"}
    assert me.check(declared) == []
    assert me.told[0].splitlines()[1:-1] == [f"- {line}" for line in lines]
    before = me.state
    assert me.up(declared) == lines
    assert me.state == before

    edit(emulator, JANE, "EDITOR")
    edit(emulator, JO, "VIEWER", pending=True)
    edit(emulator, "new.person@example.org", None)
    assert me.up(declared) == [f"invite jo@example.org as VIEWER {OPEN}"]
    edit(emulator, JO, "VIEWER")
    assert me.clean(declared)
    assert me.up(declared) == []

    world = emulator.state()
    assert me.state is not None
    ClientCollaboratorsLifecycle(unreachable, me.told.append).delete(me.state)
    assert emulator.state() == world
    assert {(entry["method"], entry["status"]) for entry in emulator.journal()} == {("GET", 200)}


def test_repaired_without_a_refresh(emulator: Emulator) -> None:
    """After a repair in the portal, up verifies and is done, refreshed or not; so it is when the program changes."""
    me = Person(emulator)
    assert me.up(DECLARED[0]) == []
    edit(emulator, JO, None)
    me.refresh()
    edit(emulator, JO, "VIEWER")
    assert me.up(DECLARED[0]) == []
    assert me.clean(DECLARED[0])
    edit(emulator, JO, "EDITOR")
    changed = {JANE: "EDITOR", JO: "EDITOR"}
    assert me.check(changed) == []
    assert me.up(changed) == []
    assert me.clean(changed)


def test_a_new_owner(emulator: Emulator) -> None:
    """Another owner is drift where the owner is declared, and goes away when the portal is as it was."""
    me = Person(emulator)
    assert me.up(DECLARED[1]) == []
    edit(emulator, OWNER, None)
    edit(emulator, "boss@example.org", "OWNER")
    section = emulator.state()["aps"]
    section["tokens"][0]["user"] = JANE
    emulator.seed({"aps": section})
    assert not me.clean(DECLARED[1])
    assert me.up(DECLARED[1]) == [
        "make owner@example.org the OWNER, or correct the program: the OWNER is boss@example.org"
    ]
    edit(emulator, "boss@example.org", None)
    edit(emulator, OWNER, "OWNER")
    assert me.clean(DECLARED[1])


def test_a_declared_owner_may_be_dropped(emulator: Emulator) -> None:
    """Leaving the owner out of the program, or naming them, changes nothing that matters."""
    me = Person(emulator)
    assert me.up(DECLARED[1]) == []
    assert me.clean(DECLARED[0])
    assert me.up(DECLARED[0]) == []
    me.state = None
    assert me.up(DECLARED[0]) == []
    assert me.up(DECLARED[1]) == []
    assert me.clean(DECLARED[1])


@pytest.mark.parametrize("token", ["narrow", "unknown", "late"])
def test_a_bad_token_loses_nothing(emulator: Emulator, token: str) -> None:
    """A read or verification that is refused raises one line, and never says that something is gone."""
    seed(
        emulator,
        {"token": "narrow", "user": OWNER, "scopes": ["data:read"]},
        {"token": "late", "user": OWNER, "expires": 0.0},
    )
    inputs = ClientCollaboratorsInputs(client_id=APP, collaborators=DECLARED[0])
    state = ClientCollaboratorsState.model_validate(dict(inputs))
    lifecycle = new(emulator, token)
    for act in (
        lambda: lifecycle.read(state),
        lambda: lifecycle.create(inputs),
        lambda: lifecycle.update(state, inputs),
        lambda: list(lifecycle.check(dict(inputs), state)),
    ):
        with pytest.raises(Refused, match=r"cannot tell who is on Autodesk APS app demo-app: .*scope") as raised:
            act()
        assert "\n" not in str(raised.value)


def test_an_app_that_is_not_there(emulator: Emulator) -> None:
    """An app that is not shown fails on `client_id` at preview, and its state is not dropped."""
    lifecycle = new(emulator)
    known: dict[str, Any] = {"client_id": "gone", "collaborators": {}}
    (problem,) = lifecycle.check(known, None)
    assert problem.property == "client_id"
    assert "knows no app gone" in problem.reason
    with pytest.raises(Refused, match="if the app is gone for good remove the resource with `pulumi state delete`"):
        lifecycle.read(ClientCollaboratorsState(client_id="gone"))
    assert [problem.property for problem in lifecycle.check({"client_id": "gone"}, None)] == ["client_id"]
    assert list(lifecycle.check({"collaborators": {}}, None)) == []


@pytest.mark.parametrize("failure", ["other-host", "repeats"])
def test_bad_links_lose_nothing(emulator: Emulator, failure: str) -> None:
    """A list that cannot be read to its end is an error, never a shorter list."""
    emulator.variants(aps={"next_url": failure})
    lifecycle = new(emulator)
    with pytest.raises(Refused, match="cannot tell who is on"):
        lifecycle.read(ClientCollaboratorsState(client_id=APP, collaborators=DECLARED[0]))


def test_another_app_is_verified_at_preview(emulator: Emulator) -> None:
    """A resource that moves to another app is a replacement, and differences there fail at preview like a new one's."""
    lifecycle = new(emulator)
    old = ClientCollaboratorsState(client_id="old", collaborators={JANE: "EDITOR"})
    known: dict[str, Any] = {"client_id": APP, "collaborators": {JANE: "EDITOR"}}
    assert lifecycle.replaces(old, lifecycle.changed(old, known)) == {"client_id"}
    (problem,) = lifecycle.check(known, old)
    assert problem.property == "collaborators"
    assert "remove jo@example.org (Jo, VIEWER; not declared)" in problem.reason
