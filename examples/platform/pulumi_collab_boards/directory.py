"""Who is on which board, as this process knows it: one listing for each board, kept true by our own writes."""

from pulumi_collab.sdk import Listings

from .client import Client


class Directory:
    """Listings over a client: `get` one, and hold its `lock` from a look to the write that rests on it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._members: Listings[str, dict[str, str]] = Listings(client.members)
        self.origin, self.lock, self.members = client.origin, self._members.lock, self._members.get

    def put(self, board: str, user: str, role: str) -> None:
        self._members.invalidate(board)
        self._client.put(board, user, role)

    def delete(self, board: str, user: str) -> None:
        self._members.invalidate(board)
        self._client.delete(board, user)
