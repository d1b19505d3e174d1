"""Helix TeamHub, emulated: calls with both keys, projects and their collaborators."""

from pulumi_collab.emulator.platform import Platform, Route
from pulumi_collab.emulator.teamhub import calls, controls
from pulumi_collab.emulator.teamhub.model import World, default

__all__ = ["PLATFORM"]

_COLLABORATORS = "/projects/{project}/project_collaborators"
_COLLABORATOR = f"{_COLLABORATORS}/{{collaborator}}"
_OPERATIONS = (
    ("project_collaborators/list", "GET", _COLLABORATORS, calls.listing),
    ("project_collaborators/get", "GET", _COLLABORATOR, calls.get),
    ("project_collaborators/create", "POST", _COLLABORATORS, calls.create),
    ("project_collaborators/update", "PUT", _COLLABORATOR, calls.update),
    ("project_collaborators/delete", "DELETE", _COLLABORATOR, calls.delete),
    ("projects/get", "GET", "/projects/{project}", calls.project),
    ("collaborators/list", "GET", "/collaborators", calls.accounts),
    ("collaborators/get", "GET", "/collaborators/{collaborator}", calls.account),
)


def _environment(world: World, origin: str) -> dict[str, str]:
    caller = next((account for account in world.accounts if account.key), None)
    return {
        "TEAMHUB_BASE_URL": f"{origin}{PLATFORM.prefix.removesuffix('/api')}",
        "TEAMHUB_COMPANY_KEY": world.company_key,
        "TEAMHUB_ACCOUNT_KEY": (caller.key or "") if caller else "",
    }


PLATFORM: Platform[World] = Platform(
    name="teamhub",
    prefix="/teamhub/api",
    section=World,
    default=default,
    routes=tuple(
        Route(name, method, path, calls.signed(act), page="offset" if name.endswith("/list") else None)
        for name, method, path, act in _OPERATIONS
    ),
    variants={  # the first is the default: the one that troubles a client least
        "duplicate_post": ("error", "upsert"),
        "not_found_body": ("json", "empty", "html"),
        "forbidden_as": ("403", "404"),
        "error_shape": ("object", "message", "errors", "text"),
        "page_size": ("100", "1", "2", "3", "7", "50"),
        "last_next_offset": ("count", "null", "absent", "zero"),
        "count": ("total", "page"),
        "list_order": ("added", "sorted", "reversed"),
        "collaborator_shape": ("object", "string"),
        "group_members": ("hidden", "null-role", "without-role"),
        "id_case": ("exact", "fold"),
    },
    fallback=calls.unknown,
    refuse=lambda call: calls.failure(call, calls.Refused(422, "The request was refused.")),
    environment=_environment,
    secrets=lambda world: [world.company_key, *(account.key for account in world.accounts if account.key)],
    controls=controls.CONTROLS,
)
