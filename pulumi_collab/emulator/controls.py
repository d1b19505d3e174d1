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

    def health(_: bytes) -> Any:
        return {**_DONE, "platforms": list(stage.platforms)}

    def reset(_: bytes) -> Any:
        stage.reset()
        return _DONE

    def seed(body: bytes) -> Any:
        stage.seed(as_document(body))
        return _DONE

    def state(_: bytes) -> Any:
        return stage.state()

    def clock(body: bytes) -> Any:
        stage.advance(only(as_document(body), "advance_seconds"))
        return {"now": stage.world.clock.now(), "clock_offset_seconds": stage.world.clock.offset}

    def faults(_: bytes) -> Any:
        return stage.faults.left()

    def add_fault(body: bytes) -> Any:
        return stage.faults.add(as_document(body)).model_dump(mode="json")

    def clear_faults(_: bytes) -> Any:
        stage.faults.clear()
        return _DONE

    def variants(_: bytes) -> Any:
        return stage.variants.table()

    def choose(body: bytes) -> Any:
        stage.choose(as_document(body))
        return stage.variants.table()

    def journal(_: bytes) -> Any:
        return stage.journal.entries()

    def clear_journal(_: bytes) -> Any:
        stage.journal.clear()
        return _DONE

    table: list[tuple[str, str, Callable[[bytes], Any]]] = [
        ("health", "GET", health),
        ("reset", "POST", reset),
        ("seed", "POST", seed),
        ("state", "GET", state),
        ("clock", "POST", clock),
        ("faults", "GET", faults),
        ("faults", "POST", add_fault),
        ("faults", "DELETE", clear_faults),
        ("variants", "GET", variants),
        ("variants", "POST", choose),
        ("journal", "GET", journal),
        ("journal", "DELETE", clear_journal),
    ]
    found = [Route(f"/_emulator/{name}", _endpoint(act), methods=[method]) for name, method, act in table]
    return found + _own(stage)


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


def _endpoint(act: Callable[[bytes], Any]) -> Callable[[HttpRequest], Awaitable[Response]]:
    async def endpoint(http: HttpRequest) -> Response:
        body = await http.body()
        try:
            return as_response(Answer.json(act(body)))
        except ControlError as error:
            return _refusal(error)

    return endpoint


def _refusal(error: ControlError) -> Response:
    return as_response(Answer.json({"error": str(error)}, 400))
