"""How an answer leaves where that is not at once and whole: not at all, a byte at a time, or without an end."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable
from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope

from pulumi_collab.emulator.faults import Fault

_CHUNK = b'"and another", ' * 4096


async def deliver(fault: Fault, response: Response, scope: Scope, receive: Receive, stopping: asyncio.Event) -> None:
    """Sends the response as the fault has it, until that ends, the client leaves, or the emulator stops."""
    transport: asyncio.Transport = scope["state"]["transport"]
    if fault.kind == "timeout":
        await _first(_disconnected(receive), stopping.wait(), asyncio.sleep(fault.hold_seconds))
    elif fault.kind != "reset":
        pieces = _drip(fault, response) if fault.kind == "drip" else _endless(response)
        await _first(_pour(pieces, scope, receive), _disconnected(receive), stopping.wait())
    if not transport.is_closing():
        _reset(transport)
    await _disconnected(receive)  # the server must have seen the end before this returns, or it answers 500


def _reset(transport: asyncio.Transport) -> None:
    """Ends the connection with RST, which is no orderly end."""
    with contextlib.suppress(OSError):  # the client may be gone already
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _pour(pieces: AsyncGenerator[bytes], scope: Scope, receive: Receive) -> None:
    """Writes to the connection past the server, which sends no head a byte at a time, and ends it."""
    transport: asyncio.Transport = scope["state"]["transport"]
    async with contextlib.aclosing(pieces):
        async for piece in pieces:
            transport.write(piece)
            await scope["state"]["flow"].drain()
    transport.close()


async def _drip(fault: Fault, response: Response) -> AsyncGenerator[bytes]:
    slow = bytes(response.body)
    if fault.head:
        slow = _head(response) + slow
    else:
        yield _head(response)
    for byte in slow:
        await asyncio.sleep(fault.every_seconds)
        yield bytes([byte])


async def _endless(response: Response) -> AsyncGenerator[bytes]:
    del response.headers["Content-Length"]  # the body goes on until the connection ends
    yield _head(response) + b'{"errors": ['
    while True:
        yield _CHUNK
        await asyncio.sleep(0)  # others are served as well


def _head(response: Response) -> bytes:
    status = HTTPStatus(response.status_code)
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode(), b"Connection: close"]
    lines += [name + b": " + value for name, value in response.raw_headers]
    return b"\r\n".join([*lines, b"", b""])


async def _first(*events: Awaitable[Any]) -> None:
    """Returns when one of them is over, and ends the others."""
    tasks = [asyncio.ensure_future(event) for event in events]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
