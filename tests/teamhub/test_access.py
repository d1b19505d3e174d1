"""What may be done about one person's role, as a table: declared x there x ours. No I/O."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.decisions import Action
from pulumi_collab.errors import Hint, Problem
from pulumi_collab.teamhub.access import Declared, decide
from pulumi_collab.teamhub.wire import Collaborator

SPELLED = "is spelled 'jane' on Helix TeamHub; the case of letters matters"
CONFLICT = "has the role guest already, and the program asks for master"
SAID = {SPELLED: None, CONFLICT: Hint.ADOPT}


def declared(role: str | None, adopt: bool | None, person: str) -> Declared:
    """What a program asks for on project `web`."""
    return Declared("web", person, role, adopt)


ROWS: list[tuple[str, str | None, bool | None, Any, str | None, Action, str]] = [
    # person, role, adopt; who is there; the role that we gave; action, refusal
    ("jane", "guest", False, None, None, Action.ADD, ""),
    ("jane", None, None, None, None, Action.ADD, ""),
    ("jane", "guest", False, ("jane", None), None, Action.ADD, ""),  # through a group alone
    ("jane", "guest", True, ("jane", None), None, Action.ADD, ""),
    ("jane", "guest", False, ("jane", "guest"), None, Action.NOTHING, ""),
    ("jane", "guest", True, ("jane", "guest"), None, Action.NOTHING, ""),
    ("jane", "master", False, ("jane", "guest"), None, Action.NOTHING, CONFLICT),
    ("jane", "master", True, ("jane", "guest"), None, Action.CHANGE, ""),
    ("jane", "master", None, ("jane", "guest"), None, Action.CHANGE, ""),  # adopt is not known yet
    ("jane", None, False, ("jane", "guest"), None, Action.CHANGE, ""),  # the role is not known yet
    ("Jane", "guest", False, ("jane", "guest"), None, Action.NOTHING, SPELLED),
    ("Jane", "guest", True, ("jane", "guest"), None, Action.NOTHING, SPELLED),
    ("Jane", "guest", False, ("jane", None), None, Action.NOTHING, SPELLED),
    ("jane", "master", False, None, "guest", Action.ADD, ""),  # removed meanwhile
    ("jane", "master", False, ("jane", None), "guest", Action.ADD, ""),
    ("jane", "master", False, ("jane", "guest"), "guest", Action.CHANGE, ""),
    ("jane", "master", False, ("jane", "master"), "guest", Action.NOTHING, ""),
    ("jane", "guest", False, ("jane", "master"), "developer", Action.CHANGE, ""),
    ("Jane", "master", False, ("jane", "guest"), "guest", Action.CHANGE, ""),  # we gave it under this spelling
]


@pytest.mark.parametrize(("person", "role", "adopt", "there", "ours", "action", "refusal"), ROWS)
def test_what_may_be_done(
    person: str,
    role: str | None,
    adopt: bool | None,
    there: tuple[str, str | None] | None,
    ours: str | None,
    action: Action,
    refusal: str,
) -> None:
    """Each row: what is declared, who is there, and what we gave say what is done, or the one reason why not."""
    found = Collaborator(collaborator=there[0], role=there[1]) if there else None
    decision = decide(declared(role, adopt, person), found, ours)
    assert decision.action is action
    refusals = (Problem("collaborator", refusal, SAID[refusal]),) if refusal else ()
    assert decision.problems == refusals
