"""What comes back: a response as values, and the words for people in the shapes that services use. No I/O."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

from urllib3.exceptions import InvalidHeader

from .retries import policy


@dataclass(frozen=True)
class Response:
    """What came back: `json` is None where the body was no JSON."""

    status: int
    headers: Mapping[str, str]
    text: str
    json: Any

    @cached_property
    def retry_after(self) -> int | None:
        """The seconds that the service asks to wait before the next call (`Retry-After`), where it does."""
        value = self.headers.get("Retry-After")
        if value is None:
            return None
        try:
            return max(0, round(policy().repeats.parse_retry_after(value)))
        except (InvalidHeader, ValueError, OverflowError):  # absurd dates as well: a header is no reason to fail
            return None

    @property
    def asked(self) -> str:
        """What to add to an error about that."""
        return f"; it asks to wait {self.retry_after} seconds" if self.retry_after else ""

    @property
    def date(self) -> datetime | None:
        """The service's time, where it tells one that can be reckoned with: the year 9999 has no next day."""
        try:
            told = parsedate_to_datetime(self.headers["Date"]).astimezone(UTC)
        except (KeyError, ValueError, TypeError, OverflowError):
            return None
        return told if 1970 <= told.year < 9000 else None


def error_text(body: Any) -> str:
    """The words for people in an error body, in the shapes that services use."""
    if isinstance(body, str):
        return body
    if isinstance(body, list):
        return "; ".join(filter(None, map(error_text, body)))
    if isinstance(body, dict):
        for key in ("errors", "messages", "message", "Message", "developerMessage", "error", "fields"):
            if body.get(key) and not isinstance(body[key], bool):
                text = error_text(body[key])
                if text:
                    fields = error_text(body.get("fields")) if key != "fields" else ""
                    return f"{text} ({fields})" if fields else text
        return "; ".join(f"{k}: {v}" for k, v in body.items() if isinstance(v, str) and not k.endswith("timestamp"))
    return ""


MAX_DEPTH = 50
"""Levels of nesting in JSON. No service documents ten, and a thousand end Python's stack wherever one looks at them."""

_EXACT = 2**53  # the engine keeps numbers as floats: beyond this another one would come back
_HALF = re.compile("[\ud800-\udfff]")  # of a character beyond U+FFFF: JSON can hold one alone, and UTF-8 cannot
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class Unreadable(OSError):
    """A response that cannot be read, or not within our limits: its text goes on after the service's name."""


def parsed(text: str) -> Any:
    """A body as JSON that can be kept; None where it is none. Raises `Unreadable` where it is nested beyond reason.

    What no state can hold is missing: a number that is none (`NaN`) or beyond 2**53 is None, half a character U+FFFD.
    """
    try:
        body = json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=lambda _: None)
    except ValueError:
        return None
    except RecursionError:
        deep = True
    else:
        deep = _is_deep(body)
    if deep:
        raise Unreadable(f"answered with JSON of more than {MAX_DEPTH} levels")
    return mapped(body, lambda each: _HALF.sub("\ufffd", each)) if _ESCAPED_HALF.search(text) else body


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """A parsed body with each of its texts changed, names included."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [mapped(each, change) for each in value]
    if isinstance(value, dict):
        return {change(name): mapped(each, change) for name, each in value.items()}
    return value


def _is_deep(body: Any) -> bool:
    """Level by level, as whatever calls itself for each level is what would fail."""
    level = [body] if isinstance(body, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        inner = (each.values() if isinstance(each, dict) else each for each in level)
        level = [each for values in inner for each in values if isinstance(each, (dict, list))]
    return bool(level)


def _whole(digits: str) -> int | None:
    number = int(digits) if len(digits) < 20 else _EXACT + 1  # thousands of digits are an error of Python's
    return number if abs(number) <= _EXACT else None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None
