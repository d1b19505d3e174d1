"""Boards as a platform: what the entry point names."""

from pulumi_collab.sdk import Kind, Platform, Schema, Setting, token_complaint

from .client import Client
from .directory import Directory
from .grants import grants
from .lifecycles import Membership
from .wire import ROLES

URL = Setting("base_url", "baseUrl", "the Boards base URL")
TOKEN = Setting("api_token", "apiToken", "the Boards token", credential=True, secret=True, check=token_complaint)

PLATFORM = Platform(
    name="boards",
    title="Boards",
    schema=Schema("boards", (URL, TOKEN)),
    connect=lambda settings: Directory(Client(settings)),
    kinds=(Kind("ProjectCollaborator", Membership, "pulumi_collab_boards.resources:ProjectCollaboratorProvider"),),
    roles=ROLES,
    words={"project": "board", "user": "user", "role": "role"},
    required=frozenset({"project", "user", "role"}),
    grants=grants,
    emulator="pulumi_collab_boards.emulator:PLATFORM",
)
