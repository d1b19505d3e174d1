"""Who may be given, kept, changed and taken away, as tables: what is declared, what is there, what is ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pulumi_collab.decisions import Action, Decision
from pulumi_collab.errors import BadResponse, Hint, Problem
from pulumi_collab.lifecycle import Notice
from pulumi_collab.quantconnect import access, wire
from pulumi_collab.quantconnect.access import Rights
from pulumi_collab.quantconnect.values import ProjectCollaboratorInputs, ProjectCollaboratorState

PROJECT = 23456789
READ, WRITE, LIVE = Rights("read", False), Rights("write", False), Rights("read", True)
ABOUT = "mia-ai on QuantConnect project 23456789"
"""Whom all of it is about: uid 1002, who is `mia-ai`."""


def entry(user: str | None, uid: int | None, rights: Rights = READ, *, owner: bool = False) -> wire.Collaborator:
    """Somebody on the project's list."""
    told = {"permission": rights.permission, "liveControl": rights.live_control, "owner": owner}
    return wire.Collaborator.model_validate({"publicId": user, "uid": uid, **told})


OWNER = entry("owner-ola", 1001, Rights("write", True), owner=True)
MIA = entry("mia-ai", 1002)
MIA_WRITES = entry("mia-ai", 1002, WRITE)
UNTOLD = entry("mia-ai", None)
RENAMED = entry("mia-new", 1002)
RESPELLED = entry("Mia-AI", 1002)
STRANGER = entry("mia-ai", 9009)
STRANGER_WRITES = entry("mia-ai", 9009, WRITE)
ALIKE = entry("MIA-AI", 2002)
NAMELESS = entry(None, None)
NAMELESS_MIA = entry(None, 1002)
NAMELESS_JO = entry(None, 1004)
JO = entry("jo", 1004, WRITE)
MIA_OWNS = entry("mia-ai", 1002, Rights("write", True), owner=True)
UNMARKED_WRITER = entry("mia-ai", None, WRITE)


def state(uid: int | None = 1002, rights: Rights = READ, user: str = "mia-ai", **more: Any) -> ProjectCollaboratorState:
    """What is kept of her."""
    return ProjectCollaboratorState(
        project_id=PROJECT, user=user, permission=rights.permission, live_control=rights.live_control, uid=uid, **more
    )


def declared(rights: Rights = READ, user: str = "mia-ai", *, adopt: bool = False) -> ProjectCollaboratorInputs:
    """What a program says of her."""
    return ProjectCollaboratorInputs.model_validate(
        {
            "project_id": PROJECT,
            "user": user,
            "permission": rights.permission,
            "live_control": rights.live_control,
            "adopt": adopt,
        }
    )


def told(decision: Decision) -> tuple[Action | None, str]:
    """What is done (None: it is refused) and the sentences."""
    sentences = "; ".join([*(problem.reason for problem in decision.problems), *decision.warnings])
    return (None if decision.problems else decision.action), sentences


ADD, CHANGE, END, NOTHING, REFUSED = Action.ADD, Action.CHANGE, Action.END, Action.NOTHING, None
CANNOT_BE_MANAGED = "is the owner of project 23456789, whose access cannot be managed: take it out of the program"
IS_SPELLED = "is spelled 'Mia-AI' on QuantConnect, where the case of letters matters; correct the program"
IS_RENAMED = "is a former name: uid 1002 is called mia-new now"
AND_A_STRANGER = "is the name of uid 9009 now, and uid 1002 is called mia-new now"
IS_TAKEN = "is the name of uid 9009 now, and not of uid 1002, who has no access any more"
PUT_IN_AGAIN = (
    "; to give access to whoever has the name now take this out of the program, apply that, and put it in again"
)
CORRECT = "; correct the program"
IS_ALIKE = "has no access any more, and 'MIA-AI', who has, is somebody else (uid 2002, not 1002). QuantConnect may not "


# --- a declaration without a state ---


@pytest.mark.parametrize(
    ("there", "wanted", "adopt", "action", "sentence"),
    [
        ([OWNER], READ, False, ADD, ""),
        ([OWNER, JO], READ, False, ADD, ""),
        ([OWNER, MIA], READ, False, NOTHING, f"{ABOUT} has this access already, nothing is sent"),
        ([OWNER, MIA], READ, True, NOTHING, f"{ABOUT} has this access already, nothing is sent"),
        (
            [OWNER, MIA],
            WRITE,
            False,
            REFUSED,
            "has read access without live control already, and the program asks for write access without live control",
        ),
        (
            [OWNER, entry("mia-ai", 1002, Rights("write", True))],
            READ,
            True,
            CHANGE,
            f"{ABOUT} has access already, which is taken over and changed: write -> read, loses live control",
        ),
        (
            [OWNER, MIA],
            LIVE,
            True,
            CHANGE,
            f"{ABOUT} has access already, which is taken over and changed: gains live control",
        ),
        (
            [OWNER, entry("mia-ai", 1002, Rights("admin", False))],
            READ,
            False,
            REFUSED,
            "has admin access without live control already, and the program asks for read access without live control",
        ),
        ([OWNER, MIA], None, False, NOTHING, ""),  # not known yet
        ([OWNER, MIA], WRITE, None, NOTHING, ""),
        ([OWNER], None, None, ADD, ""),
        ([MIA_OWNS, JO], READ, True, REFUSED, CANNOT_BE_MANAGED),
        ([OWNER, RESPELLED], READ, True, REFUSED, IS_SPELLED),
        ([OWNER, RESPELLED, MIA], READ, False, NOTHING, f"{ABOUT} has this access already, nothing is sent"),
        ([UNMARKED_WRITER], WRITE, True, REFUSED, "may be its owner"),
        ([UNTOLD], READ, False, NOTHING, f"{ABOUT} has this access already, nothing is sent"),  # who reads owns nothing
        ([OWNER, MIA, NAMELESS], READ, False, NOTHING, f"{ABOUT} has this access already, nothing is sent"),
    ],
)
def test_a_new_declaration(
    there: access.People, wanted: Rights | None, adopt: bool | None, action: Action | None, sentence: str
) -> None:
    """Who is not there is added, who has the same is taken over, other access is refused or said to be changed."""
    done, said = told(access.add(PROJECT, "mia-ai", wanted, adopt, there))
    assert done is action
    assert sentence in said
    assert bool(sentence) == bool(said)


def test_a_conflict_has_a_way_on() -> None:
    """Access that differs is refused with the hint that it may be taken over."""
    [problem] = access.add(PROJECT, "mia-ai", WRITE, False, [OWNER, MIA]).problems
    assert (problem.property, problem.hint) == ("user", Hint.ADOPT)


# --- the table of uids: what a state holds of uid 1002, against who has the name and who is uid 1002 ---

GONE = "gone"
UIDS: list[tuple[Any, ...]] = [
    # state's uid, there, reads as (user, uid, former names, taken by), keep, change to write, end
    (1002, [OWNER, MIA], ("mia-ai", 1002, None, None), "", CHANGE, "", END, ""),
    (1002, [OWNER], GONE, "", ADD, "", END, ""),
    (1002, [OWNER, UNTOLD], ("mia-ai", 1002, None, None), "", CHANGE, "", END, ""),
    (
        1002,
        [OWNER, RENAMED],
        ("mia-new", 1002, ("mia-ai",), None),
        IS_RENAMED + CORRECT,
        REFUSED,
        IS_RENAMED + CORRECT,
        REFUSED,
        IS_RENAMED + ": nothing was removed",
    ),
    (
        1002,
        [OWNER, STRANGER, RENAMED],
        ("mia-new", 1002, ("mia-ai",), None),
        AND_A_STRANGER + CORRECT,
        REFUSED,
        AND_A_STRANGER + CORRECT,
        REFUSED,
        IS_RENAMED + ": nothing was removed",
    ),
    (
        1002,
        [OWNER, UNTOLD, RENAMED],
        ("mia-new", 1002, ("mia-ai",), None),
        IS_RENAMED + CORRECT,
        REFUSED,
        IS_RENAMED + CORRECT,
        REFUSED,
        IS_RENAMED + ": nothing was removed",
    ),
    (
        1002,
        [OWNER, STRANGER],
        ("mia-ai", 1002, None, 9009),
        IS_TAKEN + PUT_IN_AGAIN,
        REFUSED,
        IS_TAKEN + PUT_IN_AGAIN,
        NOTHING,
        f"{ABOUT} {IS_TAKEN}: nothing was removed",
    ),
    (
        1002,
        [OWNER, RESPELLED],
        ("Mia-AI", 1002, ("mia-ai",), None),
        "is a former name: uid 1002 is called Mia-AI now" + CORRECT,
        REFUSED,
        "is a former name: uid 1002 is called Mia-AI now" + CORRECT,
        REFUSED,
        "is a former name: uid 1002 is called Mia-AI now: nothing was removed",
    ),
    (1002, [OWNER, ALIKE], GONE, "", REFUSED, IS_ALIKE, NOTHING, IS_ALIKE),
    (1002, [OWNER, ALIKE, MIA], ("mia-ai", 1002, None, None), "", CHANGE, "", END, ""),
    (1002, [OWNER, NAMELESS_MIA], ("mia-ai", 1002, None, None), "", CHANGE, "", END, ""),
    (1002, [OWNER, NAMELESS_JO], GONE, "", ADD, "", END, ""),
    (
        1002,
        [MIA_OWNS],
        ("mia-ai", 1002, None, None),
        CANNOT_BE_MANAGED,
        REFUSED,
        CANNOT_BE_MANAGED,
        NOTHING,
        f"{ABOUT} is the project's owner now: nothing was removed",
    ),
    (None, [OWNER, MIA], ("mia-ai", 1002, None, None), "", CHANGE, "", END, ""),
    (None, [OWNER, STRANGER], ("mia-ai", 9009, None, None), "", CHANGE, "", END, ""),
    (None, [OWNER, RENAMED], GONE, "", ADD, "", END, ""),
    (None, [OWNER, RESPELLED], ("Mia-AI", 1002, ("mia-ai",), None), IS_SPELLED, REFUSED, IS_SPELLED, END, ""),
]


@pytest.mark.parametrize(("uid", "there", "reads", "kept", "done", "changed", "ended", "end"), UIDS)
def test_people_are_known_by_their_uids(
    uid: int | None,
    there: access.People,
    reads: Any,
    kept: str,
    done: Action | None,
    changed: str,
    ended: Action | None,
    end: str,
) -> None:
    """Whoever has the name now, a state is about its uid: read as what that is, and nobody else is touched."""
    ours = state(uid)
    live = access.live(ours, there)
    found = GONE if live is None else (live.user, live.uid, live.former_users, live.taken_by)
    assert found == reads
    assert told(access.keep(ours, "mia-ai", WRITE, False, there)) == (REFUSED if kept else NOTHING, kept)
    action, said = told(access.change(ours, declared(WRITE), there))
    assert action is done
    assert said.startswith(changed)
    assert bool(said) == bool(changed)
    action, said = told(access.end(ours, there))
    assert action is ended
    assert end in said
    assert bool(said) == bool(end)


def test_the_page_has_this_table() -> None:
    """Each row about uid 1002 stands on the page as these decisions make it, and there is no other."""
    after = {CHANGE: "changes", ADD: "gives it again", REFUSED: "refuses"}
    at_the_end = {END: "is removed", NOTHING: "removes nobody, and warns", REFUSED: "refuses"}
    rows = []
    for uid, there, reads, kept, done, _, ended, _ in UIDS:
        if uid is None or there == [MIA_OWNS]:
            continue
        people = [f"`{each.user}`" if each.user else "no name" for each in there[1:]]
        uids = [f"uid {each.uid}" if each.uid else "without uid" for each in there[1:]]
        on_it = ", ".join(map(" ".join, zip(people, uids, strict=True))) or "nobody"
        read = "gone" if reads == GONE else "the name is taken" if reads[3] else f"`user` is `{reads[0]}`"
        read = "the same" if reads[0] == "mia-ai" and not reads[3] else read
        cells = (on_it, read, "fails" if kept else "passes", after[done], at_the_end[ended])
        rows.append(f"| {' | '.join(cells)} |")
    page = (Path(__file__).parents[2] / "docs" / "quantconnect.md").read_text(encoding="utf-8")
    table = page.split("| on the project now |", 1)[1].split("\n\n", 1)[0]
    assert table.splitlines()[2:] == rows


@pytest.mark.parametrize("ours", [state(1002), state(None)])
def test_who_cannot_be_told(ours: ProjectCollaboratorState) -> None:
    """Somebody without name and uid may be anybody: nothing is read, changed or ended, and what is kept is no error."""
    there = [OWNER, NAMELESS]
    for act in (
        lambda: access.live(ours, there),
        lambda: access.change(ours, declared(WRITE), there),
        lambda: access.end(ours, there),
        lambda: access.add(PROJECT, "mia-ai", READ, False, there),
    ):
        with pytest.raises(BadResponse, match="lists somebody without a publicId, who may be mia-ai or not"):
            act()
    assert told(access.keep(ours, "mia-ai", READ, False, there)) == (NOTHING, "")


AFTER_RENAME = state(1002, user="mia-new", former_users=("mia-ai",))


@pytest.mark.parametrize(
    ("user", "is_kept", "sentence"),
    [
        ("mia-ai", True, IS_RENAMED + CORRECT),  # the program was not corrected
        ("mia-new", True, ""),
        ("jo", False, ""),
    ],
)
def test_a_program_after_a_refresh_that_saw_a_rename(user: str, is_kept: bool, sentence: str) -> None:
    """A name from before a rename in the program is the same person wrongly called; any other one is somebody else."""
    assert access.is_kept(AFTER_RENAME, PROJECT, user) is is_kept
    if is_kept:
        assert told(access.keep(AFTER_RENAME, user, READ, False, [OWNER, RENAMED]))[1] == sentence


def test_a_rename_is_remembered_over_the_next_ones() -> None:
    """All names that the person had stay hers, until she has one of them again."""
    again = access.live(AFTER_RENAME, [OWNER, entry("mia-3", 1002)])
    assert again is not None
    assert (again.user, again.former_users) == ("mia-3", ("mia-ai", "mia-new"))
    back = access.live(again, [OWNER, MIA])
    assert back is not None
    assert (back.user, back.former_users) == ("mia-ai", ("mia-new", "mia-3"))


def test_a_refreshed_rename_can_be_ended() -> None:
    """Once a refresh has read the new name, her access is taken away by it."""
    assert told(access.end(AFTER_RENAME, [OWNER, RENAMED, STRANGER])) == (END, "")


TAKEN = state(1002, taken_by=9009)


@pytest.mark.parametrize(
    ("there", "adopt", "action", "sentence"),
    [
        ([OWNER, STRANGER], False, REFUSED, IS_TAKEN + PUT_IN_AGAIN),
        ([OWNER, STRANGER], True, CHANGE, f"{ABOUT} {IS_TAKEN}; uid 9009 is taken over: read -> write"),
        ([OWNER, STRANGER_WRITES], True, CHANGE, f"{ABOUT} {IS_TAKEN}; uid 9009 is taken over: nothing is sent"),
        ([OWNER], False, REFUSED, IS_TAKEN + PUT_IN_AGAIN),
        ([OWNER], True, ADD, f"{ABOUT} {IS_TAKEN}; uid 9009 is taken over: access is given"),
        ([OWNER, MIA], False, NOTHING, ""),
    ],
)
def test_a_name_that_a_refresh_saw_with_somebody_else(
    there: access.People, adopt: bool, action: Action | None, sentence: str
) -> None:
    """Whoever has the name now is taken over when the program adopts that, and the preview says so; else it fails."""
    assert told(access.keep(TAKEN, "mia-ai", WRITE, adopt, there)) == (action, sentence)
    done, _ = told(access.change(TAKEN, declared(WRITE, adopt=adopt), there))
    assert (done is REFUSED) is (action is REFUSED)


def test_a_takeover_sends_all_that_is_declared() -> None:
    """What the state says of the person before is nothing that the new holder of the name has."""
    change = access.change(TAKEN, declared(READ, adopt=True), [OWNER, STRANGER_WRITES])
    assert (change.action, change.rights) == (CHANGE, READ)


def test_the_next_preview_remembers_this_person_alone() -> None:
    """A preview carries on whose row it is, whom it has taken over, and nothing once the row is another person's."""
    assert access.remembered(TAKEN, adopt=False) == {"uid": 1002, "former_users": None, "taken_by": 9009}
    assert access.remembered(TAKEN, adopt=True) == {"uid": 9009}
    assert access.remembered(None, adopt=False) == {}


def test_adopting_takes_over_nobody_whom_no_refresh_saw() -> None:
    """An `adopt` from the creation takes over no new holder of the name without a preview that says so."""
    for there in ([OWNER, STRANGER], [OWNER, entry("mia-ai", 9010)]):
        assert told(access.change(state(1002), declared(WRITE, adopt=True), there))[0] is REFUSED
    assert told(access.change(TAKEN, declared(WRITE, adopt=True), [OWNER, entry("mia-ai", 9010)]))[0] is REFUSED


def test_a_name_that_is_somebody_elses_stays_so() -> None:
    """Once the name was seen with somebody else, her row does not become a new one that gives that person access."""
    assert access.live(TAKEN, [OWNER]) == TAKEN
    back = access.live(TAKEN, [OWNER, MIA])
    assert back is not None
    assert back.taken_by is None


# --- what a change sends ---


@pytest.mark.parametrize(
    ("old", "wanted", "there", "action", "rights"),
    [
        (READ, WRITE, READ, CHANGE, WRITE),
        (READ, WRITE, WRITE, NOTHING, WRITE),
        (READ, LIVE, WRITE, CHANGE, Rights("write", True)),  # raised by hand, and no change of the program's
        (READ, WRITE, LIVE, CHANGE, Rights("write", True)),
        (READ, READ, WRITE, NOTHING, WRITE),
        (WRITE, READ, LIVE, NOTHING, LIVE),
        (Rights("admin", False), READ, Rights("admin", False), CHANGE, READ),
        (READ, LIVE, Rights("admin", True), NOTHING, Rights("admin", True)),
    ],
)
def test_a_change_sends_what_the_program_changes(
    old: Rights, wanted: Rights, there: Rights, action: Action, rights: Rights
) -> None:
    """What the program leaves as it was is sent as it is there, whatever somebody has made of it."""
    change = access.change(state(1002, old), declared(wanted), [OWNER, entry("mia-ai", 1002, there)])
    assert (change.problems, change.action, change.rights) == ((), action, rights)


def test_a_word_that_cannot_be_left_as_it_is() -> None:
    """A permission that we cannot send is read into the state before anything beside it is changed."""
    there = [OWNER, entry("mia-ai", 1002, Rights("admin", False))]
    [problem] = access.change(state(1002), declared(LIVE), there).problems
    assert (problem.property, problem.hint) == ("permission", Hint.REFRESH)
    assert "is 'admin' now, which this version does not know" in problem.reason


def test_who_was_removed_is_given_all_that_is_declared() -> None:
    """An update of somebody who is not there any more gives the declared access."""
    change = access.change(state(1002, READ), declared(WRITE), [OWNER])
    assert (change.action, change.rights) == (ADD, WRITE)


# --- a project that does not show itself ---


@pytest.mark.parametrize(
    ("owner", "action", "sentence"),
    [
        (
            1001,
            NOTHING,
            "does not show itself to its owner, user 1001, so it is taken for gone and nothing was removed",
        ),
        (2002, REFUSED, "does not show itself to user 1001, and its owner is user 2002; check the credentials"),
        (None, REFUSED, "does not show itself to user 1001, and its owner is not known; check the credentials"),
    ],
)
def test_who_can_tell_that_a_project_is_gone(owner: int | None, action: Action | None, sentence: str) -> None:
    """A project is taken for gone by its owner alone: it hides itself from everybody else."""
    done, said = told(access.end_hidden(state(1002, project_owner=owner), "1001"))
    assert (done, sentence in said) == (action, True)


def test_a_project_that_is_gone_stands_in_nobodys_way() -> None:
    """What is declared there as before is no failure; what is new or changed there is one, with the number in it."""
    notice = access.hidden(404, "1001", "refused", state(1002), READ)
    assert isinstance(notice, Notice)
    assert "project 404 does not show itself to user 1001, so what is declared there was not checked" in notice.text
    for kept, wanted in ((state(1002), WRITE), (None, READ), (state(1002), None)):
        problem = access.hidden(404, "1001", "refused", kept, wanted)
        assert isinstance(problem, Problem)
        assert (problem.property, "check the number 404" in problem.reason) == ("project_id", True)
