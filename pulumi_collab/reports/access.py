"""Who may do what: the grants that the services tell, chosen and put in order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from ..grants import Grant
from .clock import rfc3339
from .live import NotChecked, not_checked_block
from .model import Block, Grid, Line, Report, Span, Tone, code, ours, soft, strong, theirs
from .words import day, person, plural, privileges, scope_name, source, ways

Pivot = Literal["person", "scope", "role"]
_GRID = ("person", "platform", "scope", "role", "+", "status", "until", "via", "declared")
_FILTERS = ("person", "role", "platform")
COUNTS = ("grants", "people", "scopes", "undeclared", "not_checked")
_PERSON = ("key", "name", "email", "uid", "alias")
_MOMENTS = ("ends", "since", "invited", "invitation_ends")
_DECLARED = ("where", "line", "urn", "reason", "owner", "approved_by", "review_by")
COLUMNS = (
    *("platform", "scope", "scope_kind", "scope_name", "key", "kind", "name", "email", "uid", "alias"),
    *("role", "rank", "privileges", "privileged", "status", "via", "fixed", "ends", "ends_by"),
    *("since", "invited", "invitation_ends", "declared", *(f"declared_{each}" for each in _DECLARED)),
)


@dataclass(frozen=True)
class Choice:
    """Which grants are told."""

    person: str | None = None
    privileged: bool = False
    at: datetime | None = None
    """Who still has access then."""


def chosen(grants: Iterable[Grant], choice: Choice) -> list[Grant]:
    """Those grants, in order. A person is found under every name, and everywhere by the e-mail address."""
    found = sorted(grants, key=lambda grant: grant.order)
    if choice.person is not None:
        found = _of_person(found, choice.person)
    if choice.privileged:
        found = [grant for grant in found if grant.privileged]
    if choice.at is not None:
        found = [grant for grant in found if _has_access(grant, choice.at)]
    return found


def _of_person(grants: Sequence[Grant], named: str) -> list[Grant]:
    wanted = named.strip().casefold()
    mine = [grant for grant in grants if wanted in _names(grant)]
    emails = {grant.principal.email.casefold() for grant in mine if grant.principal.email}
    return [grant for grant in grants if wanted in _names(grant) or (grant.principal.email or "").casefold() in emails]


def _names(grant: Grant) -> set[str]:
    return {value.casefold() for name in _PERSON if (value := getattr(grant.principal, name))}


def _has_access(grant: Grant, at: datetime) -> bool:
    if grant.status in ("expired", "declined", "ended"):
        return False
    if grant.status == "invited" and grant.invitation_ends is not None and grant.invitation_ends <= at:
        return False
    return grant.ends is None or grant.ends > at


def access_report(
    grants: Sequence[Grant],
    missing: Sequence[NotChecked],
    now: datetime,
    *,
    pivot: Pivot | None = None,
    at: datetime | None = None,
    state_known: bool = True,
) -> Report:
    """Those grants, for people and for programs. `state_known`: whether a state tells what is declared."""
    counts = _counts(grants, missing)
    blocks = [*_blocks(grants, pivot, state_known), *not_checked_block(missing)]
    tone: Tone = "warn" if missing else "none"
    return Report(
        command="access",
        title=f"Who has access{f' on {day(at)}' if at else ''}",
        headline=_headline(counts, missing, state_known),
        tone=tone,
        blocks=tuple(blocks),
        document={
            "schema": "pulumi-collab/access/1",
            "now": rfc3339(now),
            "counts": counts,
            "grants": [grant.model_dump(mode="json") for grant in grants],
            "not_checked": [each.json for each in missing],
        },
        columns=COLUMNS,
        records=[_record(grant) for grant in grants],
    )


def _counts(grants: Sequence[Grant], missing: Sequence[NotChecked]) -> dict[str, int]:
    people = {(grant.principal.email or f"{grant.platform}/{grant.principal.key}").casefold() for grant in grants}
    return {
        "grants": len(grants),
        "people": len(people),
        "scopes": len({(grant.platform, grant.scope.id) for grant in grants}),
        "undeclared": sum(grant.declared is None and grant.fixed is None for grant in grants),
        "not_checked": len(missing),
    }


def _headline(counts: Mapping[str, int], missing: Sequence[NotChecked], state_known: bool) -> str:
    told = ", ".join(
        (
            plural(counts["grants"], "grant"),
            plural(counts["people"], "person", "people"),
            plural(counts["scopes"], "scope"),
        )
    )
    if state_known and counts["undeclared"]:
        told += f"; {counts['undeclared']} undeclared"
    if missing:
        told += f"; {len(missing)} not checked"
    return told


def _blocks(grants: Sequence[Grant], pivot: Pivot | None, state_known: bool) -> list[Block]:
    if pivot is None:
        return [_block("", grants, state_known)] if grants else []
    by: dict[Pivot, Callable[[Grant], str]] = {
        "person": lambda grant: (grant.principal.email or grant.principal.key).casefold(),
        "scope": lambda grant: f"{grant.platform}:{scope_name(grant.scope)}",
        "role": lambda grant: f"{grant.platform}: {grant.role}",
    }
    named = by[pivot]
    in_order = sorted(grants, key=lambda grant: (named(grant), grant.order))
    return [_block(name, list(some), state_known) for name, some in groupby(in_order, key=named)]


def _block(title: str, grants: Sequence[Grant], state_known: bool) -> Block:
    rows = tuple(_row(grant, state_known) for grant in grants)
    return Block(title, grid=Grid(_GRID, rows, _FILTERS))


def _row(grant: Grant, state_known: bool) -> tuple[Line, ...]:
    name = grant.scope.name
    shown = scope_name(grant.scope)
    scope: Line = (code(shown), ours(" "), theirs(name)) if name and name != shown else (code(shown),)
    beside = ", ".join(privileges(grant))
    return (
        (theirs(person(grant)),),
        (ours(grant.platform),),
        scope,
        (code(grant.role),),
        (strong(beside),) if beside else (),
        (ours(grant.status),),
        (ours(day(grant.ends or (grant.invitation_ends if grant.status == "invited" else None))),),
        (theirs(ways(grant)),),
        (_declared(grant, state_known),),
    )


def _declared(grant: Grant, state_known: bool) -> Span:
    if grant.declared is not None:
        return theirs(source(grant.declared) or "yes")
    if grant.fixed is not None:
        return soft("cannot be")
    return ours("no") if state_known else soft("not known")


def _record(grant: Grant) -> dict[str, str]:
    """A row of a table file: every field of the record, as text."""
    found: dict[str, Any] = {
        "platform": grant.platform,
        "scope": grant.scope.id,
        "scope_kind": grant.scope.kind,
        "scope_name": grant.scope.name,
        "kind": grant.principal.kind,
        "role": grant.role,
        "rank": grant.rank,
        "privileges": " ".join(grant.privileges),
        "privileged": "yes" if grant.privileged else "no",
        "status": grant.status,
        "via": ways(grant),
        "fixed": grant.fixed,
        "ends_by": grant.ends_by,
        "declared": "yes" if grant.declared is not None else "no",
    }
    found |= {name: getattr(grant.principal, name) for name in _PERSON}
    found |= {name: moment and rfc3339(moment) for name in _MOMENTS for moment in [getattr(grant, name)]}
    if grant.declared is not None:
        found |= {f"declared_{name}": getattr(grant.declared, name) for name in _DECLARED}
    return {name: "" if value is None else str(value) for name, value in found.items()}
