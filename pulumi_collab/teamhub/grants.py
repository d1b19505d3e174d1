"""Who has access to a Helix TeamHub project, as grants: collaborators alone, as users and bots are not ours to list."""

from __future__ import annotations

from ..grants import DIRECT, Grant, Principal, Scope, Via, rank_of
from . import wire
from .directory import Directory

PLATFORM = "teamhub"
LADDER = ("guest", "developer", "master", "manager", "admin")
"""The last two can come through a group alone."""
PRIVILEGED = frozenset(LADDER[2:])
THROUGH_GROUP = "through group"
"""Why a role cannot be changed here. TeamHub does not tell a collaborator's groups."""


def grants(directory: Directory, project: str) -> list[Grant]:
    """Everybody in the project. Raises `NoSuchProject`, or another `RequestError` where it cannot be told."""
    scope = Scope(id=project, kind="project")
    members = directory.members(project)
    found = [_grant(scope, each) for each in members.people.values()]
    if members.odd:
        odd = Principal(key="?", kind="unknown")
        found.append(_unknown(scope, odd, "its entry cannot be read"))
    return sorted(found, key=lambda grant: grant.order)


def _grant(scope: Scope, found: wire.Collaborator) -> Grant:
    principal = Principal(key=found.collaborator)
    role = found.role or found.highest_role
    if role is None:
        return _unknown(scope, principal, THROUGH_GROUP)
    direct = (DIRECT,) if found.role else ()
    through = (Via(kind="group"),) if not direct or _exceeds(found.highest_role, role) else ()
    return Grant(
        platform=PLATFORM,
        scope=scope,
        principal=principal,
        role=role,
        rank=rank_of(role, LADDER),
        privileged=not PRIVILEGED.isdisjoint({role, found.highest_role}),
        via=direct + through,
        fixed=None if direct else THROUGH_GROUP,
    )


def _unknown(scope: Scope, principal: Principal, fixed: str) -> Grant:
    return Grant(
        platform=PLATFORM,
        scope=scope,
        principal=principal,
        role="unknown",
        status="unknown",
        via=(Via(kind="group"),),
        fixed=fixed,
    )


def _exceeds(highest: str | None, direct: str) -> bool:
    """Whether somebody has more than their direct role, so that it comes another way; a word we do not know does."""
    ranks = rank_of(highest, LADDER) if highest else -1, rank_of(direct, LADDER)
    return highest != direct and (None in ranks or ranks[0] > ranks[1])  # type: ignore[operator]  # neither is None
