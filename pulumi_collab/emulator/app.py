"""The ASGI application: platforms under their prefixes, controls under `/_emulator`, for loopback hosts only."""

import re
from email.utils import formatdate
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_collab.emulator.controls import routes
from pulumi_collab.emulator.delivery import deliver
from pulumi_collab.emulator.platform import Platform
from pulumi_collab.emulator.stage import Stage
from pulumi_collab.emulator.wire import as_request, as_response

_LOOPBACK = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?", re.IGNORECASE)


def build(stage: Stage) -> ASGIApp:
    """The application that plays `stage`."""
    mounts = [Mount(platform.prefix, app=_Service(stage, platform)) for platform in stage.platforms.values()]
    app = Starlette(
        routes=[*routes(stage), *mounts],
        exception_handlers={404: _problem, 405: _problem},
    )
    app.router.redirect_slashes = False  # a redirect would lose the body, and hide a wrong path
    return _LoopbackOnly(app)


async def _problem(request: HttpRequest, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    text = f"nothing answers {request.method} {request.url.path}"
    return JSONResponse({"error": text}, status)


class _LoopbackOnly:
    """Refuses other `Host` headers: a web page could otherwise get here by a name of its own (DNS rebinding)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = HttpRequest(scope).headers.get("host", "") if scope["type"] == "http" else ""
        if _LOOPBACK.fullmatch(host):
            await self._app(scope, receive, send)
        else:
            await JSONResponse({"error": "only loopback hosts are served"}, 403)(scope, receive, send)


class _Service:
    """One platform as an ASGI application."""

    def __init__(self, stage: Stage, platform: Platform[Any]) -> None:
        self._stage = stage
        self._platform = platform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = HttpRequest(scope, receive)
        try:
            body = await http.body()
        except ClientDisconnect:
            return
        answer, manner = self._stage.play(self._platform, as_request(http, body, self._platform.prefix))
        response = as_response(answer)
        response.headers.setdefault("Date", formatdate(self._stage.world.clock.now(), usegmt=True))
        if manner is None:
            await response(scope, receive, send)
        else:
            await deliver(manner, response, scope, receive, self._stage.stopping)
