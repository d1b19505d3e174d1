"""A grant in words, for every kind of report. No text of others is changed here: renderers make it harmless."""

from __future__ import annotations

import re
from datetime import datetime

from ..grants import Declared, Grant, Scope

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def rights(grant: Grant) -> str:
    """What somebody may do: `write + live control`."""
    return " + ".join([grant.role or "an unknown role", *privileges(grant)])


def privileges(grant: Grant) -> list[str]:
    """What comes beside the role."""
    return [each.replace("_", " ") for each in grant.privileges]


def scope_name(scope: Scope) -> str:
    """A scope for people: its id, but for one that nobody can read, where there is a name."""
    return scope.name if scope.name and _UUID.fullmatch(scope.id) else scope.id


def person(grant: Grant) -> str:
    """Who it is, for people: the platform's own name; the alias of the access file as well."""
    key = grant.principal.key or "somebody without a name"
    alias = grant.principal.alias
    return f"{key} ({alias})" if alias and alias != key else key


def ways(grant: Grant) -> str:
    """How somebody is in: `direct`, `group ops`, `owner (fixed)`."""
    found = ", ".join(f"{via.kind} {via.name or ''}".strip() for via in grant.via)
    return f"{found} (fixed)" if grant.fixed and any(via.kind == "owner" for via in grant.via) else found


def day(moment: datetime | None) -> str:
    """A moment for people: the day alone where it is midnight."""
    if moment is None:
        return "-"
    at_midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return moment.strftime("%Y-%m-%d" if at_midnight else "%Y-%m-%d %H:%M")


def source(declared: Declared | None, *, short: bool = True) -> str:
    """Where something is declared: the line of the access file, else the resource."""
    if declared is None:
        return ""
    if declared.where:
        return f"{declared.where}:{declared.line}" if declared.line else declared.where
    if declared.urn and short:
        return f"urn ...::{declared.urn.rpartition('::')[2]}"
    return declared.urn or ""


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 person`, `2 people`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
