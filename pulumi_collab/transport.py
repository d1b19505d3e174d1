"""The wire: a session that keeps nothing between calls, and responses with limits to their whole time and size."""

from __future__ import annotations

import http.client
import io
import socket
import time
import zlib
from collections.abc import Iterable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from .responses import Unreadable
from .retries import policy

MAX_BYTES = 50_000_000
"""Of one response: headers and body as they travel, and the body once more when it is unpacked."""

_PIECE = 4096


class Http(requests.Session):
    """Takes no cookies, asks for no encoding that it does not limit, and never reads where a redirect leads."""

    def __init__(self) -> None:
        super().__init__()
        self.cookies = _NoCookies()
        self.headers["Accept-Encoding"] = "gzip"
        self.mount("https://", _Adapter())
        self.mount("http://", _Adapter())

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: some addresses cannot be read, and that is no failure to send."""


def body_of(response: requests.Response) -> bytes:
    """The whole body, unpacked. Raises `Unreadable`, or what requests and urllib3 raise."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    pieces: Iterable[bytes] = response.raw.stream(_PIECE, decode_content=False)
    if encoding in ("gzip", "x-gzip"):
        return _unzipped(pieces)
    if encoding not in ("", "identity"):
        raise Unreadable(f"answered in the encoding {encoding!r}, which was not asked for")
    return b"".join(pieces)


def _unzipped(pieces: Iterable[bytes]) -> bytes:
    """What gzip holds, part after part, without unpacking more than we would take: 800 bytes can hold gigabytes."""
    found, part, ended = bytearray(), zlib.decompressobj(wbits=31), False
    try:
        for piece in pieces:
            while piece:
                found += part.decompress(piece, MAX_BYTES + 1 - len(found))
                if len(found) > MAX_BYTES:
                    raise _too_long()
                piece, ended = part.unused_data, part.eof  # noqa: PLW2901 - a piece may hold several parts
                part = zlib.decompressobj(wbits=31) if ended else part
    except zlib.error:
        ended = False
    if not ended:
        raise Unreadable("answered with gzip that cannot be unpacked")
    return bytes(found)


def _too_long() -> Unreadable:
    return Unreadable(f"answered with more than {MAX_BYTES // 1_000_000} MB, of which no more was read")


class _NoCookies(RequestsCookieJar):
    """What one account is given must not go along with the next one's credentials."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """None."""


class TooSlow(Unreadable, TimeoutError):
    """The whole response did not come in time."""


class _Limited(io.RawIOBase):
    """What a socket gives of one response, from its first byte to its last.

    A timeout counts anew for each read: with a byte a second, be it of a header or of the body, no read ever times out.
    """

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        self._seconds = policy().total_timeout
        self._deadline = time.monotonic() + self._seconds
        self._bytes_left = MAX_BYTES

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """The next bytes. Raises `Unreadable` where a limit is met."""
        left = self._deadline - time.monotonic()
        if left > 0:
            self._sock.settimeout(min(left, policy().read_timeout))
            try:
                count: int | None = self._raw.readinto(buffer)
            except TimeoutError:
                if time.monotonic() < self._deadline:
                    raise
            else:
                self._bytes_left -= count or 0
                if self._bytes_left < 0:
                    raise _too_long()
                return count
        raise TooSlow(f"did not end its answer within {self._seconds:.0f} seconds")

    def close(self) -> None:
        """Lets go of the socket."""
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Limited(self.fp.detach(), sock))

    def begin(self) -> None:
        """As http.client, without what cannot be parsed: urllib3 would log it as it came, an echoed token as well."""
        super().begin()
        self.msg.defects.clear()
        self.msg.set_payload("")


class _Connection(HTTPConnection):
    response_class = _Response


class _TlsConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    """Its connections, and those through a proxy, read within the limits."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As requests, with our pools."""
        super().init_poolmanager(*args, **kwargs)
        _limit(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """As requests, with our pools; SOCKS has connections of its own."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            _limit(manager)
        return manager


def _limit(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
