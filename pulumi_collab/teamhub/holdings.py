"""What TeamHub's resources give access to, by their inputs or their state. No I/O."""

from __future__ import annotations

from ..grants import DIRECT, Principal, Via
from ..holdings import Holding, Ladder, Properties, of_set, text

LADDER = Ladder("teamhub", "project", ("guest", "developer", "master"), frozenset({"master"}))


def collaborator(props: Properties) -> Holding:
    """One person's direct role; the highest one tells whether there is another way in."""
    scope = LADDER.scope(props.get("project"))
    role, highest = text(props.get("role")), text(props.get("highest_role"))
    via = (DIRECT, Via(kind="group")) if highest not in ("", role) else (DIRECT,)
    grant = LADDER.grant(scope, Principal(key=text(props.get("collaborator"))), role, via=via)
    return Holding(scope, (grant,))


def collaborators(props: Properties) -> Holding:
    """Every collaborator with a direct role in a project."""
    return of_set(LADDER, LADDER.scope(props.get("project")), props.get("collaborators"), props)
