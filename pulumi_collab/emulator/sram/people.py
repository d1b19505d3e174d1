"""What people do in the web interface, and what the night brings: `POST /_emulator/sram/...`."""

from typing import Annotated, Any, Literal

from pydantic import Field

from pulumi_collab.emulator.documents import ControlError
from pulumi_collab.emulator.platform import Handler, Strict, Text
from pulumi_collab.emulator.sram import dates
from pulumi_collab.emulator.sram.controls import Impossible, control, named
from pulumi_collab.emulator.sram.edits import Edit, edit
from pulumi_collab.emulator.sram.groups import add_service_groups
from pulumi_collab.emulator.sram.jobs import JOBS
from pulumi_collab.emulator.sram.model import World
from pulumi_collab.emulator.sram.records import Collaboration, Invitation, Membership, User

_CENTURY = 36_525  # days


class Accept(Strict):
    """Somebody follows an invitation's link. email, name: of a new user; the invited address where it is left out."""

    invitation_id: Text
    uid: Text
    email: Text | None = None
    name: Text | None = None


class Decline(Strict):
    """Somebody declines an invitation."""

    invitation_id: Text
    uid: Text | None = None


class Age(Strict):
    """An invitation's dates move into the past."""

    invitation_id: Text
    days: Annotated[float, Field(gt=0, le=_CENTURY)]


class RemoveMember(Strict):
    """An administrator removes a member."""

    collaboration: Text
    uid: Text


class Decide(Strict):
    """Somebody of a service decides about a request to connect it."""

    collaboration: Text
    service_entity_id: Text
    decision: Literal["approve", "deny"]


class Job(Strict):
    """A daily job runs. days: as it will in so many, with the clock left where it is."""

    name: Text = "nightly"
    days: Annotated[float, Field(ge=0, le=_CENTURY)] = 0


def accept(world: World, now: float, wanted: Accept) -> Any:
    """They become a member, and a user if they were none; too late is too late for good."""
    co, invitation = _invitation(world, wanted.invitation_id)
    if invitation.status != "open":
        raise Impossible(409, f"The invitation has status {invitation.status}")
    if invitation.expiry_date < now:
        if invitation.by_api:
            invitation.status = "expired"
        else:
            co.remove_invitation(invitation)
        raise Impossible(409, "The invitation has expired")
    if co.member(wanted.uid):
        co.remove_invitation(invitation)
        raise Impossible(409, f"User {wanted.uid} is already a member of {co.name}")
    person = world.user(wanted.uid)
    if person is None:
        person = User(id=world.new_id(), uid=wanted.uid, email=invitation.email, name=wanted.uid, created_at=now)
        world.add_user(person)
    person.email = wanted.email or person.email
    person.name = wanted.name or person.name
    member = Membership(
        id=world.new_id(),
        uid=person.uid,
        role=invitation.intended_role,
        expiry_date=invitation.membership_expiry_date,
        created_at=now,
    )
    co.memberships.append(member)
    for group in co.groups:
        if group.auto_provision_members or group.identifier in invitation.groups:
            group.members.append(person.uid)
    if invitation.by_api:
        invitation.status = "accepted"
        member.invitation_id = invitation.id
    else:
        co.remove_invitation(invitation)
    return {"collaboration": co.identifier, "uid": person.uid, "role": member.role}


def decline(world: World, now: float, wanted: Decline) -> Any:
    """The invitation is gone; nothing remembers it."""
    co, invitation = _invitation(world, wanted.invitation_id)
    if invitation.status != "open":
        raise Impossible(409, f"The invitation has status {invitation.status}")
    co.remove_invitation(invitation)
    return {"collaboration": co.identifier}


def age(world: World, now: float, wanted: Age) -> Any:
    """As if it had been made so much earlier; the job that reminds people has run in the meantime."""
    _, invitation = _invitation(world, wanted.invitation_id)
    invitation.created_at -= wanted.days * dates.DAY
    invitation.expiry_date -= wanted.days * dates.DAY
    invitation.reminded = invitation.reminded or invitation.expiry_date < now
    return {"expiry_date": invitation.expiry_date}


def remove_member(world: World, now: float, wanted: RemoveMember) -> Any:
    """The membership is gone; its invitation stays."""
    co = named(world, wanted.collaboration)
    member = co.member(wanted.uid)
    if member is None:
        raise Impossible(404, f"{wanted.uid} is no member of {co.name}")
    co.remove_member(member)
    co.touch(now)
    return {"collaboration": co.identifier}


def decide(world: World, now: float, wanted: Decide) -> Any:
    """The service is connected, or only no longer asked for."""
    co = named(world, wanted.collaboration)
    service = world.service(wanted.service_entity_id)
    if service is None:
        raise Impossible(404, f"there is no service {wanted.service_entity_id}")
    if service.entity_id not in co.requests:
        raise Impossible(409, f"{co.name} has not asked for {service.entity_id}")
    co.requests.remove(service.entity_id)
    if wanted.decision == "approve":
        co.services.append(service.entity_id)
        add_service_groups(world, co, service, now)
    return {"services": co.services}


def job(world: World, now: float, wanted: Job) -> Any:
    """One of the daily jobs, or all."""
    if wanted.name not in JOBS:
        raise ControlError(f"there is no job {wanted.name!r}: one of {', '.join(JOBS)}")
    JOBS[wanted.name](world, now + wanted.days * dates.DAY)
    return {"job": wanted.name}


def _invitation(world: World, identifier: str) -> tuple[Collaboration, Invitation]:
    found = world.invitation(identifier)
    if found is None:
        raise Impossible(404, f"there is no invitation {identifier}")
    return found


CONTROLS: dict[str, Handler[World]] = {
    "accept": control(Accept, accept),
    "decline": control(Decline, decline),
    "age-invitation": control(Age, age),
    "remove-member": control(RemoveMember, remove_member),
    "edit": control(Edit, edit),
    "decide": control(Decide, decide),
    "job": control(Job, job),
}
