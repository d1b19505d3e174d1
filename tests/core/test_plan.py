"""What would change: declared access against what is there, as tables and as properties that hold for all of them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_collab.grants import DIRECT, Grant, Principal, Scope, Via
from pulumi_collab.plan import Change, Plan, allowed, apply, diff, has_access, plan, removals_complaint

WEB = Scope(id="web", kind="project")
OWNER, OPS = Via(kind="owner"), Via(kind="group", name="ops")
ROLES = ("guest", "developer", "master")


def grant(text: str) -> Grant:
    """`who role[+privilege][ #uid][ @way in][ !status]`: `mia master+live_control #5 @group !invited`."""
    key, role, *more = text.split()
    role, *privileges = role.split("+")
    marks = {each[0]: each[1:] for each in more}
    ways = {"owner": (OWNER,), "group": (OPS,), "both": (DIRECT, OPS), "": (DIRECT,)}
    unreadable = key == "?"
    return Grant(
        platform="teamhub",
        scope=WEB,
        principal=Principal(
            key="" if unreadable else key, kind="unknown" if unreadable else "person", uid=marks.get("#")
        ),
        role=role,
        privileges=tuple(privileges),
        privileged=bool(privileges) or role == "master",
        via=ways[marks.get("@", "")],
        status=marks.get("!", "active"),
        fixed="owner" if marks.get("@") == "owner" else None,
    )


def grants(text: str) -> list[Grant]:
    """Several, between commas."""
    return [grant(each) for each in text.split(",") if each.strip()]


def sentences(found: Plan) -> list[str]:
    """What a plan would do, as it is told."""
    return [change.sentence for change in found.changes]


@pytest.mark.parametrize(
    ("declared", "there", "keep", "expected"),
    [
        ("", "", "", []),
        ("mia guest", "", "", ["mia gets guest"]),
        ("mia guest", "mia guest", "", []),
        ("mia developer", "mia guest", "", ["mia: guest -> developer"]),
        ("mia guest+live_control", "mia guest", "", ["mia: guest -> guest + live control"]),
        ("", "mia guest", "", ["mia loses guest"]),
        ("", "mia guest", "mia", []),
        ("", "mia guest", "MIA", []),
        ("", "ola master @owner", "", []),
        ("", "jo guest @group", "", []),
        ("", "jo guest @both", "", ["jo loses guest; keeps access through group ops"]),
        ("jo guest", "jo guest @group", "", ["jo gets guest (now: through group ops)"]),
        ("jo guest", "jo guest @both", "", []),
        ("", "? master", "", []),
        ("mia guest", "? master", "", ["mia gets guest"]),
        ("mia guest", "MIA guest", "", []),
        ("mia guest", "MIA master, mia guest", "", ["MIA loses master"]),
        ("mia guest", "mia guest !invited", "", []),
        ("mia guest", "mia guest !expired", "", ["mia gets guest (now: guest, expired)"]),
        ("mia guest", "mia guest !ended", "", ["mia gets guest (now: guest, ended)"]),
        ("", "mia guest !declined", "", []),
        ("", "mia guest !unknown", "", ["mia loses guest"]),
        ("mia guest #5", "new guest #5", "", ["mia is called new now"]),
        ("mia guest #5", "mia guest #9", "", ["mia is somebody else now (uid 9, not 5)"]),
        ("mia guest #5", "mia guest", "", []),
        ("a guest #1, b guest #2", "b guest #1, a guest #2", "", ["a is called b now", "b is called a now"]),
        (
            "b guest, a master, d guest",
            "c guest, z master, d developer, y guest, x guest",
            "y",
            [
                "a gets master",
                "b gets guest",
                "d: developer -> guest",
                "z loses master",
                "c loses guest",
                "x loses guest",
            ],
        ),
        ("a\x1b[31m<{%reset%}> guest", "", "", ["a\ufffd[31m<{ %reset%}> gets guest"]),
    ],
)
def test_what_changes(declared: str, there: str, keep: str, expected: list[str]) -> None:
    """Each person is added, changed or removed, or left alone, and the sentence says so: grants first."""
    assert sentences(plan(grants(declared), grants(there), keep.split(","))) == expected


FOUR = "a guest, b master, c guest, d guest"


@pytest.mark.parametrize(
    ("declared", "there", "keep", "most", "refused"),
    [
        ("a guest", FOUR, "", None, (3, 4, 1, "b (master), c (guest), d (guest)")),
        ("a guest", FOUR, "", 2, (3, 4, 2, "b (master), c (guest), d (guest)")),
        ("a guest", FOUR, "", 3, None),
        ("a guest", FOUR, "", 3.0, None),
        ("a guest", FOUR, "", 0.75, None),
        ("a guest", FOUR, "", 0.74, (3, 4, 2, "b (master), c (guest), d (guest)")),
        ("a guest, b guest", "a guest, b guest, c guest", "", None, None),
        ("a guest, b guest", "a guest, b guest, c guest", "", 0, (1, 3, 0, "c (guest)")),
        ("", FOUR, "", None, (4, 4, 1, "b (master), a (guest), c (guest), d (guest)")),
        ("a guest", f"{FOUR}, ola master @owner, e guest @group, ? guest", "b", 0.67, None),
        ("a guest", f"{FOUR}, ola master @owner, e guest @group", "b", 0.66, (2, 3, 1, "c (guest), d (guest)")),
        ("a guest", "a guest, b guest !expired, c guest !ended", "", 0, None),
        ("a master", "a guest", "", 0, None),
        ("", "a guest !invited, b guest !unknown", "", None, (2, 2, 1, "a (guest), b (guest)")),
    ],
)
def test_how_many_may_go(
    declared: str, there: str, keep: str, most: float | None, refused: tuple[int, int, int, str] | None
) -> None:
    """More than `max_removals` of those who have access is refused; everybody is named, and the value that passes."""
    found = plan(grants(declared), grants(there), keep.split(","), max_removals=most)
    if refused is None:
        assert found.problems == ()
        return
    gone, of, may, who = refused
    (problem,) = found.problems
    assert problem.property == "max_removals"
    assert problem.reason == (
        f"this removes {gone} of the {of} who have access now, and at most {may} may go; if they are all to go, set "
        f"max_removals={gone}: {who}"
    )
    assert plan(grants(declared), grants(there), keep.split(","), max_removals=gone).problems == ()
    assert plan(grants(declared), grants(there), keep.split(","), max_removals=gone - 1).problems != () or gone == 1


@pytest.mark.parametrize(
    ("declared", "there", "refused"),
    [
        ("ola master", "ola master @owner", "ola is the owner, whose access cannot be managed: take it out of the"),
        ("ola guest", "ola master @owner", "ola is the owner, whose access cannot be managed: take it out of the"),
        ("mia guest #5", "mia guest #9", "mia is somebody else now (uid 9, not 5): correct the program"),
        ("mia guest #5", "new guest #5", "mia is called new now: correct the program"),
        ("a guest", "a master, b guest !invited", "this leaves nobody as master: a has to stay until another master"),
        ("", "a master", "this leaves nobody as master: a has to stay"),
        ("c master", "a master", "this leaves nobody as master: a has to stay"),
        ("a guest, b master", "a master, b master !invited", "this leaves nobody as master: a has to stay"),
        ("a guest, b master", "a master, b guest", None),
        ("a guest", "a master, b master, c master", "this leaves nobody as master: a, b, c has to stay"),
        ("b master", "a master, b master", None),
        ("a guest", "a guest", None),
    ],
)
def test_who_must_not_be_touched(declared: str, there: str, refused: str | None) -> None:
    """The owner, somebody else under a known name, and the last one in a role are refused, naming the argument."""
    found = plan(grants(declared), grants(there), listed="members", max_removals=99, last="master")
    if refused is None:
        assert found.problems == ()
    else:
        (problem,) = found.problems
        assert problem.property == "members"
        assert problem.reason.startswith(refused)


@pytest.mark.parametrize(
    ("value", "count", "expected"),
    [
        (None, 0, 1),
        (None, 3, 1),
        (None, 4, 1),
        (None, 8, 2),
        (None, 500, 125),
        (0, 9, 0),
        (0.29, 100, 29),
        (0.999, 9, 8),
    ],
)
def test_how_many_a_value_allows(value: float | None, count: int, expected: int) -> None:
    """A share is of those who have access, rounded down, and is exact: 0.29 of 100 is 29."""
    assert allowed(value, count) == expected


@pytest.mark.parametrize(("value", "good"), [(0, True), (0.5, True), (1, True), (7.0, True), (1.5, False), (-1, False)])
def test_values_that_say_how_many(value: float, good: bool) -> None:
    """Nothing negative, and no part of a person."""
    assert (removals_complaint(value) is None) is good
    assert removals_complaint(float("nan")) is not None
    assert removals_complaint(float("inf")) is not None


# --- properties ---

KEYS = st.sampled_from(["mia", "MIA", "jo", "eva", "sam", "ola"])
ANY = (
    ((DIRECT,), (OPS,), (DIRECT, OPS), (OWNER,)),
    ("active", "invited", "expired", "declined", "ended", "unknown"),
    ("person", "unknown"),
)


@st.composite
def worlds(draw: st.DrawFn, *, declared: bool = False) -> list[Grant]:
    """Grants of one scope, one for each person: names differ, whatever the case of letters, and so do uids."""
    ways, statuses, kinds = (((DIRECT,),), ("active",), ("person",)) if declared else ANY
    keys = draw(st.lists(KEYS, unique_by=str.casefold))
    uids = draw(st.lists(st.none() | st.sampled_from("12345"), min_size=len(keys), max_size=len(keys)))
    made = []
    for n, key in enumerate(keys):
        role, privileges = draw(st.sampled_from(ROLES)), draw(st.sampled_from([(), ("live_control",)]))
        made.append(
            Grant(
                platform="teamhub",
                scope=WEB,
                principal=Principal(
                    key=key, uid=uids[n] if uids.index(uids[n]) == n else None, kind=draw(st.sampled_from(kinds))
                ),
                role=role,
                privileges=privileges,
                privileged=bool(privileges) or role == "master",
                status=draw(st.sampled_from(statuses)),
                via=draw(st.sampled_from(ways)),
            )
        )
    return made


def access(found: Iterable[Grant]) -> dict[str, tuple[object, ...]]:
    """Who may do what: all that a plan compares."""
    return {g.principal.key.casefold(): (g.role, g.privileges, has_access(g)) for g in found}


@given(worlds())
def test_nothing_changes_without_a_difference(a: list[Grant]) -> None:
    """A world compared with itself, in whatever order, has no changes."""
    assert diff(a, a) == ()
    assert diff(a, a[::-1]) == ()


@given(worlds(), worlds())
def test_changes_lead_from_one_world_to_the_other(a: list[Grant], b: list[Grant]) -> None:
    """Making all changes of `diff(a, b)` in `a` gives `b`."""
    assert access(apply(diff(a, b), a)) == access(b)
    assert diff(apply(diff(a, b), a), b) == ()


@given(worlds(declared=True), worlds(), st.lists(KEYS), st.none() | st.floats(0, 0.9))
def test_who_survives(declared: list[Grant], there: list[Grant], keep: list[str], most: float | None) -> None:
    """Nobody is removed who is declared, kept, the owner, there through a group, unreadable, or without access."""
    listed = {g.principal.key.casefold() for g in declared}
    kept = {key.casefold() for key in keep} - listed
    found = plan(declared, there, kept, max_removals=most)
    for gone in found.loses:
        assert gone.principal.key.casefold() not in kept
        assert gone.principal.kind == "person"
        assert has_access(gone)
        assert OWNER not in gone.via
        assert not any(gone.principal.uid == g.principal.uid is not None for g in declared)
    if found.problems:
        return
    after, before = access(apply(found.changes, there)), access(there)
    assert {key: after[key] for key in listed} == access(declared)
    assert {key: after[key] for key in kept & before.keys()} == {key: before[key] for key in kept & before.keys()}
    count = sum(map(has_access, there))
    assert len(found.loses) <= max(1, count // 4) if most is None else len(found.loses) <= most * count


@given(worlds(), worlds())
def test_the_order_is_total_and_the_same(a: list[Grant], b: list[Grant]) -> None:
    """However the two sides are sorted, the changes come in one order: nobody is removed before all are added."""
    changes = diff(a, b)
    orders = [change.order for change in changes]
    assert len(set(orders)) == len(orders)
    assert diff(a[::-1], b[::-1]) == changes
    kinds = [change.kind for change in changes]
    assert "remove" not in kinds[: len(kinds) - kinds.count("remove")]


def test_a_change_is_told_by_who_it_is_about() -> None:
    """A removal is about who was there, everything else about who is declared."""
    (gone,) = grants("mia guest")
    assert Change("remove", gone, None).grant == gone
    assert Change("add", None, gone).grant == gone
