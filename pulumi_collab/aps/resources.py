"""Autodesk APS in a Pulumi program."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

import pulumi

from ..engine.dynamic import LifecycleProvider
from ..engine.program import DeclaredResource, argument, declare, listing, program_directory
from .directory import Directory
from .lifecycles import ClientCollaboratorsInputs
from .platform import PLATFORM
from .wire import NAME, AccessLevel, Collaborator


class ClientCollaboratorsProvider(LifecycleProvider):
    """Serves `ClientCollaborators`. Its name is in every state: it never changes."""

    platform = PLATFORM
    kind = "ClientCollaborators"


class ClientCollaborators(DeclaredResource, module="aps", name="ClientCollaborators"):
    """Who must be on one APS app: a declaration that is verified, because the service can only be read.

    The id is the app's Client ID. People are invited, removed and changed by hand in the developer portal. `pulumi up`
    compares the app's people with the declaration, by e-mail address without regard to case, and where they differ it
    fails with a line for each person that says what to do there. It changes nothing on the service, ever. `pulumi
    refresh` takes over who is on the app, so drift shows as a change of `collaborators`. Destroying the resource
    forgets it.

    People are known by the user id that each address had when it was verified (`user_ids`). Whoever changed the address
    is told as that, and the program is what to correct; an address that became another user's is a difference until
    the resource is replaced.

    Who is on the app and not declared is a difference, but for its owner, who may be left out. A declared `OWNER` who
    is not listed is a difference only if somebody else is listed as the owner: the list may leave the owner out, and
    then a warning says that the owner could not be seen. Invitations are not listed until they are accepted.

    It needs an access token (`APS_ACCESS_TOKEN`) from a three-legged sign-in with the scope `application:client:read`,
    by a person who is at least VIEWER of the app.

    Source: APS Application Management API reference, "Get All Collaborators".
    """

    client_id: pulumi.Output[str]
    collaborators: pulumi.Output[Mapping[str, str]]
    user_ids: pulumi.Output[Mapping[str, str]]
    """The user id behind each declared address, by the address in small letters."""

    def __init__(
        self,
        resource_name: str,
        client_id: pulumi.Input[str],
        collaborators: pulumi.Input[Mapping[str, pulumi.Input[AccessLevel]]],
        account: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare who must be on the app.

        :param resource_name: the resource's name in the program.
        :param client_id: the app's Client ID, as the developer portal shows it. Another one is a replacement.
        :param collaborators: the level of each person by e-mail address: `"VIEWER"`, `"EDITOR"` or `"OWNER"` (of which
            an app has one). An address has at most 254 characters; the case of its letters makes no difference. `{}`
            means nobody but the owner. Somebody whose level is None (an empty field of a table) is an error.
        :param account: whose settings are used, by their name in the environment or the stack's configuration. Another
            account changes nothing at the service.
        :param opts: Pulumi's resource options.

        Errors, at preview and on the argument's name: something that is no address, one address twice, another level,
        an app that the token does not show, an app declared twice. Where the app's people differ from the declaration,
        `up` fails, and so does a preview that has nothing else to show about it. A token that has expired, or that
        lacks the right, is one line, and nothing is lost from the state.
        """
        inputs = {"client_id": client_id, "collaborators": _levels_kept(collaborators), "account": account}
        assert inputs.keys() == ClientCollaboratorsInputs.model_fields.keys()
        super().__init__(
            ClientCollaboratorsProvider(),
            resource_name,
            declare(resource_name, inputs, opts, outputs=("user_ids",)),
            opts,
        )


def get_client_collaborators(client_id: str, account: str | None = None) -> list[Collaborator]:
    """Everybody on an APS app as it is when the program runs, by e-mail address.

    :param client_id: the app's Client ID.
    :param account: whose settings are used; None: those without a name.
    :returns: for each person `user_id`, `email`, `first_name`, `last_name`, `access_level` (`VIEWER`, `EDITOR`, `OWNER`
        or what else the service says) and `created_at` (when the invitation was accepted, as ISO 8601 text). Open
        invitations are not among them; whether the owner is, the service's documents do not say.

    Ends the program with one line when the app cannot be read. Source: `GET clients/{id}/collaborators`.
    """
    with listing(f"{NAME} app", client_id):
        client_id = argument(ClientCollaboratorsInputs, "client_id", client_id)
        return program_directory(PLATFORM, Directory, account).collaborators(client_id)


def _levels_kept(collaborators: Any) -> Any:
    """No level as an empty one, which `check` refuses by name: the SDK drops None, and with it the person."""
    if isinstance(collaborators, (pulumi.Output, Awaitable)):
        return pulumi.Output.from_input(collaborators).apply(_levels_kept)
    if not isinstance(collaborators, Mapping):
        return collaborators
    return {email: _level_kept(level) for email, level in collaborators.items()}


def _level_kept(level: Any) -> Any:
    if isinstance(level, (pulumi.Output, Awaitable)):
        return pulumi.Output.from_input(level).apply(_level_kept)
    return "" if level is None else level
