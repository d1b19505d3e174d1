"""A collaboration as a resource: made once, hardly changed, and not lost by surprise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...converge import converge, ignore_not_found
from ...errors import NotFound, Problem, Refused
from ...lifecycle import Lifecycle, Warn
from .. import wire
from ..directory import Directory
from ..values import expiry_moment, folded, moment
from ..wire import NAME, of_address
from .collaboration_model import (
    FIXED,
    CollaborationInputs,
    CollaborationState,
    has_tags,
    is_half_made,
    may_be_added,
    of_name,
    owner_of,
    people_in,
    same,
    same_live,
    shown,
    state_of,
    units_of,
    values_of,
)


class CollaborationLifecycle(Lifecycle[CollaborationInputs, CollaborationState, Directory]):
    """One collaboration. What is in it is named before it could be lost."""

    inputs_model = CollaborationInputs
    state_model = CollaborationState
    identity = ("short_name",)
    replaced_first = True
    ignored_after_create = frozenset({"account", "administrators", "message", "adopt"})

    def __init__(self, connect: Callable[[], Directory], warn: Warn) -> None:
        super().__init__(connect, warn)
        self._going: set[str] = set()  # short names that give way: the engine checks a replacement again, as new

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

    def from_id(self, id_: str) -> dict[str, Any]:
        """The identifier."""
        return {"identifier": id_}

    def check(self, known: Mapping[str, Any], old: CollaborationInputs | None) -> Iterable[Problem]:
        """What the service would refuse, what a replacement would lose, and what cannot be taken over."""
        if old is None:
            yield from self._check_new(known)
        else:
            yield from self._check_change(known, old)
        expiry = known.get("expiry_date")
        changed = old is None or old.short_name in self._going or not same("expiry_date", old.expiry_date, expiry)
        if expiry is not None and changed and expiry_moment(expiry) <= self.directory.now():
            yield Problem("expiry_date", f"must be in the future: the day that {NAME} keeps of it is past or today")

    def changed(self, old: CollaborationState, known: Mapping[str, Any]) -> set[str]:
        """What differs in the service's terms."""
        names = [name for name in known if name not in self.ignored_after_create]
        ours = folded(old.organisation_tags)
        return {
            name
            for name in names
            if not same(name, getattr(old, name), known[name])
            and not (name == "tags" and set(known[name]) | ours == set(old.tags) | ours)
        }

    def replaces(self, old: CollaborationState, changed: set[str]) -> set[str]:
        """What the API cannot change; without the program's permission nothing is replaced, and `update` refuses."""
        allowed = old.allow_replacement != ("allow_replacement" in changed)
        return changed & set(FIXED) if allowed else set()

    def create(self, inputs: CollaborationInputs) -> CollaborationState:
        """Make it and invite its administrators, or take over what is there."""
        with self.directory.lock_organisation():
            organisation = self.directory.organisation(f"create {inputs.short_name}")
            found = organisation.find(inputs.short_name)
            if found is None:
                return converge(lambda: self._made(inputs, organisation), lambda: self._half_made(inputs))
            return self._taken_over(inputs, found, organisation)

    def read(self, state: CollaborationState) -> CollaborationState | None:
        """The live state, and what was declared wherever it means the same."""
        try:
            live = self.directory.collaboration(state.identifier, "read the collaboration itself")
        except NotFound:
            return None
        return state_of(state, live)

    def update(self, old: CollaborationState, inputs: CollaborationInputs) -> CollaborationState:
        """Change units; the rest is remembered."""
        fixed = sorted(self.changed(old, values_of(inputs)) & set(FIXED))
        if fixed == ["tags"]:
            live = self.directory.collaboration(old.identifier, "update its tags")
            fixed = [] if has_tags(live.tags, inputs.tags, old.tags) else fixed
        if fixed:
            raise Refused(
                f"{self.about(old)}: {', '.join(fixed)} cannot be changed through the API; change it in the web "
                "interface and run `pulumi refresh`, or set allow_replacement=True"
            )
        if not same("units", old.units, inputs.units):
            with self.directory.lock(old.identifier):
                try:
                    converge(
                        lambda: self._units_set(old.identifier, inputs.units),
                        lambda: self._has_units(old.identifier, inputs.units),
                    )
                except NotFound as error:
                    raise error.plus("; the collaboration is gone: run `pulumi refresh`") from error
        return old.model_copy(update=values_of(inputs))

    def delete(self, state: CollaborationState) -> None:
        """Delete it; one with members only where the program said so before."""
        with self.directory.lock(state.identifier):
            try:
                live = self.directory.collaboration_now(state.identifier)
            except NotFound:
                return
            if live.members and not state.force_destroy:
                raise Refused(
                    f"{self.about(state)} has members: {people_in(live)}. Deleting it ends their access; set "
                    "force_destroy=True and run `pulumi up` before it is destroyed or replaced. Invitations of this "
                    "stack may be withdrawn already, and memberships ended; `pulumi up` sends them again"
                )
            converge(lambda: self._deleted(live.identifier), lambda: self._is_gone(live.identifier))

    # --- preview ---

    def _check_new(self, known: Mapping[str, Any]) -> Iterable[Problem]:
        yield from self._check_units(known)
        yield from self._check_place(known)

    def _check_place(self, known: Mapping[str, Any]) -> Iterable[Problem]:
        """The names are free, or what has them can be taken over."""
        if "short_name" not in known:
            return
        organisation = self.directory.organisation()
        found = organisation.find(known["short_name"])
        if found is None or found.short_name in self._going:
            twin = of_name(organisation, known.get("name", ""))
            if twin is not None and twin.short_name not in self._going:
                yield Problem("name", f"is that of the collaboration {twin.short_name} already; names are unique")
            return
        if self._is_left_over(known, found):
            self.warn(
                f"{NAME} collaboration {found.short_name} exists already without its tags and with nothing in it: what "
                "a failed create leaves. `pulumi up` deletes it and makes it again"
            )
            return
        against = self._conflicts(known, found, organisation)
        for name in against:
            yield Problem(name, self._conflict(name, known, found))
        others = sorted(set(found.tags) - set(known.get("tags", found.tags)))
        if others and not against:
            self.warn(
                f"{NAME} collaboration {found.short_name} exists already and is taken over; its tags "
                f"{', '.join(others)} are not declared, and count as the organisation's own"
            )

    def _check_units(self, known: Mapping[str, Any]) -> Iterable[Problem]:
        organisation = self.directory.organisation()
        there = folded(organisation.units)
        for unit in known.get("units", ()):
            if unit.casefold() not in there:
                yield Problem("units", f"{unit!r} is no unit of {owner_of(organisation)}; {units_of(organisation)}")

    def _check_change(self, known: Mapping[str, Any], old: CollaborationInputs) -> Iterable[Problem]:
        if "administrators" in known and folded(known["administrators"]) != folded(old.administrators):
            self.warn(
                f"{self.about(old)}: administrators are invited when the collaboration is made and never later, so "
                "this change does nothing; invite later ones with CollaborationInvite"
            )
        before = CollaborationState.model_validate(values_of(old))
        fixed = sorted(self.changed(before, known) & set(FIXED))
        other_units = "units" in known and not same("units", old.units, known["units"])
        if other_units:
            yield from self._check_units(known)
        if not fixed or "allow_replacement" not in known:
            return
        found = self.directory.organisation().find(old.short_name)
        if found is None:
            return
        if "tags" in fixed and has_tags(found.tags, known["tags"], old.tags):
            fixed.remove("tags")  # declared now, and there already: mostly the organisation's own
        if not fixed:
            return
        if not known["allow_replacement"]:
            count = self._counted(found)
            for name in fixed:
                fewer = name == "tags" and set(known["tags"]) < set(old.tags)
                yield Problem(
                    name,
                    f"cannot be changed through the API, and a replacement would lose {count}; change it in the web "
                    "interface and run `pulumi refresh`, or set allow_replacement=True to replace the collaboration"
                    + ("; a tag that the organisation adds by itself stays declared once it was" if fewer else ""),
                )
        elif found.members and not old.force_destroy:
            yield Problem(
                "force_destroy",
                f"is needed to replace a collaboration with members ({people_in(found)}), and has to be in the state "
                f"before: set force_destroy=True, leave {', '.join(fixed)} as it was, run `pulumi up`, then replace",
            )
        else:
            self._going.add(old.short_name)
            if not other_units:
                yield from self._check_units(known)
            yield from self._check_place(known)  # after the old one has gone it would be too late

    def _counted(self, found: wire.Collaboration) -> str:
        invitations = len(self.directory.open_invitations(found.identifier))
        members = len(found.members)
        return f"{members} member{'' if members == 1 else 's'} and {invitations} open invitation" + (
            "" if invitations == 1 else "s"
        )

    # --- taking over ---

    def _conflicts(
        self, known: Mapping[str, Any], found: wire.Collaboration, organisation: wire.Organisation
    ) -> list[str]:
        """Which known inputs stand against taking this collaboration over."""
        against = []
        for name in FIXED:
            if name not in known or name in ("short_name", "logo"):
                continue
            live = getattr(found, name)
            if name == "tags":
                if not set(known["tags"]) <= set(live) or not may_be_added(known["tags"], found, organisation):
                    against.append(name)
            elif not same_live(name, known[name], live):
                against.append(name)
        if not known.get("adopt", True) and "units" in known and not same("units", known["units"], found.units):
            against.append("units")
        return against

    def _conflict(self, name: str, known: Mapping[str, Any], found: wire.Collaboration) -> str:
        live = getattr(found, name)
        there = f"is {shown(live)} on {NAME}, where the collaboration {found.short_name} exists already"
        asked = f"the program asks for {shown(known[name])}"
        if name == "units":
            return f"{there}, and {asked}; set adopt=True to take it over and change it, or declare what is there"
        return (
            f"{there}, and {asked}; the API cannot change it: declare what is there, change it in the web interface, "
            "or take another short_name"
        )

    def _is_left_over(self, known: Mapping[str, Any], found: wire.Collaboration) -> bool:
        """Whether a failed create of ours left it, which invites nobody before the tags are there."""
        return is_half_made(known, found) and not self.directory.open_invitations(found.identifier)

    def _taken_over(
        self, inputs: CollaborationInputs, found: wire.Collaboration, organisation: wire.Organisation
    ) -> CollaborationState:
        known = values_of(inputs)
        if self._is_left_over(known, found):
            self._remove_half_made(found)
            return converge(lambda: self._made(inputs, organisation), lambda: self._half_made(inputs))
        against = self._conflicts(known, found, organisation)
        if against:
            told = "; ".join(f"{name} {self._conflict(name, known, found)}" for name in against)
            raise Refused(f"{self.about(inputs)}: {told}")
        if not same("units", inputs.units, found.units):
            self._units_set(found.identifier, inputs.units)
        self._invite_missing(inputs, found)
        return self._remembered(inputs, found.identifier)

    def _half_made(self, inputs: CollaborationInputs) -> CollaborationState | None:
        """After a failed create: what is there now, made whole; None when nothing is, so that it is made again."""
        organisation = self.directory.organisation_now()
        found = organisation.find(inputs.short_name)
        if found is None:
            return None
        if self._is_left_over(values_of(inputs), found):
            self._remove_half_made(found)
            return None
        return self._taken_over(inputs, found, organisation)

    def _remove_half_made(self, found: wire.Collaboration) -> None:
        ignore_not_found(lambda: self.directory.delete_collaboration(found.identifier))

    def _invite_missing(self, inputs: CollaborationInputs, found: wire.Collaboration) -> None:
        """Invite those administrators who are neither in nor asked: their mails may never have been sent."""
        invited = self.directory.open_invitations(found.identifier)
        missing = [
            email for email in inputs.administrators if found.holder(email) is None and not of_address(invited, email)
        ]
        if not missing:
            return

        def done() -> bool | None:
            now = self.directory.open_invitations_now(found.identifier)
            return True if all(of_address(now, email) for email in missing) else None

        def write() -> bool:
            sent = {
                each.email.casefold()
                for each in self.directory.invite(found.identifier, missing, "admin", message=inputs.message)
            }
            lost = [email for email in missing if email.casefold() not in sent]
            if lost:
                raise Refused(f"{self.about(inputs)}: {NAME} left out {', '.join(lost)}; check the addresses")
            return True

        converge(write, done)

    # --- writing ---

    def _made(self, inputs: CollaborationInputs, organisation: wire.Organisation) -> CollaborationState:
        # A new tag may meet another create and leave this one half-made, to be made again: nobody may be mailed before.
        tags = {tag for each in organisation.collaborations for tag in each.tags}
        at_once = set(inputs.tags) <= tags
        spelled = {unit.casefold(): unit for unit in organisation.units}  # here its case matters, elsewhere not
        body = wire.collaboration_body(
            name=inputs.name,
            short_name=inputs.short_name,
            description=inputs.description,
            disable_join_requests=inputs.disable_join_requests,
            disclose_member_information=inputs.disclose_member_information,
            disclose_email_information=inputs.disclose_email_information,
            administrators=inputs.administrators if at_once else [],
            message=inputs.message if at_once else None,
            expiry_date=moment(inputs.expiry_date) if inputs.expiry_date else None,
            logo=inputs.logo,
            website_url=inputs.website_url,
            tags=inputs.tags,
            units=[spelled.get(unit.casefold(), unit) for unit in inputs.units],
            support_email=inputs.support_email,
        )
        identifier = self.directory.create_collaboration(body)
        live = self.directory.collaboration(identifier, "invite its administrators")
        if live.invitations_count < len(folded(inputs.administrators)):  # one that is an admin of the organisation: 3.1
            self._invite_missing(inputs, live)
        return self._remembered(inputs, identifier)

    def _remembered(self, inputs: CollaborationInputs, identifier: str) -> CollaborationState:
        live = self.directory.collaboration(identifier, "remember it")
        self.directory.note_collaboration(live)
        added = sorted(set(live.tags) - set(inputs.tags))
        if not same("units", inputs.units, live.units):
            self.warn(
                f"{self.about(inputs)}: {NAME} has set the units {', '.join(live.units)}, as this API key is for these "
                "alone; declare them"
            )
        return state_of(CollaborationState(**values_of(inputs), organisation_tags=added), live)

    def _units_set(self, identifier: str, units: list[str]) -> bool:
        self.directory.set_units(identifier, units)
        return True

    def _has_units(self, identifier: str, units: list[str]) -> bool | None:
        return True if same("units", units, self.directory.collaboration_now(identifier).units) else None

    def _deleted(self, identifier: str) -> bool:
        ignore_not_found(lambda: self.directory.delete_collaboration(identifier))
        return True

    def _is_gone(self, identifier: str) -> bool | None:
        try:
            self.directory.collaboration_now(identifier)
        except NotFound:
            return True
        return None
