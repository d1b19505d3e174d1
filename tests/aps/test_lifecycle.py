"""The declaration of an app's people as a lifecycle: what is a difference, and a whole life under every variant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import pytest

from pulumi_collab.aps.lifecycles import (
    ClientCollaboratorsInputs,
    ClientCollaboratorsLifecycle,
    ClientCollaboratorsState,
)
from pulumi_collab.emulator import Emulator
from pulumi_collab.emulator.aps import PLATFORM
from pulumi_collab.errors import (
    BadResponse,
    CollabError,
    Differences,
    Forbidden,
    Hint,
    Problem,
    Refused,
    Unauthenticated,
)
from pulumi_collab.lifecycle import Memory, Notice

from .portal import APP, TOKEN, directory, edit, hand_over, readdress, seed

pytestmark = pytest.mark.usefixtures("no_waiting")

OPEN = "(not listed: an invitation that is still open does not show either)"
OWNER, JANE, JO = "owner@example.org", "jane@example.org", "jo@example.org"


def new(
    emulator: Emulator, token: str = TOKEN, tell: Callable[[str], None] = lambda _: None
) -> ClientCollaboratorsLifecycle:
    """A lifecycle with a client of its own, as a new plugin process has it."""
    service = directory(emulator, token)
    return ClientCollaboratorsLifecycle(lambda: service, tell)


def unreachable() -> NoReturn:
    """Stands for a service that must not be asked."""
    raise AssertionError("the service was asked")


def problems(
    lifecycle: ClientCollaboratorsLifecycle, known: Mapping[str, Any], old: ClientCollaboratorsInputs | None = None
) -> list[Problem]:
    """What a check refuses."""
    return [each for each in lifecycle.check(known, old) if isinstance(each, Problem)]


class Person:
    """Somebody with a program and a stack: what the engine would do, with a new process for each operation."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.told: list[str] = []
        self.noticed: list[str] = []
        self.state: ClientCollaboratorsState | None = None

    @property
    def lifecycle(self) -> ClientCollaboratorsLifecycle:
        """As a new plugin process has it."""
        return new(self.emulator, tell=self.told.append)

    def check(self, collaborators: Mapping[str, str]) -> list[str]:
        """A preview's failures; what it tells beside them is `noticed`."""
        found = list(self.lifecycle.check({"client_id": APP, "collaborators": collaborators}, self.state))
        self.noticed = [each.text for each in found if isinstance(each, Notice)]
        return [each.reason for each in found if isinstance(each, Problem)]

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
            return [line.removeprefix("- ") for line in error.listed.splitlines()[1:]]
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
    told = f"the collaborators of Autodesk APS app {APP}: whether {OWNER} is its OWNER could not be seen: Autodesk APS "
    assert me.told == [f"{told}lists none"] * unseen

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
    assert me.noticed == []
    assert me.refresh() == {**owner, jane: "VIEWER", "New.Person@example.org": "SPECIAL"}
    assert me.check(declared) == []
    assert me.noticed[0].splitlines()[1:] == [f"- {line}" for line in lines]
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


@pytest.mark.parametrize(
    ("token", "kind"), [("narrow", Forbidden), ("unknown", Unauthenticated), ("late", Unauthenticated)]
)
def test_a_bad_token_loses_nothing(emulator: Emulator, token: str, kind: type[CollabError]) -> None:
    """A read or verification that is refused raises one line, and never says that something is gone."""
    seed(
        emulator,
        {"token": "narrow", "user": OWNER, "scopes": ["data:read"]},
        {"token": "late", "user": OWNER, "expires": 0.0},
    )
    inputs = ClientCollaboratorsInputs(client_id=APP, collaborators=DECLARED[0])
    state = ClientCollaboratorsState.model_validate(dict(inputs))
    lifecycle = new(emulator, token)
    with pytest.raises(kind, match="scope") as raised:
        lifecycle.read(state)
    assert "\n" not in str(raised.value)
    whole = r"cannot tell who is on Autodesk APS app demo-app: .*scope"
    acts: list[Callable[[], object]] = [lambda: lifecycle.create(inputs), lambda: lifecycle.update(state, inputs)]
    for act in acts:
        with pytest.raises(Refused, match=whole) as refused:
            act()
        assert "\n" not in str(refused.value)
    (problem,) = problems(lifecycle, dict(inputs), state)
    assert problem.property == ""
    assert re.search(whole, problem.reason)
    assert "\n" not in problem.reason


def test_an_app_that_is_not_there(emulator: Emulator) -> None:
    """An app that is not shown fails on `client_id` at preview, and its state is not dropped."""
    lifecycle = new(emulator)
    known: dict[str, Any] = {"client_id": "gone", "collaborators": {}}
    (problem,) = problems(lifecycle, known)
    assert problem.property == "client_id"
    assert "knows no app gone" in problem.reason
    with pytest.raises(Refused, match="knows no app gone") as refused:
        lifecycle.read(ClientCollaboratorsState(client_id="gone"))
    assert refused.value.hint is Hint.FORGET
    assert [problem.property for problem in problems(lifecycle, {"client_id": "gone"})] == ["client_id"]
    assert list(lifecycle.check({"collaborators": {}}, None)) == []


@pytest.mark.parametrize("failure", ["other-host", "repeats"])
def test_bad_links_lose_nothing(emulator: Emulator, failure: str) -> None:
    """A list that cannot be read to its end is an error, never a shorter list."""
    emulator.variants(aps={"next_url": failure})
    lifecycle = new(emulator)
    with pytest.raises(BadResponse):
        lifecycle.read(ClientCollaboratorsState(client_id=APP, collaborators=DECLARED[0]))


def test_another_app_is_verified_at_preview(emulator: Emulator) -> None:
    """A resource that moves to another app is a replacement, and differences there fail at preview like a new one's."""
    lifecycle = new(emulator)
    old = ClientCollaboratorsState(client_id="old", collaborators={JANE: "EDITOR"})
    known: dict[str, Any] = {"client_id": APP, "collaborators": {JANE: "EDITOR"}}
    assert lifecycle.replaces(old, lifecycle.changed(old, known)) == {"client_id"}
    (problem,) = problems(lifecycle, known, old)
    assert problem.property == "collaborators"
    assert "remove jo@example.org (Jo, VIEWER; not declared)" in problem.reason


MOVED = f"correct the program: {JANE} (user {{id}}) changed the address to jane.roe@example.org"


def user_id(emulator: Emulator, email: str) -> str:
    """Whose an address is."""
    people = emulator.state()["aps"]["apps"][0]["collaborators"]
    return str(next(each["user_id"] for each in people if each["email"] == email))


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_changed_address(emulator: Emulator, refreshed: bool) -> None:
    """Who changed the address is told as that, refreshed or not, and the corrected program is all that it takes."""
    me = Person(emulator)
    assert me.up(DECLARED[0]) == []
    line = MOVED.format(id=user_id(emulator, JANE))
    readdress(emulator, JANE, "jane.roe@example.org")
    if refreshed:
        assert me.refresh() == {"jane.roe@example.org": "EDITOR", JO: "VIEWER"}
        assert me.refresh() == {"jane.roe@example.org": "EDITOR", JO: "VIEWER"}
        assert me.check(DECLARED[0]) == []
        assert me.noticed[0].splitlines()[1:] == [f"- {line}"]
        assert me.up(DECLARED[0]) == [line]
    else:
        assert [told.splitlines()[1:] for told in me.check(DECLARED[0])] == [[f"- {line}"]]
    corrected = {"jane.roe@example.org": "EDITOR", JO: "VIEWER"}
    assert me.check(corrected) == []
    assert me.noticed == []
    assert me.up(corrected) == []
    assert me.clean(corrected)
    assert me.state is not None
    assert me.state.user_ids["jane.roe@example.org"] == user_id(emulator, "jane.roe@example.org")


@pytest.mark.parametrize("refreshed", [False, True])
def test_an_address_that_is_somebody_elses_now(emulator: Emulator, refreshed: bool) -> None:
    """A new holder of an address is a difference that names both, until the resource is made anew."""
    me = Person(emulator)
    assert me.up(DECLARED[0]) == []
    before = user_id(emulator, JANE)
    hand_over(emulator, JANE, "EDITOR", "STRANGER")
    line = (
        f"find out who has {JANE} now: it is user STRANGER's address, and was user {before}'s; if that is right, "
        "replace this resource"
    )
    if refreshed:
        assert not me.clean(DECLARED[0]), "another user is drift"
        assert me.refresh() == {f"{JANE} (user STRANGER)": "EDITOR", JO: "VIEWER"}
        assert me.check(DECLARED[0]) == []
        assert me.up(DECLARED[0]) == [line]
    else:
        assert [told.splitlines()[1:] for told in me.check(DECLARED[0])] == [[f"- {line}"]]
    me.state = None
    assert me.check(DECLARED[0]) == []
    assert me.up(DECLARED[0]) == []
    assert me.clean(DECLARED[0])


def test_what_a_check_remembers(emulator: Emulator) -> None:
    """A check says whose the declared addresses are, as known before this check, and of no others."""
    lifecycle = new(emulator)
    known = {"client_id": APP, "collaborators": {JANE: "EDITOR", "not.there@example.org": "VIEWER"}}
    old = ClientCollaboratorsState(client_id=APP, collaborators=known["collaborators"], user_ids={JANE: "BEFORE"})
    others = ClientCollaboratorsState(client_id="other", user_ids={JANE: "BEFORE"})
    for before, expected in ((None, user_id(emulator, JANE)), (old, "BEFORE"), (others, user_id(emulator, JANE))):
        found = [each for each in lifecycle.check(known, before) if isinstance(each, Memory)]
        assert found == [Memory({"user_ids": {JANE: expected}})]


def test_a_state_without_user_ids_learns_them(emulator: Emulator) -> None:
    """What was made before user ids were kept gets them by a refresh."""
    state = new(emulator).read(ClientCollaboratorsState(client_id=APP, collaborators=DECLARED[0]))
    assert state.user_ids == {email: user_id(emulator, email) for email in (JANE, JO)}
