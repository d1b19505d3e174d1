"""The one moment that a run takes for now, and dates as people write them."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta

from ..errors import ConfigError

VARIABLE = "PULUMI_COLLAB_NOW"


def now() -> datetime:
    """Now, unless `PULUMI_COLLAB_NOW` says another moment. Raises `ConfigError`."""
    told = os.environ.get(VARIABLE, "").strip()
    return moment(told, VARIABLE) if told else datetime.now(UTC).replace(microsecond=0)


def moment(text: str, what: str) -> datetime:
    """A day, which begins at midnight UTC, or a moment of RFC 3339 with its zone. Raises `ConfigError`."""
    try:
        if len(text) == len("2027-01-31"):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ConfigError(f"{what} is {text!r}: write a day, such as 2027-01-31, or a moment, 2027-01-31T12:00:00Z")
    return found.astimezone(UTC)


def end_of(text: str, what: str) -> datetime:
    """The first moment after a last day, or a moment itself. Raises `ConfigError`."""
    found = moment(text, what)
    return found + timedelta(days=1) if len(text) == len("2027-01-31") else found


def rfc3339(value: datetime) -> str:
    """A moment as JSON has it."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
