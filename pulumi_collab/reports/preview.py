"""A `pulumi preview --json`, as what our resources hold before and after. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import harmless
from .resources import Held, Unreadable, held_by

_ENDS = frozenset({"delete", "delete-replaced", "remove-pending-replace", "discard", "discard-replaced"})
_BEGINS = frozenset({"create", "create-replacement", "import", "import-replacement"})
_REPLACES = frozenset({"replace", "create-replacement", "delete-replaced", "import-replacement"})
_READS = frozenset({"read", "read-replacement", "refresh"})
_NAMED = ("short_name", "name")
"""By which a scope that is made in this run is named, as its id is not known yet."""


class Failed(Unreadable):
    """The preview itself failed: what it shows is not all."""


@dataclass
class Preview:
    """What a preview would do."""

    stack: str = ""
    before: list[Held] = field(default_factory=list)
    after: list[Held] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)
    """The URNs of resources that are replaced."""
    messages: list[str] = field(default_factory=list)
    """What the operation said, line by line."""

    @property
    def unknown(self) -> list[Held]:
        """What will be known when it runs, and no earlier."""
        return [held for held in self.after if held.hidden]


def read(text: str) -> Preview:
    """The preview in a text. Raises `Unreadable`, and `Failed` where the preview failed."""
    return of(_parsed(text))


def of(document: Mapping[str, Any]) -> Preview:
    """The preview of a document."""
    found = Preview()
    diagnostics = document.get("diagnostics") or ()
    failures = [each for each in diagnostics if _severity(each) == "error"]
    if failures:
        raise Failed(f"the preview failed, so this is not all: {_message(failures[0])}")
    found.messages = [line for each in diagnostics for line in _lines(each)]
    steps = [step for step in document.get("steps") or () if isinstance(step, dict)]
    names = dict(_names(steps))
    for step in steps:
        _add(found, step, names)
    return found


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        start = text.index("{")  # an engine's warning may come first
        document, _ = json.JSONDecoder().raw_decode(text[start:])
    except ValueError as error:
        raise Unreadable(f"this is no `pulumi preview --json`: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("steps"), list):
        raise Unreadable("this is no `pulumi preview --json`: it has no steps")
    return document


def _add(found: Preview, step: Mapping[str, Any], names: Mapping[str, str]) -> None:
    op, urn = str(step.get("op")), str(step.get("urn", ""))
    found.stack = found.stack or _stack(urn)
    if op in _READS:
        return
    old, new = step.get("oldState"), step.get("newState")
    if op in _REPLACES:
        found.replaced.add(urn)
    if isinstance(old, dict) and op not in _BEGINS and not old.get("external"):
        _put(found.before, held_by(old))
    if isinstance(new, dict) and op not in _ENDS and not new.get("external"):
        _put(found.after, held_by({**new, "outputs": _kept_outputs(old, op)}, _scope_of(new, names)))


def _put(side: list[Held], held: Held | None) -> None:
    if held is not None:
        side.append(held)


def _kept_outputs(old: Any, op: str) -> Mapping[str, Any]:
    """What an update leaves as it is: whose access it is, but not what they have."""
    outputs = old.get("outputs") if isinstance(old, dict) and op not in _BEGINS | _REPLACES else None
    kept = ("uid", "email", "display_name")
    return {name: outputs[name] for name in kept if name in outputs} if isinstance(outputs, dict) else {}


def _stack(urn: str) -> str:
    return urn.split("::", maxsplit=1)[0].removeprefix("urn:pulumi:") if urn.startswith("urn:pulumi:") else ""


def _names(steps: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for step in steps:
        inputs = (step.get("newState") or {}).get("inputs") or {}
        name = next((inputs[each] for each in _NAMED if isinstance(inputs.get(each), str)), None)
        if name:
            yield str(step.get("urn")), name


def _scope_of(state: Mapping[str, Any], names: Mapping[str, str]) -> str | None:
    """By which name people know the scope that another resource of this run makes."""
    for urns in (state.get("propertyDependencies") or {}).values():
        for urn in urns or ():
            if urn in names:
                return names[urn]
    return None


def _severity(diagnostic: Any) -> str:
    return str(diagnostic.get("severity", "")) if isinstance(diagnostic, dict) else ""


def _message(diagnostic: Any) -> str:
    return harmless(str(diagnostic.get("message", "")))


def _lines(diagnostic: Any) -> Iterator[str]:
    text = str(diagnostic.get("message", "")) if isinstance(diagnostic, dict) else ""
    for line in text.splitlines():
        if shown := harmless(line).removeprefix("warning: "):
            yield shown
