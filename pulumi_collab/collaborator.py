"""`ProjectCollaborator` in words that fit every platform, for programs that read access from a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

import pulumi

from .platform import load, platforms

if TYPE_CHECKING:
    from . import quantconnect, teamhub

    AnyProjectCollaborator: TypeAlias = quantconnect.ProjectCollaborator | teamhub.ProjectCollaborator


@overload
def ProjectCollaborator(
    resource_name: str,
    *,
    platform: Literal["quantconnect"],
    project: pulumi.Input[int],
    user: pulumi.Input[str],
    role: pulumi.Input[Literal["read", "write"]] | None = None,
    live_control: pulumi.Input[bool] | None = None,
    adopt: pulumi.Input[bool] | None = None,
    account: str | None = None,
    opts: pulumi.ResourceOptions | None = None,
) -> quantconnect.ProjectCollaborator: ...


@overload
def ProjectCollaborator(
    resource_name: str,
    *,
    platform: Literal["teamhub"],
    project: pulumi.Input[str],
    user: pulumi.Input[str],
    role: pulumi.Input[Literal["guest", "developer", "master"]],
    adopt: pulumi.Input[bool] | None = None,
    account: str | None = None,
    opts: pulumi.ResourceOptions | None = None,
) -> teamhub.ProjectCollaborator: ...


def ProjectCollaborator(  # noqa: N802  # it stands for the classes whose objects it makes
    resource_name: str, *, platform: str, opts: pulumi.ResourceOptions | None = None, **arguments: Any
) -> AnyProjectCollaborator:
    """Declare one person's access to one project, on whichever platform.

    It makes the platform's own resource: type, id and state are those of `quantconnect.ProjectCollaborator` or
    `teamhub.ProjectCollaborator` written directly, so one way of writing can take the place of the other at any time.
    Where a check fails, the property has the platform's own name.

    :param resource_name: the resource's name in the program.
    :param platform: `"quantconnect"` or `"teamhub"`.
    :param project: QuantConnect: the project's number. TeamHub: the project's id.
    :param user: QuantConnect: the last part of the person's profile address. TeamHub: the id of the collaborator's
        account.
    :param role: QuantConnect: `"read"` (the default) or `"write"`. TeamHub: `"guest"`, `"developer"` or `"master"`.
    :param live_control: QuantConnect alone: whether the person may deploy and stop live algorithms.
    :param adopt: take over access that the person has already, and change it to what is declared here. Acts at creation
        only.
    :param account: whose settings are used; None: those without a name.
    :param opts: Pulumi's resource options.

    An argument that is None counts as not given: in a table, an empty field. An unknown platform, and an argument that
    is missing or that the platform does not have, end the program with one line (`pulumi.RunError`). Source: each
    platform's own class.
    """
    known = {name: each for name, each in platforms().items() if each.words}
    found = known.get(platform) if isinstance(platform, str) else None
    if found is None:
        raise pulumi.RunError(f"{resource_name}: unknown platform {platform!r}; it must be one of {', '.join(known)}")
    names = {**found.words, "adopt": "adopt", "account": "account"}
    given = {word: value for word, value in arguments.items() if value is not None}
    for word in given:
        if word not in names:
            raise pulumi.RunError(f"{resource_name}: {platform} has no argument {word!r}; it has {', '.join(names)}")
    for word in found.words:
        if word in found.required and word not in given:
            raise pulumi.RunError(f"{resource_name}: {platform} needs the argument {word!r}")
    provider = found.kind("ProjectCollaborator").provider
    made: AnyProjectCollaborator = load(provider.removesuffix("Provider"))(
        resource_name, opts=opts, **{names[word]: value for word, value in given.items()}
    )
    return made
