"""Which texts are one e-mail address."""

from __future__ import annotations

import pytest

from pulumi_collab.sram.emails import complaint
from pulumi_collab.sram.lifecycles import CollaborationInviteInputs

from .conftest import declared

GOOD = (
    "bob@x.org",
    "Bob.Smith+lab@x.org",
    "o'neil@people.test",
    "a_b-c!#$%&*/=?^`{|}~@x.example",
    "bob@sub.x-y.co.uk",
    "bob@bücher.example",
    "bob@xn--bcher-kva.example",
    "почта@пример.рф",
    "用户@例え.jp",
    "δοκιμή@παράδειγμα.gr",
    "éric@x.org",
    "a" * 249 + "@x.org",
)
NAMED: list[tuple[str, str]] = [
    ("bob@x.org;", "without ';'"),
    ("ann@x.org,bob@x.org", "without ','"),
    ("ann@x.org bob@x.org", "without a blank"),
    ("ann@x.org\nbob@x.org", "without U+000A"),
    (" bob@x.org", "without a blank"),
    ("Bob <bob@x.org>", "without a blank, '<', '>'"),
    ("<bob@x.org>", "without '<', '>'"),
    ("mailto:bob@x.org", "without ':'"),
    ('"bob"@x.org', "without '\"'"),
    ("bob@[127.0.0.1]", "without '[', ']'"),
    ("a@b@c.org", "without '@'"),
    ("bob@x_y.org", "without '_'"),
    ("bob@x+y.org", "without '+'"),
    ("bob\u200b@x.org", "without U+200B ZERO WIDTH SPACE"),
    ("\ufeffbob@x.org", "without U+FEFF ZERO WIDTH NO-BREAK SPACE"),
    ("bob@x.org\u202e", "without U+202E RIGHT-TO-LEFT OVERRIDE"),
    ("bob\u00ad@x.org", "without U+00AD SOFT HYPHEN"),
    ("bob\u3164@x.org", "without U+3164 HANGUL FILLER"),
    ("bob\ufe0f@x.org", "without U+FE0F VARIATION SELECTOR-16"),
    ("bob\uff20x.org", "without U+FF20 FULLWIDTH COMMERCIAL AT"),
    ("o\u2019neil@x.org", "without U+2019 RIGHT SINGLE QUOTATION MARK"),
    ("bob@x\u3002org", "without U+3002 IDEOGRAPHIC FULL STOP"),
    ("bob\x00@x.org", "without U+0000"),
    ("\ud83d@x.org", "without U+D83D"),
    ("bob@e\uff58ample.org", "must be written 'bob@example.org': U+FF58 FULLWIDTH LATIN SMALL LETTER X only looks so"),
    ("\ufb01ona@x.org", "must be written 'fiona@x.org': U+FB01 LATIN SMALL LIGATURE FI only looks so"),
    ("e\u0301ric@x.org", "must be written '\u00e9ric@x.org': an accent stands apart"),
    ("b\u043eb@x.org", "U+043E CYRILLIC SMALL LETTER O stands in 'b\u043eb'"),
    ("bob@ex\u0430mple.org", "U+0430 CYRILLIC SMALL LETTER A stands in"),
    ("b\u03bfb@x.org", "U+03BF GREEK SMALL LETTER OMICRON stands in"),
]
SHAPELESS = (
    *("", "bob", "@", "bob@", "@x.org", "bob@x", "bob@.org", "bob@x..org", "bob@x.org.", "bob@-x.org", "bob@x-.org"),
    *(".bob@x.org", "bob.@x.org", "b..b@x.org"),
)


@pytest.mark.parametrize("text", GOOD)
def test_an_address(text: str) -> None:
    """What SRAM takes and what arrives may be declared, whatever its script."""
    assert complaint(text) is None


@pytest.mark.parametrize(("text", "named"), NAMED)
def test_a_character_too_many(text: str, named: str) -> None:
    """What is mailed and never arrives is refused, and the character that makes it so is named, seen or not."""
    told = complaint(text)
    assert told is not None
    assert named in told


@pytest.mark.parametrize("text", SHAPELESS)
def test_no_address(text: str) -> None:
    """What has not the shape of an address is refused."""
    told = complaint(text)
    assert told is not None
    assert "must be an e-mail address such as bob@example.org, not" in told


def test_too_long() -> None:
    """SRAM keeps 255 characters."""
    assert complaint("a" * 250 + "@x.org") == "must have at most 255 characters, not 256"


@pytest.mark.parametrize("text", ["bob@x.org;", "bob\u200b@x.org"])
def test_wherever_an_address_is_declared(text: str) -> None:
    """Administrators, the support address and who is invited are held to the same."""
    for declare in (
        lambda: declared(administrators=["ann@x.org", text]),
        lambda: declared(support_email=text),
        lambda: CollaborationInviteInputs(collaboration="i", email=text),
    ):
        with pytest.raises(ValueError, match=r"must be one e-mail address alone, such as bob@example\.org, without"):
            declare()
