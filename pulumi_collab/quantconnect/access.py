"""What may be done about one person's access to a QuantConnect project, and why not. Pure: decides, does nothing.

Each function compares what is declared, or kept in the state, with everybody on the project. People are known by their
uid, where state and list have one: a name can pass to somebody else. A problem's sentence goes on from whom it is
about: `mia-ai on QuantConnect project 23456789 is the owner ...`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from ..decisions import Action, Decision, has_already, refuse
from ..errors import BadResponse, Hint, Problem, harmless
from ..lifecycle import Notice
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
        return f"{self.permission or 'unknown'} access {'with' if self.live_control else 'without'} live control"

    def to(self, new: Rights) -> str:
        """What changes: `write -> read, loses live control`."""
        role = f"{self.permission or 'unknown'} -> {new.permission}" if self.permission != new.permission else ""
        live = f"{'gains' if new.live_control else 'loses'} live control"
        return ", ".join(filter(None, (role, live if self.live_control != new.live_control else "")))


@dataclass(frozen=True, kw_only=True)
class Change(Decision):
    """A decision of a change, with what the person may do afterwards."""

    rights: Rights


@dataclass(frozen=True)
class Sight:
    """Whom a list shows when it is asked for a person."""

    own: wire.Collaborator | None = None
    """The person's entry."""
    stranger: wire.Collaborator | None = None
    """Somebody else, by the uid, who goes by the person's name."""
    alike: wire.Collaborator | None = None
    """Somebody else whose name differs in case alone: the service may not tell the two apart."""


def rights_of(some: wire.Collaborator | ProjectCollaboratorInputs) -> Rights:
    """What an entry gives, or a declaration asks for."""
    return Rights(some.permission, some.live_control)


def about(inputs: ProjectCollaboratorInputs) -> str:
    """Whom and what it concerns."""
    return _about(inputs.project_id, inputs.user)


# --- decisions ---


def add(project_id: int, user: str, wanted: Rights | None, adopt: bool | None, people: People) -> Decision:
    """Give access, or take over what is there. `wanted` and `adopt` are None while they are not known."""
    found = find(people, user).own
    if found is None:
        return Decision(Action.ADD)
    if problem := _owner_or_spelling(project_id, user, found):
        return refuse(problem)
    if _may_be_owner(found, people):
        return refuse(Problem("user", _MAY_BE_OWNER))
    return _NOTHING if wanted is None or adopt is None else _take_over(project_id, user, found, wanted, adopt)


def _take_over(project_id: int, user: str, found: wire.Collaborator, wanted: Rights, adopt: bool) -> Decision:
    now = rights_of(found)
    if now == wanted:
        return has_already(_about(project_id, user))
    if adopt:
        told = f"{_about(project_id, user)} has access already, which is taken over and changed: {now.to(wanted)}"
        return Decision(Action.CHANGE, warnings=(told,))
    return refuse(Problem("user", f"has {now} already, and the program asks for {wanted}", Hint.ADOPT))


def is_kept(old: ProjectCollaboratorState, project_id: int | None, user: str | None) -> bool:
    """Whether a declaration is about the person of this state, also under a name from before a rename."""
    return old.project_id == project_id and user in (old.user, *(old.former_users or ()))


def remembered(kept: ProjectCollaboratorState | None, adopt: bool | None) -> dict[str, object]:
    """What the next preview should know besides the declaration: nothing of another person."""
    if kept is None:
        return {}
    if (uid := _whose(kept, adopt)) != kept.uid:
        return {"uid": uid}
    return {"uid": uid, "former_users": kept.former_users, "taken_by": kept.taken_by}


def keep(
    old: ProjectCollaboratorState, user: str, wanted: Rights | None, adopt: bool | None, people: People
) -> Decision:
    """Go on with what a state holds, as far as a preview knows that: without a refresh it may know no uid."""
    uid = _whose(old, adopt)
    sight = look(people, user, uid)
    if problem := _not_the_person(old, user, uid, sight):
        return refuse(problem)
    if uid == old.uid or wanted is None:
        return _NOTHING
    now = rights_of(sight.own) if sight.own is not None else None
    what = "access is given" if now is None else "nothing is sent" if now == wanted else now.to(wanted)
    told = f"{_about(old.project_id, user)} {_taken(old.uid, uid)}; uid {uid} is taken over: {what}"
    return Decision(Action.ADD if now is None else Action.CHANGE, warnings=(told,))


def change(old: ProjectCollaboratorState, wanted: ProjectCollaboratorInputs, people: People) -> Change:
    """Change what the program changes, and leave the rest as it is there; who was removed is given access again."""
    uid = _whose(old, wanted.adopt)
    sight = find(people, wanted.user, uid)
    rights = rights_of(wanted)
    if problem := _not_the_person(old, wanted.user, uid, sight):
        return Change(Action.NOTHING, (problem,), rights=rights)
    if sight.own is None:
        if sight.alike is not None:
            then = "so nobody was added: give the access in the web interface and run it again, or correct the program"
            return Change(Action.NOTHING, (Problem("user", f"{_alike(uid, sight.alike)}, {then}"),), rights=rights)
        return Change(Action.ADD, rights=rights)
    now = rights_of(sight.own)
    if uid == old.uid:
        rights = Rights(
            wanted.permission if wanted.permission != old.permission else now.permission,
            wanted.live_control if wanted.live_control != old.live_control else now.live_control,
        )
    if rights != now and rights.permission not in get_args(wire.Permission):
        odd = f"is {rights.permission!r} now, which this version does not know and so cannot leave as it is"
        return Change(Action.NOTHING, (Problem("permission", odd, Hint.REFRESH),), rights=rights)
    return Change(Action.NOTHING if rights == now else Action.CHANGE, rights=rights)


def end(state: ProjectCollaboratorState, people: People) -> Decision:
    """Take access away. Who is not on the list may be there all the same: it can be older than the access."""
    sight = find(people, state.user, state.uid)
    own, nothing = sight.own, "nothing was removed"
    if own is not None and own.owner:
        return Decision(Action.NOTHING, warnings=(f"{about(state)} is the project's owner now: {nothing}",))
    if own is not None and _is_renamed(own, state.user, state.uid):
        return refuse(Problem("user", f"{_renamed(own, state.uid)}: {nothing}", Hint.REFRESH))
    if own is None and sight.stranger is not None:
        told = f"{about(state)} {_taken(state.uid, sight.stranger.uid)}: {nothing}"
        return Decision(Action.NOTHING, warnings=(told,))
    if own is None and sight.alike is not None:
        return Decision(Action.NOTHING, warnings=(f"{about(state)} {_alike(state.uid, sight.alike)}, so {nothing}",))
    return Decision(Action.END)


def live(state: ProjectCollaboratorState, people: People) -> ProjectCollaboratorState | None:
    """What there is of what a state holds; None where there is surely nothing."""
    sight = find(people, state.user, state.uid)
    if sight.own is not None:
        return state_of(state, sight.own, people)
    if sight.stranger is not None:  # not gone, else the next run would take that person for the one who was here
        return state.model_copy(update={"taken_by": sight.stranger.uid})
    return state if state.taken_by is not None else None


def state_of(inputs: ProjectCollaboratorInputs, found: wire.Collaborator, people: People) -> ProjectCollaboratorState:
    """The state that an entry gives. `inputs` may be a state: it knows names from before a rename."""
    before = ProjectCollaboratorState(**dict(inputs))
    user = found.user or before.user
    owner = next((person.uid for person in people if person.owner), None)
    former = dict.fromkeys((*(before.former_users or ()), before.user))
    return before.model_copy(
        update={
            "user": user,
            "permission": found.permission,
            "live_control": found.live_control,
            "uid": before.uid if found.uid is None else found.uid,
            "email": found.email,
            "display_name": found.display_name,
            "project_owner": before.project_owner if owner is None else owner,
            "former_users": tuple(name for name in former if name != user) or None,
            "taken_by": None,
        }
    )


def declared(old: ProjectCollaboratorState, wanted: ProjectCollaboratorInputs) -> ProjectCollaboratorState:
    """What an update goes on with: the declaration, and what is known of the person whose access it is."""
    uid = _whose(old, wanted.adopt)
    if uid != old.uid:
        return ProjectCollaboratorState(**dict(wanted), uid=uid)
    return old.model_copy(update=dict(wanted))


def hidden(
    project_id: int, caller: str, error: object, kept: ProjectCollaboratorState | None, wanted: Rights | None
) -> Problem | Notice:
    """What a preview says of a project that is gone or hidden: what is unchanged there stands in nobody's way."""
    if kept is not None and rights_of(kept) == wanted:
        return Notice(
            f"{NAME} project {project_id} does not show itself to user {caller}, so what is declared there was not "
            "checked: check the credentials, or where it is gone for good take it out of the program"
        )
    told = f"names no project that {NAME} user {caller} can see; check the number {project_id}, and whose credentials"
    return Problem("project_id", f"{told} these are ({error})")


def look_for_project(caller: str) -> str:
    """What to do about a project that does not show itself."""
    return f"; check the number, and whether user {caller} can see the project"


def end_hidden(state: ProjectCollaboratorState, caller: str) -> Decision:
    """Take access away on a project that does not show itself, though the credentials are good."""
    if str(state.project_owner) == caller:
        told = (
            f"{NAME} project {state.project_id} does not show itself to its owner, user {caller}, so it is taken for "
            "gone and nothing was removed there"
        )
        return Decision(Action.NOTHING, warnings=(told,))
    owner = f"user {state.project_owner}" if state.project_owner is not None else "not known"
    told = f"cannot be asked for: project {state.project_id} does not show itself to user {caller}, and its owner is"
    return refuse(Problem("project_id", f"{told} {owner}; check the credentials", Hint.FORGET))


def given_to_somebody_else(old: ProjectCollaboratorState, stranger: wire.Collaborator, taken_back: bool) -> str:
    """That a name led to another person than before, which only the service's response showed."""
    then = "was taken back" if taken_back else "could not be taken back: remove it in the web interface"
    return f"{about(old)} {_taken(old.uid, stranger.uid)}; the access that the name was given {then}"


# --- who is who ---


def find(people: People, user: str, uid: int | None = None) -> Sight:
    """Whom the list shows; nobody only when the person is surely not there. `uid` is the one in the state, if any."""
    sight = look(people, user, uid)
    unclear = (person for person in people if not (person.user or person.owner or _is_other(person, uid)))
    if sight.own is None and next(unclear, None) is not None:
        raise BadResponse(
            f"{NAME} lists somebody without a publicId, who may be {user} or not; try again, and if it stays look at "
            "the project's collaborators in the web interface"
        )
    return sight


def look(people: People, user: str, uid: int | None) -> Sight:
    """Whom the list shows, as far as it can be read: by uid first, then spelled so, then spelled so but for case."""
    alike = [person for person in people if person.user.casefold() == user.casefold()]  # it may fold case: unknown
    alike.sort(key=lambda person: person.user != user)
    same = [person for person in alike + people if uid is not None and person.uid == uid]
    by_name = [person for person in alike if not _is_other(person, uid)]
    others = [person for person in alike if _is_other(person, uid)]
    return Sight(
        own=next(iter(same + by_name), None),
        stranger=next((person for person in others if person.user == user), None),
        alike=next((person for person in others if person.user != user), None),
    )


def _whose(old: ProjectCollaboratorState, adopt: bool | None) -> int | None:
    """The uid whose access it is: with `adopt` that of whoever a refresh has seen to have the name now."""
    return old.taken_by if adopt and old.taken_by is not None else old.uid


def _not_the_person(old: ProjectCollaboratorState, user: str, uid: int | None, sight: Sight) -> Problem | None:
    """Why a declaration is not about the person of the state, or about one whose access cannot be managed."""
    if sight.own is not None:
        if not sight.own.owner and _is_renamed(sight.own, user, uid):
            return Problem("user", f"{_renamed(sight.own, uid, sight.stranger)}; correct the program")
        return _owner_or_spelling(old.project_id, user, sight.own)
    taken_by = sight.stranger.uid if sight.stranger is not None else old.taken_by
    if taken_by is None or taken_by == uid:
        return None
    then = "to give access to whoever has the name now take this out of the program, apply that, and put it in again"
    return Problem("user", f"{_taken(uid, taken_by)}; {then}")


def _owner_or_spelling(project_id: int, user: str, found: wire.Collaborator) -> Problem | None:
    if found.owner:
        then = "whose access cannot be managed: take it out of the program"
        return Problem("user", f"is the owner of project {project_id}, {then}")
    if found.user not in ("", user):
        return Problem("user", is_spelled(found.user))
    return None


def is_spelled(name: str) -> str:
    """That the service has another spelling."""
    return f"is spelled {harmless(name)!r} on {NAME}, where the case of letters matters; correct the program"


def _is_renamed(found: wire.Collaborator, user: str, uid: int | None) -> bool:
    return found.user not in ("", user) and uid is not None and found.uid == uid


def _renamed(found: wire.Collaborator, uid: int | None, stranger: wire.Collaborator | None = None) -> str:
    now = f"is the name of uid {stranger.uid} now, and" if stranger is not None else "is a former name:"
    return f"{now} uid {uid} is called {harmless(found.user)} now"


def _taken(uid: int | None, by: int | None) -> str:
    return f"is the name of uid {by} now, and not of uid {uid}, who has no access any more"


def _alike(uid: int | None, other: wire.Collaborator) -> str:
    who = f"{harmless(other.user)!r}, who has, is somebody else (uid {other.uid}, not {uid})"
    return f"has no access any more, and {who}. {NAME} may not tell the two apart"


def _may_be_owner(found: wire.Collaborator, people: Iterable[wire.Collaborator]) -> bool:
    return found.permission != "read" and not any(person.owner for person in people)  # an owner may write


def _is_other(person: wire.Collaborator, uid: int | None) -> bool:
    """Whether it is surely somebody else than whoever has this uid."""
    return person.uid is not None and uid is not None and person.uid != uid


def _about(project_id: int, user: str) -> str:
    return f"{user} on {NAME} project {project_id}"
