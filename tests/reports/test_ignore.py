"""What an ignore file may say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pulumi_collab.errors import ConfigError
from pulumi_collab.reports.ignore import Ignored, read


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- {grant: a/b/c, reason: x}", "i.yaml:1: 'until' is missing"),
        ("- {grant: a/b/c, until: 2027-01-01}", "i.yaml:1: 'reason' is missing"),
        ("\n- {reason: x, until: 2027-01-01}", "i.yaml:2: 'grant' is missing"),
        ("- {grant: a, reason: x, until: next week}", "'until' is 'next week'"),
        ("- {grant: a, reason: x, until: 2027-01-01T12:00:00}", "'until' is"),
        ("- {grant: a, reason: x, until: 2027-01-01, grants: b}", "'grants' must be one of"),
        ("- {grant: a, grant: b, reason: x, until: 2027-01-01}", "'grant' must be one of"),
        ("- a", "an entry has grant, reason and until"),
        ("grant: a", "must be a list"),
        ("- [", "is no YAML"),
    ],
)
def test_an_entry_that_is_wrong_suppresses_nothing(text: str, told: str) -> None:
    """What is missing or wrong is an error that names the field and the line."""
    with pytest.raises(ConfigError, match=told.replace("[", r"\[")):
        read(text, "i.yaml")


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("a/b/c", True),
        ("A/b/C", True),
        ("a/*", True),
        ("*", True),
        ("a/b", False),
        ("a.b.c", False),
        ("a/b/c*d", False),
    ],
)
def test_patterns(pattern: str, fits: bool) -> None:
    """`*` stands for any text and everything else for itself, whatever the case of letters."""
    (entry,) = read(f"- {{grant: '{pattern}', reason: x, until: 2027-01-01}}", "i.yaml")
    assert entry.fits("a/b/c") is fits


def test_the_last_day_counts() -> None:
    """An entry suppresses on its last day, and not after it."""
    entries = read("- {grant: a, reason: x, until: 2027-01-01}", "i.yaml")
    assert Ignored(entries, datetime(2027, 1, 1, 23, 59, tzinfo=UTC)).reason("a")
    assert Ignored(entries, datetime(2027, 1, 2, tzinfo=UTC)).reason("a") is None
    assert read("", "i.yaml") == []
