"""Tables: on a terminal, and as a file for spreadsheets."""

from __future__ import annotations

import csv
import io

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from ..model import Block, Line, Report
from ..text import cell, terminal

_STYLE = {"strong": "bold", "code": "cyan", "soft": "dim", "ours": "", "theirs": ""}
_TONE = {"bad": "red", "warn": "yellow", "good": "green", "none": ""}


def show(report: Report, console: Console) -> None:
    """Print it. `console` knows whether there are colours, and how wide it may be."""
    console.print(Text(terminal(report.headline), style=f"bold {_TONE[report.tone]}".strip()), soft_wrap=True)
    for block in report.blocks:
        console.print(_block(block), soft_wrap=block.grid is None)
    for line in report.tail:
        console.print(_text(line), soft_wrap=True)


def _block(block: Block) -> Group:
    parts: list[Text | Table] = []
    if block.title:
        parts.append(Text(terminal(block.title), style="bold"))
    if block.grid is not None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in block.grid.columns:
            table.add_column(column, overflow="fold")
        for row in block.grid.rows:
            table.add_row(*map(_text, row))
        parts.append(table)
    parts += [Text("  ").append_text(_text(item.line, _TONE[item.tone])) for item in block.items]
    return Group(*parts)


def _text(line: Line, base: str = "") -> Text:
    found = Text(style=base)
    for span in line:
        found.append(kept(span.text), style=_STYLE[span.look])
    return found


def kept(words: str) -> str:
    """Harmless, with the blanks by which it joins its neighbours."""
    before = " " if words[:1] == " " else ""
    after = " " if words[-1:] == " " and words.strip() else ""
    return f"{before}{terminal(words)}{after}"


def csv_table(report: Report) -> str:
    """A table file: a header, and a row for each record. No cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(report.columns)
    for record in report.records:
        writer.writerow([cell(record.get(column, "")) for column in report.columns])
    return out.getvalue()
