"""Autodesk APS, emulated: bearer tokens with scopes, apps and their collaborators; nothing can be written."""

from pulumi_collab.emulator.aps import calls, controls
from pulumi_collab.emulator.aps.model import SCOPE, World, default
from pulumi_collab.emulator.platform import Answer, Platform, Route

__all__ = ["PLATFORM"]


def _environment(world: World, origin: str) -> dict[str, str]:
    good = next((each for each in world.tokens if each.user and SCOPE in each.scopes), None)
    return {"APS_BASE_URL": f"{origin}/aps", "APS_ACCESS_TOKEN": good.token if good else ""}


PLATFORM: Platform[World] = Platform(
    name="aps",
    prefix=calls.PREFIX,
    section=World,
    default=default,
    routes=(
        Route("clients", "GET", "/clients", calls.signed(calls.clients), page="cursor"),
        Route("clients/{id}", "GET", "/clients/{id}", calls.signed(calls.client)),
        Route(
            "clients/{id}/collaborators",
            "GET",
            "/clients/{id}/collaborators",
            calls.signed(calls.collaborators),
            page="cursor",
        ),
    ),
    variants={  # the first is the default: the one that troubles a client least
        "page_size": ("100", "1", "2"),
        "next_url_end": ("absent", "null", "empty"),
        "order": ("added", "sorted", "reversed"),
        "owner_listed": ("yes", "no"),
        "next_url": ("same", "other-host", "repeats", "endless"),
        "error_body": ("more info", "moreInfo", "none", "text"),
    },
    fallback=calls.unknown,
    refuse=lambda call: calls.failure(call, 403, "You do not have permission to perform this operation."),
    environment=_environment,
    secrets=lambda world: [each.token for each in world.tokens],
    failures={"429": Answer.json({"developerMessage": "Quota limit exceeded."}, 429)},
    controls=controls.CONTROLS,
)
