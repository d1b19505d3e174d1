"""Addresses: where a service is, and what may be a part of a path. No I/O."""

from __future__ import annotations

import re
import unicodedata
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, unquote, urlsplit

from .errors import ConfigError, Refused, one_line

_LABEL = re.compile(r"([A-Za-z0-9_-]|[^\x00-\x7f\s]){1,63}")  # of a host's name, between the dots
_LONGEST = 1000  # of a segment; identifiers have at most some 255 characters
_PORTS = {"https": 443, "http": 80}


def origin_of(url: str) -> str:
    """Host and port of an address. Raises `ValueError` for what is none."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("no host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{host}:{parts.port or _PORTS.get(parts.scheme, 0)}"


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine, whatever a name server says."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked_base_url(url: str, where: str) -> str:
    """The base URL without a slash at its end; `ConfigError` unless it is https, or http to this machine."""
    if "@" in url:  # wherever it is, and first of all: a password with a slash looks like a path, and errors show it
        raise ConfigError(f"{where} must not hold a user name or password; an @ in its path is written %40")
    parts = _parsed(url)
    if parts is None or parts.scheme not in ("http", "https") or not _is_host(parts.hostname or ""):
        shown = re.split(r"[?#]", url)[0]  # what follows may be secret
        raise ConfigError(f"{where} must be an address such as https://host/path, not {shown!r}")
    if parts.query or parts.fragment:
        raise ConfigError(f"{where} must be an address such as https://host/path, without ? or #")
    if parts.scheme == "http" and not is_loopback(url):
        raise ConfigError(f"{where} must use https: credentials would go to {parts.hostname} in the clear")
    return parts.geturl().rstrip("/")


def _parsed(url: str) -> SplitResult | None:
    """The parts of an address, or None where it is none."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is none
    except ValueError:
        return None
    return parts


def _is_host(name: str) -> bool:
    """Whether an address can hold this name; what is not ASCII in it is for the http session to judge."""
    try:
        ip_address(name)
    except ValueError:
        return all(_LABEL.fullmatch(label) for label in name.removesuffix(".").split("."))
    return True


def segment(value: str) -> str:
    """A value as one segment of a path. Raises `Refused` where a server or a proxy could read another path.

    A person whose id at the service is `..` would make `members/..` of a removal, which deletes the collaboration.
    """
    read = _decoded(value[:_LONGEST])
    if len(value) > _LONGEST or not (value + read).isprintable() or not read.strip(" .") or "/" in read or "\\" in read:
        raise Refused(
            f"{one_line(value, limit=100)!r} cannot be part of an address, so nothing was sent; look in the web "
            "interface"
        )
    return quote(value, safe="")


def _decoded(value: str) -> str:
    """A value as it is after whatever some server or proxy does with it: `%252e` and a full width dot are dots."""
    while (read := unicodedata.normalize("NFKC", unquote(value))) != value:
        value = read
    return value
