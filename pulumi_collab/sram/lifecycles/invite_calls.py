"""The calls that change an invitation: sending it, withdrawing it, and what it gives."""

from __future__ import annotations

from ...converge import converge, ignore_not_found
from ...errors import Refused
from ...lifecycle import Warn
from .. import wire
from ..directory import Directory
from ..values import moment
from ..wire import NAME, same_email
from .invite_model import CollaborationInviteState, gives, iso, state_of
from .invite_search import answered, find, missing_groups


def send(
    directory: Directory,
    warn: Warn,
    about: str,
    wanted: CollaborationInviteState,
    stale: wire.Invitation | None,
    resends: int,
) -> CollaborationInviteState:
    """Send an invitation, after withdrawing the stale one, which would block it."""
    until = moment(wanted.invitation_expiry_date) if wanted.invitation_expiry_date else None
    if until is not None and until <= directory.now():
        warn(
            f"{about}: invitation_expiry_date {wanted.invitation_expiry_date} has passed, so this "
            f"invitation is valid for as long as {NAME} gives by itself"
        )
        until = None
    left = [stale.identifier] if stale is not None else []
    if left:
        check_groups(directory, about, wanted)
    asked = {"status": "open", "invitation_id": None, "invitation_expires": None, "user": None, "resends": resends}
    new = wanted.model_copy(update=asked)

    def write() -> CollaborationInviteState:
        for invitation_id in left:
            withdraw(directory, wanted.collaboration, invitation_id)
        sent = directory.invite(
            wanted.collaboration,
            [wanted.email],
            wanted.intended_role,
            message=wanted.message,
            sender_name=wanted.sender_name,
            invitation_expiry_date=until,
            membership_expiry_date=moment(wanted.membership_expiry_date) if wanted.membership_expiry_date else None,
            groups=wanted.groups,
        )
        mine = [each for each in sent if same_email(each.email, wanted.email)]
        if not mine:
            raise Refused(f"{about}: {NAME} left the address out, so nobody was invited; check it")
        is_ = {"invitation_id": mine[0].identifier, "invitation_expires": iso(mine[0].expires)}
        return new.model_copy(update=is_)

    def look() -> CollaborationInviteState | None:
        found = find(directory, new)
        if found is None or found.status not in ("open", "accepted"):
            return None
        if found.invitation is not None and found.invitation.identifier in left:
            return None
        return state_of(new, found)

    return converge(write, look)


def check_groups(directory: Directory, about: str, wanted: CollaborationInviteState) -> None:
    """Before an invitation is withdrawn: the service refuses one to a group that is not there."""
    if not missing_groups(directory.collaboration(wanted.collaboration), wanted.groups):
        return
    live = directory.collaboration_now(wanted.collaboration)
    if missing := missing_groups(live, wanted.groups):
        raise Refused(
            f"{about}: groups names {', '.join(missing)}, which the collaboration does not have (it "
            f"has {', '.join(sorted(group.short_name for group in live.groups or ())) or 'none'}); make it in the "
            "web interface, or correct the program"
        )


def withdraw(directory: Directory, collaboration: str, invitation_id: str) -> None:
    """Withdraw an invitation; what is gone is fine."""

    def look() -> bool | None:
        return True if answered(directory, invitation_id) is None else None

    def write() -> bool:
        ignore_not_found(lambda: directory.delete_invitation(collaboration, invitation_id))
        return True

    converge(write, look)


def give(directory: Directory, wanted: CollaborationInviteState, invitation_id: str, added: list[str]) -> None:
    """Let an open invitation give the wanted role and groups, and those groups that the service has added."""

    def write() -> bool:
        groups = [*wanted.groups, *added]  # what is not named is taken away
        directory.update_invitation(wanted.collaboration, invitation_id, wanted.intended_role, groups)
        return True

    def look() -> bool | None:
        found = answered(directory, invitation_id)
        if found is None:
            return None
        given = [group for group in found.groups if group.identifier not in added]
        return True if gives(found.model_copy(update={"groups": given}), wanted) else None

    converge(write, look)
