"""Helix TeamHub in a Pulumi program."""

from __future__ import annotations

import pulumi

from ..engine.dynamic import LifecycleProvider
from ..engine.program import DeclaredResource, argument, declare, listing, program_directory
from .directory import Directory
from .lifecycles import ProjectCollaboratorInputs
from .platform import PLATFORM
from .wire import NAME, Collaborator, Role


class ProjectCollaboratorProvider(LifecycleProvider):
    """Serves `ProjectCollaborator`. Its name is in every state: it never changes."""

    platform = PLATFORM
    kind = "ProjectCollaborator"


class ProjectCollaborator(DeclaredResource, module="teamhub", name="ProjectCollaborator"):
    """One collaborator's role in one Helix TeamHub project.

    The id is `<project>/<collaborator>`. Collaborators are TeamHub's accounts for external people, invited to the
    company beforehand; users, groups and bots are given access in other ways. Only the role given directly is managed:
    one through a group is neither counted nor changed. A role that exists already is taken over when it is the same,
    and refused when it differs, unless `adopt`. Destroying the resource removes the role (`retain_on_delete=True` in
    the options keeps it). A repository with an authorization of its own does not follow the project's roles.

    Source: Helix TeamHub API v1, "Project Collaborator".
    """

    project: pulumi.Output[str]
    collaborator: pulumi.Output[str]
    role: pulumi.Output[str]
    adopt: pulumi.Output[bool]
    highest_role: pulumi.Output[str | None]
    """The highest of the person's roles in the project, those through groups among them."""

    def __init__(
        self,
        resource_name: str,
        project: pulumi.Input[str],
        collaborator: pulumi.Input[str],
        role: pulumi.Input[Role],
        adopt: pulumi.Input[bool] = False,
        account: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the role.

        :param resource_name: the resource's name in the program.
        :param project: the project's id, as in its address; 2 to 100 letters, digits, `-` and `_`. Another one is a
            replacement.
        :param collaborator: the id of the collaborator's account, in its exact spelling; 1 to 100 letters, digits, `-`,
            `_`, `+` and `.`, beginning with a letter, a digit or `_`. Another one is a replacement.
        :param role: `"guest"`, `"developer"` or `"master"`. Another one is a change in place.
        :param adopt: take over a role that the person has already, and change it to what is declared here. Acts at
            creation only.
        :param account: whose settings are used, by their name in the environment or the stack's configuration. Another
            account changes nothing at the service.
        :param opts: Pulumi's resource options.

        Errors, at preview and on the argument's name: a value outside these bounds, a project these credentials cannot
        see, an id without a collaborator's account (at `up` where accounts cannot be listed), a spelling that differs
        in case, a role that differs without `adopt`, a person declared twice.
        """
        inputs = {"project": project, "collaborator": collaborator, "role": role, "adopt": adopt, "account": account}
        assert inputs.keys() == ProjectCollaboratorInputs.model_fields.keys()
        super().__init__(
            ProjectCollaboratorProvider(),
            resource_name,
            declare(resource_name, inputs, opts, outputs=("highest_role",)),
            opts,
        )


def get_project_collaborators(project: str, account: str | None = None) -> list[Collaborator]:
    """Everybody in a Helix TeamHub project, as it is when the program runs.

    :param project: the project's id.
    :param account: whose settings are used; None: those without a name.
    :returns: for each person `collaborator` (the account's id), `role` (given directly; None for somebody who is there
        through a group alone, where TeamHub lists them) and `highest_role`.

    Ends the program with one line when the project cannot be read. Source: `GET
    /projects/:project_id/project_collaborators`.
    """
    with listing(f"{NAME} project", project):
        project = argument(ProjectCollaboratorInputs, "project", project)
        members = program_directory(PLATFORM, Directory, account).members(project)
        if members.odd:
            pulumi.log.warn(
                f"{NAME} lists somebody in project {project} whose entry cannot be read, and who is left out"
            )
        return list(members.people.values())
