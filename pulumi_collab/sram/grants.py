"""Who has access to a collaboration, or is invited, in the record that everything about access is told in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from ..errors import NotFound
from ..grants import Grant, Principal, Scope, Status, rank_of
from . import wire
from .access.invite import has_ended
from .directory import Directory
from .values import is_over
from .wire import NAME

PLATFORM = "sram"
ROLES = ("member", "admin")
"""The lowest first."""
PRIVILEGED = ("admin",)

_IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BEST: tuple[Status, ...] = ("active", "invited", "ended", "expired")
"""Where somebody is in and asked as well, or asked twice, what counts of it is the first of these."""


def scopes(directory: Directory) -> Iterable[Scope]:
    """Every collaboration of the organisation that the key can see."""
    return [_scope(each) for each in directory.organisation().collaborations]


def grants(directory: Directory, scope_id: str) -> list[Grant]:
    """Everybody in the collaboration of this short name or identifier, and everybody who is invited, each once."""
    live = _collaboration(directory, scope_id)
    now = directory.now()
    asked: dict[str, Grant] = {}
    invitations = [_invited(live, each, now) for each in directory.open_invitations(live.identifier)]
    for each in sorted(invitations, key=_place):
        asked.setdefault(_key(each), each)
    members = [_member(live, each, now) for each in live.members]
    members = [each for each in members if _key(each) not in asked or _place(each) < _place(asked[_key(each)])]
    here = {_key(each) for each in members}
    found = [*members, *(each for key, each in asked.items() if key not in here)]
    return sorted(found, key=lambda grant: (grant.order, grant.principal.uid or ""))


def _place(grant: Grant) -> int:
    return _BEST.index(grant.status)


def _key(grant: Grant) -> str:
    return grant.principal.key.casefold()


def _collaboration(directory: Directory, scope_id: str) -> wire.Collaboration:
    if _IDENTIFIER.fullmatch(scope_id):
        return directory.collaboration(scope_id)
    organisation = directory.organisation()
    found = organisation.find(scope_id)
    if found is None:
        owner = organisation.short_name or organisation.name
        raise NotFound(f"{NAME} organisation {owner} has no collaboration {scope_id}; check its short name", status=404)
    return found


def _scope(live: wire.Collaboration) -> Scope:
    return Scope(id=live.short_name or live.identifier, kind="collaboration", name=live.name)


def _member(live: wire.Collaboration, member: wire.Member, now: datetime) -> Grant:
    over = has_ended(member, now) or live.status in ("expired", "suspended") or is_over(live.expiry_date, now)
    ends = min(filter(None, (member.expires, live.expiry_date)), default=None)
    return Grant(
        platform=PLATFORM,
        scope=_scope(live),
        principal=Principal(key=member.email or member.uid, name=member.name, email=member.email, uid=member.uid),
        role=member.role,
        rank=rank_of(member.role, ROLES),
        privileged=member.role in PRIVILEGED,
        status="ended" if over else "active",
        ends=ends,
        ends_by="service" if ends else None,
        since=member.since,
    )


def _invited(live: wire.Collaboration, invitation: wire.Invitation, now: datetime) -> Grant:
    """When a membership that comes of it ends is not shown; it ends with the collaboration at the latest."""
    return Grant(
        platform=PLATFORM,
        scope=_scope(live),
        principal=Principal(key=invitation.email, email=invitation.email),
        role=invitation.intended_role,
        rank=rank_of(invitation.intended_role, ROLES),
        privileged=invitation.intended_role in PRIVILEGED,
        status="expired" if is_over(invitation.expires, now) else "invited",
        ends=live.expiry_date,
        ends_by="service" if live.expiry_date else None,
        invitation_ends=invitation.expires,
    )
