"""Collaborations: create, read, delete, units, and the organisation that they belong to."""

from pulumi_collab.emulator.platform import Answer
from pulumi_collab.emulator.sram import shapes
from pulumi_collab.emulator.sram.checks import items
from pulumi_collab.emulator.sram.errors import NoRow, Refused
from pulumi_collab.emulator.sram.gate import Visit, answer, nothing
from pulumi_collab.emulator.sram.records import Collaboration, Organisation, fold


def read_organisation(visit: Visit) -> Answer:
    """The organisation and all its collaborations that the key reaches."""
    found = [each for each in visit.world.of(visit.organisation) if visit.reaches(each) and _matches(visit, each)]
    fields = shapes.organisation(visit, visit.organisation)
    fields["units"] = list(visit.organisation.units)
    fields["collaborations"] = [shapes.whole_collaboration(visit, each, listed=True) for each in found]
    return answer(fields)


def _matches(visit: Visit, co: Collaboration) -> bool:
    services = [visit.world.service(entity_id) for entity_id in co.services]
    present = {
        "units": co.units,
        "tags": co.tags,
        "services": [each.abbreviation for each in services if each],
    }
    for name, values in present.items():
        wanted = [each.strip().lower() for each in visit.call.query.get(name, "").split(",") if each.strip()]
        if not {*wanted} <= {each.lower() for each in values}:
            return False
    return True


def no_list(visit: Visit) -> Answer:
    """There is no list but the organisation's; the one 405 that is JSON, and that asks for a key."""
    raise Refused(405, "The method is not allowed for the requested URL.")


def read(visit: Visit) -> Answer:
    """One collaboration."""
    found = visit.world.collaboration(visit.parameter("identifier"))
    if found is None:
        raise Refused(
            404,
            "The requested URL was not found on the server. "
            "If you entered the URL manually please check your spelling and try again.",
        )
    visit.check(found)
    return answer(shapes.whole_collaboration(visit, found))


def delete(visit: Visit) -> Answer:
    """Ends a collaboration with all that is in it, and tags that nobody else uses."""
    visit.world.collaborations.remove(visit.collaboration(visit.parameter("identifier")))
    return nothing()


def replace_units(visit: Visit) -> Answer:
    """Other units; here case makes no difference, and a foreign collaboration is none at all."""
    found = visit.world.collaboration(visit.parameter("identifier"))
    if found is None or found.organisation != visit.organisation.short_name:
        raise NoRow
    if visit.key.units:
        raise Refused(403, "API key is scoped with units. Update collaboration units not allowed")
    found.units = [*dict.fromkeys(unit_named(visit.organisation, each) for each in items(visit.body()))]
    of = visit.organisation
    units = [
        {"id": shapes.unit_id(of, name), "name": name, "organisation_id": of.id} for name in shapes.units(visit, found)
    ]
    fields = {**shapes.collaboration(visit, found), "units": units}
    del fields["tags"]
    return answer(fields, 201)


def unit_named(organisation: Organisation, name: object) -> str:
    """The unit of that name, as the organisation writes it."""
    for unit in organisation.units:
        if isinstance(name, str) and fold(unit) == fold(name):
            return unit
    raise Refused(400, f"Unit with name {name} and organisation {organisation.id} does not exists")
