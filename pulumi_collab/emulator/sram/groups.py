"""Groups of a collaboration and their members."""

from typing import Any

from pulumi_collab.emulator.platform import Answer
from pulumi_collab.emulator.sram import checks, shapes
from pulumi_collab.emulator.sram.errors import MissingKey, NoRow, Refused
from pulumi_collab.emulator.sram.gate import Visit, answer, nothing
from pulumi_collab.emulator.sram.model import World
from pulumi_collab.emulator.sram.records import Collaboration, Group, Service, new_identifier


def create(visit: Visit) -> Answer:
    """A new group; one that is there already answers an empty object."""
    body = visit.fields()
    co = visit.collaboration(str(body.get("collaboration_identifier")))
    if "short_name" not in body:
        raise Refused(400, "Missing short_name in JSON")
    if "name" not in body:
        raise MissingKey("name")
    made = make_group(
        visit.world,
        co,
        name=checks.fitting(body["name"]),
        short_name=checks.cleaned(body["short_name"]),
        description=None if body.get("description") is None else checks.text(body["description"]),
        auto_provision_members=checks.flag(body.get("auto_provision_members")),
        now=visit.now,
    )
    if made is None:
        return answer({}, 201)
    co.touch(visit.now)
    return answer(shapes.group(visit, co, made), 201)


def make_group(world: World, co: Collaboration, *, name: str, short_name: str, now: float, **more: Any) -> Group | None:
    """A new group with everybody in it who belongs there, unless its name or short name is taken."""
    made = Group(name=name, short_name=short_name, created_at=now, **more)
    for each in co.groups:
        same_name = each.name == name and each.service_group == made.service_group
        if same_name or each.short_name == short_name:
            return None
    made.id, made.identifier = world.new_id(), new_identifier()
    co.groups.append(made)
    _provision(co, made)
    return made


def add_service_groups(world: World, co: Collaboration, service: Service, now: float) -> None:
    """The groups that a collaboration gets with a service; they stay when the service goes."""
    for each in service.groups:
        make_group(
            world,
            co,
            name=each.name,
            short_name=f"{service.abbreviation}-{each.short_name}",
            description=each.description,
            auto_provision_members=each.auto_provision_members,
            service_group=True,
            now=now,
        )


def change(visit: Visit) -> Answer:
    """Another name or description, or everybody in it from now on."""
    co, found = _found(visit)
    for name, value in visit.fields().items():
        if name == "auto_provision_members":
            found.auto_provision_members = bool(value)
        elif name == "name" and not found.service_group:
            found.name = checks.fitting(value)
        elif name == "description" and not found.service_group:
            found.description = None if value is None else checks.text(value)
        else:
            raise Refused(400, f"Cannot change {name} of group {visit.parameter('identifier')}")
    _provision(co, found)
    co.touch(visit.now)
    return answer(shapes.group(visit, co, found), 201)


def delete(visit: Visit) -> Answer:
    """Ends a group."""
    co, found = _found(visit)
    co.groups.remove(found)
    for invitation in co.invitations:
        invitation.groups = [each for each in invitation.groups if each != found.identifier]
    co.touch(visit.now)
    return nothing()


def add_member(visit: Visit) -> Answer:
    """Puts a member of the collaboration into a group."""
    co, found = _found(visit)
    uid = visit.fields().get("uid")
    person = visit.world.user(uid) if isinstance(uid, str) else None
    if person is None:
        raise NoRow
    if co.member(person.uid) is None:
        raise Refused(409, f"User {person.uid} is not a member of collaboration {co.name}", bare=True)
    if person.uid in found.members:
        raise Refused(409, f"User {person.uid} is already member of group {found.name}", bare=True)
    found.members.append(person.uid)
    return answer(shapes.group(visit, co, found), 201)


def remove_member(visit: Visit) -> Answer:
    """Takes a member out of a group."""
    _, found = _found(visit)
    if visit.parameter("uid") not in found.members:
        raise NoRow
    found.members.remove(visit.parameter("uid"))
    return nothing()


def _found(visit: Visit) -> tuple[Collaboration, Group]:
    found = visit.world.group(visit.parameter("identifier"))
    if found is None:
        raise NoRow
    visit.check(found[0])
    return found


def _provision(co: Collaboration, group: Group) -> None:
    """Where everybody belongs in it: all members, and all who are invited."""
    if not group.auto_provision_members:
        return
    group.members = [*dict.fromkeys([*group.members, *(each.uid for each in co.memberships)])]
    for invitation in co.invitations:
        if invitation.status == "open" and group.identifier not in invitation.groups:
            invitation.groups.append(group.identifier)
