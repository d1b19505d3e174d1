"""SURF SRAM, emulated: what an organisation's API key reaches of the published server."""

from collections.abc import Callable

from pulumi_collab.emulator.platform import Answer, Platform, Route
from pulumi_collab.emulator.sram import (
    collaborations,
    creation,
    gate,
    groups,
    images,
    invitations,
    members,
    people,
    services,
)
from pulumi_collab.emulator.sram.errors import DatabaseError
from pulumi_collab.emulator.sram.gate import Visit
from pulumi_collab.emulator.sram.model import World, default

__all__ = ["PLATFORM"]

_CO = "/api/collaborations/v1"
_INVITATIONS = "/api/invitations/v1"
_GROUPS = "/api/groups/v1"
_CONNECT = "/api/collaborations_services/v1/connect_collaboration_service"
_DISCONNECT = "/api/collaborations_services/v1/disconnect_collaboration_service"

_OPERATIONS: tuple[tuple[str, str, str, Callable[[Visit], Answer]], ...] = (
    ("organisation/read", "GET", "/api/organisations/v1", collaborations.read_organisation),
    ("collaborations/create", "POST", _CO, creation.create),
    ("collaborations/list", "GET", _CO, collaborations.no_list),
    ("collaborations/read", "GET", f"{_CO}/{{identifier}}", collaborations.read),
    ("collaborations/delete", "DELETE", f"{_CO}/{{identifier}}", collaborations.delete),
    ("collaborations/units", "PUT", f"{_CO}/{{identifier}}/units", collaborations.replace_units),
    ("members/update", "PUT", f"{_CO}/{{identifier}}/members", members.set_role),
    ("members/delete", "DELETE", f"{_CO}/{{identifier}}/members/{{uid}}", members.remove),
    ("invitations/create", "PUT", f"{_INVITATIONS}/collaboration_invites", invitations.invite),
    ("invitations/read", "GET", f"{_INVITATIONS}/{{invitation_id}}", invitations.read),
    ("invitations/delete", "DELETE", f"{_INVITATIONS}/{{invitation_id}}", invitations.delete),
    ("invitations/update", "PATCH", f"{_INVITATIONS}/update/{{invitation_id}}", invitations.change),
    ("invitations/resend", "PUT", f"{_INVITATIONS}/resend/{{invitation_id}}", invitations.resend),
    ("invitations/open", "GET", f"{_INVITATIONS}/invitations/{{identifier}}", invitations.list_open),
    ("services/connect", "PUT", f"{_CONNECT}/{{identifier}}", services.connect),
    ("services/disconnect", "PUT", f"{_DISCONNECT}/{{identifier}}", services.disconnect),
    ("services/connect", "PUT", _CONNECT, services.connect),
    ("services/disconnect", "PUT", _DISCONNECT, services.disconnect),
    ("groups/create", "POST", _GROUPS, groups.create),
    ("groups/update", "PUT", f"{_GROUPS}/{{identifier}}", groups.change),
    ("groups/delete", "DELETE", f"{_GROUPS}/{{identifier}}", groups.delete),
    ("groups/members/add", "POST", f"{_GROUPS}/{{identifier}}", groups.add_member),
    ("groups/members/delete", "DELETE", f"{_GROUPS}/{{identifier}}/members/{{uid}}", groups.remove_member),
)


def _environment(world: World, origin: str) -> dict[str, str]:
    keys = [key for organisation in world.organisations for key in organisation.keys]
    return {"SRAM_BASE_URL": f"{origin}{gate.PREFIX}", "SRAM_API_TOKEN": keys[0].token if keys else ""}


PLATFORM: Platform[World] = Platform(
    name="sram",
    prefix=gate.PREFIX,
    section=World,
    default=default,
    routes=(
        *(Route(name, method, path, gate.keyed(act)) for name, method, path, act in _OPERATIONS),
        Route("images/read", "GET", "/api/images/{kind}/{uuid4}", images.read),
        Route("memberships/expiry", "PUT", "/api/collaboration_memberships/expiry", gate.foreign),
    ),
    variants={  # the first is the default: the one that troubles a client least
        "timezone": ("utc", "amsterdam"),
        "database_error": ("off", "on-shared-new-tag"),
    },
    fallback=gate.unknown,
    refuse=lambda call: gate.refusal(call, DatabaseError()),
    environment=_environment,
    secrets=lambda world: [key.token for organisation in world.organisations for key in organisation.keys],
    controls=people.CONTROLS,
)
