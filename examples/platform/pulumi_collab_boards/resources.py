"""Boards in a Pulumi program."""

import pulumi

from pulumi_collab.sdk import DeclaredResource, LifecycleProvider, declare

from .platform import PLATFORM
from .wire import Role


class ProjectCollaboratorProvider(LifecycleProvider):
    """Its name is in every state: it never changes."""

    platform = PLATFORM
    kind = "ProjectCollaborator"


class ProjectCollaborator(DeclaredResource, module="boards", name="ProjectCollaborator"):
    """One person's role on one board."""

    def __init__(
        self,
        resource_name: str,
        board: pulumi.Input[str],
        user: pulumi.Input[str],
        role: pulumi.Input[Role],
        adopt: pulumi.Input[bool] = False,
        account: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the role; `adopt` changes one that others gave, `account` names whose settings are used."""
        inputs = {"board": board, "user": user, "role": role, "adopt": adopt, "account": account}
        super().__init__(ProjectCollaboratorProvider(), resource_name, declare(resource_name, inputs, opts), opts)
