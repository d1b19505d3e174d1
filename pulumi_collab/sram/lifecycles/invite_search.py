"""What there is of a person in a collaboration: a membership, an invitation, or neither. Nothing here writes."""

from __future__ import annotations

from ...errors import NotFound
from .. import wire
from ..directory import Directory
from ..values import TOLERANCE
from ..wire import of_address
from .invite_model import CollaborationInviteState, Found, Status


def find(
    directory: Directory, state: CollaborationInviteState, reader: str | None = None, *, recent: bool = False
) -> Found | None:
    """What there is of the person; None when the collaboration is gone. Without a reader: at this moment."""
    try:
        if reader is None:
            live = directory.collaboration_now(state.collaboration)
        else:
            live = directory.collaboration(state.collaboration, reader, recent=recent)
        member = live.member(state.user, state.email)
        if member is not None:
            return Found("accepted", member=member)
        if reader is None:
            invited = directory.open_invitations_now(state.collaboration)
        else:
            invited = directory.open_invitations(state.collaboration, reader, recent=recent)
    except NotFound:
        return None
    mine = [each for each in invited if each.identifier == state.invitation_id]
    found = next(iter([*mine, *of_address(invited, state.email)]), None)
    if found is None and state.invitation_id and state.user is None:
        found = answered(directory, state.invitation_id)
    if found is not None and found.status == "accepted" and found.uid:
        member = live.member(found.uid, state.email)
        if member is None:  # the shared listing may be older than the invitation
            member = directory.collaboration_now(state.collaboration).member(found.uid, state.email)
        return Found("accepted", member=member) if member else Found("removed", invitation=found)
    if found is not None:
        status: Status = "open" if found.status == "open" and not is_late(directory, found) else "expired"
        given, added = groups_of(live, found, state.groups)
        return Found(status, invitation=found.model_copy(update={"groups": given}), added=added)
    if state.user is not None or state.status == "removed":
        return Found("removed")
    return Found("expired" if state.status == "expired" else "declined")


def answered(directory: Directory, invitation_id: str) -> wire.Invitation | None:
    """An invitation, in whatever state; one that is not open any more may be accepted or expired. None: it is gone."""
    try:
        return directory.invitation(invitation_id)
    except NotFound:
        return None


def is_late(directory: Directory, invitation: wire.Invitation) -> bool:
    """Whether its date has surely passed: on the server it stays open, and is of no use."""
    return invitation.expires is not None and invitation.expires + TOLERANCE <= directory.now()


def groups_of(
    live: wire.Collaboration, invitation: wire.Invitation, declared: list[str]
) -> tuple[list[wire.Group], list[str]]:
    """The groups that somebody gave, and the identifiers of those that the service puts everybody in."""
    everybody = {group.identifier for group in live.groups or () if group.auto_provision_members}
    added = [group for group in invitation.groups if group.identifier in everybody and not group.names & set(declared)]
    return [group for group in invitation.groups if group not in added], [group.identifier for group in added]


def missing_groups(live: wire.Collaboration, declared: list[str]) -> list[str]:
    """Which of the declared groups the collaboration does not have; none where it does not show its groups."""
    if live.groups is None:
        return []
    return sorted(set(declared) - {name for group in live.groups for name in group.names})
