"""Names of others in every kind of output: a person may be called anything."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from pulumi_collab.reports import preview
from pulumi_collab.reports.access import access_report
from pulumi_collab.reports.drift import compare
from pulumi_collab.reports.drift_report import drift_report
from pulumi_collab.reports.live import Live, NotChecked
from pulumi_collab.reports.model import Report
from pulumi_collab.reports.render import KINDS
from pulumi_collab.reports.render.table import show
from pulumi_collab.reports.review import review
from pulumi_collab.reports.review_report import review_report

from .people import HOSTILE, WEB, grant, held, previewed, step, teamhub

NOW = datetime(2026, 11, 25, tzinfo=UTC)
GFM = MarkdownIt("commonmark").enable(["table", "strikethrough"])
TAGS = {
    *("h3", "p", "ul", "ol", "li", "strong", "em", "code", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


def _reports(name: str) -> list[Report]:
    live = [grant(name, name, scope_name=name, email=name), grant("=2+2"), grant("plain")]
    declared = held(teamhub(name, name, "guest"), teamhub("plain", "plain", "developer"))
    found = compare(declared, Live({WEB: live}, [NotChecked(f"teamhub:{name}", name)]), NOW)
    change = previewed(
        step("delete", old=teamhub(name, name, name)), step("create", new=teamhub("x", f"{name}2", name))
    )
    return [
        access_report(live, [NotChecked(f"teamhub:{name}", name)], NOW, pivot="person"),
        drift_report(found, NOW, name),
        review_report(review(preview.of(change)), {}),
    ]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


def _parsed(text: str) -> _Tags:
    parser = _Tags()
    parser.feed(text)
    return parser


ODD = [*"<>|*_`[]()!#@&=+-~\\ \n\r\t", "\x1b[31m", "\u202e", "www.", "http://", "a", "b"]
names = st.one_of(st.text(min_size=1, max_size=30), st.lists(st.sampled_from(ODD)).map("".join))


@settings(deadline=None, max_examples=25)
@given(names.filter(str.strip))
@example(HOSTILE)
@example("a`b``c")
@example("`")
@example("\\")
@example("</code></strong></details>")
@example("x -->")
def test_a_name_is_only_text(name: str) -> None:
    """In Markdown, pages, tables, CSV and SARIF a name makes no tag, no link, no formula and no control character."""
    for report in _reports(name):
        md = KINDS["md"](report)
        shown = _parsed(GFM.render(md))
        assert set(shown.tags) <= TAGS
        assert shown.attributes == []
        words = re.sub(r"<code>.*?</code>", "", GFM.render(md), flags=re.DOTALL)
        assert not re.search(r"(?<![\w.])@(?!\u200b)", words)
        for text in (md, KINDS["html"](report), _table(report)):
            assert not {unicodedata.category(c) for c in text} & {"Cf", "Co", "Cn", "Cs", "Zl", "Zp"}
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
        for row in csv.reader(io.StringIO(KINDS["csv"](report), newline="")):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_a_page_has_the_same_tags_whatever_people_are_called() -> None:
    """A hostile name adds neither a tag nor an attribute to a page."""
    for hostile, plain in zip(_reports(HOSTILE), _reports("somebody"), strict=True):
        one, other = _parsed(KINDS["html"](hostile)), _parsed(KINDS["html"](plain))
        assert set(one.tags) == set(other.tags)
        assert set(one.attributes) == set(other.attributes)


def test_the_raw_name_is_in_json() -> None:
    """Programs get a name as it is, and a terminal that shows the JSON obeys nothing in it."""
    for report in _reports(HOSTILE):
        text = KINDS["json"](report)
        assert text.isascii()
        assert "\x1b" not in text
        assert json.dumps(HOSTILE)[1:-1] in text


def test_messages_of_sarif_have_no_links() -> None:
    """SARIF takes `[text](target)` for a link unless it is escaped."""
    results = json.loads(KINDS["sarif"](_reports(HOSTILE)[1]))["runs"][0]["results"]
    messages = [each["message"]["text"] for each in results]
    assert any("\\[x\\](javascript:y)" in text for text in messages)
    assert not any(re.search(r"(?<!\\)\[", text) for text in messages)


def _table(report: Report) -> str:
    out = io.StringIO()
    show(report, Console(file=out, width=4000, color_system=None, force_terminal=False, highlight=False))
    return out.getvalue()


@pytest.mark.parametrize("name", ["sam.lee", "johnny_walker", "eva@lab.eu", "jane.doe+ext", "J\u00fcrgen M", "a/b"])
def test_usual_names_are_shown_as_they_are(name: str) -> None:
    """A name without anything odd in it is no code."""
    change = previewed(step("delete", old=teamhub("x", name, "guest")))
    assert f"**{name}**" in KINDS["md"](review_report(review(preview.of(change)), {}))
