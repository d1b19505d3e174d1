"""The shapes of answers."""

from collections.abc import Iterable
from typing import Any

from pulumi_collab.emulator.sram import dates
from pulumi_collab.emulator.sram.gate import PREFIX, Visit
from pulumi_collab.emulator.sram.records import (
    Collaboration,
    Group,
    Invitation,
    Membership,
    Organisation,
    Service,
    User,
)

Fields = dict[str, Any]

BY_KEY = "ext_api"  # who made what was made with an API key
BY_INVITATION_CALL = "system"


def collaboration(visit: Visit, co: Collaboration) -> Fields:
    """What every answer has that shows a collaboration."""
    return {
        "accepted_user_policy": None,
        "collaboration_memberships_count": len(co.memberships),
        "created_at": _date(visit, co.created_at),
        "created_by": BY_KEY,
        "description": co.description,
        "disable_join_requests": co.disable_join_requests,
        "disclose_email_information": co.disclose_email_information,
        "disclose_member_information": co.disclose_member_information,
        "expiry_date": _date(visit, co.expiry_date),
        "global_urn": global_urn(co),
        "id": co.id,
        "identifier": co.identifier,
        "invitations_count": len(co.invitations),
        "last_activity_date": _date(visit, co.last_activity_date),
        "logo": _logo(visit, "collaborations", co.uuid4),
        "name": co.name,
        "organisation_id": visit.world.organisation(co.organisation).id,
        "short_name": co.short_name,
        "status": co.status,
        "support_email": co.support_email,
        "tags": sorted(co.tags, key=lambda tag: tag[::-1]),  # an order that has nothing to do with the one sent
        "units": units(visit, co),
        "updated_at": _date(visit, co.updated_at),
        "updated_by": BY_KEY,
        "uuid4": co.uuid4,
        "website_url": co.website_url,
    }


def whole_collaboration(visit: Visit, co: Collaboration, *, listed: bool = False) -> Fields:
    """A collaboration as it is read; `listed`: as one of its organisation's."""
    return {
        **collaboration(visit, co),
        "collaboration_memberships": [membership(visit, co, each) for each in co.memberships],
        "groups": [group(visit, co, each, ids_only=listed) for each in co.groups],
        "services": services(visit, co),
    }


def global_urn(co: Collaboration) -> str:
    """Its name in the whole of SRAM."""
    return f"{co.organisation}:{co.short_name}"


def units(visit: Visit, co: Collaboration) -> list[str]:
    """The names of its units, in the organisation's order."""
    return [name for name in visit.world.organisation(co.organisation).units if name in co.units]


def unit_id(of: Organisation, name: str) -> int:
    """A unit's number."""
    return of.id * 100 + of.units.index(name)


def organisation(visit: Visit, found: Organisation) -> Fields:
    """An organisation without what is in it."""
    return {
        "accepted_user_policy": None,
        "category": "Research",
        "collaboration_creation_allowed": False,
        "collaborations_count": len(visit.world.of(found)),
        "created_at": _date(visit, found.created_at),
        "created_by": BY_INVITATION_CALL,
        "description": found.description,
        "id": found.id,
        "identifier": found.identifier,
        "logo": _logo(visit, "organisations", found.uuid4),
        "name": found.name,
        "on_boarding_msg": None,
        "organisation_memberships_count": int(found.admin_email is not None),
        "services_restricted": False,
        "short_name": found.short_name,
        "updated_by": BY_INVITATION_CALL,
        "uuid4": found.uuid4,
    }


def membership(visit: Visit, co: Collaboration, found: Membership, *, with_user: bool = True) -> Fields:
    """A membership, with all that is known of the user whatever the collaboration's disclose flags say."""
    person = visit.world.user(found.uid)
    assert person is not None  # the section was checked, and users never go
    fields = {
        "collaboration_id": co.id,
        "created_at": _date(visit, found.created_at),
        "created_by": BY_INVITATION_CALL,
        "expiry_date": _date(visit, found.expiry_date),
        "id": found.id,
        "invitation_id": found.invitation_id,
        "role": found.role,
        "status": found.status,
        "updated_by": BY_INVITATION_CALL,
        "user_id": person.id,
    }
    return {**fields, "user": user(visit, person)} if with_user else fields


def user(visit: Visit, found: User) -> Fields:
    """A user, as nested in a membership."""
    return {
        "affiliation": None,
        "created_at": _date(visit, found.created_at),
        "eduperson_principal_name": None,
        "email": found.email,
        "entitlement": None,
        "external_id": found.uid,
        "family_name": None,
        "given_name": None,
        "id": found.id,
        "last_accessed_date": _date(visit, found.created_at),
        "last_login_date": _date(visit, found.created_at),
        "name": found.name,
        "schac_home_organisation": None,
        "ssh_keys": [],
        "suspended": found.suspended,
        "uid": found.uid,
        "username": username(found),
    }


def username(found: User) -> str:
    """The name by which services know the user."""
    return found.uid.rpartition(":")[2]


def services(visit: Visit, co: Collaboration) -> list[Fields]:
    """The connected services, whole."""
    found = (visit.world.service(entity_id) for entity_id in co.services)
    return [service(visit, each) for each in found if each]


def service(visit: Visit, found: Service) -> Fields:
    """A service."""
    return {
        "abbreviation": found.abbreviation,
        "access_allowed_for_all": found.connection != "not_allowed",
        "automatic_connection_allowed": found.connection == "automatic",
        "created_at": _date(visit, found.created_at),
        "description": found.description,
        "entity_id": found.entity_id,
        "id": found.id,
        "logo": None,
        "name": found.name,
        "override_access_allowed_all_connections": found.connection == "everyone",
    }


def group(visit: Visit, co: Collaboration, found: Group, *, ids_only: bool = False) -> Fields:
    """A group with its members; `ids_only`: as users' numbers."""
    inside = [each for each in co.memberships if each.uid in found.members]
    members = [membership(visit, co, each) for each in inside]
    return {
        "auto_provision_members": found.auto_provision_members,
        "collaboration_id": co.id,
        "collaboration_memberships": [each["user_id"] for each in members] if ids_only else members,
        "created_at": _date(visit, found.created_at),
        "created_by": BY_KEY,
        "updated_by": BY_KEY,
        **_brief_group(co, found),
    }


def invitation(visit: Visit, co: Collaboration, found: Invitation) -> Fields:
    """An invitation as its own calls show it: no message, no sender, no hash."""
    return {
        "status": found.status,
        "invitation": {
            "identifier": found.identifier,
            "email": found.email,
            "expiry_date": _date(visit, found.expiry_date),
        },
        "collaboration": {
            "id": co.id,
            "identifier": co.identifier,
            "name": co.name,
            "short_name": co.short_name,
            "description": co.description,
            "global_urn": global_urn(co),
        },
        "intended_role": found.intended_role,
        "groups": _brief_groups(co, found.groups),
    }


def raw_invitation(visit: Visit, co: Collaboration, found: Invitation) -> Fields:
    """An invitation as other things drag it along: with the hash by which anybody can accept it."""
    return {
        "collaboration_id": co.id,
        "created_at": _date(visit, found.created_at),
        "created_by": BY_INVITATION_CALL if found.by_api else BY_KEY,
        "expiry_date": _date(visit, found.expiry_date),
        "external_identifier": found.identifier,
        "hash": found.hash,
        "id": found.id,
        "intended_role": found.intended_role,
        "invitee_email": found.email,
        "membership_expiry_date": _date(visit, found.membership_expiry_date),
        "message": found.message,
        "reminder_send": found.reminded,
        "sender_name": found.sender_name,
        "status": found.status,
    }


def sent_invitation(visit: Visit, found: Invitation) -> Fields:
    """An invitation as the call that made it answers."""
    return {
        "email": found.email,
        "invitation_expiry_date": _date(visit, found.expiry_date),
        "invitation_id": found.identifier,
        "status": found.status,
    }


def _brief_groups(co: Collaboration, identifiers: Iterable[str]) -> list[Fields]:
    found = (co.group(identifier) for identifier in identifiers)
    return [_brief_group(co, each) for each in found if each]


def _brief_group(co: Collaboration, found: Group) -> Fields:
    return {
        "id": found.id,
        "identifier": found.identifier,
        "name": found.name,
        "short_name": found.short_name,
        "description": found.description,
        "global_urn": f"{global_urn(co)}:{found.short_name}",
    }


def _logo(visit: Visit, kind: str, uuid4: str) -> str:
    return f"{visit.call.origin}{PREFIX}/api/images/{kind}/{uuid4}"


def _date(visit: Visit, seconds: float | None) -> int | None:
    return dates.shown(seconds, visit.call.variants)
