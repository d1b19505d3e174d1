"""Where settings come from: the environment first, then the stack's configuration.

The environment wins because a credential in stack configuration is also kept in the state: after a rotation, `refresh`
and `destroy` would still be given the old one from there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from .errors import ConfigError

StackConfig = Callable[[str], Any]
"""Answers a stack configuration key such as `quantconnect:apiToken`, or None."""

_LABEL = re.compile(r"([A-Za-z0-9_-]|[^\x00-\x7f\s]){1,63}")  # of a host's name, between the dots


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine, whatever a name server says."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True)
class Setting:
    """One value that a platform needs."""

    environment: str
    """The environment variable, such as `QUANTCONNECT_API_TOKEN`."""
    key: str
    """The stack configuration key, such as `quantconnect:apiToken`."""
    meaning: str
    """What it is, for messages: `the QuantConnect API token`."""
    secret: bool = False
    default: str | None = None


def flag(name: str) -> bool:
    """Whether a switch such as `PULUMI_COLLAB_DEBUG` is on."""
    return os.environ.get(name, "").strip().lower() not in ("", "0", "false", "no")


def resolve(settings: Mapping[str, Setting], stack: StackConfig) -> dict[str, str]:
    """Give each setting its value; raise `ConfigError` for the first that has none."""
    return {name: _value(setting, stack) for name, setting in settings.items()}


def _value(setting: Setting, stack: StackConfig) -> str:
    value = os.environ.get(setting.environment, "").strip()
    if value:
        return value
    configured = stack(setting.key)
    if isinstance(configured, float) and configured.is_integer():
        configured = int(configured)  # the engine hands numbers over as floats
    if configured is not None and str(configured).strip():
        return str(configured).strip()
    if setting.default is not None:
        return setting.default
    secret = "--secret " if setting.secret else ""
    raise ConfigError(
        f"{setting.meaning} is not set: set the environment variable {setting.environment}, "
        f"or run `pulumi config set {secret}{setting.key} VALUE`"
    )


def needs_stack(settings: Mapping[str, Setting]) -> bool:
    """Whether the environment alone does not give everything that has no default."""
    return any(not os.environ.get(s.environment, "").strip() for s in settings.values() if s.default is None)


def checked_token(token: str, setting: Setting) -> str:
    """The token; `ConfigError`, without showing it, where no header can hold it."""
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(
            f"{setting.meaning} ({setting.environment} or {setting.key}) must be the token alone, without `Bearer`, "
            "blanks or line breaks"
        )
    return token


def checked_base_url(url: str, setting: Setting) -> str:
    """The base URL without a slash at its end; `ConfigError` unless it is https, or http to this machine."""
    where = f"{setting.meaning} ({setting.environment} or {setting.key})"
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
