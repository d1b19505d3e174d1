"""One HTML file that needs nothing else: no network, and no script to be read."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from ...errors import harmless
from ..model import Report
from .table import kept


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("pulumi_collab.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["harmless"] = harmless
    environment.filters["kept"] = kept
    return environment.get_template("report.html")


def page(report: Report) -> str:
    """The report as a page."""
    return _template().render(report=report) + "\n"
