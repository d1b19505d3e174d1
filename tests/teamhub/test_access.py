"""What may be done about one person's role, as a table: declared x there x ours. No I/O."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.decisions import Action
from pulumi_collab.errors import Hint, Problem
from pulumi_collab.teamhub.access import Declared, decide, unfit
from pulumi_collab.teamhub.wire import Account, Collaborator

SPELLED = "is spelled 'jane' on Helix TeamHub; the case of letters matters"
CONFLICT = "has the role guest already, and the program asks for master"
SAID = {SPELLED: None, CONFLICT: Hint.ADOPT}
WHO = "jane on Helix TeamHub project web"
HAS = f"{WHO} has this access already, nothing is sent"
TAKEN = f"{WHO}: guest -> master, as this access is taken over"
AGAIN = f"{WHO} has no role of their own there any more, and is added again"
EDITED = f"{WHO}: master -> guest, as somebody has changed it from developer"


def declared(role: str | None, adopt: bool | None, person: str) -> Declared:
    """What a program asks for on project `web`."""
    return Declared("web", person, role, adopt)


ROWS: list[tuple[str, str | None, bool | None, Any, str | None, Action, str]] = [
    # person, role, adopt; who is there; the role that we gave; action, refusal or warning
    ("jane", "guest", False, None, None, Action.ADD, ""),
    ("jane", None, None, None, None, Action.ADD, ""),
    ("jane", "guest", False, ("jane", None), None, Action.ADD, ""),  # through a group alone
    ("jane", "guest", True, ("jane", None), None, Action.ADD, ""),
    ("jane", "guest", False, ("jane", "guest"), None, Action.NOTHING, HAS),
    ("jane", "guest", True, ("jane", "guest"), None, Action.NOTHING, HAS),
    ("jane", "guest", None, ("jane", "guest"), None, Action.NOTHING, HAS),
    ("jane", "master", False, ("jane", "guest"), None, Action.NOTHING, CONFLICT),
    ("jane", "master", True, ("jane", "guest"), None, Action.CHANGE, TAKEN),
    ("jane", "master", None, ("jane", "guest"), None, Action.CHANGE, ""),  # adopt is not known yet
    ("jane", None, False, ("jane", "guest"), None, Action.CHANGE, ""),  # the role is not known yet
    ("Jane", "guest", False, ("jane", "guest"), None, Action.NOTHING, SPELLED),
    ("Jane", "guest", True, ("jane", "guest"), None, Action.NOTHING, SPELLED),
    ("Jane", "guest", False, ("jane", None), None, Action.NOTHING, SPELLED),
    ("jane", "master", False, None, "guest", Action.ADD, AGAIN),
    ("jane", "master", False, ("jane", None), "guest", Action.ADD, AGAIN),
    ("jane", "master", False, ("jane", "guest"), "guest", Action.CHANGE, ""),
    ("jane", "master", False, ("jane", "master"), "guest", Action.NOTHING, ""),
    ("jane", "guest", False, ("jane", "master"), "developer", Action.CHANGE, EDITED),
    ("jane", None, False, ("jane", "master"), "developer", Action.CHANGE, ""),
    ("Jane", "master", False, ("jane", "guest"), "guest", Action.CHANGE, ""),  # we gave it under this spelling
    ("Jane", "master", False, ("jane", "developer"), "guest", Action.CHANGE, ""),  # who that is cannot be told
]


@pytest.mark.parametrize(("person", "role", "adopt", "there", "ours", "action", "said"), ROWS)
def test_what_may_be_done(
    person: str,
    role: str | None,
    adopt: bool | None,
    there: tuple[str, str | None] | None,
    ours: str | None,
    action: Action,
    said: str,
) -> None:
    """Each row: what is declared, who is there, and what we gave say what is done, or why not, and what is told."""
    found = Collaborator(collaborator=there[0], role=there[1]) if there else None
    decision = decide(declared(role, adopt, person), found, ours)
    assert decision.action is action
    if said in SAID:
        assert decision.problems == (Problem("collaborator", said, SAID[said]),)
        assert decision.warnings == ()
    else:
        assert decision.problems == ()
        assert decision.warnings == ((said,) if said else ())


INVITE = (
    "check the spelling or invite the person as a collaborator first (users and groups are given access in other ways)"
)
UNKNOWN = "Helix TeamHub knows no collaborator account 'jane.do'"


@pytest.mark.parametrize(
    ("person", "account", "known", "said"),
    [
        ("jane.do", None, ["jane.doe", "jo"], f"{UNKNOWN}; did you mean 'jane.doe'? {INVITE}"),
        ("jane.do", None, ["Jane.Doe", "jo"], f"{UNKNOWN}; did you mean 'Jane.Doe'? {INVITE}"),
        ("jane.do", None, ["auditor"], f"{UNKNOWN}; {INVITE}"),
        ("jane.do", None, [], f"{UNKNOWN}; {INVITE}"),
        ("Jane", None, ["jane"], SPELLED),
        ("Jane", ("jane", "collaborator"), [], SPELLED),  # a service that folds case
        ("Jane", ("Jane", "collaborator"), ["jane", "Jane"], None),  # one that does not, and has both
        ("jane", ("jane", None), [], None),
        ("jane", None, ["jane"], None),  # the two do not agree
        ("jane", ("jane", "user"), [], f"Helix TeamHub has a user, not a collaborator, under 'jane'; {INVITE}"),
        ("x", ("x", "a\nb\x1b"), [], f"Helix TeamHub has a a b\ufffd, not a collaborator, under 'x'; {INVITE}"),
    ],
)
def test_who_can_be_added(
    person: str, account: tuple[str, str | None] | None, known: list[str], said: str | None
) -> None:
    """Each row: what the service has under an id, and the ids that it lists, say why nobody can be added by it."""
    found = Account(id=account[0], type=account[1]) if account else None
    problem = unfit(person, found, known)
    assert problem == (Problem("collaborator", said) if said else None)


@pytest.mark.parametrize("odd", ["\x1b[2J", "a\nerror: b", "\u202egnp", "<{%reset%}>", "\ud83d", "x" * 10_000])
def test_odd_words_of_the_service_do_no_harm(odd: str) -> None:
    """Whatever role or id the service shows, a sentence about it is one short line that no terminal obeys."""
    role = Collaborator(collaborator="jane", role=odd)
    spelled = Collaborator(collaborator="jane", role="guest").model_copy(update={"collaborator": f"JANE{odd}"})
    said = [
        *decide(declared("guest", True, "jane"), role).warnings,
        *decide(declared("guest", False, "jane"), role, "developer").warnings,
        *decide(declared("guest", False, "jane"), role, f"{odd}!").warnings,
        *(each.reason for each in decide(declared("guest", False, "jane"), role).problems),
        *(each.reason for each in decide(declared("guest", False, "jane"), spelled).problems),
    ]
    assert len(said) == 5
    for text in said:
        assert text.isprintable()
        assert "<{%" not in text
        assert len(text) < 300
