"""What a QuantConnect collaborator is as a resource: whose access, what access, and how it comes and goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, cast, get_args

from pydantic import AfterValidator, ConfigDict, Field, StrictBool

from ..converge import converge
from ..errors import BadResponse, Hint, Problem, Refused
from ..lifecycle import Inputs, Lifecycle, WholeNumber
from . import wire
from .client import NAME, Client, Declined


def _slug(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty: it is the last part of the person's profile address, such as mia-ai")
    if value != value.strip():
        raise ValueError("must not begin or end with blanks")
    if any(c.isspace() or not c.isprintable() or c == "/" for c in value):
        raise ValueError("must be the last part of the person's profile address, without blanks or slashes")
    if len(value) > 255:
        raise ValueError(f"must have at most 255 characters, not {len(value)}")
    return value


class ProjectCollaboratorInputs(Inputs):
    """What is declared about one collaborator."""

    project_id: Annotated[WholeNumber, Field(gt=0)]
    user: Annotated[str, AfterValidator(_slug)]
    permission: wire.Permission = "read"
    live_control: StrictBool = False
    adopt: StrictBool = False


class ProjectCollaboratorState(ProjectCollaboratorInputs):
    """What is kept about one collaborator."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    uid: int | None = None
    email: str | None = None
    display_name: str | None = None


class ProjectCollaboratorLifecycle(Lifecycle[ProjectCollaboratorInputs, ProjectCollaboratorState, Client]):
    """One person's access to one project. The owner is never touched."""

    inputs_model = ProjectCollaboratorInputs
    state_model = ProjectCollaboratorState
    identity = ("project_id", "user")
    ignored_after_create = frozenset({"account", "adopt"})

    def about(self, inputs: ProjectCollaboratorInputs) -> str:
        """Whom and what it concerns."""
        return f"{inputs.user} on {NAME} project {inputs.project_id}"

    def id_of(self, inputs: ProjectCollaboratorInputs) -> str:
        """`23456789/mia-ai`."""
        return f"{inputs.project_id}/{inputs.user}"

    def from_id(self, id_: str) -> dict[str, Any]:
        """Project and person of an id."""
        project_id, _, user = id_.partition("/")
        return {"project_id": project_id, "user": user}

    def check(self, known: Mapping[str, Any], old: ProjectCollaboratorInputs | None) -> Iterable[Problem]:
        """The project is visible, the person is not its owner, is spelled right, and can be added or taken over."""
        if "project_id" not in known:
            return
        project_id = known["project_id"]
        try:
            people = self.directory.collaborators(project_id)
        except Declined as error:
            yield Problem(
                "project_id",
                f"names no project that {NAME} user {self.directory.user_id} can see; check the number, and whose "
                f"credentials these are ({error})",
            )
            return
        if "user" not in known:
            return
        user = known["user"]
        found = _find(people, user)
        if found is None:
            return
        if found.owner:
            yield Problem("user", f"is the owner of project {project_id}, whose access cannot be managed")
        elif found.user != user:
            yield Problem("user", f"is spelled {found.user!r} on {NAME}; the case of letters matters")
        elif old is None or (old.project_id, old.user) != (project_id, user):
            if _may_be_owner(found, people):
                yield Problem("user", _MAY_BE_OWNER)
                return
            wanted = {"permission", "live_control", "adopt"}
            if (
                wanted <= known.keys()
                and not known["adopt"]
                and not _has(found, known["permission"], known["live_control"])
            ):
                yield Problem("user", _conflict(found, known["permission"], known["live_control"]), Hint.ADOPT)

    def create(self, inputs: ProjectCollaboratorInputs) -> ProjectCollaboratorState:
        """Give access; who has just this access already is taken over without a call."""
        with self.directory.lock(inputs.project_id):
            people = self._people(inputs, kept=False)
            found = _find(people, inputs.user)
            if found is None:
                return self._granted(inputs, exists=False)
            if found.owner:
                raise Refused(self._owner(inputs))
            if found.user != inputs.user:
                raise Refused(f"{self.about(inputs)}: {NAME} spells this person {found.user!r}; correct the program")
            if _may_be_owner(found, people):
                raise Refused(f"{self.about(inputs)} {_MAY_BE_OWNER}")
            if _has(found, inputs.permission, inputs.live_control):
                return _state(inputs, found)
            if not inputs.adopt:
                raise Refused(
                    f"{self.about(inputs)}: {_conflict(found, inputs.permission, inputs.live_control)}", Hint.ADOPT
                )
            return self._granted(inputs, exists=True)

    def read(self, state: ProjectCollaboratorState) -> ProjectCollaboratorState | None:
        """The person's entry in the shared listing. A project that cannot be listed raises: it may only be hidden."""
        people = self._people(state, recent=False)
        found = _find(people, state.user, state.uid)
        return _state(state, found) if found is not None else None

    def update(self, old: ProjectCollaboratorState, inputs: ProjectCollaboratorInputs) -> ProjectCollaboratorState:
        """Change permission and live control in one call; who was removed meanwhile is given access again."""
        with self.directory.lock(inputs.project_id):
            people = self._people(inputs)
            found = _find(people, inputs.user, old.uid)
            if found is None and (other := _shown(people, inputs.user, None)):
                raise Refused(
                    f"{self.about(inputs)} has no access any more, and {other.user!r}, who has, is somebody else (uid "
                    f"{other.uid}, not {old.uid}). {NAME} may not tell the two apart, so nobody was added: give the "
                    "access in the web interface and run it again, or correct the program"
                )
            if found is not None and found.owner:
                raise Refused(self._owner(inputs))
            if found is not None and _has(found, inputs.permission, inputs.live_control):
                return _state(inputs, found)
            return self._granted(inputs, exists=found is not None, uid=old.uid)

    def delete(self, state: ProjectCollaboratorState) -> None:
        """Take access away and see that it is gone."""
        with self.directory.lock(state.project_id):
            found = _find(self._people(state), state.user, state.uid)
            if found is None:
                return
            if found.owner:
                self.warn(f"{self.about(state)} is the project's owner now: nothing was removed")
                return
            converge(lambda: self._removed(state), lambda: self._is_gone(state))

    def _people(
        self, inputs: ProjectCollaboratorInputs, *, recent: bool = True, kept: bool = True
    ) -> list[wire.Collaborator]:
        """Everybody on the project; `kept` tells whether a state holds the person already."""
        try:
            return self.directory.collaborators(inputs.project_id, inputs.user, recent=recent)
        except Declined as error:
            then = (
                "the credentials, and if the project is gone for good remove the resource with `pulumi state delete`"
                if kept
                else "its id and the credentials"
            )
            raise Refused(
                f"cannot tell whether {self.about(inputs)} has access: the project does not show itself to user "
                f"{self.directory.user_id} ({error}); check {then}"
            ) from error

    def _granted(
        self, inputs: ProjectCollaboratorInputs, *, exists: bool, uid: int | None = None
    ) -> ProjectCollaboratorState:
        accepted = False

        def write() -> ProjectCollaboratorState:
            nonlocal accepted
            if not accepted:  # what was accepted is not asked for again: each time mails the person
                call = self.directory.update if exists else self.directory.create
                call(inputs.project_id, inputs.user, inputs.permission, inputs.live_control)
                accepted = True
            state = self._as_wanted(inputs, uid, now=False)
            if state is None:
                raise BadResponse(f"{NAME} accepted the change, but its list does not show it; run it again")
            return state

        return converge(write, lambda: self._as_wanted(inputs, uid, now=True))

    def _as_wanted(
        self, inputs: ProjectCollaboratorInputs, uid: int | None, *, now: bool
    ) -> ProjectCollaboratorState | None:
        people = self.directory.collaborators_now if now else self.directory.collaborators
        found = _find(people(inputs.project_id), inputs.user, uid)
        if found is None or found.owner or not _has(found, inputs.permission, inputs.live_control):
            return None
        if found.user not in ("", inputs.user):
            self.warn(f"{self.about(inputs)}: {NAME} spells this person {found.user!r}; correct the program")
        return _state(inputs, found)

    def _removed(self, state: ProjectCollaboratorState) -> bool:
        self.directory.delete(state.project_id, state.user)
        # the person was there and the call was accepted: an entry that cannot be read is somebody else's
        if _shown(self.directory.collaborators(state.project_id), state.user, state.uid) is not None:
            raise BadResponse(f"{NAME} accepted the removal, but its list still shows the person; run it again")
        return True

    def _is_gone(self, state: ProjectCollaboratorState) -> bool | None:
        people = self.directory.collaborators_now(state.project_id)
        return True if _find(people, state.user, state.uid) is None else None

    def _owner(self, inputs: ProjectCollaboratorInputs) -> str:
        return f"{self.about(inputs)} is the owner, whose access cannot be managed: take it out of the program"


_MAY_BE_OWNER = (
    "is on the project already, perhaps by a `pulumi up` that was interrupted, and may be its owner, whom "
    f"{NAME} does not mark this time, so the access is not taken over: unless it is the owner, remove the person in "
    "the web interface and run it again"
)


def _may_be_owner(found: wire.Collaborator, people: Iterable[wire.Collaborator]) -> bool:
    return found.permission != "read" and not any(person.owner for person in people)  # an owner may write


def _find(people: list[wire.Collaborator], user: str, uid: int | None = None) -> wire.Collaborator | None:
    """The person's entry; None only when there is surely none. `uid` is the one in the state, where that has one."""
    found = _shown(people, user, uid)
    if found is None and any(not (person.user or person.owner or _is_other(person, uid)) for person in people):
        raise BadResponse(
            f"{NAME} lists somebody without a publicId, who may be {user} or not; try again, and if it stays look at "
            "the project's collaborators in the web interface"
        )
    return found


def _shown(people: Iterable[wire.Collaborator], user: str, uid: int | None) -> wire.Collaborator | None:
    """The person spelled so, else one who may be meant: spelled so but for case, or not spelled and of this uid."""
    alike = [person for person in people if person.user.casefold() == user.casefold()]  # it may fold case: unknown
    exact = [person for person in alike if person.user == user]
    meant = [person for person in alike if not _is_other(person, uid)]
    nameless = [person for person in people if not person.user and uid is not None and person.uid == uid]
    return next(iter(exact + meant + nameless), None)


def _is_other(person: wire.Collaborator, uid: int | None) -> bool:
    """Whether it is surely somebody else than whoever has this uid."""
    return person.uid is not None and uid is not None and person.uid != uid


def _has(found: wire.Collaborator, permission: str, live_control: bool) -> bool:
    return (found.permission, found.live_control) == (permission, live_control)


def _words(permission: str, live_control: bool) -> str:
    return f"{permission} access {'with' if live_control else 'without'} live control"


def _conflict(found: wire.Collaborator, permission: wire.Permission, live_control: bool) -> str:
    return (
        f"has {_words(found.permission, found.live_control)} already, and the program asks for "
        f"{_words(permission, live_control)}"
    )


def _state(inputs: ProjectCollaboratorInputs, found: wire.Collaborator) -> ProjectCollaboratorState:
    if found.permission not in get_args(wire.Permission):
        raise BadResponse(
            f"{NAME} reports the permission {found.permission!r} for {inputs.user}, which this version does not know"
        )
    return ProjectCollaboratorState(
        project_id=inputs.project_id,
        user=inputs.user,
        permission=cast("wire.Permission", found.permission),
        live_control=found.live_control,
        adopt=inputs.adopt,
        uid=found.uid,
        email=found.email,
        display_name=found.display_name,
    )
