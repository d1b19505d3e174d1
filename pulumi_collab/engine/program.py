"""What runs in the program: declaring resources, and data functions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from secrets import token_hex
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import pulumi
from pulumi.dynamic import Resource

from ..errors import CollabError, ConfigError, InvalidInput, Problem, one_line
from ..lifecycle import Inputs
from ..platform import Platform
from ..settings import flag, resolve
from .properties import DECLARED
from .validation import valid_argument

D = TypeVar("D")

_sources: WeakKeyDictionary[pulumi.Output[Any], str] = WeakKeyDictionary()
"""The tokens of the resources whose ids these are."""


class DeclaredResource(Resource):
    """Base of the typed resources. A class that inherits one of them is still that kind of resource.

    The SDK gives a class without `module` and `name` of its own a type of its own, so that a program which begins to
    use such a class would delete everything and make it again.
    """

    def __init_subclass__(cls, module: str = "", name: str = "", **kwargs: Any) -> None:
        inherited = getattr(cls, "_resource_type_name", None)
        super().__init_subclass__(module=module, name=name or "Resource", **kwargs)
        if not name and inherited is not None:
            cls._resource_type_name = inherited


def declare(
    name: str,
    inputs: Mapping[str, Any],
    opts: pulumi.ResourceOptions | None,
    outputs: Sequence[str] = (),
) -> dict[str, Any]:
    """What a resource registers: its inputs, its outputs, and who declares it, so that two of one thing are seen.

    A resource that is only read (`ResourceOptions(id=...)`) declares nothing.
    """
    if opts is not None and opts.id:
        return {**inputs, **dict.fromkeys(outputs)}
    sources = {k: _sources[v] for k, v in inputs.items() if isinstance(v, pulumi.Output) and v in _sources}
    by: dict[str, Any] = {"name": name, "token": token_hex(8)} | ({"from": sources} if sources else {})
    return {**inputs, **dict.fromkeys(outputs), DECLARED: by}


def hangs_on(made: pulumi.Output[Any], declared: Mapping[str, Any]) -> None:
    """What is given this id hangs on what was declared so, which is known before the id is."""
    if DECLARED in declared:
        _sources[made] = declared[DECLARED]["token"]


def program_directory(platform: Platform, kind: type[D], account: str | None = None) -> D:
    """A directory of the program's own, with the stack's configuration as a program sees it. Raises `ConfigError`."""
    settings = resolve(platform.schema, pulumi.runtime.get_config, account)
    for text in settings.warnings:
        pulumi.log.warn(text)
    directory = platform.connect(settings)
    assert isinstance(directory, kind)
    return directory


def argument(kind: type[Inputs], name: str, value: Any) -> Any:
    """An argument of a data function, held to what the resource of this kind asks of it. Raises `InvalidInput`."""
    if isinstance(value, pulumi.Output):
        raise InvalidInput([Problem(name, "must be known when the program runs: call this inside Output.apply")])
    return valid_argument(kind, name, value)


@contextlib.contextmanager
def data_function(what: str, *about: object) -> Iterator[None]:
    """Let a data function's error end the program with its one line, about its argument, instead of a traceback."""
    try:
        yield
    except CollabError as error:
        named = [f" {'(not known yet)' if isinstance(value, pulumi.Output) else value}" for value in about]
        prefix = "" if isinstance(error, ConfigError) else f"{what}{''.join(named)}: "
        told = pulumi.RunError(one_line(f"{prefix}{error}", limit=1000))
        raise told from (error if flag("PULUMI_COLLAB_DEBUG") else None)


def listing(scope: str, about: object) -> contextlib.AbstractContextManager[None]:
    """The same for a function that lists who is on something: `QuantConnect project`."""
    return data_function(f"could not list the collaborators of {scope}", about)
