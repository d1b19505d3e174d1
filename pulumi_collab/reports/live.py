"""What was read of the services: who has access to which scopes, and what could not be read. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import ConfigError, Forbidden, NotFound, RequestError, Unauthenticated, Unreachable, one_line
from ..grants import Declared, Grant
from ..plan import pairs
from .model import Block, Grid, Line, code, ours, soft
from .resources import Held, ScopeRef, key_of


@dataclass(frozen=True)
class NotChecked:
    """A scope, or a part of one, of which nothing is known: neither that it is as declared nor that it is not."""

    scope: str
    why: str
    status: int | None = None
    do: str = "run it again"

    @classmethod
    def because(cls, scope: ScopeRef | str, error: Exception) -> NotChecked:
        """What an error says, and what to do next."""
        status = error.status if isinstance(error, RequestError) else None
        return cls(str(scope), one_line(str(error)), status, _next(error))

    @property
    def json(self) -> dict[str, Any]:
        """As programs read it."""
        return {"scope": self.scope, "why": self.why, "status": self.status, "do": self.do}

    @property
    def words(self) -> str:
        """For people, on one line."""
        status = f"HTTP {self.status}: " if self.status is not None and f"HTTP {self.status}" not in self.why else ""
        return f"{status}{self.why}"


def _next(error: Exception) -> str:
    if isinstance(error, ConfigError):
        return "set what is named there, and run it again"
    for kind, words in (
        (Unauthenticated, "set credentials that the service accepts"),
        (Forbidden, "ask for the right to list who has access, or use other credentials"),
        (NotFound, "check how the scope is spelled, and whose credentials these are"),
        (Unreachable, "check the base URL and the network, and run it again"),
    ):
        if isinstance(error, kind):
            return words
    return "run it again; if it stays, look at the service's own pages"


@dataclass(frozen=True)
class Live:
    """What the services tell."""

    grants: Mapping[ScopeRef, Sequence[Grant]] = field(default_factory=dict)
    """By scope, as it was asked for."""
    not_checked: Sequence[NotChecked] = ()


def declared(held: Iterable[Held], live: Sequence[Grant]) -> list[Grant]:
    """What resources declare of one scope, which is named as its service names it: by a short name, not a number."""
    scope = {"scope": live[0].scope} if live else {}
    return [
        grant.model_copy(update={"declared": grant.declared or Declared(urn=each.urn), **scope})
        for each in held
        for grant in each.holding.grants
    ]


def marked(live: Live, held: Sequence[Held]) -> list[Grant]:
    """Every grant once, in one order, each with the resource that it is in."""
    found: dict[Any, Grant] = {}
    for scope, grants in live.grants.items():
        names = {scope.id.casefold(), *(name.casefold() for each in grants[:1] for name in (each.scope.id,))}
        mine = [each for each in held if _is_about(each, scope, names)]
        for there, wanted in pairs(grants, declared(mine, grants), str.casefold):
            if there is not None:
                source = wanted.declared if wanted is not None and _is_same(there, wanted) else None
                found[key_of(there), there.principal.uid] = there.model_copy(update={"declared": source})
    return sorted(found.values(), key=lambda grant: grant.order)


def _is_about(held: Held, scope: ScopeRef, names: set[str]) -> bool:
    """Whether a resource is about a scope, by the number that a program gives or the name that people do."""
    mine = {held.holding.scope.id.casefold(), (held.holding.scope.name or "").casefold()}
    return (held.platform.name, held.account) == (scope.platform, scope.account) and bool(mine & names)


def _is_same(there: Grant, wanted: Grant) -> bool:
    """Whether both are one person, and whether the access is one that can be declared."""
    uids = there.principal.uid, wanted.principal.uid
    return there.fixed is None and (None in uids or uids[0] == uids[1])


def not_checked_block(missing: Sequence[NotChecked]) -> tuple[Block, ...]:
    """What could not be read, with what to do."""
    if not missing:
        return ()
    rows: list[tuple[Line, ...]] = [((code(each.scope),), (ours(each.words),), (soft(each.do),)) for each in missing]
    return (Block("Not checked", grid=Grid(("scope", "why", "what to do"), tuple(rows))),)
