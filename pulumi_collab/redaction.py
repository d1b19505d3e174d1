"""Credentials taken out of texts, in whatever form a service or a proxy repeats them. No I/O."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache

LONG = 16
"""Characters from which on a credential is no word of somebody's name: only then data are searched for it."""

_SHORTEST = 4  # of what is taken from a header: less would be found everywhere
_REMEMBERED = 64  # signatures of late: a response may come a minute after its request, and each second has its own
_ALIKE = re.compile(r"\b[0-9a-f]{40,}\b|\b(?:basic|bearer)\s+[\w.~+/=-]{20,}", re.IGNORECASE)
_WORD = re.compile(r"[0-9A-Za-z]+")


class Redactor:
    """Knows what one session sends as credentials: its secrets, and what they became in `Authorization` headers."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = frozenset(each.rstrip("=") for each in secrets) - {""}
        self._sent: deque[str] = deque(maxlen=_REMEMBERED)

    def sent(self, authorization: str | None) -> None:
        """Remember a header that is about to be sent."""
        if authorization and authorization not in self._sent:
            self._sent.append(authorization)

    def text(self, text: str) -> str:
        """For people: without any credential, or anything that looks like a signature."""
        return _ALIKE.sub("[redacted]", _pattern(self._credentials()).sub("[redacted]", text))

    def data(self, text: str) -> str:
        """For programs: without any credential that is too long to be in there by chance."""
        return _pattern(frozenset(filter(_is_long, self._credentials()))).sub("[redacted]", text)

    def suspects(self, text: str) -> bool:
        """Whether a credential may be in a text, however it is quoted there; quick, and right when it says no."""
        return any(max(_WORD.findall(each), key=len) in text for each in self._credentials() if _is_long(each))

    def _credentials(self) -> frozenset[str]:
        return self._secrets.union(*map(_parts, tuple(self._sent)))


def _is_long(credential: str) -> bool:
    return len(credential) >= LONG and _WORD.search(credential) is not None


def _parts(authorization: str) -> Iterator[str]:
    """What of a header's value is a credential: all of it, what follows the scheme, and the password in that."""
    scheme, _, rest = authorization.partition(" ")
    parts = [authorization, rest]
    if scheme.lower() == "basic":
        with contextlib.suppress(binascii.Error, UnicodeDecodeError):
            decoded = base64.b64decode(rest).decode()
            parts += [decoded, decoded.partition(":")[2]]
    return (part for part in (each.strip().rstrip("=") for each in parts) if len(part) >= _SHORTEST)


@lru_cache(maxsize=16)
def _pattern(credentials: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(credentials, key=lambda each: (-len(each), each))
    padding = f"(?:{_quoted('=')})*"  # which base64 has at its end, or not
    patterns = ("".join(map(_quoted, each)) + padding for each in longest_first)
    return re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)


def _quoted(character: str) -> str:
    """A character, as it is or as it is written in JSON, HTML, a URL, or one of these within another."""
    if character.isalnum():
        return character
    number = ord(character)
    entity = rf"&(?:#0{{0,3}}{number}|#x0{{0,3}}{number:x}|[a-z]{{2,6}});"
    plus = r"|\+" if character == " " else ""
    escape = rf"\\{{1,7}}u{number:04x}|%(?:25){{0,3}}{number:02x}"
    return rf"(?:{entity}|{escape}|\\{{0,7}}{re.escape(character)}{plus})"
