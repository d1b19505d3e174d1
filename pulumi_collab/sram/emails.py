"""Which texts are one e-mail address: the service takes whatever has an `@` and no blanks, and mails it."""

from __future__ import annotations

import re
import unicodedata

LENGTH = 255
"""The most characters that the service keeps of an address."""
_ASCII = re.compile(r"[\w!#$%&'*+/=?^`{|}~@.-]", re.ASCII)
"""Letters, digits, and what RFC 5322 allows beside them without quotes."""
_BLANK = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that are shown as nothing, such as the Hangul fillers and the variation selectors."""
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK"})
"""Scripts with letters that look the same: the first one of `\u0430nn@example.org` is Cyrillic."""
_LOCAL = re.compile(r"[^.]+(\.[^.]+)*")
_DOMAIN = re.compile(r"(?!-)[^.]+(?<!-)(\.(?!-)[^.]+(?<!-))+")
_NO_DOMAIN = re.compile(r"[!#$%&'*+/=?^_`{|}~@]")


def complaint(text: str) -> str | None:
    """Why it is not one e-mail address, or None."""
    local, at, domain = text.partition("@")
    wrong = [each for each in dict.fromkeys(text) if not _may_be_in(each)] or _NO_DOMAIN.findall(domain)
    if wrong:
        return f"must be one e-mail address alone, such as bob@example.org, without {', '.join(map(named, wrong))}"
    if not (at and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        return f"must be an e-mail address such as bob@example.org, not {text!r}"
    plain = unicodedata.normalize("NFKC", text)
    if plain != text:
        odd = next((each for each in text if unicodedata.normalize("NFKC", each) != each), None)
        return f"must be written {plain!r}: {f'{named(odd)} only looks so' if odd else 'an accent stands apart'}"
    for label in re.split(r"[@.]", text):
        letters = {unicodedata.name(each, "").split(" ")[0]: each for each in label if each.isalpha()}
        alike = sorted(_ALIKE & letters.keys(), key="LATIN".__eq__)
        if len(alike) > 1:
            return f"mixes letters of two scripts that look alike: {named(letters[alike[0]])} stands in {label!r}"
    return f"must have at most {LENGTH} characters, not {len(text)}" if len(text) > LENGTH else None


def named(character: str) -> str:
    """`';'`; and what cannot be seen, or told from another, by number and name: `U+200B ZERO WIDTH SPACE`."""
    if character.isascii() and character.isprintable():
        return repr(character) if character != " " else "a blank"
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def _may_be_in(character: str) -> bool:
    if character.isascii():
        return bool(_ASCII.match(character))
    return unicodedata.category(character)[0] in "LMN" and not _BLANK.match(character)
