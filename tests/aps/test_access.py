"""What people have to do in the portal, as a table: who is declared, who is there, whose the addresses were."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_collab.aps.access import as_declared, followed, same, user_ids_of, verify
from pulumi_collab.aps.wire import Collaborator
from pulumi_collab.decisions import Action

from .portal import person

OPEN = "(not listed: an invitation that is still open does not show either)"
UNSEEN = "whether o@x is its OWNER could not be seen: Autodesk APS lists none"


def people(listed: Mapping[str, str]) -> list[Collaborator]:
    """Who is there; `{"a@x": "EDITOR 7"}` has the user id ID7, and one without a number an id made of the address."""
    found = []
    for email, text in listed.items():
        level, _, number = text.partition(" ")
        user_id = f"ID{number or email.casefold()}"
        found.append(Collaborator.model_validate(person(0, userId=user_id, email=email, accessLevel=level)))
    return found


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

Row = tuple[str, dict[str, str], dict[str, str], dict[str, str], list[str]]
A = {"a@x": "EDITOR"}
TAKEN = (
    "find out who has a@x now: it is user ID2's address, and was user ID1's; if that is right, replace this resource"
)
MOVED = "correct the program: a@x (user ID1) changed the address to n@x"
KNOWN: list[Row] = [
    ("the same person", A, {"a@x": "EDITOR 1"}, {"a@x": "ID1"}, []),
    ("nobody knows who it was", A, {"a@x": "EDITOR 1"}, {"b@x": "ID2"}, []),
    ("a new address", A, {"n@x": "EDITOR 1"}, {"a@x": "ID1"}, [MOVED]),
    ("a new address in other letters", A, {"A@X": "EDITOR 1"}, {"a@x": "ID1"}, []),
    (
        "a new address and level",
        A,
        {"n@x": "VIEWER 1"},
        {"a@x": "ID1"},
        [MOVED, "change n@x from VIEWER to EDITOR"],
    ),
    ("both addresses declared", {**A, "n@x": "VIEWER"}, {"n@x": "VIEWER 1"}, {"a@x": "ID1"}, [MOVED]),
    ("corrected", {"n@x": "EDITOR"}, {"n@x": "EDITOR 1"}, {"a@x": "ID1"}, []),
    ("left", A, {}, {"a@x": "ID1"}, [f"invite a@x as EDITOR {OPEN}"]),
    (
        "left, and somebody else came",
        A,
        {"n@x": "EDITOR 2"},
        {"a@x": "ID1"},
        [f"invite a@x as EDITOR {OPEN}", "remove n@x (First Last, EDITOR; not declared)"],
    ),
    (
        "the address is somebody else's",
        A,
        {"a@x": "EDITOR 2"},
        {"a@x": "ID1"},
        [TAKEN],
    ),
    (
        "the address is somebody else's, and its owner has another",
        A,
        {"a@x": "VIEWER 2", "n@x": "EDITOR 1"},
        {"a@x": "ID1"},
        [
            MOVED,
            TAKEN,
        ],
    ),
    ("an owner's new address", {"o@x": "OWNER"}, {"n@x": "OWNER 1"}, {"o@x": "ID1"}, [MOVED.replace("a@x", "o@x")]),
    ("an undeclared owner's new address", {}, {"n@x": "OWNER 1"}, {"o@x": "ID1"}, []),
    (
        "made the owner under a new address",
        A,
        {"n@x": "OWNER 1"},
        {"a@x": "ID1"},
        [MOVED, "change n@x from OWNER to EDITOR"],
    ),
]
TABLE: list[Row] = [(name, declared, there, {}, lines) for name, declared, there, lines in CASES] + KNOWN


@pytest.mark.parametrize(
    ("declared", "there", "ours", "lines"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_what_has_to_be_done(
    declared: dict[str, str], there: dict[str, str], ours: dict[str, str], lines: list[str]
) -> None:
    """Declared people x those there x whose the addresses were -> the lines that say what to do in the portal."""
    decision = verify(declared, people(there), ours)
    assert decision.action is Action.NOTHING, "the service can only be read"
    assert [problem.reason for problem in decision.problems] == lines
    assert {problem.property for problem in decision.problems} <= {"collaborators"}


@pytest.mark.parametrize(
    ("declared", "there", "warnings"),
    [
        ({"o@x": "OWNER"}, {}, [UNSEEN]),
        ({"o@x": "OWNER"}, {"o@x": "OWNER"}, []),
        ({}, {"o@x": "OWNER"}, []),
        ({"o@x": "OWNER"}, {"p@x": "OWNER"}, []),
    ],
)
def test_warnings(declared: dict[str, str], there: dict[str, str], warnings: list[str]) -> None:
    """A declared owner whom the service does not list is told as not seen; nobody else is."""
    assert list(verify(declared, people(there), {}).warnings) == warnings


def test_two_accounts_with_one_address() -> None:
    """Where two accounts have one address, the one that is not as declared is what shows, and neither is a stranger."""
    two = people({"a@x": "VIEWER 1", "A@x": "EDITOR 2"})
    for listed in (two, two[::-1]):
        for known in ({}, {"a@x": "ID1"}, {"a@x": "ID2"}):
            decision = verify({"a@x": "VIEWER"}, listed, known)
            assert [problem.reason for problem in decision.problems] == ["change A@x from EDITOR to VIEWER"]
            assert as_declared({"a@x": "VIEWER"}, listed, known) == {"a@x": "EDITOR"}


@pytest.mark.parametrize(
    ("declared", "there", "before", "after"),
    [
        ({"A@x": "VIEWER"}, {"a@x": "VIEWER 1"}, {}, {"a@x": "ID1"}),
        ({"a@x": "VIEWER"}, {"a@x": "VIEWER 1", "b@x": "VIEWER 2"}, {}, {"a@x": "ID1"}),
        ({"a@x": "VIEWER"}, {"a@x": "VIEWER 2"}, {"a@x": "ID1"}, {"a@x": "ID1"}),
        ({"a@x": "VIEWER"}, {}, {"a@x": "ID1"}, {"a@x": "ID1"}),
        ({"n@x": "VIEWER"}, {"n@x": "VIEWER 1"}, {"a@x": "ID1"}, {"n@x": "ID1"}),
        ({"o@x": "OWNER"}, {}, {}, {}),
    ],
)
def test_whose_the_addresses_are(
    declared: dict[str, str], there: dict[str, str], before: dict[str, str], after: dict[str, str]
) -> None:
    """Only declared addresses are remembered, in small letters, and as they were known before."""
    assert user_ids_of(declared, people(there), before) == after


@pytest.mark.parametrize(
    ("old", "new", "are"),
    [
        ({"a@x": "VIEWER"}, {"A@X": "VIEWER"}, True),
        ({"a@x": "VIEWER"}, {"a@x": "EDITOR"}, False),
        ({"a@x": "VIEWER"}, {}, False),
        ({"o@x": "OWNER"}, {}, True),
        ({}, {"o@x": "OWNER"}, False),
        ({"o@x": "OWNER"}, {"o@x": "EDITOR"}, False),
        ({"a@x (user ID2)": "VIEWER"}, {"a@x": "VIEWER"}, False),
    ],
)
def test_the_same_declaration(old: dict[str, str], new: dict[str, str], are: bool) -> None:
    """The case of letters, and an owner who is left out, make no other declaration."""
    assert same(old, new) is are


ADDRESSES = st.sampled_from(["a@x.org", "A@x.org", "b@x.org", "c@x.org", "D@x.org"])
LEVELS = st.sampled_from(["VIEWER", "EDITOR", "OWNER"])
IDS = st.sampled_from(["ID1", "ID2", "ID3"])
DECLARED = st.dictionaries(ADDRESSES, LEVELS).filter(
    lambda found: (
        len({email.casefold() for email in found}) == len(found)
        and sum(level == "OWNER" for level in found.values()) <= 1
    )
)
LISTED = DECLARED.flatmap(
    lambda found: st.permutations(["1", "2", "3", "4"]).map(
        lambda ids: {email: f"{level} {id_}" for (email, level), id_ in zip(found.items(), ids, strict=False)}
    )
)
BEFORE = st.dictionaries(ADDRESSES.map(str.casefold), IDS)


@given(declared=DECLARED, listed=LISTED, before=BEFORE)
def test_what_is_read_differs_where_there_is_something_to_do(
    declared: dict[str, str], listed: dict[str, str], before: dict[str, str]
) -> None:
    """Reading changes `collaborators` exactly where verifying fails, and reading twice is reading once."""
    live = people(listed)
    read = as_declared(declared, live, before)
    assert same(read, declared) == (not verify(declared, live, before).problems)
    assert as_declared(read, live, before) == as_declared(read, live, followed(before, live)) == read
