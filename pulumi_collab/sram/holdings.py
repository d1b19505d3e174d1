"""What SRAM's resources give access to, by their inputs or their state. No I/O."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..grants import Grant, Principal, Status
from ..holdings import Holding, Ladder, Properties, keys, mapping, moment, of_set, text, text_or_none

LADDER = Ladder("sram", "collaboration", ("member", "admin"), frozenset({"admin"}))
_STATUS: dict[str, Status] = {
    "open": "invited",
    "accepted": "active",
    "ended": "ended",
    "expired": "expired",
    "declined": "declined",
    "removed": "declined",
}


def collaboration(props: Properties) -> Holding:
    """A collaboration: its first administrators are invited when it is made, and everybody's access ends with it."""
    name = text_or_none(props.get("short_name"))
    scope = LADDER.scope(props.get("identifier") or name, name)
    invited = tuple(
        LADDER.grant(scope, _person(email), "admin", status="invited")
        for email in sorted(keys(props.get("administrators")))
    )
    return Holding(scope, invited=invited, is_scope=True)


def invite(props: Properties) -> Holding:
    """One person's invitation, and the membership that comes of it."""
    scope = LADDER.scope(props.get("collaboration"))
    ends = moment(props.get("membership_expiry_date")) or moment(props.get("membership_expires"))
    status = _STATUS.get(text(props.get("status")), "unknown") if "status" in props else "invited"
    who = _person(text(props.get("email")), text_or_none(props.get("user")))
    grant = LADDER.grant(
        scope,
        who,
        props.get("intended_role"),
        status=status,
        ends=ends,
        ends_by="service" if ends else None,
        invitation_ends=moment(props.get("invitation_expires")) or moment(props.get("invitation_expiry_date")),
    )
    stays = props.get("on_delete") == "keep" and status == "active"
    return Holding(scope, (grant,), any_name=True, outlives=stays)


def connection(_: Properties) -> None:
    """A service that is connected to a collaboration is nobody's access to it."""


def members(props: Properties) -> Holding:
    """Everybody in a collaboration, by e-mail."""
    scope = LADDER.scope(props.get("collaboration"))

    def grant(who: Principal, access: Any) -> Grant:
        known = mapping(access)
        status = _STATUS.get(text(known.get("status")), "invited") if known else "invited"
        role = known.get("role") if known else access
        return LADDER.grant(scope, who.model_copy(update={"email": who.key}), role, status=status)

    return replace(of_set(LADDER, scope, props.get("members"), props, grant), any_name=True)


def _person(email: str, uid: str | None = None) -> Principal:
    return Principal(key=email, email=email or None, uid=uid)
