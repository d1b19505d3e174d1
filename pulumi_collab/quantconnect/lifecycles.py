"""What a QuantConnect collaborator is as a resource: observe the directory, decide by `access`, apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..converge import converge
from ..decisions import Action
from ..errors import BadResponse, Hint, Problem, Refused, RequestError
from ..lifecycle import Lifecycle, Memory, Notice
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
    remembered = frozenset({"uid", "former_users", "taken_by"})

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

    def scope(self, inputs: ProjectCollaboratorInputs) -> str:
        """The project."""
        return str(inputs.project_id)

    # --- what a preview tells ---

    def check(
        self, known: Mapping[str, Any], old: ProjectCollaboratorInputs | None
    ) -> Iterable[Problem | Notice | Memory]:
        """The project is visible, and the person is who is meant, not its owner, and can be added or taken over."""
        project_id, user, adopt = known.get("project_id"), known.get("user"), known.get("adopt")
        kept = ProjectCollaboratorState(**dict(old)) if old is not None else None
        if kept is not None:
            kept = kept if access.is_kept(kept, project_id, user) else None
            yield Memory(access.remembered(kept, adopt))
        if project_id is None:
            return
        rights = {"permission", "live_control"} <= known.keys()
        wanted = access.Rights(known["permission"], known["live_control"]) if rights else None
        try:
            people = self.directory.people(project_id)
        except Declined as error:
            yield access.hidden(project_id, self.directory.user_id, error, kept, wanted)
            return
        if kept is not None:
            yield from access.keep(kept, known["user"], wanted, adopt, people).findings()
        elif user is not None:
            yield from access.add(project_id, user, wanted, adopt, people).findings()

    def changed(self, old: ProjectCollaboratorState, known: Mapping[str, Any]) -> set[str]:
        """The inputs that differ; and the uid where the program accepts that the name is somebody else's now."""
        accepted = {"uid"} if known.get("adopt") and old.taken_by is not None else set()
        return super().changed(old, known) | accepted

    def ends(self, state: ProjectCollaboratorState) -> frozenset[str]:
        """The access by the declared name, and by the one that the person has now."""
        return self.grants(state) | self.grants(self._now_called(state))

    def without(self, state: ProjectCollaboratorState, held: frozenset[str]) -> ProjectCollaboratorState | None:
        """Who was renamed is not held by a resource that has the old name: `delete` says so."""
        return None if self.grants(self._now_called(state)) <= held else state

    # --- what is done ---

    def create(self, inputs: ProjectCollaboratorInputs) -> ProjectCollaboratorState:
        """Give access; who has just this access already is taken over without a call."""
        with self.directory.lock(inputs.project_id):
            people = self._people(inputs, recent=True, kept=False)
            rights = access.rights_of(inputs)
            decision = access.add(inputs.project_id, inputs.user, rights, inputs.adopt, people)
            decision.raise_if_refused(self.about(inputs))
            return self._apply(decision.action, ProjectCollaboratorState(**dict(inputs)), rights)

    def read(self, state: ProjectCollaboratorState) -> ProjectCollaboratorState | None:
        """The person's entry in the shared listing. A project that cannot be listed raises: it may only be hidden."""
        return access.live(state, self._people(state))

    def update(self, old: ProjectCollaboratorState, inputs: ProjectCollaboratorInputs) -> ProjectCollaboratorState:
        """Change permission and live control in one call; who was removed meanwhile is given access again."""
        with self.directory.lock(inputs.project_id):
            decision = access.change(old, inputs, self._people(inputs, recent=True))
            decision.raise_if_refused(self.about(inputs))
            return self._apply(decision.action, access.declared(old, inputs), decision.rights)

    def delete(self, state: ProjectCollaboratorState) -> None:
        """Take access away and see that it is gone. The service is always asked: its list may be older."""
        with self.directory.lock(state.project_id):
            try:
                decision = access.end(state, self.directory.people(state.project_id, recent=True))
            except Declined as error:
                self._end_hidden(state, error)
                return
            decision.raise_if_refused(self.about(state))
            for text in decision.warnings:
                self.warn(text)
            if decision.action is Action.END:
                converge(lambda: self._removed(state), lambda: None)  # no list proves it: the call is sent again

    # --- how ---

    def _people(self, inputs: ProjectCollaboratorInputs, *, recent: bool = False, kept: bool = True) -> access.People:
        """Everybody on the project; `kept` tells whether a state holds the person already."""
        try:
            return self.directory.people(inputs.project_id, inputs.user, recent=recent)
        except Declined as error:
            raise self._hidden(inputs, error, kept) from error

    def _hidden(self, inputs: ProjectCollaboratorInputs, error: Declined, kept: bool) -> Refused:
        return Refused(
            f"cannot tell whether {self.about(inputs)} has access: the project does not show itself to user "
            f"{self.directory.user_id} ({error}); check {'' if kept else 'its id and '}the credentials",
            Hint.TAKE_OUT if kept else None,
        )

    def _now_called(self, state: ProjectCollaboratorState) -> ProjectCollaboratorState:
        """The state with the name that its uid has now, where the list tells."""
        try:
            own = access.look(self.directory.people(state.project_id, recent=True), state.user, state.uid).own
        except RequestError:
            return state
        return state.model_copy(update={"user": own.user}) if own is not None and own.user else state

    def _apply(
        self, action: Action, wanted: ProjectCollaboratorState, rights: access.Rights
    ) -> ProjectCollaboratorState:
        """Write until it is so; what was accepted is not asked for again, since each time mails the person."""
        project_id, accepted = wanted.project_id, action is Action.NOTHING

        def write() -> ProjectCollaboratorState:
            nonlocal accepted
            if not accepted:
                call = self.directory.create if action is Action.ADD else self.directory.update
                call(project_id, wanted.user, rights.permission, rights.live_control)
                accepted = True
            state = self._as_wanted(wanted, rights, self.directory.people(project_id))
            if state is None:
                raise BadResponse(f"{NAME} accepted the change, but its list does not show it; run it again")
            return state

        return converge(write, lambda: self._as_wanted(wanted, rights, self.directory.people_now(project_id)))

    def _as_wanted(
        self, wanted: ProjectCollaboratorState, rights: access.Rights, people: access.People
    ) -> ProjectCollaboratorState | None:
        sight = access.find(people, wanted.user, wanted.uid)
        if sight.own is None and sight.stranger is not None:
            raise Refused(access.given_to_somebody_else(wanted, sight.stranger, self._taken_back(wanted)))
        if sight.own is None or sight.own.owner or access.rights_of(sight.own) != rights:
            return None
        if sight.own.user not in ("", wanted.user):
            self.warn(f"{self.about(wanted)} {access.is_spelled(sight.own.user)}")
        return access.state_of(wanted, sight.own, people)

    def _taken_back(self, wanted: ProjectCollaboratorState) -> bool:
        try:
            self.directory.delete(wanted.project_id, wanted.user)
        except RequestError:
            return False
        return True

    def _removed(self, state: ProjectCollaboratorState) -> bool:
        try:
            self.directory.delete(state.project_id, state.user)
        except Declined:
            if access.find(self.directory.people_now(state.project_id), state.user, state.uid).own is not None:
                raise
            return True  # nobody was there
        # the call was accepted: an entry that cannot be read is somebody else's
        if access.look(self.directory.people(state.project_id), state.user, state.uid).own is not None:
            raise BadResponse(f"{NAME} accepted the removal, but its list still shows the person; run it again")
        return True

    def _end_hidden(self, state: ProjectCollaboratorState, error: Declined) -> None:
        """End what is on a project that does not show its people: with it all is gone, or nothing can be known."""
        if self.directory.shows(state.project_id):
            raise self._hidden(state, error, kept=True) from error
        try:
            self.directory.delete(state.project_id, state.user)
        except Declined:
            decision = access.end_hidden(state, self.directory.user_id)
            decision.raise_if_refused(self.about(state))
            for text in decision.warnings:
                self.warn(text)
