"""What was read of the services: who has access to which scopes, and what could not be read. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import ConfigError, Forbidden, NotFound, RequestError, Unauthenticated, Unreachable, one_line
from ..grants import Declared, Grant
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

    def all(self) -> list[Grant]:
        """Every grant once, in one order."""
        found = {(key_of(grant), grant.principal.uid): grant for some in self.grants.values() for grant in some}
        return sorted(found.values(), key=lambda grant: grant.order)


def declared_in(held: Iterable[Held]) -> dict[tuple[str, str, str], Declared]:
    """In which resource each grant is, by the names of grants."""
    return {key_of(grant): grant.declared or Declared(urn=each.urn) for each in held for grant in each.holding.grants}


def marked(grants: Iterable[Grant], held: Sequence[Held]) -> list[Grant]:
    """The grants with the resource that each is in. By uid too: a person may be called otherwise by now."""
    by_key = declared_in(held)
    by_uid = {
        (grant.platform, grant.scope.id.casefold(), grant.principal.uid): grant.declared or Declared(urn=each.urn)
        for each in held
        for grant in each.holding.grants
        if grant.principal.uid is not None
    }
    return [_marked(grant, by_key, by_uid) for grant in grants]


def _marked(grant: Grant, by_key: Mapping[Any, Declared], by_uid: Mapping[Any, Declared]) -> Grant:
    uid = (grant.platform, grant.scope.id.casefold(), grant.principal.uid)
    found = by_uid.get(uid) or by_key.get(key_of(grant))
    return grant.model_copy(update={"declared": found}) if found is not None and grant.fixed is None else grant


def not_checked_block(missing: Sequence[NotChecked]) -> tuple[Block, ...]:
    """What could not be read, with what to do."""
    if not missing:
        return ()
    rows: list[tuple[Line, ...]] = [((code(each.scope),), (ours(each.words),), (soft(each.do),)) for each in missing]
    return (Block("Not checked", grid=Grid(("scope", "why", "what to do"), tuple(rows))),)
