"""One person's way into a collaboration, from invitation to membership, as one resource for life."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ...converge import converge
from ...decisions import Action
from ...errors import ConfigError, Forbidden, Hint, NotFound, Problem, Refused
from ...lifecycle import Lifecycle, Memory, Notice
from .. import wire
from ..access import invite as access
from ..access import invited as kept
from ..access.collaboration import not_in_force
from ..access.invite import There, gives, state_of
from ..access.invite_model import (
    AT_SENDING,
    IDENTITY,
    CollaborationInviteInputs,
    CollaborationInviteState,
    differing,
    is_same_person,
    mail_of,
    values_of,
)
from ..directory import Directory
from ..wire import NAME, of_address, of_person


class CollaborationInviteLifecycle(Lifecycle[CollaborationInviteInputs, CollaborationInviteState, Directory]):
    """One person in one collaboration. Accepted is the steady state; the last admin stays."""

    inputs_model = CollaborationInviteInputs
    state_model = CollaborationInviteState
    identity = IDENTITY
    ignored_after_create = AT_SENDING
    remembered = frozenset({"user"})

    def about(self, inputs: CollaborationInviteInputs) -> str:
        """Whom and what it concerns."""
        return access.about(inputs)

    def id_of(self, inputs: CollaborationInviteInputs) -> str:
        """`3b5c…/bob@x.org`, as spelled when it was made."""
        return f"{inputs.collaboration}/{inputs.email}"

    def grants(self, inputs: CollaborationInviteInputs) -> frozenset[str]:
        """The address in the collaboration, for which case does not matter, and the user who accepted under it."""
        names = {inputs.email}
        if isinstance(inputs, CollaborationInviteState) and inputs.user:
            names.add(inputs.user)
        return frozenset(f"{inputs.collaboration}/{name}".casefold() for name in names)

    def from_id(self, id_: str) -> dict[str, Any]:
        """Collaboration and address of an id."""
        collaboration, _, email = id_.partition("/")
        return {"collaboration": collaboration, "email": email}

    # --- preview ---

    def check(
        self, known: Mapping[str, Any], old: CollaborationInviteInputs | None
    ) -> Iterator[Problem | Notice | Memory]:
        """Dates lie ahead, the collaboration is there, and what cannot be done to a person is told now."""
        if known.keys() >= set(IDENTITY):
            yield from self._check_person(known, old)
        yield from access.dates(known, old, self.directory.now())  # of the service, which has told its time by now

    def _check_person(
        self, known: Mapping[str, Any], old: CollaborationInviteInputs | None
    ) -> Iterator[Problem | Notice | Memory]:
        old = old if is_same_person(old, known) else None
        before = state_of(old) if old else CollaborationInviteState(**{name: known[name] for name in IDENTITY})
        try:
            there = self._look(before)
        except Forbidden as error:
            if old is None or differing(old, known):
                raise
            yield Notice(f"what is declared in {NAME} collaboration {old.collaboration} cannot be checked: {error}")
            return
        uid = there.member.uid if there is not None and there.member is not None else None
        if old is None:
            yield from access.inviting(known, there).findings()
        elif there is not None:
            before = before.model_copy(update={"user": before.user or uid})
            yield from kept.changing(before, before.model_copy(update=dict(known)), there).problems
            yield from map(Notice, kept.perhaps_last(old, known, there))
        if there is not None and there.live is not None:
            yield from map(Notice, not_in_force(there.live, there.now))
        yield Memory({"user": uid} if uid else {})

    def beside(self, known: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
        """The collaboration that is made in the same run invites its administrators itself, as nothing else."""
        yield from access.beside(known, sources.get("collaboration", {}).get("administrators", ()))

    def changed(self, old: CollaborationInviteState, known: Mapping[str, Any]) -> set[str]:
        """What differs, `status` too when somebody has to be invited again."""
        changed, _ = kept.drift(old, known, self._now())
        return changed

    def warnings(self, old: CollaborationInviteState, known: Mapping[str, Any]) -> Iterable[str]:
        """What becomes of somebody who is lost or has ended, and what will be refused, where `check` did not see it."""
        _, verdict = kept.drift(old, known, self._now())
        return [*verdict.warnings, *(f"{self.about(old)} {problem.reason}" for problem in verdict.problems)]

    def _now(self) -> datetime:
        """The service's time, as far as it is known: a diff works without credentials."""
        try:
            return self.directory.now()
        except ConfigError:
            return datetime.now(UTC)

    # --- the four operations ---

    def create(self, inputs: CollaborationInviteInputs) -> CollaborationInviteState:
        """Invite, unless the person is in or asked already."""
        wanted = state_of(inputs)
        with self.directory.lock(inputs.collaboration):
            there = self._look(wanted, f"create {inputs.email}", recent=True)
            verdict = access.inviting(dict(inputs), there)
            self._tell(verdict, inputs)
            assert there is not None
            return self._sent(wanted, there) if verdict.action is Action.ADD else state_of(wanted, there)

    def recreate(self, old: CollaborationInviteState, inputs: CollaborationInviteInputs) -> CollaborationInviteState:
        """The state knows who accepted under another address, and how often a mail was sent."""
        return self.update(old, inputs)

    def read(self, state: CollaborationInviteState) -> CollaborationInviteState | None:
        """What became of the person; None only when the collaboration is gone."""
        there = self._look(state, f"read {self.id_of(state)}")
        return state_of(state, there) if there is not None else None

    def update(self, old: CollaborationInviteState, inputs: CollaborationInviteInputs) -> CollaborationInviteState:
        """Change what the invitation or the membership gives, or invite again."""
        wanted = old.model_copy(update=values_of(inputs))
        with self.directory.lock(inputs.collaboration):
            there = self._look(old, f"update {self.id_of(old)}", recent=True)
            if there is not None and there.status != "accepted" and not self._is_open(there):
                there = self._look(old, fresh=True)  # a listing may be behind, and a second mail cannot be taken back
            if there is None:
                raise Refused(f"{self.about(inputs)}: the collaboration is gone", Hint.REFRESH)
            verdict = kept.changing(old, wanted, there)
            self._tell(verdict, inputs)
            wanted = wanted.model_copy(update={"resends": verdict.resends})
            if verdict.action is Action.ADD:
                if there.open is not None:
                    role, groups = kept.merged(old, wanted, there.open)
                    wanted = wanted.model_copy(update={"intended_role": role, "groups": groups})
                return self._sent(wanted, there)
            if verdict.action is Action.CHANGE:
                there = self._changed(old, wanted, there)
            return state_of(wanted, there)

    def ends(self, state: CollaborationInviteState) -> frozenset[str]:
        """A membership may be another resource's as well, which declares the address that the person accepted under."""
        there = self._look_to_end(state, f"end {self.id_of(state)}")
        member = there.member if there is not None else None
        names = filter(None, (member.email, member.uid)) if member is not None else ()
        return frozenset(f"{state.collaboration}/{name}".casefold() for name in names)

    def left_behind(self, state: CollaborationInviteState) -> str:
        """Who accepted under another address is not found by the declared one, so nobody looks after them now."""
        return kept.left_behind(state)

    def delete(self, state: CollaborationInviteState) -> None:
        """End membership and invitation, or leave the membership where the program or the last admin asks for it."""
        with self.directory.lock(state.collaboration):
            there = self._look_to_end(state, f"delete {self.id_of(state)}")
            if there is None:
                return
            listed = of_address(self.directory.open_invitations(state.collaboration), state.email)
            known = [*there.blocking, *filter(None, [state.invitation_id])]
            for invitation_id in sorted({*known, *(each.identifier for each in listed)}):
                if state.user is None:  # who has accepted since is a member, which withdrawing would not end
                    found = self._invitation(invitation_id)
                    uid = found.uid if found is not None and found.status == "accepted" else None
                    state = state.model_copy(update={"user": uid})
                self._withdraw(state, invitation_id)
            try:  # nobody can come in any more: who is in by now?
                live = self.directory.collaboration_now(state.collaboration)
            except NotFound:
                return
            there = There.seen(state, live, self.directory.now())
            verdict = kept.deleting(state, there)
            self._tell(verdict, state)
            uid = there.member.uid if there.member is not None else state.user
            if verdict.action is Action.END and uid is not None:
                self._end(state, uid)

    # --- observing ---

    def _look(
        self, state: CollaborationInviteState, reader: str | None = None, *, recent: bool = False, fresh: bool = False
    ) -> There | None:
        """What there is of the person; None when the collaboration is gone. `fresh`: at this moment."""
        directory, identifier, invitation = self.directory, state.collaboration, None
        try:
            live = (
                directory.collaboration_now(identifier)
                if fresh
                else directory.collaboration(identifier, reader, recent=recent)
            )
            if live.who(state.user, state.email) is None:
                invited = (
                    directory.open_invitations_now(identifier)
                    if fresh
                    else directory.open_invitations(identifier, reader, recent=recent)
                )
                invitation = of_person(invited, state.invitation_id, state.email)
                if invitation is None and state.invitation_id and state.user is None:
                    invitation = self._invitation(state.invitation_id)
                    if invitation is not None and invitation.status == "accepted":
                        live = directory.collaboration_now(identifier)  # the listing may be older than the membership
        except NotFound:
            return None
        return There.seen(state, live, directory.now(), invitation)

    def _look_to_end(self, state: CollaborationInviteState, reader: str) -> There | None:
        try:
            return self._look(state, reader, recent=True)
        except Forbidden as error:  # of another organisation, or unit, by now: no deletion will ever succeed
            raise Refused(f"{self.about(state)}: {error}", Hint.FORGET) from error

    def _invitation(self, invitation_id: str) -> wire.Invitation | None:
        """An invitation at this moment, in whatever state. None: it is gone."""
        try:
            return self.directory.invitation(invitation_id)
        except NotFound:
            return None

    def _is_open(self, there: There) -> bool:
        found = self._invitation(there.open.identifier) if there.open is not None else None
        return found is not None and found.status == "open"

    # --- applying ---

    def _tell(self, verdict: access.Verdict, inputs: CollaborationInviteInputs) -> None:
        verdict.raise_if_refused(self.about(inputs))
        for text in verdict.warnings:
            self.warn(text)

    def _sent(self, wanted: CollaborationInviteState, there: There) -> CollaborationInviteState:
        """Send an invitation, after that has gone which stands in its way: a stale invitation, a dead membership."""
        if access.sending(wanted, there).problems:  # a group may have been made since the collaboration was listed
            there = replace(there, live=self.directory.collaboration_now(wanted.collaboration))
        self._tell(access.sending(wanted, there), wanted)
        new = wanted.model_copy(update={"user": None, "invitation_id": None, "status": "open"})

        def write() -> There:
            if there.member is not None:
                self._end(wanted, there.member.uid)
            for invitation_id in there.blocking:
                self._withdraw(wanted, invitation_id)
            more = mail_of(wanted, there.now)
            sent = self.directory.invite(wanted.collaboration, [wanted.email], wanted.intended_role, **more)
            mine = of_person(sent, None, wanted.email)
            if mine is None:
                raise Refused(f"{self.about(wanted)}: {NAME} left the address out, so nobody was invited; check it")
            return There(there.now, "open", invitation=mine)

        def look() -> There | None:
            found = self._look(new, fresh=True)
            if found is None or found.status not in ("open", "accepted") or {*found.blocking} & {*there.blocking}:
                return None
            return found

        made = converge(write, look)
        access.inviting(values_of(new), made).raise_if_refused(self.about(new))  # somebody else's may have come first
        return state_of(new, made)

    def _changed(self, old: CollaborationInviteState, wanted: CollaborationInviteState, there: There) -> There:
        """Give a member the wanted role, or let the open invitation give what the program changes."""
        if there.member is not None:
            self._give_role(wanted, there.member.uid)
            return replace(there, member=there.member.model_copy(update={"role": wanted.intended_role}))
        assert there.open is not None
        role, groups = kept.merged(old, wanted, there.open)
        self._give(wanted, there.open, role, groups, there.everybodys)
        given = [group for group in there.open.groups if group.names & set(groups)]
        come = set(groups) - {name for group in given for name in group.names}
        given += [wire.Group(identifier=name, short_name=name) for name in sorted(come)]
        return replace(there, invitation=there.open.model_copy(update={"intended_role": role, "groups": given}))

    def _give(
        self,
        wanted: CollaborationInviteState,
        invitation: wire.Invitation,
        role: str,
        groups: list[str],
        everybodys: Iterable[str],
    ) -> None:
        identifier = invitation.identifier

        def write() -> bool:
            # what is not named is taken away, also what the service has added
            self.directory.update_invitation(wanted.collaboration, identifier, role, [*groups, *everybodys])
            return True

        def look() -> bool | None:
            found = self._invitation(identifier)
            own = [group for group in found.groups if group.identifier not in everybodys] if found is not None else []
            given = found is not None and gives(found.model_copy(update={"groups": own}), role, groups)
            return True if given else None

        converge(write, look)

    def _give_role(self, wanted: CollaborationInviteState, uid: str) -> None:
        def write() -> bool:
            self.directory.set_role(wanted.collaboration, uid, wanted.intended_role)
            return True

        def look() -> bool | None:
            member = self.directory.collaboration_now(wanted.collaboration).user(uid)
            return True if member is not None and member.role == wanted.intended_role else None

        converge(write, look)

    def _withdraw(self, state: CollaborationInviteState, invitation_id: str) -> None:
        def write() -> bool:
            self.directory.delete_invitation(state.collaboration, invitation_id)
            return True

        converge(write, lambda: True if self._invitation(invitation_id) is None else None)

    def _end(self, state: CollaborationInviteState, uid: str) -> None:
        def write() -> bool:
            self.directory.remove_member(state.collaboration, uid)
            return True

        def look() -> bool | None:
            return True if self.directory.collaboration_now(state.collaboration).user(uid) is None else None

        converge(write, look)
