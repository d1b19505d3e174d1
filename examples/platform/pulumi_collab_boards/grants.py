"""Who has access, in the record in which reports and commands tell it."""

from pulumi_collab.sdk import Grant, Principal, Scope, rank_of

from .directory import Directory
from .wire import ROLES


def grants(directory: Directory, board: str) -> list[Grant]:
    """Everybody on the board."""
    scope, people = Scope(id=board, kind="board"), directory.members(board).items()
    return [
        Grant(platform="boards", scope=scope, principal=Principal(key=user), role=role, rank=rank_of(role, ROLES))
        for user, role in people
    ]
