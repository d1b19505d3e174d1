"""Invitations: made several at once, read, changed, sent again, deleted."""

import secrets
from typing import Any, Literal

from pulumi_collab.emulator.platform import Answer
from pulumi_collab.emulator.sram import checks, dates, shapes
from pulumi_collab.emulator.sram.errors import DatabaseError, MissingKey, NoRow, Refused
from pulumi_collab.emulator.sram.gate import Visit, answer, is_json, nothing
from pulumi_collab.emulator.sram.model import World
from pulumi_collab.emulator.sram.records import Collaboration, Invitation, Mail, Role, new_identifier

Reason = Literal["administrator", "invite", "resend", "reminder"]


def invite(visit: Visit) -> Answer:
    """Invites everybody whose address is one, or nobody."""
    body = visit.fields()
    co = _named(visit, body)
    visit.check(co)
    role, message = _role(body), body.get("message")
    if "invites" not in body:
        raise MissingKey("invites")
    if not isinstance(body["invites"], list):
        raise Refused(400, f"Invites must be an array, not {body['invites']}")
    expiry = dates.from_milliseconds(body.get("invitation_expiry_date"), visit.now + dates.INVITATION_LIFE)
    membership_expiry = dates.from_milliseconds(body.get("membership_expiry_date"), None)
    invited = [each for each in body["invites"] if checks.is_email(each)]
    if not invited:
        raise Refused(400, f"No valid email in invites: {body['invites']}")
    wanted = {each.lower() for each in invited}
    waiting = [each.email for each in co.invitations if each.status == "open" and each.email.lower() in wanted]
    if waiting:
        raise Refused(400, f"Duplicate email invitations: {waiting}")
    groups = _groups(co, body)
    sender = body.get("sender_name", visit.organisation.name)
    for value in (message, sender):
        if value is not None:
            checks.text(value)
    if any(len(each) > checks.NAME_LENGTH for each in invited):
        raise DatabaseError
    co.touch(visit.now)
    made = [
        make_invitation(
            visit.world,
            co,
            email=email,
            now=visit.now,
            reason="invite",
            role=role,
            groups=groups,
            message=message,
            sender_name=sender,
            expiry_date=expiry,
            membership_expiry_date=membership_expiry,
        )
        for email in invited  # the same address twice is two invitations
    ]
    return answer([shapes.sent_invitation(visit, each) for each in made], 201)


def make_invitation(
    world: World, co: Collaboration, *, email: str, now: float, reason: Reason, role: Role, **more: Any
) -> Invitation:
    """A new open invitation, and its mail."""
    more["expiry_date"] = more.get("expiry_date") or now + dates.INVITATION_LIFE
    made = Invitation(
        id=world.new_id(),
        identifier=new_identifier(),
        email=email,
        intended_role=role,
        hash=secrets.token_hex(32),
        created_at=now,
        **more,
    )
    co.invitations.append(made)
    send(world, co, made, reason, now)
    return made


def send(world: World, co: Collaboration, invitation: Invitation, reason: Reason, now: float) -> None:
    """Notes a mail."""
    mail = Mail(
        email=invitation.email,
        reason=reason,
        collaboration=co.identifier,
        invitation_id=invitation.identifier,
        sent_at=now,
    )
    world.mails.append(mail)


def read(visit: Visit) -> Answer:
    """One invitation; with the user once it is accepted, and none at all once that user is no member any more."""
    co, found = _found(visit)
    fields = shapes.invitation(visit, co, found)
    if found.status == "accepted":
        member = next((each for each in co.memberships if each.invitation_id == found.id), None)
        person = visit.world.user(member.uid) if member else None
        if person is None:
            raise NoRow
        fields["user"] = {
            "name": person.name,
            "mail": person.email,
            "username": shapes.username(person),
            "platform_id": person.uid,
            "status": "suspended" if person.suspended else "active",
        }
    return answer(fields)


def change(visit: Visit) -> Answer:
    """Replaces role *and* groups, whatever the state; what is left out is put back to the default."""
    co, found = _found(visit)
    body = visit.fields()
    found.groups = _groups(co, body)
    found.intended_role = _role(body)
    return answer(shapes.invitation(visit, co, found), 201)


def resend(visit: Visit) -> Answer:
    """Mails again; a date that has passed moves, a status does not."""
    co, found = _found(visit)
    if is_json(visit.call):
        visit.body()  # nothing in it means anything, but it has to be JSON
    if found.expiry_date < visit.now:
        found.expiry_date = visit.now + dates.INVITATION_LIFE
        found.created_at = visit.now
    send(visit.world, co, found, "resend", visit.now)
    return answer(shapes.invitation(visit, co, found), 201)


def delete(visit: Visit) -> Answer:
    """Deletes it in every state; who came by it stays a member."""
    co, found = _found(visit)
    co.remove_invitation(found)
    return nothing()


def list_open(visit: Visit) -> Answer:
    """All open ones of a collaboration, those past their date too."""
    co = visit.collaboration(visit.parameter("identifier"))
    return answer([shapes.invitation(visit, co, each) for each in co.invitations if each.status == "open"])


def _found(visit: Visit) -> tuple[Collaboration, Invitation]:
    found = visit.world.invitation(visit.parameter("invitation_id"))
    if found is None:
        raise NoRow
    visit.check(found[0])
    return found


def _named(visit: Visit, body: dict[str, Any]) -> Collaboration:
    """The collaboration that exactly one of two fields names, letter by letter."""
    short_name, identifier = body.get("short_name"), body.get("collaboration_identifier")
    if bool(short_name) == bool(identifier):
        raise Refused(400, "Exactly one of short_name and collaboration_identifier is required")
    for each in visit.world.of(visit.organisation):
        if each.short_name == short_name or each.identifier == identifier:
            return each
    raise not_here(visit, short_name or identifier)


def not_here(visit: Visit, name: object) -> Refused:
    """Unknown and foreign collaborations are the same to some calls."""
    return Refused(403, f"Collaboration {name} is not part of organisation {visit.organisation.name}")


def _role(body: dict[str, Any]) -> Role:
    role = body.get("intended_role", "member")
    return "admin" if role == "admin" else "member"


def _groups(co: Collaboration, body: dict[str, Any]) -> list[str]:
    found = []
    for name in checks.items(body.get("groups", [])):
        group = co.group(name) if isinstance(name, str) else None
        if group is None:
            raise Refused(400, f"Invalid group identifier: {name}")
        found.append(group.identifier)
    return found
