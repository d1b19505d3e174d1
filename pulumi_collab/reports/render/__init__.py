"""Renderers: a report in, text out. Nothing else is read and nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from ..model import Report
from .markdown import markdown
from .page import page
from .sarif import sarif
from .table import csv_table


def document(report: Report) -> str:
    """What programs read. ASCII alone: what a terminal would obey is escaped."""
    return json.dumps(report.document, indent=2) + "\n"


KINDS: Mapping[str, Callable[[Report], str]] = {
    "json": document,
    "csv": csv_table,
    "md": markdown,
    "html": page,
    "sarif": sarif,
}
"""The kinds of files, by their endings."""
