"""What is declared, found and kept about one person in a collaboration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictStr

from ...lifecycle import Inputs, WholeNumber
from .. import wire
from ..values import TOLERANCE, Date, Email, Groups, Identifier, moment, near, same_moment

Status = Literal["open", "accepted", "expired", "declined", "removed"]
LOST = frozenset({"expired", "declined", "removed"})
"""Neither in nor asked: the next `up` invites again, within the limit."""
DATES = ("membership_expiry_date", "invitation_expiry_date")
TOLD = {
    "expired": "the invitation has expired",
    "declined": "the invitation was declined or withdrawn",
    "removed": "the membership was removed",
}


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

    status: Status = "open"
    invitation_id: str | None = None
    user: str | None = None
    invitation_expires: str | None = None
    resends: int = 0


@dataclass(frozen=True)
class Found:
    """What there is of a person: a membership, an invitation, or neither."""

    status: Status
    member: wire.Member | None = None
    invitation: wire.Invitation | None = None
    added: list[str] = field(default_factory=list)
    """Groups of the invitation that the service puts everybody in."""


LAST_ADMIN = (
    "cannot be lowered: this is the last admin of the collaboration; make somebody else an admin first, or declare "
    '"admin" here'
)
FIXED_EXPIRY = (
    "of a member cannot be changed through the API; change it in the web interface and run `pulumi refresh`, or "
    "declare what is there"
)


LAST_ADMIN_PERHAPS = (
    "if the invitation was accepted under another address by the only admin of the collaboration, `pulumi up` will "
    "refuse to lower the role; make somebody else an admin first"
)
REFUSED_LATER = "`pulumi up` may refuse this otherwise"
UNSEEN_END = (
    "is invited already, and SRAM does not show when a membership that comes of it ends; if the invitation is not this "
    "program's own, withdraw it in the web interface, so that `pulumi up` sends one with the declared "
    "membership_expiry_date"
)


def conflict(what: str, there: str, asked: str) -> str:
    return (
        f"{what} already as {there}, and the program asks for {asked}; declare what is there to take it over, and "
        "change it after that"
    )


def words(role: str, groups: Iterable[str]) -> str:
    named = sorted(groups)
    return f"{role} with the groups {', '.join(named)}" if named else role


def gives(invitation: wire.Invitation, wanted: CollaborationInviteInputs) -> bool:
    return invitation.intended_role == wanted.intended_role and same_groups(invitation.groups, wanted.groups)


def same_groups(live: list[wire.Group], declared: list[str]) -> bool:
    """Whether each declared name, or identifier, is one of the groups, and no group is left over."""
    return all(any(name in group.names for group in live) for name in declared) and all(
        group.names & set(declared) for group in live
    )


def expires_as(member: wire.Member, declared: str | None) -> bool:
    return near(member.expires, moment(declared) if declared else None)


def ends(member: wire.Member) -> str:
    return f"{member.role} until {iso(member.expires)}" if member.expires else f"{member.role} without an end"


def differing_in(old: CollaborationInviteInputs, known: Mapping[str, Any]) -> set[str]:
    return {name for name, value in known.items() if not _same(name, getattr(old, name), value)}


def _same(name: str, one: Any, other: Any) -> bool:
    if name in ("email", "collaboration"):
        return bool(one.casefold() == other.casefold())
    if name in DATES:
        return same_moment(one, other)
    if name == "groups":
        return set(one) == set(other)
    return bool(one == other)


def status_now(state: CollaborationInviteState, now: datetime) -> Status:
    """An open invitation past its date stays open on the server, and is of no use."""
    if state.status == "open" and state.invitation_expires and moment(state.invitation_expires) + TOLERANCE <= now:
        return "expired"
    return state.status


def moved(old: CollaborationInviteState, kept: CollaborationInviteState) -> list[str]:
    """Which dates of the invitation were changed."""
    return [name for name in DATES if not same_moment(getattr(old, name), getattr(kept, name))]


def ended(until: str | None, now: datetime) -> str | None:
    """Why nobody is invited whose membership would be over at once."""
    if until is None or moment(until) > now:
        return None
    return f"nobody is mailed, as membership_expiry_date {until} has passed; change it, or remove the resource"


def not_again(old: CollaborationInviteState, limit: int, until: str | None, now: datetime) -> str | None:
    """Why nobody is invited again; None when it may be."""
    if old.resends >= limit:
        return ended(until, now) or (
            f"nobody is mailed, as resend_limit is {limit} and {old.resends} were sent again; raise it to invite again"
        )
    return ended(until, now)


def fixed_groups(there: Iterable[str]) -> str:
    """Why a member's groups cannot be declared otherwise."""
    return (
        "act through the invitation, and this one is accepted; change the member's groups in the web interface, and "
        f"declare here what the invitation gave: {sorted(there)}"
    )


def iso(when: datetime | None) -> str | None:
    return when.astimezone(UTC).isoformat() if when is not None else None


def values_of(inputs: CollaborationInviteInputs) -> dict[str, Any]:
    return {name: getattr(inputs, name) for name in CollaborationInviteInputs.model_fields}


def state_of(inputs: CollaborationInviteInputs, found: Found | None = None) -> CollaborationInviteState:
    """What is kept, with what was found: role, expiry and groups as they are, in the program's words where equal."""
    state = inputs if isinstance(inputs, CollaborationInviteState) else CollaborationInviteState(**values_of(inputs))
    if found is None:
        return state
    seen: dict[str, Any] = {"status": found.status}
    if found.member is not None:
        seen |= {"user": found.member.uid, "intended_role": found.member.role, "invitation_expires": None}
        if not expires_as(found.member, state.membership_expiry_date):
            seen["membership_expiry_date"] = iso(found.member.expires)
    elif found.invitation is not None:
        seen |= {
            "invitation_id": found.invitation.identifier,
            "invitation_expires": iso(found.invitation.expires),
        }
        if found.status == "open":
            seen |= {"intended_role": found.invitation.intended_role, "user": None}
            if not same_groups(found.invitation.groups, state.groups):
                seen["groups"] = sorted(group.short_name or group.identifier for group in found.invitation.groups)
    return state.model_copy(update=seen)
