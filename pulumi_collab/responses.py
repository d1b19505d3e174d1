"""What comes back: a response as values, and the words for people in the shapes that services use. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

import requests
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
        """The service's time, where it tells it."""
        try:
            return parsedate_to_datetime(self.headers["Date"]).astimezone(UTC)
        except (KeyError, ValueError, TypeError, OverflowError):
            return None


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


def parsed(response: requests.Response) -> Any:
    """The body as JSON; None where it is none."""
    try:
        return response.json()
    except (ValueError, RecursionError):  # the latter where it is nested beyond reason
        return None
