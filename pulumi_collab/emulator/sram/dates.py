"""Dates as the server takes, keeps and shows them: whole seconds since the epoch, in UTC."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pulumi_collab.emulator.sram.errors import Broken, Refused

DAY = 86_400
INVITATION_LIFE = 15 * DAY
_ROUNDING = timedelta(hours=4)


def expiry_day(value: Any, now: float) -> float | None:
    """A collaboration's expiry, sent in seconds: midnight of the day that it is in four hours."""
    day, late = _day(value)
    if late is not None and late.timestamp() < now:
        raise Refused(400, f"It is not allowed to set the expiry date ({late}) in the past", bare=True)
    return day


def any_expiry_day(value: Any) -> float | None:
    """The same, where the past is allowed."""
    return _day(value)[0]


def _day(value: Any) -> tuple[float | None, datetime | None]:
    if not value:
        return None, None
    try:
        late = datetime.fromtimestamp(int(value), UTC) + _ROUNDING
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise Broken(str(error)) from None
    return late.replace(hour=0, minute=0, second=0, microsecond=0).timestamp(), late


def from_milliseconds(value: Any, default: float | None) -> float | None:
    """A date of an invitation, sent in milliseconds; what is no number is not looked at."""
    if not value or not isinstance(value, int | float):
        return default
    try:
        return float(int(datetime.fromtimestamp(value / 1e3, UTC).timestamp()))
    except (ValueError, OverflowError, OSError) as error:
        raise Broken(str(error)) from None


def shown(seconds: float | None, variants: Mapping[str, str]) -> int | None:
    """A date in an answer. The server reads its UTC dates as if they were its own zone's."""
    if seconds is None:
        return None
    whole = int(seconds // 1)
    return whole if variants["timezone"] == "utc" else whole - _amsterdam(whole)


def _amsterdam(seconds: int) -> int:
    """What Amsterdam is ahead of UTC, at that time of *its* clocks."""
    local = datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001  # what a clock on a wall shows
    summer = _last_sunday(local.year, 3) <= local < _last_sunday(local.year, 10)
    return 7200 if summer else 3600


def _last_sunday(year: int, month: int) -> datetime:
    """When the clocks have been changed."""
    last = datetime(year, month, 31, 3)  # noqa: DTZ001  # as above
    return last - timedelta(days=(last.weekday() + 1) % 7)
