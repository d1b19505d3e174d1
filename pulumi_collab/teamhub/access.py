"""What may be done about one person's direct role in one Helix TeamHub project, and with which words. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from ..decisions import Action, Decision, has_already, refuse
from ..errors import Hint, Problem, one_line
from . import wire
from .wire import NAME


@dataclass(frozen=True)
class Declared:
    """What a program asks for; None: not known yet."""

    project: str
    collaborator: str
    role: str | None
    adopt: bool | None = False

    @property
    def about(self) -> str:
        """Whom and what it concerns, for messages."""
        return f"{self.collaborator} on {NAME} project {self.project}"


def decide(declared: Declared, there: wire.Collaborator | None, ours: str | None = None) -> Decision:
    """What has to be done for a role to be as declared.

    `there` is the person's entry, perhaps in another spelling; a role through a group is none of their own. `ours` is
    the role that we gave this very person, None where it may be somebody else's.
    """
    if ours is not None:
        return _change(declared, there, ours)
    if there is not None and there.collaborator != declared.collaborator:
        return refuse(Problem("collaborator", _spelled(there.collaborator)))
    if there is None or there.role is None:
        return Decision(Action.ADD)
    return _take_over(declared, there.role)


def _take_over(declared: Declared, role: str) -> Decision:
    if declared.role is None:
        return Decision(Action.CHANGE)
    if role == declared.role:
        return has_already(declared.about)
    if declared.adopt is False:
        conflict = f"has the role {_shown(role)} already, and the program asks for {declared.role}"
        return refuse(Problem("collaborator", conflict, Hint.ADOPT))
    said = (f"{declared.about}: {_shown(role)} -> {declared.role}, as this access is taken over",)
    return Decision(Action.CHANGE, warnings=said if declared.adopt else ())


def _change(declared: Declared, there: wire.Collaborator | None, ours: str) -> Decision:
    if there is None or there.role is None:
        said = f"{declared.about} has no role of their own there any more, and is added again"
        return Decision(Action.ADD, warnings=(said,))
    if there.role == declared.role:
        return Decision(Action.NOTHING)
    if declared.role is None or there.role == ours or there.collaborator != declared.collaborator:
        return Decision(Action.CHANGE)
    said = f"{declared.about}: {_shown(there.role)} -> {declared.role}, as somebody has changed it from {_shown(ours)}"
    return Decision(Action.CHANGE, warnings=(said,))


def unfit(collaborator: str, account: wire.Account | None, known: Iterable[str] = ()) -> Problem | None:
    """Why nobody can be added by this id; None: they can.

    `account` is what the service has under it, None where that is nothing, and `known` are the ids that it lists.
    """
    if account is not None and account.type not in (None, "collaborator"):
        kind = one_line(account.type, 60)
        return Problem("collaborator", f"{NAME} has a {kind}, not a collaborator, under {collaborator!r}; {_INVITE}")
    ids = {account.id} if account else set(known)
    if collaborator in ids:
        return None
    spellings = {id_.casefold(): id_ for id_ in sorted(ids)}
    if alike := spellings.get(collaborator.casefold()):
        return Problem("collaborator", _spelled(alike))
    close = [spellings[each] for each in get_close_matches(collaborator.casefold(), spellings, n=1)]
    meant = f"did you mean {_quoted(close[0])}? " if close else ""
    return Problem("collaborator", f"{NAME} knows no collaborator account {collaborator!r}; {meant}{_INVITE}")


_INVITE = (
    "check the spelling or invite the person as a collaborator first (users and groups are given access in other ways)"
)


def no_project(project: str) -> str:
    """What to tell once of a project whose people leave the state, or the program, with nothing to be removed."""
    return (
        f"{NAME} knows no project {project!r}, or hides it from these credentials: its collaborators count as gone, "
        "and nothing was removed; where it is only hidden, look after them in the web interface"
    )


def _spelled(id_: str) -> str:
    return f"is spelled {_quoted(id_)} on {NAME}; the case of letters matters"


def _quoted(id_: str) -> str:
    return f"'{one_line(id_, 100)}'"


def _shown(role: str) -> str:
    """A role that the service tells may be any text."""
    return one_line(role, 60)
