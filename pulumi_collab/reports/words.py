"""A grant in words, for every kind of report. No text of others is changed here: renderers make it harmless."""

from __future__ import annotations

from datetime import datetime

from ..grants import Grant, Scope
from .model import Line, code, ours, strong, theirs


def rights(grant: Grant) -> str:
    """What somebody may do: `write + live control`."""
    return " + ".join([grant.role or "an unknown role", *privileges(grant)])


def privileges(grant: Grant) -> list[str]:
    """What comes beside the role."""
    return [each.replace("_", " ") for each in grant.privileges]


def scope_words(grant: Grant, title: str) -> Line:
    """What it is access to: QuantConnect `23456789`."""
    return ours(f"{title} "), code(scope_name(grant.scope))


def scope_name(scope: Scope) -> str:
    """A scope for people: its name where that says more than a number."""
    return scope.id if not scope.name or scope.kind != "collaboration" else scope.name


def person(grant: Grant) -> str:
    """Who it is, for people: the platform's own name; the alias of the access file as well."""
    key = grant.principal.key or "somebody without a name"
    alias = grant.principal.alias
    return f"{key} ({alias})" if alias and alias != key else key


def who(grant: Grant, *, matters: bool = False) -> Line:
    """The person as part of a line."""
    return (strong(person(grant)) if matters else theirs(person(grant)),)


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


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 person`, `2 people`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
