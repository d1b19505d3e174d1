"""What there is of a person in a collaboration: a membership, an invitation, or neither. Nothing here writes."""

from __future__ import annotations

from ...errors import NotFound
from .. import wire
from ..client import Client, of_address
from .invite_model import CollaborationInviteState, Found


def find(client: Client, state: CollaborationInviteState, reader: str | None = None) -> Found | None:
    """What there is of the person; None when the collaboration is gone. Without a reader: at this moment."""
    try:
        if reader is None:
            live = client.collaboration_now(state.collaboration)
        else:
            live = client.collaboration(state.collaboration, reader)
        member = live.member(state.user, state.email)
        if member is not None:
            return Found("accepted", member=member)
        if reader is None:
            invited = client.open_invitations_now(state.collaboration)
        else:
            invited = client.open_invitations(state.collaboration, reader)
    except NotFound:
        return None
    mine = [each for each in invited if each.identifier == state.invitation_id]
    found = next(iter([*mine, *of_address(invited, state.email)]), None)
    if found is None and state.invitation_id and state.user is None:
        found = answered(client, state.invitation_id)
    if found is not None and found.status == "accepted" and found.uid:
        member = live.member(found.uid, state.email)
        if member is None:  # the shared listing may be older than the invitation
            member = client.collaboration_now(state.collaboration).member(found.uid, state.email)
        return Found("accepted", member=member) if member else Found("removed", invitation=found)
    if found is not None:
        late = is_late(client, found)
        return Found("open" if found.status == "open" and not late else "expired", invitation=found)
    if state.user is not None or state.status == "removed":
        return Found("removed")
    return Found("expired" if state.status == "expired" else "declined")


def answered(client: Client, invitation_id: str) -> wire.Invitation | None:
    """An invitation, in whatever state; one that is not open any more may be accepted or expired. None: it is gone."""
    try:
        return client.invitation(invitation_id)
    except NotFound:
        return None


def is_late(client: Client, invitation: wire.Invitation) -> bool:
    """Whether its date has passed: on the server it stays open, and is of no use."""
    return invitation.expires is not None and invitation.expires <= client.now()
