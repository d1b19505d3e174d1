"""Which texts can be a person's name on QuantConnect: the last part of the profile address. No I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LENGTH = 255
_ADDRESS = re.compile(r"(?:.*/)?u/([^/?#]+)/?(?:[?#].*)?")
_BLANK = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that are shown as nothing, such as the Hangul fillers and the variation selectors."""
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK"})
"""Scripts with letters that look the same: the second one of `m\u0456a` is Cyrillic."""
_IS = "the last part of the person's profile address, such as mia-ai"


def complaint(name: str) -> str | None:
    """Why it is nobody's name, or None."""
    return next(_complaints(name), None)


def _complaints(name: str) -> Iterator[str]:
    if not name.strip():
        yield f"must not be empty: it is {_IS}"
    if name != name.strip(" "):
        yield "must not begin or end with blanks"
    if odd := next((c for c in name if not _may_be_in(c)), None):
        yield f"must be {_IS}, without {_named(odd)}"
    if address := _ADDRESS.fullmatch(name):
        yield f"is a whole address: write {address[1]}"
    if name.startswith("@"):
        yield f"is written without an @: write {name[1:] or 'mia-ai'}"
    if any(c in name for c in " /@"):
        yield f"must be {_IS}, without blanks, slashes or an @"
    if len(name) > LENGTH:
        yield f"is {len(name)} characters long, and names have at most {LENGTH}"
    if alike := _look_alike(name):
        yield alike


def _look_alike(name: str) -> str | None:
    plain = unicodedata.normalize("NFKC", name)
    if plain != name:
        odd = next((c for c in name if unicodedata.normalize("NFKC", c) != c), None)
        return f"must be written {plain!r}: {f'{_named(odd)} only looks so' if odd else 'an accent stands apart'}"
    letters = {unicodedata.name(c, "").split(" ")[0]: c for c in name if c.isalpha()}
    alike = sorted(_ALIKE & letters.keys(), key="LATIN".__eq__)
    if len(alike) > 1:
        return f"mixes letters of two scripts that look alike: {_named(letters[alike[0]])} is one of the other script"
    return None


def _may_be_in(character: str) -> bool:
    if character.isascii():
        return character.isprintable()
    return unicodedata.category(character)[0] in "LMN" and not _BLANK.match(character)


def _named(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
