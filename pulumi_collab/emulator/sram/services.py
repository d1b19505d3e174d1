"""Services: connected at once, after a person's approval, or not at all."""

from typing import Any

from pulumi_collab.emulator.platform import Answer
from pulumi_collab.emulator.sram.errors import MissingKey, NoRow, Refused
from pulumi_collab.emulator.sram.gate import Visit, answer
from pulumi_collab.emulator.sram.groups import add_service_groups
from pulumi_collab.emulator.sram.invitations import not_here
from pulumi_collab.emulator.sram.records import Collaboration, Service


def connect(visit: Visit) -> Answer:
    """Connects a service, or asks for it."""
    co, service = _named(visit)
    where = f"(service {service.id}, org {visit.organisation.id}, co {co.id})"
    if service.entity_id in co.services:
        return _status(visit, co, service, "connected")
    if service.connection == "everyone":
        raise Refused(400, f"Connection not allowed {where}")
    if service.connection == "not_allowed":
        raise Refused(400, f"not_allowed_organisation {where}")
    if service.connection == "approval":
        if not co.has_admin():
            raise Refused(400, f"Collaboration {co.short_name} has no administrator")
        if service.entity_id in co.requests:
            text = f"A service connection request already exists between {service.name} and {co.name}"
            raise Refused(400, text)
        co.requests.append(service.entity_id)
        return _status(visit, co, service, "pending")
    co.services.append(service.entity_id)
    add_service_groups(visit.world, co, service, visit.now)
    return _status(visit, co, service, "connected")


def disconnect(visit: Visit) -> Answer:
    """Disconnects a service; what is only asked for cannot be taken back."""
    co, service = _named(visit)
    if service.entity_id not in co.services:
        text = f"Service {service.entity_id} is not connected to collaboration {co.name}"
        raise Refused(409, text, bare=True)
    co.services.remove(service.entity_id)
    co.touch(visit.now)
    return _status(visit, co, service, "disconnected")


def _named(visit: Visit) -> tuple[Collaboration, Service]:
    """The collaboration of the path, or of the body where the path is a deprecated one; and the service."""
    body = visit.fields()
    if "identifier" in visit.call.parameters:
        name = visit.parameter("identifier")
        found = visit.world.collaboration(name)
    else:
        name = _needed(body, "short_name")
        mine = visit.world.of(visit.organisation)
        found = next((each for each in mine if each.short_name == name), None)
    if found is None or found.organisation != visit.organisation.short_name:
        raise not_here(visit, name)
    visit.check(found)
    entity_id = _needed(body, "service_entity_id")
    service = visit.world.service(entity_id) if isinstance(entity_id, str) else None
    if service is None:
        raise NoRow
    return found, service


def _needed(body: dict[str, Any], name: str) -> Any:
    if name not in body:
        raise MissingKey(name)
    return body[name]


def _status(visit: Visit, co: Collaboration, service: Service, status: str) -> Answer:
    fields = {
        "status": status,
        "collaboration": {
            "organisation_short_name": visit.organisation.short_name,
            "short_name": co.short_name,
        },
        "service": {"entity_id": service.entity_id},
    }
    return answer(fields, 201)
