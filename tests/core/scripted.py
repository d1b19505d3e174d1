"""Servers that answer what a test tells them to, and remember what they were asked."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class ScriptedServer:
    """Answers requests in order with `(status, headers, body)`; the last answer repeats."""

    def __init__(self, *answers: tuple[int, Mapping[str, str], Any]) -> None:
        script = list(answers)
        seen: list[tuple[str, str, dict[str, str]]] = []
        connections: list[Any] = []
        self.seen = seen
        self.connections = connections

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # as services have it: a connection serves several calls

            def setup(self) -> None:
                super().setup()
                connections.append(self.client_address)

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                seen.append((self.command, self.path, dict(self.headers)))
                status, headers, body = script.pop(0) if len(script) > 1 else script[0]
                data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response_only(status)
                if "Date" not in headers:
                    self.send_header("Date", self.date_time_string())
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the names http.server looks for

            def log_message(self, *_: object) -> None:
                """Keep the tests' output quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class RawServer:
    """Answers each request, on a connection of its own, with the bytes that `answer` makes of it.

    Between two pieces it waits for `pause` seconds; it goes on until the client hangs up or the test is over.
    """

    def __init__(self, answer: Callable[[bytes], Iterable[bytes]], pause: float = 0) -> None:
        self.made = 0
        self._answer = answer
        self._pause = pause
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection, contextlib.suppress(OSError):  # the client may hang up at any time
                if self._over.is_set():
                    return
                self.made += 1
                for piece in self._answer(_request(connection)):
                    connection.sendall(piece)
                    self._over.wait(self._pause)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        socket.create_connection(self._listener.getsockname()).close()
        self._thread.join()
        self._listener.close()


def _request(connection: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536) or b"\r\n\r\n"
    return got
