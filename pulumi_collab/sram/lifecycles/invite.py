"""One person's way into a collaboration, from invitation to membership, as one resource for life."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ...errors import NotFound, Problem, Refused
from ...lifecycle import Lifecycle, Tell, settle
from .. import wire
from ..client import NAME, Client, gone_is_fine, of_address, same_email
from .invite_model import (
    DATES,
    FIXED_EXPIRY,
    FIXED_GROUPS,
    LAST_ADMIN,
    LAST_ADMIN_PERHAPS,
    LOST,
    REFUSED_LATER,
    TOLD,
    CollaborationInviteInputs,
    CollaborationInviteState,
    Found,
    conflict,
    differing_in,
    expires_as,
    gives,
    iso,
    limit_reached,
    same_groups,
    state_of,
    status_now,
    values_of,
    words,
)
from .invite_search import answered, find, is_late
from .values import moment, same_moment


class CollaborationInviteLifecycle(Lifecycle[CollaborationInviteInputs, CollaborationInviteState, Client]):
    """One person in one collaboration. Accepted is the steady state; the last admin stays."""

    inputs_model = CollaborationInviteInputs
    state_model = CollaborationInviteState
    identity = ("collaboration", "email")
    creation_only = frozenset({"message", "sender_name"})

    def __init__(self, connect: Callable[[], Client], tell: Tell) -> None:
        super().__init__(connect, tell)
        self._kept: set[str] = set()  # who is in the state: the engine checks a forced replacement again, as new

    def about(self, inputs: CollaborationInviteInputs) -> str:
        """Whom and what it concerns."""
        return f"{inputs.email} in {NAME} collaboration {inputs.collaboration}"

    def id_of(self, inputs: CollaborationInviteInputs) -> str:
        """`3b5c…/bob@x.org`, as spelled when it was made."""
        return f"{inputs.collaboration}/{inputs.email}"

    def key_of(self, inputs: CollaborationInviteInputs) -> str:
        """The id, for which case does not matter."""
        return self.id_of(inputs).casefold()

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
            if value is None or (old is not None and same_moment(getattr(old, name), value)):
                continue
            if moment(value) <= self.client.now():
                yield Problem(name, f"must be in the future, not {value}")

    def _check_person(self, known: Mapping[str, Any], old: CollaborationInviteInputs | None) -> Iterable[Problem]:
        if "collaboration" not in known or "email" not in known:
            return
        try:
            live = self.client.collaboration(known["collaboration"])
        except NotFound:
            if old is None:
                yield Problem("collaboration", f"names no collaboration on {NAME}; check the identifier")
            return
        member = live.member(None, known["email"])
        if old is None or not self._is_same_person(known, old):
            if member is None:
                yield from self._check_open(known)
            elif "intended_role" in known and member.role != known["intended_role"]:
                yield Problem("intended_role", conflict("is a member", member.role, known["intended_role"]))
            return
        self._kept.add(self.key_of(old))
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
            yield Problem("groups", FIXED_GROUPS)

    def _check_open(self, known: Mapping[str, Any]) -> Iterable[Problem]:
        """An open invitation that gives something else is not taken over."""
        if f"{known['collaboration']}/{known['email']}".casefold() in self._kept:
            return
        there = next(iter(of_address(self.client.open_invitations(known["collaboration"]), known["email"])), None)
        if there is None or is_late(self.client, there):
            return
        role, groups = known.get("intended_role", there.intended_role), known.get("groups")
        other_groups = groups is not None and not same_groups(there.groups, groups)
        if role != there.intended_role or other_groups:
            given = [group.short_name or group.identifier for group in there.groups]
            told = conflict(
                "is invited",
                words(there.intended_role, given),
                words(role, given if groups is None else groups),
            )
            yield Problem("intended_role" if role != there.intended_role else "groups", told)

    def _tell_of_lowering(self, old: CollaborationInviteInputs) -> None:
        if not of_address(self.client.open_invitations(old.collaboration), old.email):
            self.tell(f"{self.about(old)}: {LAST_ADMIN_PERHAPS}")

    def _is_same_person(self, known: Mapping[str, Any], old: CollaborationInviteInputs | None) -> bool:
        return old is not None and not {"collaboration", "email"} & differing_in(old, known)

    def changed(self, old: CollaborationInviteState, known: Mapping[str, Any]) -> set[str]:
        """What differs, `status` too when somebody has to be invited again."""
        status = status_now(old, datetime.now(UTC))
        differing = {name for name in differing_in(old, known) if name not in self.creation_only}
        if status == "accepted":
            differing.discard("invitation_expiry_date")
            if not differing & set(self.identity):
                # `check` fails on these, but only for whom it finds by address
                if "membership_expiry_date" in differing:
                    self.tell(f"{self.about(old)}: membership_expiry_date {FIXED_EXPIRY}; {REFUSED_LATER}")
                if "groups" in differing:
                    self.tell(f"{self.about(old)}: groups {FIXED_GROUPS}; {REFUSED_LATER}")
        if status in LOST and not differing & set(self.identity):
            limit = known.get("resend_limit", old.resend_limit)
            if old.resends < limit:
                self.tell(
                    f"{self.about(old)}: {TOLD[status]}; `pulumi up` invites again ({old.resends + 1} of {limit})"
                )
                differing.add("status")
            else:
                self.tell(f"{self.about(old)}: {TOLD[status]}; {limit_reached(old, limit)}")
        return differing

    # --- the four operations ---

    def create(self, inputs: CollaborationInviteInputs) -> CollaborationInviteState:
        """Invite, unless the person is in or asked already."""
        with self.client.alone(inputs.collaboration):
            found = find(self.client, state_of(inputs), f"create {inputs.email}")
            if found is None:
                raise Refused(f"{self.about(inputs)}: there is no such collaboration; run `pulumi refresh`")
            if found.member is not None:
                if found.member.role != inputs.intended_role:
                    told = conflict("is a member", found.member.role, inputs.intended_role)
                    raise Refused(f"{self.about(inputs)} {told}")
                if inputs.membership_expiry_date and not expires_as(found.member, inputs.membership_expiry_date):
                    raise Refused(f"{self.about(inputs)} is a member already; membership_expiry_date {FIXED_EXPIRY}")
                return state_of(inputs, found)
            if found.status == "open" and found.invitation is not None:
                if not gives(found.invitation, inputs):
                    there = words(found.invitation.intended_role, [g.short_name for g in found.invitation.groups])
                    told = conflict("is invited", there, words(inputs.intended_role, inputs.groups))
                    raise Refused(f"{self.about(inputs)} {told}")
                return state_of(inputs, found)
            return self._invited(inputs, found.invitation, resends=0)

    def read(self, state: CollaborationInviteState) -> CollaborationInviteState | None:
        """What became of the person; None only when the collaboration is gone."""
        found = find(self.client, state, f"read {self.id_of(state)}")
        if found is None:
            return None
        return state_of(state, found)

    def update(self, old: CollaborationInviteState, inputs: CollaborationInviteInputs) -> CollaborationInviteState:
        """Change what the invitation or the membership gives, or invite again."""
        with self.client.alone(inputs.collaboration):
            found = find(self.client, old, f"update {self.id_of(old)}")
            if found is None:
                raise Refused(f"{self.about(inputs)}: the collaboration is gone; run `pulumi refresh`")
            kept = old.model_copy(update=values_of(inputs))
            if found.member is not None:
                return self._member_changed(old, kept, found)
            if found.status == "open" and found.invitation is not None:
                return self._invitation_changed(old, kept, found.invitation)
            if old.resends >= inputs.resend_limit:
                told = limit_reached(old, inputs.resend_limit)
                self.tell(f"{self.about(inputs)}: {TOLD[found.status]}; {told}")
                return state_of(kept, found).model_copy(update=values_of(inputs))
            return self._invited(inputs, found.invitation, resends=old.resends + 1)

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
        with self.client.alone(state.collaboration):
            found = find(self.client, state, f"delete {self.id_of(state)}")
            if found is None:
                return
            if found.member is not None:
                self._end(state, found.member)
            ends = {state.invitation_id, found.invitation.identifier if found.invitation else None} - {None}
            invited = self.client.open_invitations(state.collaboration)
            ends |= {each.identifier for each in of_address(invited, state.email)}
            for invitation_id in sorted(filter(None, ends)):
                self._withdraw(state.collaboration, invitation_id)

    # --- writing ---

    def _invited(
        self, inputs: CollaborationInviteInputs, stale: wire.Invitation | None, *, resends: int
    ) -> CollaborationInviteState:
        """Send an invitation, after withdrawing the stale one, which would block it."""
        until = moment(inputs.invitation_expiry_date) if inputs.invitation_expiry_date else None
        if until is not None and until <= self.client.now():
            self.tell(
                f"{self.about(inputs)}: invitation_expiry_date {inputs.invitation_expiry_date} has passed, so this "
                f"invitation is valid for as long as {NAME} gives by itself"
            )
            until = None
        left = [stale.identifier] if stale is not None else []

        def write() -> CollaborationInviteState:
            for invitation_id in left:
                self._withdraw(inputs.collaboration, invitation_id)
            sent = self.client.invite(
                inputs.collaboration,
                [inputs.email],
                inputs.intended_role,
                message=inputs.message,
                sender_name=inputs.sender_name,
                invitation_expiry_date=until,
                membership_expiry_date=moment(inputs.membership_expiry_date) if inputs.membership_expiry_date else None,
                groups=inputs.groups,
            )
            mine = [each for each in sent if same_email(each.email, inputs.email)]
            if not mine:
                raise Refused(f"{self.about(inputs)}: {NAME} left the address out, so nobody was invited; check it")
            return state_of(inputs).model_copy(
                update={
                    "status": "open",
                    "invitation_id": mine[0].identifier,
                    "invitation_expires": iso(mine[0].expires),
                    "resends": resends,
                }
            )

        def look() -> CollaborationInviteState | None:
            found = find(self.client, state_of(inputs))
            if found is None or found.status not in ("open", "accepted"):
                return None
            if found.invitation is not None and found.invitation.identifier in left:
                return None
            return state_of(inputs, found).model_copy(update={"resends": resends})

        return settle(write, look)

    def _withdraw(self, collaboration: str, invitation_id: str) -> None:
        def look() -> bool | None:
            return True if answered(self.client, invitation_id) is None else None

        def write() -> bool:
            gone_is_fine(lambda: self.client.delete_invitation(collaboration, invitation_id))
            return True

        settle(write, look)

    def _invitation_changed(
        self, old: CollaborationInviteState, kept: CollaborationInviteState, invitation: wire.Invitation
    ) -> CollaborationInviteState:
        moved = [name for name in DATES if not same_moment(getattr(old, name), getattr(kept, name))]
        if moved and invitation.identifier == old.invitation_id:
            self.tell(
                f"{self.about(kept)}: {' and '.join(moved)} of an open invitation cannot be changed, so it is "
                "withdrawn and sent again"
            )
            return self._invited(kept, invitation, resends=old.resends)
        if not gives(invitation, kept):
            self._give(kept, invitation.identifier)
        again = old.status in LOST and invitation.identifier != old.invitation_id
        changed = {
            "status": "open",
            "invitation_id": invitation.identifier,
            "invitation_expires": iso(invitation.expires),
            "user": None,
            "resends": old.resends + again,
        }
        return kept.model_copy(update=changed)

    def _give(self, wanted: CollaborationInviteState, invitation_id: str) -> None:
        def write() -> bool:
            self.client.update_invitation(wanted.collaboration, invitation_id, wanted.intended_role, wanted.groups)
            return True

        def look() -> bool | None:
            found = answered(self.client, invitation_id)
            return True if found is not None and gives(found, wanted) else None

        settle(write, look)

    def _member_changed(
        self, old: CollaborationInviteState, kept: CollaborationInviteState, found: Found
    ) -> CollaborationInviteState:
        member = found.member
        assert member is not None
        date = "membership_expiry_date"
        if not same_moment(getattr(old, date), getattr(kept, date)) and not expires_as(member, getattr(kept, date)):
            raise Refused(f"{self.about(kept)}: {date} {FIXED_EXPIRY}")
        if set(old.groups) != set(kept.groups):
            raise Refused(f"{self.about(kept)}: groups {FIXED_GROUPS}")
        if member.role != kept.intended_role:
            live = self.client.collaboration_now(kept.collaboration)
            if live.is_last_admin(member):
                raise Refused(f"{self.about(kept)}: intended_role {LAST_ADMIN}")
            settle(lambda: self._role_set(kept, member.uid), lambda: self._has_role(kept, member.uid))
        return state_of(kept, found).model_copy(update=values_of(kept))

    def _role_set(self, wanted: CollaborationInviteState, uid: str) -> bool:
        self.client.set_role(wanted.collaboration, uid, wanted.intended_role)
        return True

    def _has_role(self, wanted: CollaborationInviteState, uid: str) -> bool | None:
        member = self.client.collaboration_now(wanted.collaboration).member(uid, wanted.email)
        return True if member is not None and member.role == wanted.intended_role else None

    def _end(self, state: CollaborationInviteState, member: wire.Member) -> None:
        if state.on_delete == "keep":
            self.tell(f"{self.about(state)} stays a member, as on_delete is 'keep'")
            return
        if member.role == "admin" and self.client.collaboration_now(state.collaboration).is_last_admin(member):
            self.tell(
                f"{self.about(state)} is the last admin and stays a member; it goes with the collaboration, or when "
                "somebody else is an admin"
            )
            return

        def write() -> bool:
            gone_is_fine(lambda: self.client.remove_member(state.collaboration, member.uid))
            return True

        def look() -> bool | None:
            live = self.client.collaboration_now(state.collaboration)
            return True if all(each.uid != member.uid for each in live.members) else None

        settle(write, look)
