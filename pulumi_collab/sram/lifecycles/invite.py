"""One person's way into a collaboration, from invitation to membership, as one resource for life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ...converge import converge, ignore_not_found
from ...errors import ConfigError, NotFound, Problem, Refused
from ...lifecycle import Lifecycle
from .. import wire
from ..directory import Directory
from ..values import moment, near, same_moment
from ..wire import NAME, of_address
from .invite_calls import give, send, withdraw
from .invite_model import (
    DATES,
    FIXED_EXPIRY,
    LAST_ADMIN,
    LAST_ADMIN_PERHAPS,
    LOST,
    REFUSED_LATER,
    TOLD,
    UNSEEN_END,
    CollaborationInviteInputs,
    CollaborationInviteState,
    Found,
    conflict,
    differing_in,
    ended,
    ends,
    expires_as,
    fixed_groups,
    gives,
    iso,
    moved,
    not_again,
    same_groups,
    state_of,
    status_now,
    values_of,
    words,
)
from .invite_search import answered, find, groups_of, is_late


class CollaborationInviteLifecycle(Lifecycle[CollaborationInviteInputs, CollaborationInviteState, Directory]):
    """One person in one collaboration. Accepted is the steady state; the last admin stays."""

    inputs_model = CollaborationInviteInputs
    state_model = CollaborationInviteState
    identity = ("collaboration", "email")
    ignored_after_create = frozenset({"account", "message", "sender_name"})

    def about(self, inputs: CollaborationInviteInputs) -> str:
        """Whom and what it concerns."""
        return f"{inputs.email} in {NAME} collaboration {inputs.collaboration}"

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

    def check(self, known: Mapping[str, Any], old: CollaborationInviteInputs | None) -> Iterable[Problem]:
        """Dates lie ahead, the collaboration is there, and what cannot be done to a member is told now."""
        yield from self._check_person(known, old)
        for name in DATES:
            value = known.get(name)
            lives_on = name == "invitation_expiry_date" or self._is_same_person(known, old)
            if value is None or (old is not None and lives_on and same_moment(getattr(old, name), value)):
                continue
            if moment(value) <= self.directory.now():
                yield Problem(name, f"must be in the future, not {value}")

    def _check_person(self, known: Mapping[str, Any], old: CollaborationInviteInputs | None) -> Iterable[Problem]:
        if "collaboration" not in known or "email" not in known:
            return
        try:
            live = self.directory.collaboration(known["collaboration"])
        except NotFound:
            if old is None:
                yield Problem("collaboration", f"names no collaboration on {NAME}; check the identifier")
            return
        member = live.member(None, known["email"])
        if old is None or not self._is_same_person(known, old):
            yield from self._check_open(known, live) if member is None else self._check_member(known, member)
            return
        role = known.get("intended_role", old.intended_role)
        if member is None:
            if role == "member" and old.intended_role == "admin" and [m.role for m in live.members].count("admin") == 1:
                self._tell_of_lowering(old)
            return
        lowered = role not in (old.intended_role, member.role)
        if lowered and live.is_last_admin(member):
            yield Problem("intended_role", LAST_ADMIN)
        date = "membership_expiry_date"
        if date in known and not same_moment(getattr(old, date), known[date]) and not expires_as(member, known[date]):
            yield Problem(date, FIXED_EXPIRY)
        if "groups" in known and set(known["groups"]) != set(old.groups):
            yield Problem("groups", fixed_groups(old.groups))

    def _check_member(self, known: Mapping[str, Any], member: wire.Member) -> Iterable[Problem]:
        """A member who has something else is not taken over."""
        if "intended_role" in known and member.role != known["intended_role"]:
            yield Problem("intended_role", conflict("is a member", member.role, known["intended_role"]))
        date = "membership_expiry_date"
        if date in known and not expires_as(member, known[date]):
            yield Problem(date, conflict("is a member", ends(member), known[date] or "no end"))

    def _check_open(self, known: Mapping[str, Any], live: wire.Collaboration) -> Iterable[Problem]:
        """An open invitation that gives something else is not taken over."""
        there = next(iter(of_address(self.directory.open_invitations(known["collaboration"]), known["email"])), None)
        if there is None or is_late(self.directory, there):
            return
        role, groups = known.get("intended_role", there.intended_role), known.get("groups")
        there_in, _ = groups_of(live, there, groups or [])
        other_groups = groups is not None and not same_groups(there_in, groups)
        if role != there.intended_role or other_groups:
            given = [group.short_name or group.identifier for group in there_in]
            told = conflict(
                "is invited",
                words(there.intended_role, given),
                words(role, given if groups is None else groups),
            )
            yield Problem("intended_role" if role != there.intended_role else "groups", told)

    def _tell_of_lowering(self, old: CollaborationInviteInputs) -> None:
        if not of_address(self.directory.open_invitations(old.collaboration), old.email):
            self.warn(f"{self.about(old)}: {LAST_ADMIN_PERHAPS}")

    def _is_same_person(self, known: Mapping[str, Any], old: CollaborationInviteInputs | None) -> bool:
        """Whether it stays the person of that collaboration; what is not known yet is taken for another."""
        identity = set(self.identity)
        return old is not None and identity <= known.keys() and not identity & differing_in(old, known)

    def changed(self, old: CollaborationInviteState, known: Mapping[str, Any]) -> set[str]:
        """What differs, `status` too when somebody has to be invited again."""
        now = self._now()
        status = status_now(old, now)
        differing = {name for name in differing_in(old, known) if name not in self.ignored_after_create}
        if status == "accepted":
            differing.discard("invitation_expiry_date")
            if not differing & set(self.identity):
                # `check` fails on these, but only for whom it finds by address
                if "membership_expiry_date" in differing:
                    self.warn(f"{self.about(old)}: membership_expiry_date {FIXED_EXPIRY}; {REFUSED_LATER}")
                if "groups" in differing:
                    self.warn(f"{self.about(old)}: groups {fixed_groups(old.groups)}; {REFUSED_LATER}")
        if status in LOST and not differing & set(self.identity):
            limit = known.get("resend_limit", old.resend_limit)
            last_day = known.get("membership_expiry_date", old.membership_expiry_date)
            why_not = not_again(old, limit, last_day, now)
            if why_not is None:
                differing.add("status")
            again = f"`pulumi up` invites again ({old.resends + 1} of {limit})"
            self.warn(f"{self.about(old)}: {TOLD[status]}; {why_not or again}")
        return differing

    def _now(self) -> datetime:
        """The service's time, as far as it is known: a diff works without credentials."""
        try:
            return self.directory.now()
        except ConfigError:
            return datetime.now(UTC)

    # --- the four operations ---

    def create(self, inputs: CollaborationInviteInputs) -> CollaborationInviteState:
        """Invite, unless the person is in or asked already."""
        with self.directory.lock(inputs.collaboration):
            found = find(self.directory, state_of(inputs), f"create {inputs.email}", recent=True)
            if found is None:
                raise Refused(f"{self.about(inputs)}: there is no such collaboration; run `pulumi refresh`")
            if found.member is not None:
                for problem in self._check_member(dict(inputs), found.member):
                    raise Refused(f"{self.about(inputs)}: {problem.property} {problem.reason}")
                return state_of(inputs, found)
            if found.status == "open" and found.invitation is not None:
                if not gives(found.invitation, inputs):
                    there = words(found.invitation.intended_role, [g.short_name for g in found.invitation.groups])
                    told = conflict("is invited", there, words(inputs.intended_role, inputs.groups))
                    raise Refused(f"{self.about(inputs)} {told}")
                if inputs.membership_expiry_date:
                    self.warn(f"{self.about(inputs)} {UNSEEN_END}")
                if inputs.invitation_expiry_date and not self._ends_as(found.invitation, state_of(inputs)):
                    until = iso(found.invitation.expires)
                    self.warn(
                        f"{self.about(inputs)} is invited already, until {until}: withdraw that in the web interface, "
                        "so that `pulumi up` sends one with the declared invitation_expiry_date"
                    )
                return state_of(inputs, found)
            return self._sent(state_of(inputs), found.invitation, resends=0)

    def read(self, state: CollaborationInviteState) -> CollaborationInviteState | None:
        """What became of the person; None only when the collaboration is gone."""
        found = find(self.directory, state, f"read {self.id_of(state)}")
        if found is None:
            return None
        return state_of(state, found)

    def update(self, old: CollaborationInviteState, inputs: CollaborationInviteInputs) -> CollaborationInviteState:
        """Change what the invitation or the membership gives, or invite again."""
        with self.directory.lock(inputs.collaboration):
            found = find(self.directory, old, f"update {self.id_of(old)}", recent=True)
            if found is not None and found.status == "open" and found.invitation is not None:
                at_this_moment = answered(self.directory, found.invitation.identifier)
                if at_this_moment is None or at_this_moment.status != "open":
                    found = find(self.directory, old)
            if found is None:
                raise Refused(f"{self.about(inputs)}: the collaboration is gone; run `pulumi refresh`")
            kept = old.model_copy(update=values_of(inputs))
            if found.member is not None:
                return self._member_changed(old, kept, found)
            if found.status == "open" and found.invitation is not None:
                return self._invitation_changed(old, kept, found, found.invitation)
            interrupted = found.status == "declined" and status_now(old, self.directory.now()) == "open"
            if interrupted and moved(old, kept) and not ended(kept.membership_expiry_date, self.directory.now()):
                self.warn(
                    f"{self.about(inputs)}: the open invitation is gone, as if an earlier `pulumi up` had withdrawn it "
                    "for its new date and then failed, so it is sent; SRAM does not warn whether the person declined it"
                )
                return self._sent(kept, None, resends=old.resends)
            why_not = not_again(old, inputs.resend_limit, inputs.membership_expiry_date, self.directory.now())
            if why_not is not None:
                self.warn(f"{self.about(inputs)}: {TOLD[found.status]}; {why_not}")
                return state_of(kept, found).model_copy(update=values_of(inputs))
            return self._sent(kept, found.invitation, resends=old.resends + 1)

    def ends(self, state: CollaborationInviteState) -> frozenset[str]:
        """A membership may be another resource's as well, which declares the address that the person accepted under."""
        found = find(self.directory, state, f"end {self.id_of(state)}", recent=True)
        if found is None or found.member is None:
            return frozenset()
        names = filter(None, (found.member.email, found.member.uid))
        return frozenset(f"{state.collaboration}/{name}".casefold() for name in names)

    def left_behind(self, state: CollaborationInviteState) -> str:
        """Who accepted under another address is not found by the declared one, so nobody looks after them now."""
        if state.user is None:
            return ""
        return (
            f"; if {state.user} accepted under another address than {state.email}, that membership stays and is in no "
            "resource now, and the new resource invites again: rename with ResourceOptions(aliases=[...]) instead, or "
            "remove the member in the web interface"
        )

    def delete(self, state: CollaborationInviteState) -> None:
        """End membership and invitation, or leave the membership where the program or the last admin asks for it."""
        with self.directory.lock(state.collaboration):
            found = find(self.directory, state, f"delete {self.id_of(state)}", recent=True)
            if found is None:
                return
            if found.member is not None:
                self._end(state, found.member)
            withdrawn = {state.invitation_id, found.invitation.identifier if found.invitation else None} - {None}
            invited = self.directory.open_invitations(state.collaboration)
            withdrawn |= {each.identifier for each in of_address(invited, state.email)}
            for invitation_id in sorted(filter(None, withdrawn)):
                if found.member is None:
                    self._end_if_accepted(state, invitation_id)
                withdraw(self.directory, state.collaboration, invitation_id)

    # --- writing ---

    def _sent(
        self, wanted: CollaborationInviteState, stale: wire.Invitation | None, *, resends: int
    ) -> CollaborationInviteState:
        return send(self.directory, self.warn, self.about(wanted), wanted, stale, resends)

    def _invitation_changed(
        self, old: CollaborationInviteState, kept: CollaborationInviteState, found: Found, invitation: wire.Invitation
    ) -> CollaborationInviteState:
        dates = moved(old, kept)
        over = ended(kept.membership_expiry_date, self.directory.now())
        if dates and over:
            self.warn(f"{self.about(kept)}: the open invitation stays as it is; {over}")
        elif dates == ["invitation_expiry_date"] and self._ends_as(invitation, kept):
            pass  # sent already, by an `up` that was interrupted
        elif dates and invitation.identifier == old.invitation_id:
            self.warn(
                f"{self.about(kept)}: {' and '.join(dates)} of an open invitation cannot be changed, so it is "
                "withdrawn and sent again"
            )
            return self._sent(kept, invitation, resends=old.resends)
        elif "membership_expiry_date" in dates:
            self.warn(f"{self.about(kept)} {UNSEEN_END}")
        if not gives(invitation, kept):
            give(self.directory, kept, invitation.identifier, found.added)
        again = status_now(old, self.directory.now()) in LOST and invitation.identifier != old.invitation_id
        changed = {
            "status": "open",
            "invitation_id": invitation.identifier,
            "invitation_expires": iso(invitation.expires),
            "user": None,
            "resends": old.resends + again,
        }
        return kept.model_copy(update=changed)

    @staticmethod
    def _ends_as(invitation: wire.Invitation, wanted: CollaborationInviteState) -> bool:
        declared = wanted.invitation_expiry_date
        return declared is not None and near(invitation.expires, moment(declared))

    def _member_changed(
        self, old: CollaborationInviteState, kept: CollaborationInviteState, found: Found
    ) -> CollaborationInviteState:
        member = found.member
        assert member is not None
        date = "membership_expiry_date"
        if not same_moment(getattr(old, date), getattr(kept, date)) and not expires_as(member, getattr(kept, date)):
            raise Refused(f"{self.about(kept)}: {date} {FIXED_EXPIRY}")
        if set(old.groups) != set(kept.groups):
            raise Refused(f"{self.about(kept)}: groups {fixed_groups(old.groups)}")
        if member.role != kept.intended_role:
            live = self.directory.collaboration_now(kept.collaboration)
            if live.is_last_admin(member):
                raise Refused(f"{self.about(kept)}: intended_role {LAST_ADMIN}")
            converge(lambda: self._role_set(kept, member.uid), lambda: self._has_role(kept, member.uid))
        return state_of(kept, found).model_copy(update=values_of(kept))

    def _role_set(self, wanted: CollaborationInviteState, uid: str) -> bool:
        self.directory.set_role(wanted.collaboration, uid, wanted.intended_role)
        return True

    def _has_role(self, wanted: CollaborationInviteState, uid: str) -> bool | None:
        member = self.directory.collaboration_now(wanted.collaboration).member(uid, wanted.email)
        return True if member is not None and member.role == wanted.intended_role else None

    def _end_if_accepted(self, state: CollaborationInviteState, invitation_id: str) -> None:
        """Who has accepted since the listing was read is a member, which withdrawing the invitation would not end."""
        invitation = answered(self.directory, invitation_id)
        if invitation is not None and invitation.status == "open":
            return
        uid = invitation.uid if invitation is not None else None
        member = self.directory.collaboration_now(state.collaboration).member(uid, state.email)
        if member is not None:
            self._end(state, member)

    def _end(self, state: CollaborationInviteState, member: wire.Member) -> None:
        if state.on_delete == "keep":
            self.warn(f"{self.about(state)} stays a member, as on_delete is 'keep'")
            return
        if member.role == "admin" and self.directory.collaboration_now(state.collaboration).is_last_admin(member):
            self.warn(
                f"{self.about(state)} is the last admin and stays a member; it goes with the collaboration, or when "
                "somebody else is an admin"
            )
            return

        def write() -> bool:
            ignore_not_found(lambda: self.directory.remove_member(state.collaboration, member.uid))
            return True

        def look() -> bool | None:
            live = self.directory.collaboration_now(state.collaboration)
            return True if all(each.uid != member.uid for each in live.members) else None

        converge(write, look)
