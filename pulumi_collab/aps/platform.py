"""Autodesk APS as a platform."""

from __future__ import annotations

from ..platform import Kind, Platform
from ..settings import Schema, Setting, Settings, token_complaint
from . import holdings
from .client import Client
from .directory import Directory
from .grants import grants, scopes
from .lifecycles import ClientCollaboratorsLifecycle
from .wire import ACCESS_LEVELS, NAME


def _connect(settings: Settings) -> Directory:
    return Directory(Client(settings))


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
    connect=_connect,
    kinds=(
        Kind(
            "ClientCollaborators",
            ClientCollaboratorsLifecycle,
            "pulumi_collab.aps.resources:ClientCollaboratorsProvider",
            holdings.collaborators,
        ),
    ),
    roles=ACCESS_LEVELS,
    privileged_roles=("OWNER",),
    grants=grants,
    scopes=scopes,
    emulator="pulumi_collab.emulator.aps:PLATFORM",
)
