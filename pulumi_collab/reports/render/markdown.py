"""Markdown, as GitHub, GitLab, Bitbucket and Azure DevOps show it, within their limits.

What matters most comes first, so what does not fit is cut from the end, at whole lines, and counted by kind.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ..model import Block, Grid, Item, Line, Report, Span
from ..text import code, sentence
from ..text import markdown as harmless_markdown

DEFAULT_LIMIT = 65_000
LIMITS = {"github": DEFAULT_LIMIT, "gitlab": 1_000_000, "bitbucket": 32_768, "azure": 150_000}
"""Bytes of UTF-8 that a comment may have. GitHub's bodies of pull requests are the shortest of its texts."""
_ROOM = 600
"""Bytes kept for the line that tells what was left out."""


def markdown(report: Report, limit: int | None = None) -> str:
    """The report in Markdown; `limit` is how many bytes of UTF-8 it may have."""
    head = [f"### {sentence(report.headline)}{f'   <!-- {_comment(report.marker)} -->' if report.marker else ''}"]
    tail = [line(each) for each in report.tail]
    whole = "\n".join([*head, *(text for block in report.blocks for text in _block(block)), *_paragraphs(tail)]) + "\n"
    if limit is None or len(whole.encode()) <= limit:
        return whole
    return _cut(report, head, limit)


def _comment(text: str) -> str:
    """Words inside of a comment of HTML, which they cannot end."""
    return re.sub(r"[^A-Za-z0-9_./: -]|--+", "_", text)


def _cut(report: Report, head: list[str], limit: int) -> str:
    text = list(head)
    room = limit - _size(text) - _ROOM
    left: Counter[str] = Counter()
    for block in report.blocks:
        taken, items = [], block.items
        before, after = _around(block)
        rest = room - _size([*before, *after])
        for number, item in enumerate(items):
            shown = f"- {line(item.line)}"
            rest -= len(shown.encode()) + 1
            if rest < 0:
                left.update(each.kind for each in items[number:])
                break
            taken.append(shown)
        rows, rest = _rows_that_fit(block.grid, rest)
        if block.grid is not None:
            left["row"] += len(block.grid.rows) - rows
        if taken or rows:
            grid = _grid(block.grid, rows) if block.grid is not None and rows else []
            text += [*before, *taken, *grid, *after]
            room = limit - _size(text) - _ROOM
    told = ", ".join(f"{count} {kind}" for kind, count in left.items() if count)
    if told:
        text += ["", f"**Left out here for want of room: {sentence(told)}.** The JSON report has all of it."]
    fits = "\n".join(text) + "\n"
    return fits if len(fits.encode()) <= limit else fits.encode()[:limit].decode(errors="ignore")


def _rows_that_fit(grid: Grid | None, room: int) -> tuple[int, int]:
    if grid is None:
        return 0, room
    room -= _size(_grid(grid, 0))
    for number, row in enumerate(grid.rows):
        room -= len(_row(row).encode()) + 1
        if room < 0:
            return number, room
    return len(grid.rows), room


def _size(lines: Sequence[str]) -> int:
    return sum(len(each.encode()) + 1 for each in lines)


def _around(block: Block) -> tuple[list[str], list[str]]:
    if block.folded:
        return ["", f"<details><summary>{_html(block.title)}</summary>", ""], ["", "</details>"]
    return (["", f"**{sentence(block.title)}**", ""] if block.title else [""]), []


def _block(block: Block) -> list[str]:
    before, after = _around(block)
    items = [f"- {line(item.line)}" for item in block.items]
    grid = _grid(block.grid, len(block.grid.rows)) if block.grid is not None else []
    return [*before, *items, *grid, *after]


def _grid(grid: Grid, rows: int) -> list[str]:
    head = "| " + " | ".join(sentence(column) or " " for column in grid.columns) + " |"
    return [head, "|" + "---|" * len(grid.columns), *map(_row, grid.rows[:rows])]


def _row(row: Sequence[Line]) -> str:
    return "| " + " | ".join(line(each).replace("|", "\\|") for each in row) + " |"


def line(spans: Line) -> str:
    """A line of words."""
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    if span.look in ("ours", "soft"):
        before, after = span.text[:1] == " ", span.text[-1:] == " " and bool(span.text.strip())
        return f"{' ' if before else ''}{sentence(span.text)}{' ' if after else ''}"
    if span.look == "code":
        return code(span.text)
    shown = harmless_markdown(span.text)
    return f"**{shown}**" if span.look == "strong" else shown


def _paragraphs(lines: Sequence[str]) -> list[str]:
    return [text for each in lines for text in ("", each)]


def _html(text: str) -> str:
    return sentence(text).replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\", "")


def kinds_in(items: Sequence[Item]) -> Counter[str]:
    """How many items there are of each kind."""
    return Counter(item.kind for item in items)
