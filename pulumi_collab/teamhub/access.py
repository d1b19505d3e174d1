"""What may be done about one person's direct role in one Helix TeamHub project, and with which words. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

from ..decisions import Action, Decision, refuse
from ..errors import Hint, Problem
from . import wire
from .wire import NAME


@dataclass(frozen=True)
class Declared:
    """What a program asks for; None: not known yet."""

    project: str
    collaborator: str
    role: str | None
    adopt: bool | None = False


def about(project: str, collaborator: str) -> str:
    """Whom and what it concerns, for messages."""
    return f"{collaborator} on {NAME} project {project}"


def decide(declared: Declared, there: wire.Collaborator | None, ours: str | None = None) -> Decision:
    """What has to be done for a role to be as declared.

    `there` is the person's entry, perhaps in another spelling; a role through a group is none of its own. `ours` is the
    role that we gave this very person, None where it may be somebody else's.
    """
    if ours is None and there is not None and there.collaborator != declared.collaborator:
        spelled = f"is spelled {there.collaborator!r} on {NAME}; the case of letters matters"
        return refuse(Problem("collaborator", spelled))
    if there is None or there.role is None:
        return Decision(Action.ADD)
    if there.role == declared.role:
        return Decision(Action.NOTHING)
    if ours is None and declared.adopt is False and declared.role is not None:
        conflict = f"has the role {there.role} already, and the program asks for {declared.role}"
        return refuse(Problem("collaborator", conflict, Hint.ADOPT))
    return Decision(Action.CHANGE)


def unfit(collaborator: str, account: wire.Account | None) -> str | None:
    """Why nobody can be added by this id, whose account is this, or None where there is none; None: they can."""
    if account is not None and account.type in (None, "collaborator"):
        return None
    kind = "knows no collaborator account" if account is None else f"has a {account.type}, not a collaborator, under"
    return (
        f"{NAME} {kind} {collaborator!r}; check the spelling or invite the person as a collaborator first (users and "
        "groups are given access in other ways)"
    )
