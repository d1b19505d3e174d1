"""QuantConnect, emulated: signed calls, projects and their collaborators."""

from pulumi_collab.emulator.platform import Platform, Route
from pulumi_collab.emulator.quantconnect import calls, controls
from pulumi_collab.emulator.quantconnect.model import World, default

__all__ = ["PLATFORM"]

_ANY = ("GET", "POST")
_OPERATIONS = (
    ("authenticate", calls.authenticate, _ANY),
    ("projects/create", calls.create_project, ("POST",)),
    ("projects/read", calls.read_projects, _ANY),
    ("projects/delete", calls.delete_project, ("POST",)),
    ("projects/collaboration/create", calls.create, ("POST",)),
    ("projects/collaboration/read", calls.read, ("POST",)),
    ("projects/collaboration/update", calls.update, ("POST",)),
    ("projects/collaboration/delete", calls.delete, ("POST",)),
)
_READS = ("projects/read", "projects/collaboration/read")


def _environment(world: World, origin: str) -> dict[str, str]:
    caller = next((user for user in world.users if user.token), None)
    return {
        "QUANTCONNECT_USER_ID": str(caller.id) if caller else "",
        "QUANTCONNECT_API_TOKEN": (caller.token or "") if caller else "",
        "QUANTCONNECT_BASE_URL": f"{origin}{PLATFORM.prefix}",
    }


PLATFORM: Platform[World] = Platform(
    name="quantconnect",
    prefix="/quantconnect/api/v2",
    section=World,
    default=default,
    routes=tuple(
        Route(name, method, f"/{name}", calls.signed(handler), reads=name in _READS)
        for name, handler, methods in _OPERATIONS
        for method in methods
    ),
    variants={  # the first is the default: what the vendor's own client understands, else what troubles one least
        "delete_key": ("either", "collaboratorId", "collaboratorUserId"),
        "duplicate_create": ("upsert", "error"),
        "delete_absent": ("ok", "error"),
        "bad_credentials": ("hash", "401", "userid", "500"),
        "slug_case": ("exact", "fold"),
        "uid": ("present", "null", "absent"),
        "owner_flag": ("present", "absent-on-others", "absent"),
        "error_shape": ("errors", "messages", "message"),
        "write_answer": ("list", "without-list"),
    },
    fallback=calls.unknown,
    refuse=lambda call: calls.failure(call, "The request was refused."),
    environment=_environment,
    secrets=lambda world: [user.token for user in world.users if user.token],
    controls=controls.CONTROLS,
)
