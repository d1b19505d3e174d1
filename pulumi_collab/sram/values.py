"""What may be declared, and what counts as the same: the service rounds, trims, folds case and reorders."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, StrictStr

from .emails import complaint

_SHORT_NAME = re.compile(r"[a-z_][a-z_0-9]{0,15}")
_TAG = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_WEBSITE = re.compile(r"(https?|ssh|ftp)://\S+", re.IGNORECASE)
_DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[0-9A-Za-z_-]+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

TOLERANCE = timedelta(hours=2)
"""The service tells dates by its local zone, which may be two hours off."""
_ROUNDING = timedelta(hours=4)


def moment(text: str) -> datetime:
    """The moment that a declared date names; a day alone is its first moment, in UTC."""
    if _DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    told = datetime.fromisoformat(text)
    if told.tzinfo is None:
        raise ValueError("no time zone")
    return told.astimezone(UTC)


def expiry_day(when: datetime) -> date:
    """The day that the service keeps of a collaboration's expiry: of four hours later, while there is such a day."""
    try:
        return (when.astimezone(UTC) + _ROUNDING).date()
    except OverflowError:
        return date.max


def expiry_moment(text: str) -> datetime:
    """When a collaboration with this declared expiry ends: at the first moment of the day that is kept."""
    return datetime.combine(expiry_day(moment(text)), time(), UTC)


def ends_as(found: datetime | None, declared: str | None) -> bool:
    """Whether a date of the service is the declared one, but for the zone that it tells dates in. None: no end."""
    if found is None or declared is None:
        return found is None and declared is None
    return abs(found - moment(declared)) <= TOLERANCE


def is_over(end: datetime | None, now: datetime) -> bool:
    """Whether a date of the service has surely passed, whatever zone it tells dates in."""
    return end is not None and end <= now - TOLERANCE


def same_moment(one: str | None, other: str | None) -> bool:
    """Whether two declared dates name one moment."""
    if one is None or other is None:
        return one is other
    return moment(one) == moment(other)


def folded(values: Iterable[str]) -> set[str]:
    """Names whose case does not matter, as a set."""
    return {value.casefold() for value in values}


def _date(value: str) -> str:
    try:
        moment(value) + _ROUNDING  # a later moment is none that the service could keep
    except (ValueError, OverflowError):
        raise ValueError(
            "must be a day such as 2027-06-30, or a date and time with a time zone such as 2027-06-30T12:00:00+02:00"
        ) from None
    return value


def _email(value: str) -> str:
    if wrong := complaint(value):
        raise ValueError(wrong)
    return value


def _email_or_none(value: str) -> str:
    return _email(value) if value else value


def _text(value: str) -> str:
    if odd := next((each for each in value if each == "\0" or "\ud800" <= each <= "\udfff"), None):
        raise ValueError(f"must not hold U+{ord(odd):04X}, which is no character, or half of one")
    return value


def _short_name(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    if not _SHORT_NAME.fullmatch(value):
        raise ValueError(
            "must have 1 to 16 lower-case letters, digits and underscores, and not begin with a digit; "
            f"{value!r} does not"
        )
    return value


def _name(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    if len(value) > 255:
        raise ValueError(f"must have at most 255 characters, not {len(value)}")
    return _text(value)


def _tag(value: str) -> str:
    if not _TAG.fullmatch(value):
        raise ValueError(
            "must have 1 to 32 lower-case letters, digits, dashes and underscores, and begin with a letter; "
            f"{value!r} does not"
        )
    return value


def _unit(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return _text(value)


def _website(value: str) -> str:
    if value.strip() and not _WEBSITE.fullmatch(value.strip()):
        raise ValueError(f"must begin with https://, http://, ssh:// or ftp://; {value!r} does not")
    return _text(value)


def _logo(value: str) -> str:
    bare = "".join(_DATA_URL.sub("", value, count=1).split())
    try:
        picture = base64.b64decode(bare, validate=True)
    except (binascii.Error, ValueError):
        picture = b""
    if value and not picture:
        raise ValueError("must be a picture in base64, bare or as a data URL, not an address or a file name")
    return value


def _entity_id(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty: it is the entity id of the service, such as https://wiki.example.org")
    return _text(value)


def _identifier(value: str) -> str:
    if not _IDENTIFIER.fullmatch(value):
        raise ValueError("must be the identifier of a collaboration, such as the output `identifier` of one")
    return value


def _once(values: list[str]) -> list[str]:
    """Each value once: the service would half-make a collaboration with two equal tags, and invite people twice."""
    return list(dict.fromkeys(values))


def _each_person_once(values: list[str]) -> list[str]:
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(value.casefold(), value)
    return list(found.values())


Text = Annotated[StrictStr, AfterValidator(_text)]
Date = Annotated[StrictStr, AfterValidator(_date)]
Email = Annotated[StrictStr, AfterValidator(_email)]
EmailOrNone = Annotated[StrictStr, AfterValidator(_email_or_none)]
Emails = Annotated[list[Email], AfterValidator(_each_person_once)]
ShortName = Annotated[StrictStr, AfterValidator(_short_name)]
Name = Annotated[StrictStr, AfterValidator(_name)]
Tags = Annotated[list[Annotated[StrictStr, AfterValidator(_tag)]], AfterValidator(_once)]
Units = Annotated[list[Annotated[StrictStr, AfterValidator(_unit)]], AfterValidator(_once)]
Website = Annotated[StrictStr, AfterValidator(_website)]
Logo = Annotated[StrictStr, AfterValidator(_logo)]
EntityId = Annotated[StrictStr, AfterValidator(_entity_id)]
Identifier = Annotated[StrictStr, AfterValidator(_identifier)]
Groups = Annotated[list[Annotated[StrictStr, AfterValidator(_unit)]], AfterValidator(_once)]
