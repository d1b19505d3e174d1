"""The server's daily jobs."""

from collections.abc import Callable

from pulumi_collab.emulator.sram.dates import DAY
from pulumi_collab.emulator.sram.invitations import send
from pulumi_collab.emulator.sram.model import World

_REMIND_DAYS = 5  # before an invitation's date
_EXPIRED_INVITATION_DAYS = 10
_DELETED_INVITATION_DAYS = 30
_INACTIVE_DAYS = 365
_DELETE_DAYS = 90  # after something expired or was suspended


def invitation_reminders(world: World, now: float) -> None:
    """Mails again to whom little time is left, once."""
    for co in world.collaborations:
        for invitation in co.invitations:
            soon = now < invitation.expiry_date < now + _REMIND_DAYS * DAY
            if invitation.status == "open" and soon and not invitation.reminded:
                invitation.reminded = True
                send(world, co, invitation, "reminder", now)


def invitation_expirations(world: World, now: float) -> None:
    """Ends invitations long past their date, accepted ones too, of which their people were reminded."""
    for co in world.collaborations:
        for invitation in [each for each in co.invitations if each.reminded]:
            days = (now - invitation.expiry_date) / DAY
            old = days > _EXPIRED_INVITATION_DAYS
            if days > _DELETED_INVITATION_DAYS or (old and not invitation.by_api):
                co.remove_invitation(invitation)
            elif old and invitation.status == "open":
                invitation.status = "expired"


def membership_expiration(world: World, now: float) -> None:
    """Ends memberships past their date; much later they go."""
    for co in world.collaborations:
        for membership in [each for each in co.memberships if each.expiry_date is not None]:
            assert membership.expiry_date is not None
            if membership.status == "expired" and membership.expiry_date < now - (_DELETE_DAYS - 1) * DAY:
                co.remove_member(membership)
            elif membership.expiry_date < now:
                membership.status = "expired"


def collaboration_expiration(world: World, now: float) -> None:
    """Ends collaborations past their date; much later they go."""
    for co in [each for each in world.collaborations if each.expiry_date is not None]:
        assert co.expiry_date is not None
        if co.status == "expired" and co.expiry_date < now - (_DELETE_DAYS - 1) * DAY:
            world.collaborations.remove(co)
        elif co.status == "active" and co.expiry_date < now:
            co.status = "expired"


def collaboration_inactivity_suspension(world: World, now: float) -> None:
    """Suspends collaborations where nothing happened for a year; later they go."""
    for co in list(world.collaborations):
        days = (now - co.last_activity_date) / DAY
        if co.status == "suspended" and days > _INACTIVE_DAYS + _DELETE_DAYS:
            world.collaborations.remove(co)
        elif co.status == "active" and days > _INACTIVE_DAYS - 1:
            co.status = "suspended"


_EACH: tuple[Callable[[World, float], None], ...] = (
    collaboration_inactivity_suspension,
    collaboration_expiration,
    membership_expiration,
    invitation_reminders,
    invitation_expirations,
)


def nightly(world: World, now: float) -> None:
    """All of them."""
    for job in _EACH:
        job(world, now)


JOBS = {job.__name__: job for job in (*_EACH, nightly)}
