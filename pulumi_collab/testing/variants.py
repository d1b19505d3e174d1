"""Which ways to play what the documents leave open are tried: each by itself, and each together with each other one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product

Choices = Mapping[str, Sequence[str]]
"""By variant: its choices, the default first."""


def singles(variants: Choices) -> list[dict[str, str]]:
    """Each choice but the default, all else as by default."""
    return [{name: choice} for name, choices in variants.items() for choice in choices[1:]]


def pairs(variants: Choices) -> list[dict[str, str]]:
    """Few rows in which any two choices of two variants, no default among them, are played together at least once."""
    left = {
        frozenset(pair)
        for one, other in combinations(sorted(variants), 2)
        for pair in product(
            [(one, each) for each in variants[one][1:]], [(other, each) for each in variants[other][1:]]
        )
    }
    rows = []
    while left:
        row = dict(min(map(sorted, left)))
        for name in sorted(variants.keys() - row.keys()):
            new = [sum(frozenset({(name, each), had}) in left for had in row.items()) for each in variants[name]]
            row[name] = variants[name][new.index(max(new))]
        left -= {frozenset(pair) for pair in combinations(row.items(), 2)}
        rows.append(row)
    return rows
