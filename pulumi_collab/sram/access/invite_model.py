"""One person in a collaboration: what is declared, what is kept, what there is, and what of it is the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StrictStr

from ...lifecycle import Inputs, WholeNumber
from .. import wire
from ..values import TOLERANCE, Date, Email, Groups, Identifier, moment, near, same_moment

Status = Literal["open", "accepted", "ended", "expired", "declined", "removed"]
LOST = frozenset({"expired", "declined", "removed"})
"""Neither in nor asked."""
DATES = ("membership_expiry_date", "invitation_expiry_date")
"""Left out they are none at creation, and not managed afterwards."""
IDENTITY = ("collaboration", "email")
AT_SENDING = frozenset({"account", "message", "sender_name"})
"""What acts when a mail is sent, or not at all."""


class CollaborationInviteInputs(Inputs):
    """What is declared about one person in a collaboration."""

    collaboration: Identifier
    email: Email
    intended_role: wire.Role = "member"
    message: StrictStr | None = None
    sender_name: StrictStr | None = None
    membership_expiry_date: Date | None = None
    invitation_expiry_date: Date | None = None
    groups: Groups = Field(default_factory=list)
    on_delete: Literal["revoke", "keep"] = "revoke"
    resend_limit: Annotated[WholeNumber, Field(ge=0)] = 1


class CollaborationInviteState(CollaborationInviteInputs):
    """What is kept about one person in a collaboration."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    # whatever the service shows has to be kept, also what nobody may declare
    collaboration: str
    email: str
    intended_role: str = "member"  # type: ignore[assignment]  # the service's word may be new to us
    membership_expiry_date: str | None = None
    invitation_expiry_date: str | None = None
    groups: list[str] = Field(default_factory=list)

    status: Status = "open"
    invitation_id: str | None = None
    user: str | None = None
    """The member's uid: whoever has another one is somebody else, whatever the address."""
    accepted_as: str | None = None
    """The member's address where it is another than the declared one."""
    holder: str | None = None
    """The uid of another member who has the address now."""
    invitation_expires: str | None = None
    membership_expires: str | None = None
    resends: int = 0


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
        if status == "open" and is_over(_moment(state.invitation_expires), now):
            status = "expired"
        if status == "accepted" and is_over(_moment(state.membership_expires), now):
            status = "ended"
        holder = wire.Member(uid=state.holder, role="") if state.holder is not None else None
        if state.user is not None and status in ("accepted", "ended"):
            end = _moment(state.membership_expires)
            return cls(now, status, wire.Member(uid=state.user, role=state.intended_role, expires=end), holder=holder)
        if state.invitation_id is None or status in ("accepted", "ended"):
            return cls(now, status if status in LOST else "declined", holder=holder)
        invitation = wire.Invitation(
            status="open",
            intended_role=state.intended_role,
            groups=[wire.Group(identifier=group, short_name=group) for group in state.groups],
            identifier=state.invitation_id,
            email=state.email,
            expires=_moment(state.invitation_expires),
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
        named = live.holder(state.email)
        member = live.user(uid) if uid else named
        holder = named if named is not None and uid not in (None, named.uid) else None
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

    def is_last_admin(self, member: wire.Member) -> bool:
        """Whether nobody else administers the collaboration, as far as it is known."""
        others = self.live.members if self.live is not None else ()
        admins = [each for each in others if each.role == "admin" and not has_ended(each, self.now)]
        return self.live is not None and member.role == "admin" and all(each.uid == member.uid for each in admins)


def has_ended(member: wire.Member, now: datetime) -> bool:
    """Whether a membership gives no access any more, though it is listed."""
    return member.status == "expired" or is_over(member.expires, now)


def is_over(end: datetime | None, now: datetime) -> bool:
    """Whether a date has surely passed, whatever zone the service tells it in."""
    return end is not None and end <= now - TOLERANCE


def _moment(text: str | None) -> datetime | None:
    return moment(text) if text else None


def _groups_of(
    live: wire.Collaboration, invitation: wire.Invitation, declared: list[str]
) -> tuple[list[wire.Group], list[str]]:
    """The groups that somebody gave, and the identifiers of those that the service puts everybody in."""
    everybody = {group.identifier for group in live.groups or () if group.auto_provision_members}
    added = [group for group in invitation.groups if group.identifier in everybody and not group.names & set(declared)]
    return [group for group in invitation.groups if group not in added], [group.identifier for group in added]


# --- what is the same ---


def gives(invitation: wire.Invitation, role: str, groups: Iterable[str]) -> bool:
    """Whether an invitation gives this role and these groups."""
    return invitation.intended_role == role and same_groups(invitation.groups, groups)


def same_groups(live: Iterable[wire.Group], declared: Iterable[str]) -> bool:
    """Whether each declared name, or identifier, is one of the groups, and no group is left over."""
    live, declared = list(live), set(declared)
    return all(any(name in group.names for group in live) for name in declared) and all(
        group.names & declared for group in live
    )


def ends_as(found: wire.Member | wire.Invitation, declared: str | None) -> bool:
    """Whether a membership or an invitation ends as declared; None is no end."""
    return near(found.expires, _moment(declared))


def differing(old: CollaborationInviteInputs, known: Mapping[str, Any]) -> set[str]:
    """Which of the declared values differ from those before, in the service's terms."""
    names = known.keys() - AT_SENDING
    return {name for name in names if not _same(name, getattr(old, name), known[name])}


def is_same_person(old: CollaborationInviteInputs | None, known: Mapping[str, Any]) -> bool:
    """Whether it stays the person of that collaboration; what is not known yet is taken for another."""
    identity = {name: known[name] for name in IDENTITY if name in known}
    return old is not None and len(identity) == len(IDENTITY) and not differing(old, identity)


def _same(name: str, one: Any, other: Any) -> bool:
    if name in IDENTITY:
        return bool(one.casefold() == other.casefold())
    if name in DATES:
        return other is None or same_moment(one, other)
    if name == "groups":
        return set(one) == set(other)
    return bool(one == other)


def moved(old: CollaborationInviteInputs, wanted: CollaborationInviteInputs) -> list[str]:
    """Which declared dates are others than before."""
    return [name for name in DATES if not _same(name, getattr(old, name), getattr(wanted, name))]


# --- what is kept ---


def iso(when: datetime | None) -> str | None:
    """A date as text."""
    return when.astimezone(UTC).isoformat() if when is not None else None


def values_of(inputs: CollaborationInviteInputs) -> dict[str, Any]:
    """What is declared, by name."""
    return {name: getattr(inputs, name) for name in CollaborationInviteInputs.model_fields}


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
        if state.membership_expiry_date is not None and not ends_as(there.member, state.membership_expiry_date):
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
