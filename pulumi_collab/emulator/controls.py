"""The emulator's own controls, `/_emulator/...`; they speak JSON and say what is wrong with a request."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from pulumi_collab.emulator.documents import ControlError, as_document, only
from pulumi_collab.emulator.platform import Answer
from pulumi_collab.emulator.stage import Stage
from pulumi_collab.emulator.wire import as_request, as_response

_DONE = {"status": "ok"}


def routes(stage: Stage) -> list[Route]:
    """The controls of `stage`, the platforms' own among them."""
    found = [Route(f"/_emulator/{name}", _endpoint(stage, act), methods=[method]) for name, method, act in _CONTROLS]
    return found + _own(stage)


def _health(stage: Stage, _: bytes) -> Any:
    return {**_DONE, "platforms": list(stage.platforms)}


def _reset(stage: Stage, _: bytes) -> Any:
    stage.reset()
    return _DONE


def _seed(stage: Stage, body: bytes) -> Any:
    stage.seed(as_document(body))
    return _DONE


def _clock(stage: Stage, body: bytes) -> Any:
    stage.advance(only(as_document(body), "advance_seconds"))
    return {"now": stage.world.clock.now(), "clock_offset_seconds": stage.world.clock.offset}


def _add_fault(stage: Stage, body: bytes) -> Any:
    return stage.faults.add(as_document(body)).model_dump(mode="json")


def _clear_faults(stage: Stage, _: bytes) -> Any:
    stage.faults.clear()
    return _DONE


def _choose(stage: Stage, body: bytes) -> Any:
    stage.choose(as_document(body))
    return stage.variants.table()


def _clear_journal(stage: Stage, _: bytes) -> Any:
    stage.journal.clear()
    return _DONE


_CONTROLS: tuple[tuple[str, str, Callable[[Stage, bytes], Any]], ...] = (
    ("health", "GET", _health),
    ("reset", "POST", _reset),
    ("seed", "POST", _seed),
    ("state", "GET", lambda stage, _: stage.state()),
    ("clock", "POST", _clock),
    ("faults", "GET", lambda stage, _: stage.faults.left()),
    ("faults", "POST", _add_fault),
    ("faults", "DELETE", _clear_faults),
    ("variants", "GET", lambda stage, _: stage.variants.table()),
    ("variants", "POST", _choose),
    ("journal", "GET", lambda stage, _: stage.journal.entries()),
    ("journal", "DELETE", _clear_journal),
)


def _own(stage: Stage) -> list[Route]:
    """The platforms' own controls."""
    found = []
    for platform in stage.platforms.values():
        for name in platform.controls:

            async def endpoint(http: HttpRequest, platform: Any = platform, name: str = name) -> Response:
                request = as_request(http, await http.body())
                try:
                    answer = stage.control(platform, name, request)
                except ControlError as error:
                    return _refusal(error)
                return as_response(answer)

            found.append(Route(f"/_emulator/{platform.name}/{name}", endpoint, methods=["POST"]))
    return found


def _endpoint(stage: Stage, act: Callable[[Stage, bytes], Any]) -> Callable[[HttpRequest], Awaitable[Response]]:
    async def endpoint(http: HttpRequest) -> Response:
        body = await http.body()
        try:
            return as_response(Answer.json(act(stage, body)))
        except ControlError as error:
            return _refusal(error)

    return endpoint


def _refusal(error: ControlError) -> Response:
    return as_response(Answer.json({"error": str(error)}, 400))
