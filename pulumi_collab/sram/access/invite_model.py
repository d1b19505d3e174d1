"""One person in a collaboration: what is declared, what is kept, and what of it is the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from ...lifecycle import Inputs, WholeNumber
from .. import wire
from ..values import Date, Email, Groups, Identifier, Text, moment, same_moment

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
    message: Text | None = None
    sender_name: Text | None = None
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


# --- what is the same ---


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


# --- in other words ---


def date_of(text: str | None) -> datetime | None:
    """A declared or kept date."""
    return moment(text) if text else None


def iso(when: datetime | None) -> str | None:
    """A date as text."""
    return when.astimezone(UTC).isoformat() if when is not None else None


def values_of(inputs: CollaborationInviteInputs) -> dict[str, Any]:
    """What is declared, by name."""
    return {name: getattr(inputs, name) for name in CollaborationInviteInputs.model_fields}


def mail_of(wanted: CollaborationInviteInputs, now: datetime) -> dict[str, Any]:
    """What an invitation says and gives beside the role; a date until which it could be accepted, only to come."""
    until, end = date_of(wanted.invitation_expiry_date), date_of(wanted.membership_expiry_date)
    return {
        "message": wanted.message,
        "sender_name": wanted.sender_name,
        "groups": wanted.groups,
        "membership_expiry_date": end,
        "invitation_expiry_date": until if until and until > now else None,
    }
