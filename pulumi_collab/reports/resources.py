"""Our resources in what the engine writes: `pulumi stack export` and `pulumi preview --json`. No I/O."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..errors import CollabError, harmless
from ..grants import Grant
from ..holdings import OUTPUTS, Holding, text_or_none
from ..platform import Kind, Platform, platforms

TOKEN = "pulumi-python:dynamic/"  # noqa: S105 - a type token's beginning
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes in place of a value that another resource will produce."""
LATER = "(known after up)"
_SECRET = "[secret]"  # noqa: S105 - what a preview shows in place of one
_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which a state marks what is encrypted in it."""
_ORIGIN = "__origin"


class Unreadable(CollabError):
    """A file or a response of the engine is not what it should be."""


@dataclass(frozen=True)
class ScopeRef:
    """A scope as people name it on the command line."""

    platform: str
    id: str
    account: str | None = None

    def __str__(self) -> str:
        return f"{self.platform}{f'@{self.account}' if self.account else ''}:{self.id}"


@dataclass(frozen=True)
class Held:
    """One of our resources, and what it gives access to."""

    urn: str
    platform: Platform
    kind: Kind
    holding: Holding
    account: str | None = None
    origin: str | None = None
    """Where it was made."""
    hidden: frozenset[str] = frozenset()
    """The names of what cannot be read: secrets, and values that are not known yet."""
    about: str = ""
    """Whom and what it concerns, as messages begin."""

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def scope(self) -> ScopeRef:
        """What it is about, and whose settings lead there."""
        return ScopeRef(self.platform.name, self.holding.scope.id, self.account)


def key_of(grant: Grant) -> tuple[str, str, str]:
    """By which grants of one person on one scope are one."""
    return grant.platform, grant.scope.id.casefold(), grant.principal.key.casefold()


def held_by(state: Mapping[str, Any] | None, scope: str | None = None) -> Held | None:
    """One resource as a state or a step has it; None where it is none of ours, or gives nobody access.

    `scope` stands for the id of a scope that is not known yet, where its name is.
    """
    found = _kind_of(state.get("type")) if state is not None else None
    if state is None or found is None:
        return None
    platform, kind = found
    inputs, outputs = _properties(state, "inputs"), _properties(state, "outputs")
    props = {**outputs, **inputs}
    hidden = frozenset(name for name, value in props.items() if _is_hidden(value))
    holding = platform.holding(kind, _shown({**props, OUTPUTS: outputs}, scope or LATER))
    if holding is None:
        return None
    matters = frozenset(kind.lifecycle.inputs_model.model_fields) - kind.lifecycle.ignored_after_create
    if scope is not None:
        matters -= frozenset(name for name in kind.lifecycle.identity if props.get(name) == UNKNOWN)
    return Held(
        urn=str(state.get("urn", "")),
        platform=platform,
        kind=kind,
        holding=replace(holding, outlives=holding.outlives or state.get("retainOnDelete") is True),
        account=text_or_none(props.get("account")),
        origin=text_or_none(props.get(_ORIGIN)),
        hidden=hidden & matters,
        about=_about(kind, props),
    )


def in_state(document: Any) -> list[Held]:
    """What the resources of a `pulumi stack export` hold. Raises `Unreadable`."""
    return [held for state in states(document) if (held := held_by(state)) is not None]


def states(document: Any) -> Iterator[Mapping[str, Any]]:
    """Our resources in a `pulumi stack export`, but for those that are only read, and leftovers of a replacement."""
    deployment = document.get("deployment") if isinstance(document, dict) else None
    if not isinstance(deployment, dict):
        raise Unreadable("this is no `pulumi stack export`: it has no deployment")
    for state in deployment.get("resources") or ():
        ours = _kind_of(state.get("type")) is not None
        if ours and not state.get("external") and not state.get("delete"):
            yield state


def without_package(document: Any) -> list[str]:
    """Platforms of a state's resources that look like ours, and that no installed package brings."""
    resources = (document.get("deployment") or {}).get("resources") or ()
    providers = {
        str(state.get("type", "")).removeprefix(TOKEN).partition(":")[0]
        for state in resources
        if str(state.get("type", "")).startswith(TOKEN) and _ORIGIN in (state.get("outputs") or {})
    }
    return sorted(providers - platforms().keys())


def _kind_of(token: Any) -> tuple[Platform, Kind] | None:
    if not isinstance(token, str) or not token.startswith(TOKEN):
        return None
    module, _, name = token.removeprefix(TOKEN).partition(":")
    platform = platforms().get(module)
    kinds: Iterable[Kind] = platform.kinds if platform is not None else ()
    return next(((platform, kind) for kind in kinds if platform is not None and kind.name == name), None)


def _about(kind: Kind, props: Mapping[str, Any]) -> str:
    with contextlib.suppress(Exception):  # for matching messages alone: what is missing is no reason for an error
        lifecycle = kind.lifecycle(lambda: None, lambda _: None)
        return harmless(lifecycle.about(kind.lifecycle.state_model.model_validate(props)))
    return ""


def _properties(state: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = state.get(name)
    return dict(found) if isinstance(found, dict) else {}


def _is_hidden(value: Any) -> bool:
    if isinstance(value, dict):
        return _SIGNATURE in value or any(map(_is_hidden, (*value, *value.values())))
    if isinstance(value, list):
        return any(map(_is_hidden, value))
    return value in (UNKNOWN, _SECRET)


def _shown(value: Any, later: str) -> Any:
    """The value without what cannot be read."""
    if isinstance(value, dict):
        if _SIGNATURE in value:
            return None
        return {_shown(name, later): _shown(each, later) for name, each in value.items()}
    if isinstance(value, list):
        return [_shown(each, later) for each in value]
    return later if value == UNKNOWN else None if value == _SECRET else value
