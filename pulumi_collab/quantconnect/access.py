"""What may be done about one person's access to a QuantConnect project, and why not. Pure: decides, does nothing.

Each function compares what is declared, or kept in the state, with everybody on the project. A sentence goes on from
whom it is about: `mia-ai on QuantConnect project 23456789 is the owner ...`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast, get_args

from ..decisions import Action, Decision, refuse
from ..errors import BadResponse, Hint, Problem
from . import wire
from .values import ProjectCollaboratorInputs, ProjectCollaboratorState

NAME = wire.NAME
People = list[wire.Collaborator]

_NOTHING = Decision(Action.NOTHING)
_MAY_BE_OWNER = (
    f"is on the project already, perhaps by a run that was interrupted, and may be its owner, whom {NAME} does not "
    "mark this time, so the access is not taken over: unless it is the owner, remove the person in the web interface "
    "and run it again"
)


@dataclass(frozen=True)
class Rights:
    """What somebody may do."""

    permission: str
    live_control: bool

    def __str__(self) -> str:
        return f"{self.permission} access {'with' if self.live_control else 'without'} live control"


def rights_of(some: wire.Collaborator | ProjectCollaboratorInputs) -> Rights:
    """What an entry gives, or a declaration asks for."""
    return Rights(some.permission, some.live_control)


def about(inputs: ProjectCollaboratorInputs) -> str:
    """Whom and what it concerns."""
    return f"{inputs.user} on {NAME} project {inputs.project_id}"


# --- decisions ---


def add(project_id: int, user: str, wanted: Rights | None, adopt: bool | None, people: People) -> Decision:
    """Give access, or take over what is there. `wanted` and `adopt` are None while they are not known."""
    found = find(people, user)
    if found is None:
        return Decision(Action.ADD)
    if problem := _untouchable(project_id, user, found):
        return refuse(problem)
    if _may_be_owner(found, people):
        return refuse(Problem("user", _MAY_BE_OWNER))
    if wanted is None or adopt is None or rights_of(found) == wanted:
        return _NOTHING
    if adopt:
        return Decision(Action.CHANGE)
    return refuse(Problem("user", f"has {rights_of(found)} already, and the program asks for {wanted}", Hint.ADOPT))


def keep(project_id: int, user: str, people: People) -> Decision:
    """Go on with what a state holds."""
    found = find(people, user)
    problem = found and _untouchable(project_id, user, found)
    return refuse(problem) if problem else _NOTHING


def change(old: ProjectCollaboratorState, wanted: ProjectCollaboratorInputs, people: People) -> Decision:
    """Change what a person may do; who was removed meanwhile is given access again."""
    found = find(people, wanted.user, old.uid)
    if found is None:
        other = shown(people, wanted.user, None)
        return refuse(Problem("user", _somebody_else(old, other))) if other else Decision(Action.ADD)
    if found.owner:
        return refuse(_owner(wanted.project_id))
    return _NOTHING if rights_of(found) == rights_of(wanted) else Decision(Action.CHANGE)


def end(state: ProjectCollaboratorState, people: People) -> Decision:
    """Take access away."""
    found = find(people, state.user, state.uid)
    if found is None:
        return _NOTHING
    if found.owner:
        return Decision(Action.NOTHING, warnings=(f"{about(state)} is the project's owner now: nothing was removed",))
    return Decision(Action.END)


# --- who is who ---


def find(people: People, user: str, uid: int | None = None) -> wire.Collaborator | None:
    """The person's entry; None only when there is surely none. `uid` is the one in the state, where that has one."""
    found = shown(people, user, uid)
    if found is None and any(not (person.user or person.owner or _is_other(person, uid)) for person in people):
        raise BadResponse(
            f"{NAME} lists somebody without a publicId, who may be {user} or not; try again, and if it stays look at "
            "the project's collaborators in the web interface"
        )
    return found


def shown(people: Iterable[wire.Collaborator], user: str, uid: int | None) -> wire.Collaborator | None:
    """The person spelled so, else one who may be meant: spelled so but for case, or not spelled and of this uid."""
    alike = [person for person in people if person.user.casefold() == user.casefold()]  # it may fold case: unknown
    exact = [person for person in alike if person.user == user]
    meant = [person for person in alike if not _is_other(person, uid)]
    nameless = [person for person in people if not person.user and uid is not None and person.uid == uid]
    return next(iter(exact + meant + nameless), None)


def state_of(inputs: ProjectCollaboratorInputs, found: wire.Collaborator) -> ProjectCollaboratorState:
    """The state that an entry gives."""
    if found.permission not in get_args(wire.Permission):
        raise BadResponse(
            f"{NAME} reports the permission {found.permission!r} for {inputs.user}, which this version does not know"
        )
    return ProjectCollaboratorState(
        account=inputs.account,
        project_id=inputs.project_id,
        user=inputs.user,
        permission=cast("wire.Permission", found.permission),
        live_control=found.live_control,
        adopt=inputs.adopt,
        uid=found.uid,
        email=found.email,
        display_name=found.display_name,
    )


def _untouchable(project_id: int, user: str, found: wire.Collaborator) -> Problem | None:
    if found.owner:
        return _owner(project_id)
    if found.user != user:
        return Problem(
            "user", f"is spelled {found.user!r} on {NAME}, where the case of letters matters; correct the program"
        )
    return None


def _owner(project_id: int) -> Problem:
    return Problem(
        "user", f"is the owner of project {project_id}, whose access cannot be managed: take it out of the program"
    )


def _somebody_else(old: ProjectCollaboratorState, other: wire.Collaborator) -> str:
    return (
        f"has no access any more, and {other.user!r}, who has, is somebody else (uid {other.uid}, not {old.uid}). "
        f"{NAME} may not tell the two apart, so nobody was added: give the access in the web interface and run it "
        "again, or correct the program"
    )


def _may_be_owner(found: wire.Collaborator, people: Iterable[wire.Collaborator]) -> bool:
    return found.permission != "read" and not any(person.owner for person in people)  # an owner may write


def _is_other(person: wire.Collaborator, uid: int | None) -> bool:
    """Whether it is surely somebody else than whoever has this uid."""
    return person.uid is not None and uid is not None and person.uid != uid
