"""The `pulumi.dynamic` adapter: calls of the SDK's plugin process as operations in plain values."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Mapping
from typing import Any, ClassVar

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown

from ..platform import Platform
from ..settings import flag
from . import halfway
from .claims import Claims, of_this_operation
from .operations import Operations
from .properties import Properties
from .tracebacks import show_no_frames_of_ours

_claims: Claims | None = None
_guard = threading.Lock()


class LifecycleProvider(ResourceProvider):
    """Serves one kind of resource. Subclasses hold nothing: an importable class without state pickles to its name."""

    serialize_as_secret_always = False
    platform: ClassVar[Platform]
    kind: ClassVar[str]

    def configure(self, req: ConfigureRequest) -> None:
        """Once per plugin process; credentials are looked at when they are first needed."""
        halfway.note_calls()
        kind = self.platform.kind(self.kind)
        self._operations = Operations(self.platform, kind, req.config.get, pulumi.log.warn, _process_claims())
        if not flag("PULUMI_COLLAB_DEBUG"):
            show_no_frames_of_ours()
        elif not logging.getLogger("pulumi_collab").handlers:
            logging.getLogger("pulumi_collab").addHandler(logging.StreamHandler(sys.stderr))
            logging.getLogger("pulumi_collab").setLevel(logging.DEBUG)

    def check(self, _olds: Properties, news: Properties) -> CheckResult:
        """Everything that can be known at preview, as failures on the property's name."""
        inputs, problems = self._operations.check(_olds, news, _unknown_in(news))
        return CheckResult(inputs, [CheckFailure(problem.property, problem.reason) for problem in problems])

    def diff(self, _id: str, _olds: Properties, _news: Properties) -> DiffResult:
        """What differs, and what that replaces."""
        found = self._operations.diff(_olds, _news, _unknown_in(_news))
        return DiffResult(
            changes=bool(found.changed),
            replaces=sorted(found.replaces),
            delete_before_replace=found.delete_before_replace,
        )

    def create(self, props: Properties) -> CreateResult:
        """Make it so, or take it over."""
        with halfway.told(props):
            return CreateResult(*self._operations.create(props))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """The live state, with the inputs it corresponds to."""
        found = self._operations.read(id_, props)
        return ReadResult("", {}) if found is None else ReadResult(id_, *found)

    def update(self, _id: str, _olds: Properties, _news: Properties) -> UpdateResult:
        """Change in place."""
        with halfway.told(_news):
            return UpdateResult(self._operations.update(_olds, _news))

    def delete(self, _id: str, _props: Properties) -> None:
        """End it, unless the program holds the same thing by another resource."""
        self._operations.delete(_id, _props)


def _process_claims() -> Claims:
    global _claims  # all kinds of resources of this process share them
    with _guard:
        _claims = _claims or of_this_operation()
        return _claims


def _unknown_in(news: Properties) -> frozenset[str]:
    """The names of what another resource will produce."""
    return frozenset(name for name, value in news.items() if _has_unknown(value))


def _has_unknown(value: Any) -> bool:
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Mapping):
        return any(map(_has_unknown, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_has_unknown, value))
