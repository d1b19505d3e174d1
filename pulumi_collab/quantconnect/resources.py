"""QuantConnect in a Pulumi program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import pulumi

from ..engine.dynamic import LifecycleProvider
from ..engine.program import DeclaredResource, argument, declare, listing, program_directory
from . import access
from .client import Declined
from .directory import Directory
from .platform import PLATFORM
from .sets import ProjectCollaboratorsInputs
from .values import ProjectCollaboratorInputs
from .wire import NAME, Collaborator, Permission


class ProjectCollaboratorProvider(LifecycleProvider):
    """Serves `ProjectCollaborator`. Its name is in every state: it never changes."""

    platform = PLATFORM
    kind = "ProjectCollaborator"


class ProjectCollaborator(DeclaredResource, module="quantconnect", name="ProjectCollaborator"):
    """One person's access to one QuantConnect project.

    The id is `<project_id>/<user>`. The person gets an e-mail when access is given. You must own the project, and the
    person must be a member of its organisation. The owner cannot be managed. Access that exists already is taken over
    when it is the same, and refused when it differs, unless `adopt`. Destroying the resource removes the access
    (`retain_on_delete=True` in the options keeps it). People are known by their uids: who renames the account keeps the
    access, and whoever takes the old name is given nothing.

    Source: QuantConnect API reference, "Project Collaboration".
    """

    project_id: pulumi.Output[int]
    user: pulumi.Output[str]
    permission: pulumi.Output[str]
    live_control: pulumi.Output[bool]
    adopt: pulumi.Output[bool]
    uid: pulumi.Output[int | None]
    """The person's numeric user id, where the service tells it."""
    email: pulumi.Output[str | None]
    """The person's e-mail address, where the service tells it."""
    display_name: pulumi.Output[str | None]
    """The person's name as shown to others."""

    def __init__(
        self,
        resource_name: str,
        project_id: pulumi.Input[int],
        user: pulumi.Input[str],
        permission: pulumi.Input[Permission] = "read",
        live_control: pulumi.Input[bool] = False,
        adopt: pulumi.Input[bool] = False,
        account: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the access.

        :param resource_name: the resource's name in the program.
        :param project_id: the project's number, as in its address; a whole number above 0. Another one is a
            replacement.
        :param user: the last part of the person's profile address (`mia-ai` of `.../u/mia-ai`), in its exact spelling,
            1 to 255 characters. Another one is a replacement. After a rename write the new one.
        :param permission: `"read"` or `"write"`: whether the person may change the project's files.
        :param live_control: whether the person may deploy and stop live algorithms, and so trade real money.
        :param adopt: take over access that the person has already, and change it to what is declared here. Acts at
            creation only.
        :param account: whose settings are used, by their name in the environment or the stack's configuration. Another
            account changes nothing at the service.
        :param opts: Pulumi's resource options.

        Errors, at preview and on the argument's name: a value outside these bounds, a project these credentials cannot
        see, the project's owner, a spelling that differs in case, a name that is another person's by now, access that
        differs without `adopt`, a person declared twice.
        """
        inputs = {
            "project_id": project_id,
            "user": user,
            "permission": permission,
            "live_control": live_control,
            "adopt": adopt,
            "account": account,
        }
        assert inputs.keys() == ProjectCollaboratorInputs.model_fields.keys()
        super().__init__(
            ProjectCollaboratorProvider(),
            resource_name,
            declare(resource_name, inputs, opts, outputs=("uid", "email", "display_name")),
            opts,
        )


class CollaboratorAccess(TypedDict, total=False):
    """What one person of `ProjectCollaborators` may do; what is left out is as in `ProjectCollaborator`."""

    permission: pulumi.Input[Permission]
    live_control: pulumi.Input[bool]


class ProjectCollaboratorsProvider(LifecycleProvider):
    """Serves `ProjectCollaborators`. Its name is in every state: it never changes."""

    platform = PLATFORM
    kind = "ProjectCollaborators"


class ProjectCollaborators(DeclaredResource, module="quantconnect", name="ProjectCollaborators"):
    """Everybody's access to one QuantConnect project: who is not listed, kept or the owner loses it.

    The id is `<project_id>`. Access that exists already is taken over, and changed to what is declared. People are
    added before others are changed, and both before anybody is removed; only differences are sent. The preview names
    who loses access. Destroying the resource removes whom it declares, and nobody else.

    A `ProjectCollaborator` of the same project, or a second `ProjectCollaborators`, in one program is an error. People
    may move from single resources to a set, and back, in one `pulumi up`: no call is made and nobody loses access.

    Source: QuantConnect API reference, "Project Collaboration".
    """

    project_id: pulumi.Output[int]
    collaborators: pulumi.Output[dict[str, dict[str, Any]]]
    """As declared; after a refresh everybody who is there but for the owner and those who are kept."""
    keep: pulumi.Output[list[str]]
    max_removals: pulumi.Output[float | None]
    members: pulumi.Output[dict[str, dict[str, Any]]]
    """Whom this resource declares and who are in: by user `permission`, `live_control` and `uid`."""
    kept: pulumi.Output[list[str]]
    """Who is there and left alone, as `keep` says."""

    def __init__(
        self,
        resource_name: str,
        project_id: pulumi.Input[int],
        collaborators: pulumi.Input[Mapping[str, pulumi.Input[CollaboratorAccess]]],
        keep: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        max_removals: pulumi.Input[float] | None = None,
        account: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare who has access.

        :param resource_name: the resource's name in the program.
        :param project_id: the project's number, as in its address; a whole number above 0. Another one is a
            replacement.
        :param collaborators: by user (the last part of the profile address, in its exact spelling) `permission`, which
            is `"read"` (the default) or `"write"`, and `live_control`. `{}` is nobody.
        :param keep: people who are left alone, whatever access they have; they must not be listed as well.
        :param max_removals: how many of those who have access now one `pulumi up` may remove, the owner and those who
            are kept not counted: below 1 a share, from 1 on a count. None: a quarter, and at least one. It holds when
            the set is created as well, and not when it is destroyed.
        :param account: whose settings are used, by their name in the environment or the stack's configuration. Another
            account changes nothing at the service.
        :param opts: Pulumi's resource options.

        Errors, at preview and on the argument's name: a value outside these bounds, a project these credentials cannot
        see, the project's owner among the people, a spelling that differs in case, somebody who is listed and kept,
        more removals than `max_removals` allows, which names everybody who would go and the value that would pass.
        """
        inputs = {
            "project_id": project_id,
            "collaborators": collaborators,
            "keep": keep,
            "max_removals": max_removals,
            "account": account,
        }
        assert inputs.keys() == ProjectCollaboratorsInputs.model_fields.keys()
        super().__init__(
            ProjectCollaboratorsProvider(),
            resource_name,
            declare(resource_name, inputs, opts, outputs=("members", "kept")),
            opts,
        )


def get_project_collaborators(project_id: int, account: str | None = None) -> list[Collaborator]:
    """Everybody on a QuantConnect project, the owner included, as it is when the program runs.

    :param project_id: the project's number.
    :param account: whose settings are used; None: those without a name.
    :returns: for each person `user`, `permission`, `live_control`, `owner`, `uid`, `email`, `display_name`.

    Ends the program with one line when the number is none or the project cannot be read.
    Source: `projects/collaboration/read`.
    """
    with listing(f"{NAME} project", project_id):
        project_id = argument(ProjectCollaboratorInputs, "project_id", project_id)
        directory = program_directory(PLATFORM, Directory, account)
        try:
            return directory.people(project_id)
        except Declined as error:
            raise error.plus(access.look_for_project(directory.user_id)) from None
