"""A collaboration as a resource: made once, hardly changed, and not lost by surprise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...converge import converge, ignore_not_found
from ...decisions import Action, Decision
from ...errors import Forbidden, Hint, NotFound, Problem, Refused
from ...lifecycle import Lifecycle, Notice
from .. import wire
from ..access import collaboration as access
from ..access.collaboration_model import (
    AT_CREATION,
    FIXED,
    CollaborationInputs,
    CollaborationState,
    differing,
    is_there,
    state_of,
    values_of,
)
from ..directory import Directory
from ..values import moment
from ..wire import NAME, of_address


class CollaborationLifecycle(Lifecycle[CollaborationInputs, CollaborationState, Directory]):
    """One collaboration. What is in it is named before it could be lost."""

    inputs_model = CollaborationInputs
    state_model = CollaborationState
    identity = ("short_name",)
    replaced_first = True
    ignored_after_create = AT_CREATION

    def about(self, inputs: CollaborationInputs) -> str:
        """Which collaboration it is."""
        identifier = inputs.identifier if isinstance(inputs, CollaborationState) else ""
        return f"{NAME} collaboration {inputs.short_name or identifier}"

    def id_of(self, inputs: CollaborationInputs) -> str:
        """The identifier, which the service gives."""
        return inputs.identifier if isinstance(inputs, CollaborationState) else ""

    def grants(self, inputs: CollaborationInputs) -> frozenset[str]:
        """The short name, which is known before the identifier is."""
        return frozenset({inputs.short_name})

    def unique(self, known: Mapping[str, Any]) -> Mapping[str, str]:
        """The name, which the service compares without case and blanks at its end."""
        return {"name": access.folded_name(known["name"])} if "name" in known else {}

    def from_id(self, id_: str) -> dict[str, Any]:
        """The identifier."""
        return {"identifier": id_}

    def check(self, known: Mapping[str, Any], old: CollaborationInputs | None) -> Iterable[Problem | Notice]:
        """What would be refused or lost, what stands against taking it over, and whether it is in force."""
        organisation, now = self.directory.organisation(), self.directory.now()
        if old is None:
            yield from access.making(known, organisation, now).findings()
            return
        found = organisation.find(old.short_name)
        if found is not None:
            yield from map(Notice, access.not_in_force(found, now))
        decision = self._changing(known, old, found, organisation)
        yield from decision.findings()
        if decision.action is Action.END and not decision.problems:  # when the old one has gone it would be too late
            yield from access.making(known, organisation, now, instead_of=old.short_name).findings()

    def changed(self, old: CollaborationState, known: Mapping[str, Any]) -> set[str]:
        """What differs in the service's terms."""
        return differing(old, known)

    def warnings(self, old: CollaborationState, known: Mapping[str, Any]) -> Iterable[str]:
        """What is let go."""
        return access.let_go(old, known)

    def replaces(self, old: CollaborationState, changed: set[str], known: Mapping[str, Any] | None = None) -> set[str]:
        """What the API cannot change; without the program's permission nothing is replaced, and `update` refuses."""
        allowed = old.allow_replacement != ("allow_replacement" in changed)
        left_out = {name for name, value in (known or {}).items() if value is None}
        return changed & set(FIXED) - left_out if allowed else set()

    def create(self, inputs: CollaborationInputs) -> CollaborationState:
        """Make it and invite its administrators, or take over what is there."""
        with self.directory.lock_organisation():
            organisation = self.directory.organisation(f"create {inputs.short_name}")
            decision = access.making(values_of(inputs), organisation, self.directory.now())
            decision.raise_if_refused(self.about(inputs), named=True)
            found = organisation.find(inputs.short_name)
            if found is not None and decision.action is not Action.ADD:
                live = self._taken_over(inputs, decision, found.identifier)
            else:
                if found is not None:
                    self._remove_left_over(inputs, found.identifier)
                live = converge(lambda: self._made(inputs, organisation), lambda: self._half_made(inputs))
            self.directory.note_collaboration(live)
            self._invite_missing(inputs, live)
            added = sorted(set(live.tags) - set(inputs.tags))
            return state_of(CollaborationState(**values_of(inputs), organisation_tags=added), live)

    def read(self, state: CollaborationState) -> CollaborationState | None:
        """The live state, and what was declared wherever it means the same."""
        live = self._live(state.identifier, "read the collaboration itself")
        return state_of(state, live) if live is not None else None

    def update(self, old: CollaborationState, inputs: CollaborationInputs) -> CollaborationState:
        """Change units; the rest is remembered."""
        values = values_of(inputs)
        if not self.changed(old, values) <= {"allow_replacement", "force_destroy"}:
            with self.directory.lock(old.identifier):
                live = self._live(old.identifier, "update it")
                if live is None:
                    raise Refused(f"{self.about(old)} is gone", Hint.REFRESH)
                only_in_place = values | {"allow_replacement": False}  # a replacement is not for an update to make
                decision = self._changing(only_in_place, old, live, self.directory.organisation())
                decision.raise_if_refused(self.about(old), named=True)
                if decision.action is Action.CHANGE:
                    self._set_units(inputs, old.identifier)
        return old.model_copy(update=values)

    def delete(self, state: CollaborationState) -> None:
        """Delete it; one with members only where the program said so before."""
        with self.directory.lock(state.identifier):
            try:
                looks = [self._live(state.identifier, None)]
            except Forbidden as error:
                raise Refused(f"{self.about(state)}: {error}", Hint.FORGET) from error
            if access.deleting(state, looks).action is Action.END and not state.force_destroy:
                looks.append(self.directory.organisation_now().by_identifier(state.identifier))
            access.deleting(state, looks).raise_if_refused(self.about(state))
            converge(lambda: self._deleted(state.identifier), lambda: self._is_gone(state.identifier))

    # --- looking ---

    def _changing(
        self,
        known: Mapping[str, Any],
        old: CollaborationInputs,
        found: wire.Collaboration | None,
        organisation: wire.Organisation,
    ) -> Decision:
        refused = found is not None and not known.get("allow_replacement") and access.unchangeable(known, old, found)
        lost = len(self.directory.open_invitations(found.identifier)) if refused and found is not None else 0
        return access.changing(known, old, found, organisation, lost)

    def _live(self, identifier: str, reader: str | None) -> wire.Collaboration | None:
        """What is there; None where the organisation does not list it either, as one response may be an old one."""
        try:
            if reader is None:
                return self.directory.collaboration_now(identifier)
            return self.directory.collaboration(identifier, reader)
        except NotFound:
            return self.directory.organisation_now().by_identifier(identifier)

    def _is_gone(self, identifier: str) -> bool | None:
        try:
            self.directory.collaboration_now(identifier)
        except NotFound:
            return True
        return None

    # --- making ---

    def _made(self, inputs: CollaborationInputs, organisation: wire.Organisation) -> wire.Collaboration:
        spelled = {unit.casefold(): unit for unit in organisation.units}  # here its case matters, elsewhere not
        body = wire.collaboration_body(
            name=inputs.name,
            short_name=inputs.short_name,
            description=inputs.description,
            disable_join_requests=inputs.disable_join_requests,
            disclose_member_information=inputs.disclose_member_information,
            disclose_email_information=inputs.disclose_email_information,
            administrators=[],  # invited when it is whole: a new tag may meet another create, and it is made again
            expiry_date=moment(inputs.expiry_date) if inputs.expiry_date else None,
            logo=inputs.logo,
            website_url=inputs.website_url,
            tags=inputs.tags,
            units=[spelled.get(unit.casefold(), unit) for unit in inputs.units or ()],
            support_email=inputs.support_email,
        )
        return self._finished(inputs, self.directory.create_collaboration(body))

    def _half_made(self, inputs: CollaborationInputs) -> wire.Collaboration | None:
        """After a failed create: what is there now, made whole; None when nothing is, so that it is made again."""
        organisation = self.directory.organisation_now()
        found = organisation.find(inputs.short_name)
        if found is None:
            return None
        if access.is_untouched(values_of(inputs), found):
            if inputs.tags and not found.tags:
                self._deleted(found.identifier)
                return None
            return self._finished(inputs, found.identifier)
        decision = access.making(values_of(inputs), organisation, self.directory.now())
        return self._taken_over(inputs, decision, found.identifier)

    def _finished(self, inputs: CollaborationInputs, identifier: str) -> wire.Collaboration:
        """What was just made; nothing is left of it where a key for some units made it with others."""
        live = self.directory.collaboration(identifier, "look at what was made")
        if inputs.units is not None and not is_there("units", inputs.units, live):
            converge(lambda: self._deleted(identifier), lambda: self._is_gone(identifier))
            access.refused_units(inputs.units, live.units).raise_if_refused(self.about(inputs), named=True)
        return live

    def _taken_over(self, inputs: CollaborationInputs, decision: Decision, identifier: str) -> wire.Collaboration:
        decision.raise_if_refused(self.about(inputs), named=True)
        if decision.action is Action.CHANGE:
            self._set_units(inputs, identifier)
        return self.directory.collaboration(identifier, "take it over", recent=True)

    def _invite_missing(self, inputs: CollaborationInputs, live: wire.Collaboration) -> None:
        """Invite those administrators who are neither in nor asked: their mails may never have been sent."""
        absent = [email for email in inputs.administrators if live.holder(email) is None]
        if not absent:
            return
        invited = self.directory.open_invitations(live.identifier, "invite its administrators")
        missing = [email for email in absent if not of_address(invited, email)]
        if missing:
            converge(lambda: self._invited(inputs, live.identifier, missing), lambda: self._are_in(live, missing))

    def _invited(self, inputs: CollaborationInputs, identifier: str, emails: list[str]) -> bool:
        sent = self.directory.invite(identifier, emails, "admin", message=inputs.message)
        lost = [email for email in emails if email.casefold() not in {each.email.casefold() for each in sent}]
        if lost:
            raise Refused(f"{self.about(inputs)}: {NAME} left out {', '.join(lost)}; check the addresses")
        return True

    def _are_in(self, live: wire.Collaboration, emails: list[str]) -> bool | None:
        now = self.directory.open_invitations_now(live.identifier)
        return True if all(of_address(now, email) for email in emails) else None

    # --- writing ---

    def _set_units(self, inputs: CollaborationInputs, identifier: str) -> None:
        units = inputs.units or []
        try:
            converge(lambda: self._units_set(identifier, units), lambda: self._has_units(identifier, units))
        except Forbidden as error:
            if "scoped with units" not in str(error):
                raise
            live = self.directory.collaboration(identifier)
            access.refused_units(units, live.units).raise_if_refused(self.about(inputs), named=True)

    def _units_set(self, identifier: str, units: list[str]) -> bool:
        self.directory.set_units(identifier, units)
        return True

    def _has_units(self, identifier: str, units: list[str]) -> bool | None:
        return True if is_there("units", units, self.directory.collaboration_now(identifier)) else None

    def _remove_left_over(self, inputs: CollaborationInputs, identifier: str) -> None:
        """What a failed create left, if it is no more than that now."""
        live = self.directory.collaboration_now(identifier)
        if not access.is_left_over(values_of(inputs), live) or self.directory.open_invitations_now(identifier):
            raise Refused(f"{self.about(inputs)}: the one that is there has just been changed by somebody", Hint.AGAIN)
        self._deleted(identifier)

    def _deleted(self, identifier: str) -> bool:
        ignore_not_found(lambda: self.directory.delete_collaboration(identifier))
        return True
