"""Between Starlette's requests and responses and the emulator's own, which know no server."""

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from pulumi_collab.emulator.platform import Answer
from pulumi_collab.emulator.stage import Request


def as_response(answer: Answer) -> Response:
    """An answer as Starlette sends it."""
    return Response(answer.body, answer.status, dict(answer.headers))


def as_request(http: HttpRequest, body: bytes, prefix: str = "") -> Request:
    """A request with its path as it was sent, so that `%2B` and `+` stay two things."""
    raw: bytes = http.scope["raw_path"]
    origin = f"{http.url.scheme}://{http.headers['host']}"
    path = raw.decode("ascii").removeprefix(prefix)
    return Request(http.method, path, http.query_params, http.headers, body, origin)
