"""Checks of what is sent about a collaboration or group, in the server's words."""

import re
from base64 import decodebytes
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator
from typing import Any

from pulumi_collab.emulator.sram.errors import Broken, DatabaseError, Refused

NAME_LENGTH = 255
SHORT_NAME_LENGTH = 16

_EMAIL = re.compile(r"^\S+@\S+$")
_TAG = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_URI = re.compile(r"^(https?|ssh|ftp)://(.+)$", re.IGNORECASE)
_DATA_URL = re.compile(r"data:image/.*;base64,((.|\n)*)")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*", b"<svg", b"<?xml")


def text(value: Any) -> str:
    """Text where nothing else will do."""
    if not isinstance(value, str):
        raise Broken(f"expected string or bytes-like object, got {type(value).__name__!r}")
    return value


def items(value: Any) -> list[Any]:
    """What the server goes through item by item: of a bare string, the letters."""
    if isinstance(value, list | str):
        return list(value)
    if isinstance(value, dict):
        return list(value)
    raise Broken(f"{type(value).__name__!r} object is not iterable")


def flag(value: Any) -> bool:
    """A boolean; null is none."""
    if value in (None, True, False):  # 1 and 0 are equal to two of them
        return bool(value)
    raise Broken(f"Not a boolean value: {value!r}")


def is_email(value: Any) -> bool:
    """Whether it has an @ between two things."""
    return bool(_EMAIL.match(text(value)))


def emails(value: Any) -> list[str]:
    """Addresses, all of them good."""
    found = items(value)
    wrong = [each for each in found if not is_email(each)]
    if wrong:
        raise Refused(400, f"Invalid emails {wrong}")
    return found


def cleaned(short_name: Any) -> str:
    """A short name with all that may not be in it taken out."""
    found = re.sub(r"^\d+", "", text(short_name))
    return re.sub(r"[^a-zA-Z_0-9]+", "", found).lower()[:SHORT_NAME_LENGTH]


def short_name(value: Any) -> str:
    """A collaboration's short name, which is taken as it is or not at all."""
    clean = cleaned(value)
    if clean != value:
        raise Refused(400, f"Invalid CO short_name: {clean}", bare=True)
    return clean


def numbered(name: str, taken: Callable[[str], bool]) -> str:
    """A short name made from a name; where it is taken, a number replaces its end."""
    found = cleaned(name) or "short_name"
    candidates: Iterator[str] = (found if n < 2 else f"{found[: SHORT_NAME_LENGTH - len(str(n))]}{n}" for n in _count())
    return next(candidate for candidate in candidates if not taken(candidate))


def tags(value: Any) -> list[str]:
    """Labels, all of them good."""
    found = items(value)
    wrong = [each for each in found if not _TAG.fullmatch(text(each))]
    if wrong:
        shown = ", ".join(repr(each) for each in wrong)
        raise Refused(
            400,
            f"Invalid collaboration labels: {shown}. A label must be 1 to 32 characters: lower case letters, digits, "
            "- and _, and begin with a letter.",
        )
    return found


def website(value: Any) -> str | None:
    """A link."""
    if value is None:
        return None
    found = text(value).strip()
    if found and not _URI.match(found):
        raise Refused(400, f"'{found}' is not a valid uri")
    return found


def logo(value: Any) -> None:
    """A picture in base64, bare or as a data URL; nothing of it is kept."""
    if not value:
        return
    problem = "argument must be text"
    if isinstance(value, str):
        wrapped = _DATA_URL.search(value)
        try:
            if decodebytes((wrapped[1] if wrapped else value).encode()).lstrip().startswith(_PICTURES):
                return
            problem = "cannot identify image file"
        except (NotBase64, UnicodeEncodeError) as error:
            problem = str(error)
    raise Refused(400, f"Invalid Logo: {problem}", bare=True)


def fitting(value: Any) -> str:
    """Text that its column of the database holds; null is none."""
    if value is None or len(text(value)) > NAME_LENGTH:
        raise DatabaseError
    return text(value)


def _count() -> Iterator[int]:
    number = 1
    while True:
        yield number
        number += 1
