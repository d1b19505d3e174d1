"""What a platform is, as a value: its settings, its kinds of resources, its roles, and where its parts are found.

Everything that is not about one platform asks the registry here: the common words, the emulator, the conformance suite,
the commands, the documentation. An outside distribution joins through an entry point (`docs/add-a-platform.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Protocol

from .errors import ConfigError
from .grants import Grant, Scope
from .holdings import Holding, Ladder, Properties, by_words
from .lifecycle import Lifecycle
from .settings import Schema, Settings

GROUP = "pulumi_collab.platforms"
"""The entry point group of outside platforms: the name is the platform's, the object its `Platform`."""

_OURS = ("quantconnect", "teamhub", "sram", "aps")


class Directory(Protocol):
    """What a process knows of a service: listings that it shares, over a client that calls."""

    @property
    def origin(self) -> str:
        """The server, as host and port; and the world there, where a server has several, such as organisations."""


@dataclass(frozen=True)
class Kind:
    """One kind of resource."""

    name: str
    """Its class: `ProjectCollaborator`. With the platform's name it makes the type token, which never changes."""
    lifecycle: type[Lifecycle[Any, Any, Any]]
    provider: str
    """Where its provider class is, `package.module:Class`. It is in every state, so it never changes either."""
    holds: Callable[[Properties], Holding | None] | None = None
    """What its inputs, or its state, give access to; None: what the platform's common words tell."""


@dataclass(frozen=True)
class Platform:
    """One service."""

    name: str
    """As in the type tokens, the settings and the commands: `quantconnect`."""
    title: str
    """For people: `QuantConnect`."""
    schema: Schema
    """What has to be set to call it."""
    connect: Callable[[Settings], Directory]
    """A directory of its own. Raises `ConfigError` for settings that cannot be used."""
    kinds: tuple[Kind, ...]
    roles: tuple[str, ...]
    """The words of its ladder of roles, the lowest first."""
    privileges: tuple[str, ...] = ()
    """What can come beside a role, and makes a grant privileged: `live_control`."""
    privileged_roles: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    """The common words of `pulumi_collab.ProjectCollaborator` and the class's own: `{"user": "collaborator"}`."""
    required: frozenset[str] = frozenset()
    """Which of the common words must be given."""
    grants: Callable[[Any, str], list[Grant]] | None = None
    """Who has access to a scope, by its id, asked of a directory."""
    scopes: Callable[[Any], Iterable[Scope]] | None = None
    """Every scope that the credentials can list; None where the service cannot tell."""
    emulator: str | None = None
    """Where its emulated service is, `package.module:PLATFORM`."""

    def token(self, kind: Kind) -> str:
        """The type token of a kind: `pulumi-python:dynamic/quantconnect:ProjectCollaborator`."""
        return f"pulumi-python:dynamic/{self.name}:{kind.name}"

    @property
    def ladder(self) -> Ladder:
        """What its grants have in common."""
        return Ladder(self.name, "project", self.roles, frozenset(self.privileged_roles))

    def holding(self, kind: Kind, props: Properties) -> Holding | None:
        """What a resource gives access to, by its inputs or its state; None where that is nobody."""
        if kind.holds is not None:
            return kind.holds(props)
        is_person = self.words.get("user") in kind.lifecycle.inputs_model.model_fields
        return by_words(self.ladder, self.words, props) if is_person else None

    def kind(self, name: str) -> Kind:
        """The kind of that name. Raises `KeyError`."""
        return {each.name: each for each in self.kinds}[name]


def load(reference: str) -> Any:
    """The object that a reference such as `package.module:NAME` names, imported when it is needed."""
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)


@cache
def platforms() -> Mapping[str, Platform]:
    """Every platform there is by its name, ours first. Raises `ConfigError` for an outside one that cannot be used."""
    found: dict[str, Platform] = {name: load(f"{__package__}.{name}.platform:PLATFORM") for name in _OURS}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        platform = _outside(point.name, point.value, point.load)
        if platform.name in found:
            raise ConfigError(f"two installed packages bring a platform {platform.name!r}: remove {point.value}")
        found[platform.name] = platform
    return found


def _outside(name: str, where: str, get: Callable[[], Any]) -> Platform:
    try:
        platform = get()
    except (
        Exception
    ) as error:  # a package of somebody else's: whatever it raises must not end every command unexplained
        raise ConfigError(f"the platform {name!r} ({where}) cannot be imported: {error}; mend or remove it") from error
    if not isinstance(platform, Platform) or platform.name != name:
        raise ConfigError(f"{where} is no platform named {name!r}: mend the package that brings it, or remove it")
    return platform


def platform(name: str) -> Platform:
    """The platform of that name. Raises `ConfigError`, which names those there are."""
    found = platforms().get(name)
    if found is None:
        raise ConfigError(f"unknown platform {name!r}; it must be one of {', '.join(platforms())}")
    return found
