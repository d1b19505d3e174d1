"""What a QuantConnect collaborator is as a resource: observe the directory, decide by `access`, apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..converge import converge
from ..decisions import Action
from ..errors import BadResponse, Problem, Refused
from ..lifecycle import Lifecycle, Notice
from . import access, wire
from .client import Declined
from .directory import Directory
from .values import ProjectCollaboratorInputs, ProjectCollaboratorState

NAME = wire.NAME


class ProjectCollaboratorLifecycle(Lifecycle[ProjectCollaboratorInputs, ProjectCollaboratorState, Directory]):
    """One person's access to one project. The owner is never touched."""

    inputs_model = ProjectCollaboratorInputs
    state_model = ProjectCollaboratorState
    identity = ("project_id", "user")
    ignored_after_create = frozenset({"account", "adopt"})

    def about(self, inputs: ProjectCollaboratorInputs) -> str:
        """Whom and what it concerns."""
        return access.about(inputs)

    def id_of(self, inputs: ProjectCollaboratorInputs) -> str:
        """`23456789/mia-ai`."""
        return f"{inputs.project_id}/{inputs.user}"

    def from_id(self, id_: str) -> dict[str, Any]:
        """Project and person of an id."""
        project_id, _, user = id_.partition("/")
        return {"project_id": project_id, "user": user}

    def check(self, known: Mapping[str, Any], old: ProjectCollaboratorInputs | None) -> Iterable[Problem | Notice]:
        """The project is visible, the person is not its owner, is spelled right, and can be added or taken over."""
        if "project_id" not in known:
            return
        project_id, user = known["project_id"], known.get("user")
        try:
            people = self.directory.people(project_id)
        except Declined as error:
            yield Problem(
                "project_id",
                f"names no project that {NAME} user {self.directory.user_id} can see; check the number, and whose "
                f"credentials these are ({error})",
            )
            return
        if user is None:
            return
        if old is not None and (old.project_id, old.user) == (project_id, user):
            decision = access.keep(project_id, user, people)
        else:
            both = {"permission", "live_control"} <= known.keys()
            wanted = access.Rights(known["permission"], known["live_control"]) if both else None
            decision = access.add(project_id, user, wanted, known.get("adopt"), people)
        yield from decision.findings()

    def create(self, inputs: ProjectCollaboratorInputs) -> ProjectCollaboratorState:
        """Give access; who has just this access already is taken over without a call."""
        with self.directory.lock(inputs.project_id):
            people = self._people(inputs, recent=True, kept=False)
            decision = access.add(inputs.project_id, inputs.user, access.rights_of(inputs), inputs.adopt, people)
            decision.raise_if_refused(self.about(inputs))
            return self._apply(decision.action, inputs, people)

    def read(self, state: ProjectCollaboratorState) -> ProjectCollaboratorState | None:
        """The person's entry in the shared listing. A project that cannot be listed raises: it may only be hidden."""
        found = access.find(self._people(state), state.user, state.uid)
        return access.state_of(state, found) if found is not None else None

    def update(self, old: ProjectCollaboratorState, inputs: ProjectCollaboratorInputs) -> ProjectCollaboratorState:
        """Change permission and live control in one call; who was removed meanwhile is given access again."""
        with self.directory.lock(inputs.project_id):
            people = self._people(inputs, recent=True)
            decision = access.change(old, inputs, people)
            decision.raise_if_refused(self.about(inputs))
            return self._apply(decision.action, inputs, people, old.uid)

    def delete(self, state: ProjectCollaboratorState) -> None:
        """Take access away and see that it is gone."""
        with self.directory.lock(state.project_id):
            decision = access.end(state, self._people(state, recent=True))
            for text in decision.warnings:
                self.warn(text)
            if decision.action is Action.END:
                converge(lambda: self._removed(state), lambda: self._is_gone(state))

    def _people(self, inputs: ProjectCollaboratorInputs, *, recent: bool = False, kept: bool = True) -> access.People:
        """Everybody on the project; `kept` tells whether a state holds the person already."""
        try:
            return self.directory.people(inputs.project_id, inputs.user, recent=recent)
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

    def _apply(
        self, action: Action, inputs: ProjectCollaboratorInputs, people: access.People, uid: int | None = None
    ) -> ProjectCollaboratorState:
        """Write until it is so; what was accepted is not asked for again, since each time mails the person."""
        if action is Action.NOTHING:
            found = access.find(people, inputs.user, uid)
            assert found is not None
            return access.state_of(inputs, found)
        call = self.directory.create if action is Action.ADD else self.directory.update
        accepted = False

        def write() -> ProjectCollaboratorState:
            nonlocal accepted
            if not accepted:
                call(inputs.project_id, inputs.user, inputs.permission, inputs.live_control)
                accepted = True
            state = self._as_wanted(inputs, uid, self.directory.people(inputs.project_id))
            if state is None:
                raise BadResponse(f"{NAME} accepted the change, but its list does not show it; run it again")
            return state

        return converge(write, lambda: self._as_wanted(inputs, uid, self.directory.people_now(inputs.project_id)))

    def _as_wanted(
        self, inputs: ProjectCollaboratorInputs, uid: int | None, people: access.People
    ) -> ProjectCollaboratorState | None:
        found = access.find(people, inputs.user, uid)
        if found is None or found.owner or access.rights_of(found) != access.rights_of(inputs):
            return None
        if found.user not in ("", inputs.user):
            self.warn(f"{self.about(inputs)}: {NAME} spells this person {found.user!r}; correct the program")
        return access.state_of(inputs, found)

    def _removed(self, state: ProjectCollaboratorState) -> bool:
        self.directory.delete(state.project_id, state.user)
        # the person was there and the call was accepted: an entry that cannot be read is somebody else's
        if access.shown(self.directory.people(state.project_id), state.user, state.uid) is not None:
            raise BadResponse(f"{NAME} accepted the removal, but its list still shows the person; run it again")
        return True

    def _is_gone(self, state: ProjectCollaboratorState) -> bool | None:
        people = self.directory.people_now(state.project_id)
        return True if access.find(people, state.user, state.uid) is None else None
