"""SURF SRAM as a platform."""

from __future__ import annotations

from ..platform import Kind, Platform
from ..settings import Schema, Setting, token_complaint
from . import holdings
from .client import Client
from .directory import Directory
from .grants import PRIVILEGED, ROLES, grants, scopes
from .lifecycles import CollaborationInviteLifecycle, CollaborationLifecycle, ServiceConnectionLifecycle
from .wire import NAME

PLATFORM = Platform(
    name="sram",
    title=NAME,
    schema=Schema(
        "sram",
        (
            Setting("base_url", "baseUrl", "the SRAM base URL, such as https://sram.surf.nl"),
            Setting(
                "api_token",
                "apiToken",
                "the SRAM organisation API token",
                credential=True,
                secret=True,
                check=token_complaint,
            ),
        ),
    ),
    connect=lambda settings: Directory(Client(settings)),
    kinds=(
        Kind(
            "Collaboration",
            CollaborationLifecycle,
            "pulumi_collab.sram.resources:CollaborationProvider",
            holdings.collaboration,
        ),
        Kind(
            "CollaborationInvite",
            CollaborationInviteLifecycle,
            "pulumi_collab.sram.resources:CollaborationInviteProvider",
            holdings.invite,
        ),
        Kind(
            "ServiceConnection",
            ServiceConnectionLifecycle,
            "pulumi_collab.sram.resources:ServiceConnectionProvider",
            holdings.connection,
        ),
    ),
    roles=ROLES,
    privileged_roles=PRIVILEGED,
    grants=grants,
    scopes=scopes,
    emulator="pulumi_collab.emulator.sram:PLATFORM",
)
