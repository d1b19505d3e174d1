"""Creating a collaboration: it is kept before its invitations and tags are, so that a failure leaves half of it."""

from typing import Any

from pulumi_collab.emulator.platform import Answer
from pulumi_collab.emulator.sram import checks, dates, shapes
from pulumi_collab.emulator.sram.collaborations import unit_named
from pulumi_collab.emulator.sram.errors import DatabaseError, Refused
from pulumi_collab.emulator.sram.gate import Visit, answer
from pulumi_collab.emulator.sram.invitations import make_invitation
from pulumi_collab.emulator.sram.records import Collaboration, Membership, fold, new_identifier

Fields = dict[str, Any]

REQUIRED = (
    "name",
    "description",
    "disable_join_requests",
    "disclose_member_information",
    "disclose_email_information",
    "administrators",
)


def create(visit: Visit) -> Answer:
    """A new collaboration, its administrators invited."""
    body = visit.fields()
    administrators, tags, made = _checked(visit, body)
    visit.world.collaborations.append(made)  # from here on it is there, whatever goes wrong
    invited = [each for each in administrators if each != visit.organisation.admin_email]
    if any(len(each) > checks.NAME_LENGTH for each in invited):
        raise DatabaseError
    for email in invited:
        make_invitation(
            visit.world,
            made,
            email=email,
            now=visit.now,
            reason="administrator",
            role="admin",
            by_api=False,
            message=_message(body),
            sender_name=visit.organisation.name,
        )
    person = visit.world.user(body["administrator"]) if isinstance(body.get("administrator"), str) else None
    if person:
        member = Membership(id=visit.world.new_id(), uid=person.uid, role="admin", created_at=visit.now)
        made.memberships.append(member)
    _tag(visit, made, tags)
    fields = _answer(visit, made, invited=bool(invited), known=person is not None)
    if tags:
        fields["tags"] = made.tags
    return answer(fields, 201)


def _checked(visit: Visit, body: Fields) -> tuple[list[str], list[str], Collaboration]:
    """The administrators, the tags, and the collaboration that is not there yet. The order is the server's."""
    checks.logo(body.get("logo"))
    missing = [name for name in REQUIRED if name not in body]
    if missing:
        raise Refused(400, f"Missing required attributes: {missing}", bare=True)
    if "id" in body:
        raise Refused(400, "The emulator does not play a create with an id, which overwrites that collaboration")
    short_name = checks.short_name(body["short_name"]) if "short_name" in body else _made_short_name(visit, body)
    units = [(each, unit_named(visit.organisation, each)) for each in _sent_units(visit, body)]
    tags = checks.tags(body["tags"]) if "tags" in body else []
    expiry = dates.expiry_day(body.get("expiry_date"), visit.now)
    name = checks.text(body["name"])
    of = visit.organisation.name
    for each in visit.world.of(visit.organisation):
        if fold(each.name) == fold(name):
            text = f"Collaboration with name '{name}' already exists within organisation '{of}'."
            raise Refused(400, text, bare=True)
    for each in visit.world.of(visit.organisation):
        if each.short_name == short_name:
            text = f"Collaboration with short_name '{short_name}' already exists within organisation '{of}'."
            raise Refused(400, text, bare=True)
    for sent, unit in units:
        if sent != unit:
            raise Refused(400, f"Unit with name '{sent}' is not a valid unit for organisation '{of}'.", bare=True)
    administrators = checks.emails(body["administrators"])
    made = Collaboration(
        id=visit.world.new_id(),
        identifier=new_identifier(),
        uuid4=body["uuid4"] if isinstance(body.get("uuid4"), str) else new_identifier(),
        organisation=visit.organisation.short_name,
        website_url=checks.website(body.get("website_url")),
        name=checks.fitting(name),
        short_name=short_name,
        description=_description(body["description"]),
        disable_join_requests=checks.flag(body["disable_join_requests"]),
        disclose_member_information=checks.flag(body["disclose_member_information"]),
        disclose_email_information=checks.flag(body["disclose_email_information"]),
        expiry_date=expiry,
        support_email=None if body.get("support_email") is None else checks.fitting(body["support_email"]),
        units=[*dict.fromkeys(unit for _, unit in units)],
        created_at=visit.now,
        updated_at=visit.now,
        last_activity_date=visit.now,
    )
    return administrators, tags, made


def _made_short_name(visit: Visit, body: Fields) -> str:
    taken = {each.short_name for each in visit.world.collaborations}  # in any organisation
    return checks.numbered(checks.text(body["name"]), lambda candidate: candidate in taken)


def _sent_units(visit: Visit, body: Fields) -> list[Any]:
    if visit.key.units:
        return visit.key.units  # what is sent is not looked at
    return checks.items(body["units"]) if "units" in body else []


def _description(value: Any) -> str:
    if value is None:
        raise DatabaseError
    return checks.text(value)


def _message(body: Fields) -> str | None:
    return None if body.get("message") is None else checks.text(body["message"])


def _tag(visit: Visit, made: Collaboration, sent: list[str]) -> None:
    """The tags, with the organisation's own. Two equal ones break it, and so may a race for a new one."""
    of = visit.organisation
    if len(set(sent)) < len(sent):
        raise DatabaseError
    if visit.call.variants["database_error"] == "on-shared-new-tag":
        known = {*of.known_tags, *of.default_tags, *(tag for each in visit.world.of(of) for tag in each.tags)}
        new = [tag for tag in sent if tag not in known]
        if new:
            of.known_tags += new  # the winner of the race made them
            raise DatabaseError
    made.tags = [*sent, *(tag for tag in of.default_tags if tag not in sent)]


def _answer(visit: Visit, made: Collaboration, *, invited: bool, known: bool) -> Fields:
    """What the answer shows depends on what the server happened to load."""
    fields = shapes.collaboration(visit, made)
    if known:
        fields["collaboration_memberships"] = [
            shapes.membership(visit, made, each, with_user=False) for each in made.memberships
        ]
        fields["groups"] = [shapes.group(visit, made, each) for each in made.groups]
        fields["invitations"] = [shapes.raw_invitation(visit, made, each) for each in made.invitations]
        fields["join_requests"] = []
        fields["service_connection_requests"] = []
    if known or invited:
        fields["organisation"] = shapes.organisation(visit, visit.organisation)
    if known or not invited:
        fields["services"] = shapes.services(visit, made)
    return fields
