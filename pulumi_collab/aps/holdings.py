"""What APS's resources declare about access, by their inputs or their state. No I/O."""

from __future__ import annotations

from ..grants import Principal
from ..holdings import Holding, Ladder, Properties, mapping, text, text_or_none

LADDER = Ladder("aps", "app", ("VIEWER", "EDITOR", "OWNER"), frozenset({"OWNER"}))


def collaborators(props: Properties) -> Holding:
    """Everybody on an app. The service can only be read, so people give and end this access, in the portal."""
    scope = LADDER.scope(props.get("client_id"))
    user_ids = mapping(props.get("user_ids"))
    found = tuple(
        LADDER.grant(
            scope, Principal(key=email, email=email, uid=text_or_none(user_ids.get(email.casefold()))), text(level)
        )
        for email, level in mapping(props.get("collaborators")).items()
    )
    return Holding(scope, found, whole=True, enforced=False)
