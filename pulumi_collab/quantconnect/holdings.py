"""What QuantConnect's sets give access to, by their inputs or their state. No I/O."""

from __future__ import annotations

from typing import Any

from ..grants import Grant, Principal
from ..holdings import Holding, Ladder, Properties, mapping, of_set

LADDER = Ladder("quantconnect", "project", ("read", "write"))


def collaborators(props: Properties) -> Holding:
    """Everybody on a project, but for its owner."""
    scope = LADDER.scope(props.get("project_id"))

    def grant(who: Principal, access: Any) -> Grant:
        told = mapping(access)
        beside = ["live_control"] if told.get("live_control") is True else []
        return LADDER.grant(scope, who, told.get("permission", "read"), beside)

    return of_set(LADDER, scope, props.get("collaborators"), props, grant)
