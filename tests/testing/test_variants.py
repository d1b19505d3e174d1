"""Which ways of playing a service a contract tries."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_collab.emulator.platform import load
from pulumi_collab.testing.variants import pairs, singles

CHOICES = st.lists(st.text("abcd", min_size=1), min_size=1, max_size=5, unique=True)


@given(st.dictionaries(st.text("xyz", min_size=1), CHOICES, max_size=5))
def test_every_pair_is_played(variants: dict[str, list[str]]) -> None:
    """Each choice comes by itself, any two of two variants come together, and defaults only fill up."""
    assert singles(variants) == [{name: each} for name, choices in variants.items() for each in choices[1:]]
    rows = pairs(variants)
    played = {frozenset(pair) for row in rows for pair in combinations(row.items(), 2)}
    wanted = {frozenset(pair) for pair in combinations([each for row in singles(variants) for each in row.items()], 2)}
    assert {pair for pair in wanted if len(dict(pair)) == 2} <= played
    assert all(each in variants[name] for row in rows for name, each in row.items())
    assert len(rows) <= len(wanted), "each row brings something new"


@pytest.mark.parametrize("platform", load())
def test_it_can_be_afforded(platform: str) -> None:
    """The rows are few: at most twice what the two variants with most choices ask for, and not the product of all."""
    variants = load()[platform].variants
    most = sorted((len(choices) - 1 for choices in variants.values()), reverse=True)
    assert most[0] * most[1] <= len(pairs(variants)) <= 2 * most[0] * most[1] + 2
