"""A report as every renderer gets it: what people read, as blocks of words, and what programs read, as a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Look = Literal["ours", "theirs", "strong", "code", "soft"]
"""`ours` are our own words, `theirs` a name of others, `strong` one that matters, `code` a word of a platform's, `soft`
what is beside the point."""
Tone = Literal["bad", "warn", "good", "none"]


@dataclass(frozen=True)
class Span:
    """Some words, and what they are."""

    text: str
    look: Look = "ours"


Line = tuple[Span, ...]


def ours(text: str) -> Span:
    """Words of ours."""
    return Span(text)


def theirs(text: str) -> Span:
    """A name of others."""
    return Span(text, "theirs")


def strong(text: str) -> Span:
    """A name of others, or words, that matter most in their line."""
    return Span(text, "strong")


def code(text: str) -> Span:
    """A word of a platform's: a role, a scope."""
    return Span(text, "code")


def soft(text: str) -> Span:
    """What is beside the point."""
    return Span(text, "soft")


def joined(lines: Sequence[Line], between: str = ", ") -> Line:
    """Lines as one, with something between them."""
    found: list[Span] = []
    for line in lines:
        found += [ours(between), *line] if found else line
    return tuple(found)


@dataclass(frozen=True)
class Item:
    """One thing that is told, on a line of its own."""

    line: Line
    kind: str = ""
    """What it is counted as where there is no room for it."""
    tone: Tone = "none"


@dataclass(frozen=True)
class Grid:
    """A table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    filters: tuple[str, ...] = ()
    """The columns by which people choose rows, in a page."""


@dataclass(frozen=True)
class Block:
    """A part of a report. `folded` is shown when somebody asks for it, where that can be."""

    title: str = ""
    items: tuple[Item, ...] = ()
    grid: Grid | None = None
    folded: bool = False


@dataclass(frozen=True)
class Result:
    """One finding for a code scanner."""

    rule: str
    level: Literal["error", "warning", "note"]
    message: str
    fingerprint: str
    """The same for the same finding in every run."""
    file: str = "Pulumi.yaml"
    line: int | None = None
    suppressed: str | None = None
    """Why it is accepted."""


@dataclass(frozen=True)
class Rule:
    """A kind of finding for a code scanner."""

    id: str
    name: str
    text: str


@dataclass(frozen=True)
class Report:
    """Everything that is told by one run of a command."""

    command: str
    title: str
    """For the head of a page."""
    headline: str
    tone: Tone
    blocks: tuple[Block, ...]
    document: Mapping[str, Any]
    """What programs read; only here are texts of others as they are."""
    tail: tuple[Line, ...] = ()
    marker: str = ""
    """By which a comment is found again."""
    columns: tuple[str, ...] = ()
    records: Sequence[Mapping[str, str]] = ()
    """What a table file holds."""
    rules: tuple[Rule, ...] = ()
    results: Sequence[Result] = field(default=())
