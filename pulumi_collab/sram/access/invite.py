"""What there is of a person in a collaboration, and how somebody comes in. Pure: for previews and for writes.

A reason goes on from whom it is about: `bob@x.org in SRAM collaboration 3b5c is a member already ...`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from ...decisions import Action, Decision
from ...errors import Problem
from .. import wire
from ..values import ends_as, is_over, moment, same_moment
from ..wire import NAME
from .invite_model import (
    DATES,
    LOST,
    CollaborationInviteInputs,
    CollaborationInviteState,
    Status,
    date_of,
    is_same_person,
    iso,
    values_of,
)

Known = Mapping[str, Any]
ROLE, END, GROUPS = "intended_role", "membership_expiry_date", "groups"
LAST_ADMIN = "is the last admin of the collaboration"
ANOTHER = "make somebody else an admin first"
UNSEEN_END = (
    f"{NAME} does not show when a membership that comes of it ends; if the invitation is not this program's own, "
    "withdraw it in the web interface, so that one with the declared membership_expiry_date is sent"
)


@dataclass(frozen=True)
class There:
    """What there is of a person at a moment: a membership, an invitation, or neither."""

    now: datetime
    status: Status
    member: wire.Member | None = None
    invitation: wire.Invitation | None = None
    """Without the groups that the service puts everybody in."""
    everybodys: tuple[str, ...] = ()
    """The identifiers of those groups."""
    holder: wire.Member | None = None
    """Another user who has the address."""
    live: wire.Collaboration | None = None
    """None where only the state is known."""

    @classmethod
    def kept(cls, state: CollaborationInviteState, now: datetime) -> Self:
        """What the state tells, as it is by now: an open invitation past its date is of no use, though listed."""
        status = state.status
        if status == "open" and is_over(date_of(state.invitation_expires), now):
            status = "expired"
        if status == "accepted" and is_over(date_of(state.membership_expires), now):
            status = "ended"
        holder = wire.Member(uid=state.holder, role="") if state.holder is not None else None
        if state.user is not None and status in ("accepted", "ended"):
            end = date_of(state.membership_expires)
            return cls(now, status, wire.Member(uid=state.user, role=state.intended_role, expires=end), holder=holder)
        if state.invitation_id is None or status in ("accepted", "ended"):
            return cls(now, status if status in LOST else "declined", holder=holder)
        invitation = wire.Invitation(
            status="open",
            intended_role=state.intended_role,
            groups=[wire.Group(identifier=group, short_name=group) for group in state.groups],
            identifier=state.invitation_id,
            email=state.email,
            expires=date_of(state.invitation_expires),
        )
        return cls(now, status, invitation=invitation, holder=holder)

    @classmethod
    def seen(
        cls,
        state: CollaborationInviteState,
        live: wire.Collaboration,
        now: datetime,
        invitation: wire.Invitation | None = None,
    ) -> Self:
        """What the collaboration tells, and the person's invitation where there is one."""
        uid = state.user or (invitation.uid if invitation is not None and invitation.status == "accepted" else None)
        member, holder = live.who(uid, state.email), live.holder(state.email)
        if holder is not None and uid in (None, holder.uid):
            holder = None
        if member is not None:
            return cls(now, "ended" if has_ended(member, now) else "accepted", member, holder=holder, live=live)
        if invitation is not None and invitation.status != "accepted":
            given, everybodys = _groups_of(live, invitation, state.groups)
            fit = invitation.status == "open" and not is_over(invitation.expires, now)
            invitation = invitation.model_copy(update={"groups": given})
            return cls(now, "open" if fit else "expired", None, invitation, tuple(everybodys), holder, live)
        status: Status = "expired" if state.status == "expired" else "declined"
        if uid is not None or state.status == "removed":
            status = "removed"
        return cls(now, status, invitation=invitation, holder=holder, live=live)

    @property
    def open(self) -> wire.Invitation | None:
        """The invitation that can be accepted."""
        return self.invitation if self.status == "open" else None

    @property
    def blocking(self) -> list[str]:
        """The invitations, by identifier, that have to go before another is sent."""
        return [self.invitation.identifier] if self.invitation is not None else []

    def differs(self, known: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
        """What is declared otherwise than it is there: the property, and in words what there is and what is asked."""
        if self.member is not None:
            role, end = self.member.role, self.member.expires
            if known.get("intended_role", role) != role:
                yield "intended_role", role, known["intended_role"]
            if "membership_expiry_date" in known and not ends_as(end, known["membership_expiry_date"]):
                until = f"until {iso(end)}" if end else "without an end"
                yield "membership_expiry_date", f"{role} {until}", known["membership_expiry_date"] or "no end"
        elif self.open is not None:
            role, groups = self.open.intended_role, [group.short_name or group.identifier for group in self.open.groups]
            asked_role, asked_groups = known.get("intended_role", role), known.get("groups", groups)
            if not gives(self.open, asked_role, asked_groups):
                name = "intended_role" if role != asked_role else "groups"
                yield name, _words(role, groups), _words(asked_role, asked_groups)

    def unknown_groups(self, declared: Iterable[str]) -> list[str]:
        """Which of the declared groups the collaboration does not have, as far as it shows its groups."""
        if self.live is None or self.live.groups is None:
            return []
        return sorted(set(declared) - {name for group in self.live.groups for name in group.names})

    def is_last_admin(self, member: wire.Member) -> bool:
        """Whether nobody else administers the collaboration, as far as it is known."""
        others = self.live.members if self.live is not None else ()
        admins = [each for each in others if each.role == "admin" and not has_ended(each, self.now)]
        return self.live is not None and member.role == "admin" and all(each.uid == member.uid for each in admins)


def has_ended(member: wire.Member, now: datetime) -> bool:
    """Whether a membership gives no access any more, though it is listed."""
    return member.status == "expired" or is_over(member.expires, now)


def _groups_of(
    live: wire.Collaboration, invitation: wire.Invitation, declared: list[str]
) -> tuple[list[wire.Group], list[str]]:
    """The groups that somebody gave, and the identifiers of those that the service puts everybody in."""
    everybody = {group.identifier for group in live.groups or () if group.auto_provision_members}
    added = [group for group in invitation.groups if group.identifier in everybody and not group.names & set(declared)]
    return [group for group in invitation.groups if group not in added], [group.identifier for group in added]


def gives(invitation: wire.Invitation, role: str, groups: Iterable[str]) -> bool:
    """Whether an invitation gives this role and these groups."""
    return invitation.intended_role == role and same_groups(invitation.groups, groups)


def same_groups(live: Iterable[wire.Group], declared: Iterable[str]) -> bool:
    """Whether each declared name, or identifier, is one of the groups, and no group is left over."""
    live, declared = list(live), set(declared)
    return all(any(name in group.names for group in live) for name in declared) and all(
        group.names & declared for group in live
    )


def _words(role: str, groups: Iterable[str]) -> str:
    named = sorted(groups)
    return f"{role} with the groups {', '.join(named)}" if named else role


def state_of(inputs: CollaborationInviteInputs, there: There | None = None) -> CollaborationInviteState:
    """What is kept, with what was found: role, end and groups as they are, in the program's words where equal."""
    state = inputs if isinstance(inputs, CollaborationInviteState) else CollaborationInviteState(**values_of(inputs))
    if there is None:
        return state
    seen: dict[str, Any] = {"status": there.status, "holder": there.holder.uid if there.holder else None}
    if there.member is not None:
        end = iso(there.member.expires)
        seen |= {"user": there.member.uid, "intended_role": there.member.role, "invitation_expires": None}
        same = there.member.email is None or wire.same_email(there.member.email, state.email)
        seen |= {"membership_expires": end, "accepted_as": None if same else there.member.email}
        if state.membership_expiry_date is not None and not ends_as(there.member.expires, state.membership_expiry_date):
            seen["membership_expiry_date"] = end
    elif there.invitation is not None:
        invitation = there.invitation
        seen |= {"invitation_id": invitation.identifier, "invitation_expires": iso(invitation.expires)}
        if there.status == "open":
            seen |= {"intended_role": invitation.intended_role, "user": None}
            seen |= {"accepted_as": None, "membership_expires": None}
            if not same_groups(invitation.groups, state.groups):
                seen["groups"] = sorted(group.short_name or group.identifier for group in invitation.groups)
    return state.model_copy(update=seen)


# --- decisions ---


@dataclass(frozen=True)
class Verdict(Decision):
    """A decision about one person: `ADD` sends an invitation, once what stands in its way has gone."""

    resends: int = 0
    """How often the person has been invited again after that."""


def about(inputs: CollaborationInviteInputs) -> str:
    """Whom and what it concerns."""
    return f"{inputs.email} in {NAME} collaboration {inputs.collaboration}"


def inviting(known: Known, there: There | None) -> Verdict:
    """In no state yet: take over who is in or asked with just this, invite who is not, or refuse.

    There is nothing: the collaboration is unknown. What is not declared yet is not in `known`.
    """
    if there is None:
        reason = f"cannot be invited: {NAME} knows no such collaboration; check its identifier"
        return Verdict(Action.NOTHING, (Problem("collaboration", reason),))
    whom = f"{known['email']} in {NAME} collaboration {known['collaboration']}"
    if there.member is not None and there.status == "ended":
        return renewed(whom, there.member, there, Verdict(Action.ADD))
    if there.member is None and there.open is None:
        return Verdict(Action.ADD)
    told = f"{whom} has this access already; nothing is sent" if there.member else _taken_over(whom, known, there)
    return Verdict(Action.NOTHING, tuple(_others(known, there)), (told,))


def sending(wanted: CollaborationInviteInputs, there: There) -> Verdict:
    """About to be invited: nothing is withdrawn or ended for an invitation that the service will refuse."""
    missing = there.unknown_groups(wanted.groups)
    if missing and (there.blocking or there.member is not None):
        names = sorted(group.short_name for group in (there.live and there.live.groups) or ())
        reason = (
            f"cannot be invited to the groups {', '.join(missing)}, which the collaboration does not have (it has "
            f"{', '.join(names) or 'none'}); make it in the web interface, or correct the program"
        )
        return Verdict(Action.NOTHING, (Problem(GROUPS, reason),))
    until = wanted.invitation_expiry_date
    if until is None or moment(until) > there.now:
        return Verdict(Action.ADD)
    told = (
        f"{about(wanted)}: invitation_expiry_date {until} has passed, so this invitation is valid for as long as "
        f"{NAME} gives by itself"
    )
    return Verdict(Action.ADD, warnings=(told,))


def dates(known: Known, old: CollaborationInviteInputs | None, now: datetime) -> Iterator[Problem]:
    """A new date lies ahead. One that has passed since fails nothing, unless it would be sent to somebody else."""
    same_person = is_same_person(old, known)
    for name in DATES:
        value = known.get(name)
        before = getattr(old, name) if old is not None and (same_person or name != END) else None
        if value is not None and not same_moment(before, value) and moment(value) <= now:
            yield Problem(name, f"must be in the future, not {value}")


def beside(known: Known, administrators: Iterable[str]) -> Iterator[Problem]:
    """Whom the collaboration, once it is made, has invited as an administrator is found as that."""
    if "email" in known and any(wire.same_email(known["email"], each) for each in administrators):
        given = wire.Invitation(status="open", intended_role="admin", identifier="", email=known["email"])
        yield from _others(known, There(wire.FIRST, "open", invitation=given))


def renewed(whom: str, member: wire.Member, there: There, again: Verdict) -> Verdict:
    """The dead membership has to be ended before the person can be invited."""
    if again.action is not Action.ADD:
        return again
    if there.is_last_admin(member):
        reason = (
            f"{LAST_ADMIN}, whose membership has ended ({end_of(member)}); {ANOTHER}, or prolong it in the web "
            "interface"
        )
        return Verdict(Action.NOTHING, (Problem(END, reason),), resends=again.resends)
    told = again.warnings or (
        f"{whom}: the membership has ended ({end_of(member)}), so it is removed and the person is invited",
    )
    return Verdict(Action.ADD, warnings=told, resends=again.resends)


def _others(known: Known, there: There) -> Iterator[Problem]:
    """Who has something else is not taken over."""
    what = "is a member" if there.member is not None else "is invited"
    for name, here, asked in there.differs(known):
        yield Problem(
            name,
            f"{what} already as {here}, and the program asks for {asked}; declare what is there to take it over, and "
            "change it after that",
        )


def _taken_over(whom: str, known: Known, there: There) -> str:
    expires = there.open.expires if there.open is not None else None
    told = [f"{whom} is invited already; nothing is sent"]
    if known.get(END):
        told.append(UNSEEN_END)
    if known.get("invitation_expiry_date") and not ends_as(expires, known["invitation_expiry_date"]):
        told.append(
            f"it can be accepted until {iso(expires)}: withdraw it in the web interface, so that one with the "
            "declared invitation_expiry_date is sent"
        )
    return "; ".join(told)


def end_of(member: wire.Member) -> str:
    """When a membership ended, for a message."""
    return iso(member.expires) or "no date is told"
