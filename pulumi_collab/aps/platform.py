"""Autodesk APS as a platform."""

from __future__ import annotations

from ..platform import Kind, Platform
from ..settings import Schema, Setting, token_complaint
from . import holdings
from .client import NAME, Client
from .lifecycles import ClientCollaboratorsLifecycle

PLATFORM = Platform(
    name="aps",
    title=NAME,
    schema=Schema(
        "aps",
        (
            Setting("base_url", "baseUrl", "the Autodesk APS base URL", default="https://developer.api.autodesk.com"),
            Setting(
                "access_token",
                "accessToken",
                "the Autodesk APS access token",
                credential=True,
                secret=True,
                check=token_complaint,
            ),
        ),
    ),
    connect=Client,
    kinds=(
        Kind(
            "ClientCollaborators",
            ClientCollaboratorsLifecycle,
            "pulumi_collab.aps.resources:ClientCollaboratorsProvider",
            holdings.collaborators,
        ),
    ),
    roles=("VIEWER", "EDITOR", "OWNER"),
    privileged_roles=("OWNER",),
    emulator="pulumi_collab.emulator.aps:PLATFORM",
)
