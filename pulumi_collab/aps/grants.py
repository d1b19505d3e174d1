"""Who has access to an APS app, in the record that everything about access is told in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from ..grants import DIRECT, Grant, Principal, Scope, Via, rank_of
from . import wire
from .directory import Directory


def scopes(directory: Directory) -> Iterable[Scope]:
    """The apps that the person whose token it is is on."""
    return [Scope(id=app.client_id, kind="app", name=app.name) for app in directory.apps()]


def grants(directory: Directory, client_id: str) -> list[Grant]:
    """Everybody on the app, as the service lists them: open invitations are not among them."""
    scope = Scope(id=client_id, kind="app")
    return [_grant(scope, person) for person in directory.collaborators(client_id)]


def _grant(scope: Scope, person: wire.Collaborator) -> Grant:
    owner = person.access_level == "OWNER"
    return Grant(
        platform="aps",
        scope=scope,
        principal=Principal(key=person.email, name=person.name or None, email=person.email, uid=person.user_id),
        role=person.access_level,
        rank=rank_of(person.access_level, wire.ACCESS_LEVELS),
        privileged=owner,
        via=(Via(kind="owner"),) if owner else (DIRECT,),
        fixed="owner" if owner else None,
        since=_moment(person.created_at),
    )


def _moment(text: str | None) -> datetime | None:
    """A moment as the service writes it; None for what is none, which is no reason to hide a person."""
    try:
        moment = datetime.fromisoformat(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
