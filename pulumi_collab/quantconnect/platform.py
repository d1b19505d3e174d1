"""QuantConnect as a platform."""

from __future__ import annotations

from ..platform import Kind, Platform
from ..settings import Schema, Setting, Settings, token_complaint
from . import holdings
from .client import Client
from .directory import Directory
from .grants import LIVE_CONTROL, ROLES, grants, scopes
from .lifecycles import ProjectCollaboratorLifecycle
from .sets import ProjectCollaboratorsLifecycle
from .wire import NAME


def _not_a_number(user_id: str) -> str | None:
    return None if user_id.isascii() and user_id.isdigit() else "must be a number"


def connect(settings: Settings) -> Directory:
    """A directory of its own."""
    return Directory(Client(settings))


PLATFORM = Platform(
    name="quantconnect",
    title=NAME,
    schema=Schema(
        "quantconnect",
        (
            Setting("user_id", "userId", "the QuantConnect user id", credential=True, check=_not_a_number),
            Setting(
                "api_token",
                "apiToken",
                "the QuantConnect API token",
                credential=True,
                secret=True,
                check=token_complaint,  # it travels as a hash: sending it would not show what is wrong with it
            ),
            Setting("base_url", "baseUrl", "the QuantConnect base URL", default="https://www.quantconnect.com/api/v2"),
        ),
    ),
    connect=connect,
    kinds=(
        Kind(
            "ProjectCollaborator",
            ProjectCollaboratorLifecycle,
            "pulumi_collab.quantconnect.resources:ProjectCollaboratorProvider",
        ),
        Kind(
            "ProjectCollaborators",
            ProjectCollaboratorsLifecycle,
            "pulumi_collab.quantconnect.resources:ProjectCollaboratorsProvider",
            holdings.collaborators,
        ),
    ),
    roles=ROLES,
    privileges=(LIVE_CONTROL,),
    words={"project": "project_id", "user": "user", "role": "permission", "live_control": "live_control"},
    required=frozenset({"project", "user"}),
    grants=grants,
    scopes=scopes,
    emulator="pulumi_collab.emulator.quantconnect:PLATFORM",
)
