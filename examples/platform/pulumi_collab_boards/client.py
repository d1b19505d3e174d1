"""One method for each documented call. It has no memory, and invents no response."""

from pulumi_collab.sdk import BadResponse, Bearer, Session, Settings, segment

from . import wire


class Client:
    """Calls the service. Every method raises a `RequestError` when the call fails."""

    def __init__(self, settings: Settings) -> None:
        self.origin, token, place = settings.origin, settings["api_token"], settings.place("api_token")
        self._session = Session("Boards", settings["base_url"], auth=Bearer(token), secrets=[token], credentials=place)

    def members(self, board: str) -> dict[str, str]:
        """`GET boards/{board}/members`: the role by user."""
        response = self._session.request("GET", f"boards/{segment(board)}/members")
        return self._session.read(wire.Members, response).members

    def put(self, board: str, user: str, role: str) -> None:
        """`PUT boards/{board}/members/{user}?role=`: adds the person, or changes the role."""
        self._write("PUT", board, user, {"role": role})

    def delete(self, board: str, user: str) -> None:
        """`DELETE boards/{board}/members/{user}`."""
        self._write("DELETE", board, user, {})

    def _write(self, method: str, board: str, user: str, params: dict[str, str]) -> None:
        path = f"boards/{segment(board)}/members/{segment(user)}"
        if self._session.request(method, path, params=params, idempotent=True).status != 204:
            raise BadResponse("Boards did not say that it is done; run it again")
