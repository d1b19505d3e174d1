"""Who has access to a QuantConnect project, in the record that everything about access is told in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..errors import InvalidInput, Problem
from ..grants import DIRECT, Grant, Principal, Scope, Via, rank_of
from . import access, wire
from .client import Declined
from .directory import Directory

ROLES = ("read", "write")
"""What can be given, the lowest first. The owner comes above them."""
LIVE_CONTROL = "live_control"


def scopes(directory: Directory) -> Iterable[Scope]:
    """Every project that the user whose credentials these are can see."""
    return [_scope(project.id, project.name) for project in directory.projects()]


def grants(directory: Directory, scope_id: str) -> list[Grant]:
    """Everybody on the project, the owner included. Raises `InvalidInput` for what is no project's number."""
    if not (scope_id.isascii() and scope_id.isdigit()):
        raise InvalidInput([Problem("scope", f"{scope_id!r} is no number of a {wire.NAME} project")])
    project_id = int(scope_id)
    try:
        people = directory.people(project_id)
    except Declined as error:
        raise error.plus(access.look_for_project(directory.user_id)) from None
    return grants_of(project_id, people, directory.name_of(project_id))


def grants_of(project_id: int, people: Iterable[wire.Collaborator], name: str | None = None) -> list[Grant]:
    """People on a project as grants."""
    scope = _scope(project_id, name)
    return [_grant(scope, person) for person in people]


def _scope(project_id: int, name: str | None) -> Scope:
    return Scope(id=str(project_id), kind="project", name=name or None)


def _grant(scope: Scope, person: wire.Collaborator) -> Grant:
    owner = person.owner
    roles: Sequence[str] = (*ROLES, "owner")
    role = "owner" if owner else person.permission
    uid = None if person.uid is None else str(person.uid)
    return Grant(
        platform="quantconnect",
        scope=scope,
        principal=Principal(
            key=person.user or f"uid {uid or 'unknown'}",
            kind="person" if person.user else "unknown",
            name=person.display_name,
            email=person.email,
            uid=uid,
        ),
        role=role,
        rank=rank_of(role, roles),
        privileges=(LIVE_CONTROL,) if person.live_control and not owner else (),
        privileged=owner or person.live_control,
        via=(Via(kind="owner"),) if owner else (DIRECT,),
        fixed="owner" if owner else None,
    )
