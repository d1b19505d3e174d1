"""What a TeamHub collaborator is as a resource: who is in which project with which role, and how it comes and goes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, StrictBool

from ..converge import converge
from ..errors import Forbidden, Hint, NotFound, Problem, Refused, Rejected, RequestError
from ..lifecycle import Inputs, Lifecycle
from . import wire
from .client import CHECK_PROJECT, NAME, Client, NoSuchProject, check_rights

_PROJECT = re.compile(r"[A-Za-z0-9_-]{2,100}")
_ACCOUNT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")


def _project_id(value: str) -> str:
    if not _PROJECT.fullmatch(value):
        raise ValueError("must be a project's id: 2 to 100 letters, digits, hyphens and underscores")
    return value


def _account_id(value: str) -> str:
    if not _ACCOUNT.fullmatch(value):
        raise ValueError(
            "must be a collaborator's id: 1 to 100 letters, digits and any of . _ + -, beginning with a letter, a "
            "digit or an underscore"
        )
    return value


class ProjectCollaboratorInputs(Inputs):
    """What is declared about one collaborator."""

    project: Annotated[str, AfterValidator(_project_id)]
    collaborator: Annotated[str, AfterValidator(_account_id)]
    role: wire.Role
    adopt: StrictBool = False


class ProjectCollaboratorState(ProjectCollaboratorInputs):
    """What is kept about one collaborator."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    role: str  # type: ignore[assignment]  # what is there need not be something that can be declared
    highest_role: str | None = None


class ProjectCollaboratorLifecycle(Lifecycle[ProjectCollaboratorInputs, ProjectCollaboratorState, Client]):
    """One person's direct role in one project. Roles through groups are neither counted nor touched."""

    inputs_model = ProjectCollaboratorInputs
    state_model = ProjectCollaboratorState
    identity = ("project", "collaborator")
    ignored_after_create = frozenset({"account", "adopt"})

    def about(self, inputs: ProjectCollaboratorInputs) -> str:
        """Whom and what it concerns."""
        return f"{inputs.collaborator} on {NAME} project {inputs.project}"

    def id_of(self, inputs: ProjectCollaboratorInputs) -> str:
        """`web/jane.doe`."""
        return f"{inputs.project}/{inputs.collaborator}"

    def from_id(self, id_: str) -> dict[str, Any]:
        """Project and person of an id."""
        project, _, collaborator = id_.partition("/")
        return {"project": project, "collaborator": collaborator}

    def check(self, known: Mapping[str, Any], old: ProjectCollaboratorInputs | None) -> Iterable[Problem]:
        """The project is visible, the person is spelled right, and has no other role already."""
        if "project" not in known:
            return
        project = known["project"]
        same = old is not None and (old.project, old.collaborator) == (project, known.get("collaborator"))
        if same and old is not None and old.role == known.get("role"):
            return  # nothing is going to happen
        try:
            if "collaborator" not in known:
                self.directory.see(project)
                return
            found = self.directory.find(project, known["collaborator"], alike=not same)
        except (NoSuchProject, Forbidden) as error:
            yield Problem("project", f"names no project whose collaborators these credentials can see: {error}")
            return
        if found is None:
            return
        if found.collaborator != known["collaborator"]:
            yield Problem("collaborator", f"is spelled {found.collaborator!r} on {NAME}; the case of letters matters")
        elif found.role is not None and not same and known.get("adopt") is False:
            yield from _differs(found.role, known.get("role"))

    def create(self, inputs: ProjectCollaboratorInputs) -> ProjectCollaboratorState:
        """Add the person; who has just this role already is taken over without a write.

        What the preview saw may be old, and adding somebody who is there may change their role without a word: so it is
        looked again.
        """
        with self.directory.lock(inputs.project):
            found = self.directory.find_to_write(inputs.project, inputs.collaborator)
            if found is not None and found.collaborator != inputs.collaborator:
                raise Refused(
                    f"{self.about(inputs)}: {NAME} spells this person {found.collaborator!r}; correct the program"
                )
            if found is None or found.role is None:
                return self._granted(inputs, exists=False, may_change=inputs.adopt)
            if found.role == inputs.role:
                return _state(inputs, found, found.role)
            if not inputs.adopt:
                raise Refused(f"{self.about(inputs)}: {_conflict(found.role, inputs.role)}", Hint.ADOPT)
            return self._granted(inputs, exists=True, may_change=True)

    def read(self, state: ProjectCollaboratorState) -> ProjectCollaboratorState | None:
        """The person's direct role; None when it or the whole project is gone, an error when it may only be hidden."""
        try:
            found = self.directory.find(state.project, state.collaborator, f"read {state.collaborator}", certain=True)
        except NoSuchProject:
            return None
        return _state(state, found, found.role) if found is not None and found.role is not None else None

    def update(self, old: ProjectCollaboratorState, inputs: ProjectCollaboratorInputs) -> ProjectCollaboratorState:
        """Change the role in one call; who was removed meanwhile is added again."""
        with self.directory.lock(inputs.project):
            return self._granted(inputs, exists=True, may_change=True)

    def delete(self, state: ProjectCollaboratorState) -> None:
        """Take the direct role away; who has none any more is fine."""

        def removed() -> bool:
            self.directory.delete(state.project, state.collaborator)
            return True

        def is_gone() -> bool | None:
            try:
                found = self.directory.find_now(state.project, state.collaborator)
            except NoSuchProject:
                return True
            return True if found is None or found.role is None else None

        with self.directory.lock(state.project):
            try:
                converge(removed, is_gone)
            except NotFound as error:
                raise error.plus(self._advice(state)) from None

    def _granted(
        self, inputs: ProjectCollaboratorInputs, *, exists: bool, may_change: bool
    ) -> ProjectCollaboratorState:
        """Write until the role is as wanted. `exists` is what we think: a look after a failure may teach otherwise."""

        def write() -> ProjectCollaboratorState:
            call = self.directory.update if exists else self.directory.create
            return _state(inputs, call(inputs.project, inputs.collaborator, inputs.role), inputs.role)

        def look() -> ProjectCollaboratorState | None:
            nonlocal exists
            found = self.directory.find_now(inputs.project, inputs.collaborator)
            exists = found is not None and found.role is not None
            if found is None or found.role is None:
                return None
            if found.role == inputs.role:
                return _state(inputs, found, found.role)
            if not may_change:
                raise Refused(f"{self.about(inputs)}: {_conflict(found.role, inputs.role)}", Hint.ADOPT)
            return None

        for last in (False, True):
            thought = exists
            try:
                return converge(write, look)
            except (NotFound, Rejected) as error:
                if exists == thought or last:  # else it was the wrong kind of call
                    raise self._explained(inputs, exists, error) from None
        raise AssertionError("unreachable")

    def _explained(self, inputs: ProjectCollaboratorInputs, exists: bool, error: RequestError) -> RequestError:
        """The refusal of a write, with what to do next; a clearer one where the account cannot be a collaborator."""
        if not exists:
            kind = self._unfit_account(inputs.collaborator)
            if kind:
                return Rejected(
                    f"{NAME} {kind} {inputs.collaborator!r}; check the spelling or invite the person as a collaborator "
                    f"first (users and groups are given access in other ways) ({error})",
                    status=error.status,
                )
        if not isinstance(error, NotFound):
            return error
        if not exists:
            error = error.plus(
                f"; check the project's id {inputs.project!r}, and that {inputs.collaborator!r} is invited to the "
                "company as a collaborator"
            )
        return error.plus(self._advice(inputs))

    def _unfit_account(self, collaborator: str) -> str:
        """Why nobody can be added by this id; empty where that is not so, or cannot be told."""
        try:
            account = self.directory.account(collaborator)
        except NotFound:
            return "knows no collaborator account"
        except RequestError:
            return ""
        if account.type in (None, "collaborator"):
            return ""
        return f"has a {account.type}, not a collaborator, under the id"

    def _advice(self, inputs: ProjectCollaboratorInputs) -> str:
        """What to check when a write finds nothing, by what can be seen; empty where that cannot be told."""
        try:
            self.directory.find_now(inputs.project, inputs.collaborator)
        except NoSuchProject:
            return f"; {CHECK_PROJECT}"
        except RequestError:
            return ""
        return f"; {check_rights(inputs.project)}"


def _differs(role: str, wanted: str | None) -> Iterable[Problem]:
    if wanted is not None and role != wanted:
        yield Problem("collaborator", _conflict(role, wanted), Hint.ADOPT)


def _conflict(role: str, wanted: str) -> str:
    return f"has the role {role} already, and the program asks for {wanted}"


def _state(inputs: ProjectCollaboratorInputs, found: wire.Collaborator, role: str) -> ProjectCollaboratorState:
    return ProjectCollaboratorState(
        project=inputs.project,
        collaborator=inputs.collaborator,
        role=role,
        adopt=inputs.adopt,
        highest_role=found.highest_role,
    )
