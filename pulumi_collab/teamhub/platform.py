"""Helix TeamHub as a platform."""

from __future__ import annotations

from ..platform import Kind, Platform
from ..settings import Schema, Setting, Settings
from . import holdings
from .client import Client
from .directory import Directory
from .grants import grants
from .lifecycles import ProjectCollaboratorLifecycle
from .wire import NAME


def connect(settings: Settings) -> Directory:
    """A directory of its own."""
    return Directory(Client(settings))


def _key_complaint(key: str) -> str | None:
    fit = key.isascii() and key.isprintable() and "'" not in key and '"' not in key
    return None if fit else "must be one line of ASCII without quotes"


PLATFORM = Platform(
    name="teamhub",
    title=NAME,
    schema=Schema(
        "teamhub",
        (
            Setting("base_url", "baseUrl", "the Helix TeamHub base URL", default="https://helixteamhub.cloud"),
            Setting(
                "company_key",
                "companyKey",
                "the Helix TeamHub company key",
                credential=True,
                secret=True,
                check=_key_complaint,
            ),
            Setting(
                "account_key",
                "accountKey",
                "the Helix TeamHub account key",
                credential=True,
                secret=True,
                check=_key_complaint,
            ),
        ),
    ),
    connect=connect,
    kinds=(
        Kind(
            "ProjectCollaborator",
            ProjectCollaboratorLifecycle,
            "pulumi_collab.teamhub.resources:ProjectCollaboratorProvider",
            holdings.collaborator,
        ),
    ),
    roles=("guest", "developer", "master"),
    privileged_roles=("master",),
    words={"project": "project", "user": "collaborator", "role": "role"},
    required=frozenset({"project", "user", "role"}),
    grants=grants,
    emulator="pulumi_collab.emulator.teamhub:PLATFORM",
)
