"""The journal: every call of a platform, in order, without a secret in it."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

REDACTED = "[redacted]"

_SECRET_NAME = re.compile(r"token|hash|secret|password|authorization|api_?key|company_?key|account_?key", re.IGNORECASE)
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")  # a SHA-256, which is what a signed token is


@dataclass
class Entry:
    """One call. `body` is the request's JSON (null: none), `status` what was answered (null: nothing)."""

    platform: str
    method: str
    path: str
    status: int | None
    body: Any


class Journal:
    """The calls since the last reset, in the order in which they took effect."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def open(self, platform: str, method: str, path: str, body: bytes, secrets: Iterable[str]) -> Entry:
        """Notes a call that is not answered yet."""
        try:
            parsed = json.loads(body) if body else None
        except ValueError:  # not JSON: nothing of it is shown, as nothing of it could be redacted by name
            parsed = None
        hidden = sorted(filter(None, secrets), key=len, reverse=True)
        entry = Entry(platform, method, _clean(path, hidden), None, _clean(parsed, hidden))
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forgets all calls."""
        self._entries.clear()

    def entries(self) -> list[dict[str, Any]]:
        """What `GET /_emulator/journal` shows."""
        return [asdict(entry) for entry in self._entries]


def _clean(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, REDACTED)
        return _DIGEST.sub(REDACTED, value)
    if isinstance(value, list):
        return [_clean(item, secrets) for item in value]
    if isinstance(value, dict):
        return {
            _clean(name, secrets): REDACTED if _SECRET_NAME.search(name) else _clean(item, secrets)
            for name, item in value.items()
        }
    return value
