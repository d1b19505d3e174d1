"""The emulator in this process: a real HTTP server on loopback, in a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pulumi_collab.emulator.app import build
from pulumi_collab.emulator.stage import Stage

HOST = "127.0.0.1"

T = TypeVar("T")


class Emulator:
    """The emulated services on a loopback port, and their controls as methods.

    port: 0 takes a free one.
    seed: a seed document (`docs/emulator.md` tells its shape); None is the default world.
    state_file: where the world is kept over a restart; once the file exists, it comes before `seed`.
    Raises `ControlError` for a seed or file that cannot be used; the start raises `OSError` for a port that cannot.
    Use it as a context manager, or call `start` and `stop`.
    """

    def __init__(self, port: int = 0, *, seed: Any = None, state_file: Path | None = None) -> None:
        self._port = port
        self._stage = Stage(seed, state_file)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Serves; returns when it answers."""
        if self._thread:
            raise RuntimeError("the emulator runs already")
        listener = socket.create_server((HOST, self._port))
        self._port = listener.getsockname()[1]
        self._stage.stopping = asyncio.Event()  # one event serves one loop
        self._server = _Server(build(self._stage))
        self._thread = threading.Thread(
            target=self._server.serve_on, args=(listener,), name="pulumi-collab-emulator", daemon=True
        )
        self._thread.start()
        self._server.ready.wait()
        if not self._server.started:
            raise RuntimeError("the emulator did not start")
        return self

    def stop(self) -> None:
        """Ends every connection and the thread; the world stays, and `start` serves it again on the same port."""
        if self._thread and self._server:
            self._on_loop(self._stage.stopping.set)
            self._server.should_exit = True
            self._thread.join()
        self._thread = self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it answers, e.g. `http://127.0.0.1:8765`."""
        return f"http://{HOST}:{self._port}"

    @property
    def running(self) -> bool:
        """Whether it still serves."""
        return self._thread is not None and self._thread.is_alive()

    def environment(self) -> dict[str, str]:
        """The environment variables that point every platform's client here, credentials included."""
        return self._on_loop(lambda: self._stage.environment(self.url))

    def reset(self) -> None:
        """The seed again: faults, variants, journal and time too."""
        self._on_loop(self._stage.reset)

    def seed(self, document: Any) -> None:
        """Starts again from another seed document."""
        self._on_loop(lambda: self._stage.seed(document))

    def state(self) -> dict[str, Any]:
        """All there is, as a seed document."""
        return self._on_loop(self._stage.state)

    def journal(self) -> list[dict[str, Any]]:
        """The calls so far: platform, method, path, status and body of each."""
        return self._on_loop(self._stage.journal.entries)

    def clear_journal(self) -> None:
        """Forgets the calls so far."""
        self._on_loop(self._stage.journal.clear)

    def variants(self, **wanted: dict[str, str]) -> dict[str, Any]:
        """Sets variants, e.g. `quantconnect={"delete_key": "collaboratorId"}`; returns all with their choices."""
        self._on_loop(lambda: self._stage.choose(wanted))
        return self._on_loop(self._stage.variants.table)

    def fault(self, platform: str, operation: str, kind: str, **more: Any) -> None:
        """Plays a failure; `more` are the other fields of the faults control: when, times, skip, retry_after, ..."""
        document = {"platform": platform, "operation": operation, "kind": kind, **more}
        self._on_loop(lambda: self._stage.faults.add(document))

    def faults(self) -> list[dict[str, Any]]:
        """The failures that are left to play."""
        return self._on_loop(self._stage.faults.left)

    def clear_faults(self) -> None:
        """Plays no failure any more."""
        self._on_loop(self._stage.faults.clear)

    def advance(self, seconds: float) -> None:
        """Moves the emulator's time."""
        self._on_loop(lambda: self._stage.advance(seconds))

    def _on_loop(self, act: Callable[[], T]) -> T:
        """Runs `act` between two requests, never beside one."""
        if not self.running or self._server is None:
            return act()

        async def run() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(run(), self._server.loop).result()


class _Protocol(H11Protocol):
    """HTTP that lets the application at its connection, which faults such as a reset need."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        # asyncio does this only for sockets that name TCP; without it each answer waits 40 ms for an acknowledgement
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport, "flow": self.flow}


class _Server(uvicorn.Server):
    loop: asyncio.AbstractEventLoop

    def __init__(self, app: Any) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Protocol,
                ws="none",
                lifespan="off",
                log_config=None,  # logging is the embedding program's
                log_level="error",
                access_log=False,
                server_header=False,
                date_header=False,  # answers are dated by the emulated clock
                timeout_graceful_shutdown=5,
            )
        )
        self.ready = threading.Event()

    def serve_on(self, listener: socket.socket) -> None:
        try:
            asyncio.run(self.serve(sockets=[listener]))
        finally:
            listener.close()
            self.ready.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.ready.set()
