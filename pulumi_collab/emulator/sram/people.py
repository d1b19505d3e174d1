"""What people do in the web interface, and what the night brings: `POST /_emulator/sram/...`."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, Field

from pulumi_collab.emulator.documents import ControlError, as_document, checked
from pulumi_collab.emulator.platform import Answer, Call, Handler, Strict
from pulumi_collab.emulator.sram import checks, dates
from pulumi_collab.emulator.sram.collaborations import unit_named
from pulumi_collab.emulator.sram.errors import Refused
from pulumi_collab.emulator.sram.groups import add_service_groups
from pulumi_collab.emulator.sram.jobs import JOBS
from pulumi_collab.emulator.sram.model import World
from pulumi_collab.emulator.sram.records import Collaboration, Invitation, Membership, Text, User, fold, new_identifier

WantedT = TypeVar("WantedT", bound=BaseModel)


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
    days: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class RemoveMember(Strict):
    """An administrator removes a member."""

    collaboration: Text
    uid: Text


class Fields(Strict):
    """What an administrator can change. expiry_date: seconds since the epoch. logo: any text is another picture."""

    name: Annotated[str, Field(min_length=1, max_length=checks.NAME_LENGTH)] | None = None
    short_name: Annotated[Text, AfterValidator(checks.cleaned)] | None = None
    description: str | None = None
    website_url: str | None = None
    expiry_date: float | None = None
    logo: str | None = None
    disable_join_requests: bool | None = None
    disclose_member_information: bool | None = None
    disclose_email_information: bool | None = None
    tags: list[str] | None = None
    units: list[str] | None = None
    support_email: str | None = None


class Edit(Strict):
    """An administrator changes a collaboration."""

    collaboration: Text
    fields: Fields


class Decide(Strict):
    """Somebody of a service decides about a request to connect it."""

    collaboration: Text
    service_entity_id: Text
    decision: Literal["approve", "deny"]


class Job(Strict):
    """A daily job runs."""

    name: Text = "nightly"


class _Impossible(Exception):
    """What the web interface would refuse. status: 404 for what is not there, 409 for what cannot be now."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def accept(world: World, now: float, wanted: Accept) -> Any:
    """They become a member, and a user if they were none; too late is too late for good."""
    co, invitation = _invitation(world, wanted.invitation_id)
    if invitation.status != "open":
        raise _Impossible(409, f"The invitation has status {invitation.status}")
    if invitation.expiry_date < now:
        if invitation.by_api:
            invitation.status = "expired"
        else:
            co.remove_invitation(invitation)
        raise _Impossible(409, "The invitation has expired")
    if co.member(wanted.uid):
        co.remove_invitation(invitation)
        raise _Impossible(409, f"User {wanted.uid} is already a member of {co.name}")
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
        raise _Impossible(409, f"The invitation has status {invitation.status}")
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
    co = _collaboration(world, wanted.collaboration)
    member = co.member(wanted.uid)
    if member is None:
        raise _Impossible(404, f"{wanted.uid} is no member of {co.name}")
    co.remove_member(member)
    co.touch(now)
    return {"collaboration": co.identifier}


def edit(world: World, now: float, wanted: Edit) -> Any:
    """Other values; nothing changes where one of them is refused."""
    co = _collaboration(world, wanted.collaboration)
    sent = wanted.fields.model_dump(exclude_unset=True)
    nullable = ("expiry_date", "website_url", "support_email")
    for name in (name for name, value in sent.items() if value is None and name not in nullable):
        raise ControlError(f"fields.{name}: null is no value for it")
    for other in world.collaborations:
        if other is co or other.organisation != co.organisation:
            continue
        same_name = "name" in sent and fold(sent["name"]) == fold(other.name)
        if same_name or sent.get("short_name") == other.short_name:
            raise _Impossible(409, f"{other.name} ({other.short_name}) has that name already")
    if "website_url" in sent:
        sent["website_url"] = checks.website(sent["website_url"])
    if "tags" in sent:
        sent["tags"] = [*dict.fromkeys(checks.tags(sent["tags"]))]
    if "units" in sent:
        of = world.organisation(co.organisation)
        sent["units"] = [*dict.fromkeys(unit_named(of, each) for each in sent["units"])]
    if "expiry_date" in sent:
        sent["expiry_date"] = dates.any_expiry_day(sent["expiry_date"])
        if co.status == "expired" and (sent["expiry_date"] is None or sent["expiry_date"] > now):
            sent["status"] = "active"
    if co.status == "suspended":
        sent["status"] = "active"
    if sent.pop("logo", None) is not None:
        sent["uuid4"] = new_identifier()
    for name, value in sent.items():
        setattr(co, name, value)
    co.touch(now)
    return {"collaboration": co.identifier}


def decide(world: World, now: float, wanted: Decide) -> Any:
    """The service is connected, or only no longer asked for."""
    co = _collaboration(world, wanted.collaboration)
    service = world.service(wanted.service_entity_id)
    if service is None:
        raise _Impossible(404, f"there is no service {wanted.service_entity_id}")
    if service.entity_id not in co.requests:
        raise _Impossible(409, f"{co.name} has not asked for {service.entity_id}")
    co.requests.remove(service.entity_id)
    if wanted.decision == "approve":
        co.services.append(service.entity_id)
        add_service_groups(world, co, service, now)
    return {"services": co.services}


def job(world: World, now: float, wanted: Job) -> Any:
    """One of the daily jobs, or all."""
    if wanted.name not in JOBS:
        raise ControlError(f"there is no job {wanted.name!r}: one of {', '.join(JOBS)}")
    JOBS[wanted.name](world, now)
    return {"job": wanted.name}


def _control(model: type[WantedT], act: Callable[[World, float, WantedT], Any]) -> Handler[World]:
    def handle(call: Call[World]) -> Answer:
        wanted = checked(model, as_document(call.body))
        try:
            return Answer.json({"status": "ok", **act(call.section, call.now, wanted)})
        except _Impossible as error:
            return Answer.json({"error": str(error)}, error.status)
        except Refused as error:
            raise ControlError(str(error)) from None

    return handle


def _invitation(world: World, identifier: str) -> tuple[Collaboration, Invitation]:
    found = world.invitation(identifier)
    if found is None:
        raise _Impossible(404, f"there is no invitation {identifier}")
    return found


def _collaboration(world: World, name: str) -> Collaboration:
    """By identifier, or by a short name that one organisation only has."""
    found = world.collaboration(name)
    named = [found] if found else [each for each in world.collaborations if each.short_name == name]
    if not named:
        raise _Impossible(404, f"there is no collaboration {name}")
    if len(named) > 1:
        raise _Impossible(409, f"several organisations have a collaboration {name}: use the identifier")
    return named[0]


CONTROLS: dict[str, Handler[World]] = {
    "accept": _control(Accept, accept),
    "decline": _control(Decline, decline),
    "age-invitation": _control(Age, age),
    "remove-member": _control(RemoveMember, remove_member),
    "edit": _control(Edit, edit),
    "decide": _control(Decide, decide),
    "job": _control(Job, job),
}
