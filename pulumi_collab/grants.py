"""A grant: one person's access to one thing, in one record for everything that is told about access. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

Status = Literal["active", "invited", "expired", "declined", "ended", "unknown"]
"""`expired`: an invitation that ran out. `ended`: a membership past its date, though it is still listed."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Scope(_Record):
    """What access is to: a project, a collaboration, an app. `id` is the platform's own, as text."""

    id: str
    kind: str
    name: str | None = None


class Principal(_Record):
    """Who has it. `key` is the platform's own name of the person, in its spelling; a rename does not change `uid`."""

    key: str
    kind: Literal["person", "group", "service", "unknown"] = "person"
    name: str | None = None
    email: str | None = None
    uid: str | None = None
    alias: str | None = None
    """The name in the access file."""


class Via(_Record):
    """One way in."""

    kind: Literal["direct", "group", "owner", "organisation"] = "direct"
    name: str | None = None


DIRECT = Via()


class Declared(_Record):
    """Where a program or an access file grants it, and what it says beside."""

    where: str | None = None
    line: int | None = None
    urn: str | None = None
    reason: str | None = None
    owner: str | None = None
    approved_by: str | None = None
    review_by: str | None = None


class Grant(_Record):
    """One person's access to one thing."""

    platform: str
    scope: Scope
    principal: Principal
    role: str
    """The platform's word, unchanged."""
    rank: int | None = None
    """Its place in the platform's ladder of roles, the lowest 0; None: a word that we do not know."""
    privileges: tuple[str, ...] = ()
    """What comes beside the role, sorted: `live_control`."""
    privileged: bool = False
    """By the platform's own rule."""
    status: Status = "active"
    via: tuple[Via, ...] = (DIRECT,)
    fixed: str | None = None
    """Why nobody can change it here: `owner`, `through group ops`."""
    ends: datetime | None = None
    """The first moment without access."""
    ends_by: Literal["service", "up"] | None = None
    since: datetime | None = None
    invited: datetime | None = None
    invitation_ends: datetime | None = None
    declared: Declared | None = None
    """None: it is in no resource."""

    @field_validator("via")
    @classmethod
    def _some_way_in(cls, value: tuple[Via, ...]) -> tuple[Via, ...]:
        if not value:
            raise ValueError("there is no access without a way in")
        return value

    @field_validator("privileges")
    @classmethod
    def _sorted(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(value)))

    @property
    def id(self) -> str:
        """`quantconnect/23456789/mia-ai`."""
        return f"{self.platform}/{self.scope.id}/{self.principal.key}"

    @property
    def order(self) -> tuple[str, str, str, str]:
        """One total order: by platform, scope and person, whatever the case of letters."""
        return self.platform, self.scope.id, self.principal.key.casefold(), self.principal.key


def rank_of(role: str, ladder: Iterable[str]) -> int | None:
    """A role's place among a platform's roles, lowest first; None for a word that is none of them."""
    roles = list(ladder)
    return roles.index(role) if role in roles else None
