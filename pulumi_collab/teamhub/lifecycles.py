"""What a TeamHub collaborator is as a resource: who is in which project with which role, and how it comes and goes."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, StrictBool

from ..converge import converge
from ..decisions import Action
from ..errors import Forbidden, NotFound, Problem, Rejected, RequestError
from ..lifecycle import Inputs, Lifecycle, Notice
from . import access, wire
from .directory import CHECK_PROJECT, Directory, NoSuchProject

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


class ProjectCollaboratorLifecycle(Lifecycle[ProjectCollaboratorInputs, ProjectCollaboratorState, Directory]):
    """One person's direct role in one project. Roles through groups are neither counted nor touched."""

    inputs_model = ProjectCollaboratorInputs
    state_model = ProjectCollaboratorState
    identity = ("project", "collaborator")
    ignored_after_create = frozenset({"account", "adopt"})

    def about(self, inputs: ProjectCollaboratorInputs) -> str:
        """Whom and what it concerns."""
        return access.Declared(inputs.project, inputs.collaborator, None).about

    def id_of(self, inputs: ProjectCollaboratorInputs) -> str:
        """`web/jane.doe`."""
        return f"{inputs.project}/{inputs.collaborator}"

    def from_id(self, id_: str) -> dict[str, Any]:
        """Project and person of an id."""
        project, _, collaborator = id_.partition("/")
        return {"project": project, "collaborator": collaborator}

    def check(self, known: Mapping[str, Any], old: ProjectCollaboratorInputs | None) -> Iterable[Problem | Notice]:
        """The project is visible, the person has an account, is spelled right, and has no other role already."""
        if "project" not in known:
            return
        project, collaborator, role = known["project"], known.get("collaborator"), known.get("role")
        same = old is not None and (old.project, old.collaborator) == (project, collaborator)
        ours = old.role if same and old is not None else None
        if ours is not None and ours == role:
            return  # nothing is going to happen
        try:
            members = self.directory.members(project)
        except (NoSuchProject, Forbidden) as error:
            yield Problem("project", f"names no project whose collaborators these credentials can see: {error}")
            return
        if collaborator is None:
            return
        found = self._meant(collaborator, members.find(collaborator))
        decision = access.decide(access.Declared(project, collaborator, role, known.get("adopt")), found, ours)
        yield from decision.findings()
        accounts = self.directory.accounts() if decision.action is Action.ADD and ours is None else ()
        if accounts and collaborator not in accounts and (problem := self._unfit(collaborator)):
            yield problem

    def create(self, inputs: ProjectCollaboratorInputs) -> ProjectCollaboratorState:
        """Add the person; who has just this role already is taken over without a write.

        What the preview saw may be old, and adding somebody who is there may change their role without a word: so it is
        looked again.
        """
        with self.directory.lock(inputs.project):
            found = self._meant(inputs.collaborator, self.directory.to_write(inputs.project, inputs.collaborator))
            decided = self._decided(inputs, found)
            return self._granted(inputs, decided) if isinstance(decided, Action) else decided

    def read(self, state: ProjectCollaboratorState) -> ProjectCollaboratorState | None:
        """The person's direct role; None when it or the whole project is gone, an error when it may only be hidden."""
        try:
            found = self.directory.read(state.project, state.collaborator)
        except NoSuchProject:
            self.warn(access.no_project(state.project))
            return None
        return _state(state, found) if found is not None and found.role is not None else None

    def update(self, old: ProjectCollaboratorState, inputs: ProjectCollaboratorInputs) -> ProjectCollaboratorState:
        """Change the role in one call; who was removed meanwhile is added again."""
        with self.directory.lock(inputs.project):
            return self._granted(inputs, Action.CHANGE, old.role)

    def delete(self, state: ProjectCollaboratorState) -> None:
        """Take the direct role away; who has none any more is fine."""
        advice = ""

        def removed() -> bool:
            self.directory.remove(state.project, state.collaborator)
            return True

        def is_gone() -> bool | None:
            nonlocal advice
            try:
                found = self.directory.now(state.project, state.collaborator)
            except NoSuchProject:
                self.warn(access.no_project(state.project))
                return True
            advice = self.directory.check_rights(state.project)
            return True if found is None or found.role is None else None

        with self.directory.lock(state.project):
            try:
                converge(removed, is_gone)
            except NotFound as error:
                raise _advised(error, advice) from None

    def _granted(
        self, inputs: ProjectCollaboratorInputs, action: Action, ours: str | None = None
    ) -> ProjectCollaboratorState:
        """Write until the role is as wanted. `action` is what we think: a look after a failure may teach otherwise."""
        advice = ""

        def write() -> ProjectCollaboratorState:
            call = self.directory.add if action is Action.ADD else self.directory.change
            return _state(inputs, call(inputs.project, inputs.collaborator, inputs.role))

        def look() -> ProjectCollaboratorState | None:
            nonlocal action, advice
            try:
                found = self.directory.now(inputs.project, inputs.collaborator)
            except NoSuchProject:
                advice = CHECK_PROJECT
                raise
            advice = self.directory.check_rights(inputs.project)
            decided = self._decided(inputs, found, ours)
            if not isinstance(decided, Action):
                return decided
            action = decided
            return None

        for last in (False, True):
            tried = action
            try:
                return converge(write, look)
            except (NotFound, Rejected) as error:
                if action is tried or last:  # else it was the wrong kind of call
                    raise self._explained(inputs, action, error, advice) from None
        raise AssertionError("unreachable")

    def _decided(
        self, inputs: ProjectCollaboratorInputs, found: wire.Collaborator | None, ours: str | None = None
    ) -> ProjectCollaboratorState | Action:
        """The state, where the role is as declared; else what has to be done. Raises `Refused`."""
        declared = access.Declared(inputs.project, inputs.collaborator, inputs.role, inputs.adopt)
        decision = access.decide(declared, found, ours)
        decision.raise_if_refused(declared.about)
        return _state(inputs, found) if found and decision.action is Action.NOTHING else decision.action

    def _explained(
        self, inputs: ProjectCollaboratorInputs, action: Action, error: RequestError, advice: str
    ) -> RequestError:
        """The refusal of a write, with what to do next; a clearer one where the account cannot be a collaborator."""
        if action is Action.ADD and (problem := self._unfit(inputs.collaborator)):
            return Rejected(f"{problem.reason} ({error})", status=error.status)
        if not isinstance(error, NotFound):
            return error
        if action is Action.ADD:
            error = error.plus(
                f"; check the project's id {inputs.project!r}, and that {inputs.collaborator!r} is invited to the "
                "company as a collaborator"
            )
        return _advised(error, advice)

    def _unfit(self, collaborator: str) -> Problem | None:
        """Why nobody can be added by this id; None where that is not so, or cannot be told."""
        try:
            return access.unfit(collaborator, self.directory.account(collaborator), self.directory.accounts())
        except RequestError:
            return None

    def _meant(self, collaborator: str, found: wire.Collaborator | None) -> wire.Collaborator | None:
        """Who differs in case alone stands for the person, unless that one has an account of their own."""
        if found is None or found.collaborator == collaborator:
            return found
        with contextlib.suppress(RequestError):
            account = self.directory.account(collaborator)
            return None if account is not None and account.id == collaborator else found
        return found


def _advised(error: RequestError, advice: str) -> RequestError:
    return error.plus(f"; {advice}") if advice else error


def _state(inputs: ProjectCollaboratorInputs, found: wire.Collaborator) -> ProjectCollaboratorState:
    assert found.role is not None
    return ProjectCollaboratorState(
        account=inputs.account,
        project=inputs.project,
        collaborator=inputs.collaborator,
        role=found.role,
        adopt=inputs.adopt,
        highest_role=found.highest_role,
    )
