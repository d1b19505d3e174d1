"""`pulumi-collab review`: what a preview means for people. No service is asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pulumi_collab.cli.engine import stack_here
from pulumi_collab.cli.output import (
    JsonOption,
    MarkdownOption,
    OutputOption,
    StackOption,
    checked_files,
    deliver,
    one_line_errors,
    standard,
)
from pulumi_collab.errors import ConfigError
from pulumi_collab.platform import platforms
from pulumi_collab.reports import preview
from pulumi_collab.reports.render.markdown import DEFAULT_LIMIT, LIMITS
from pulumi_collab.reports.review import RULES, Rule
from pulumi_collab.reports.review import review as reviewed
from pulumi_collab.reports.review_report import review_report

_LEAST = 1000


def review(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A preview; - is standard input.")] = None,
    stack: StackOption = None,
    fail_on: Annotated[
        list[str] | None, typer.Option("--fail-on", metavar="RULE", help=f"Repeatable: {', '.join(RULES)}.")
    ] = None,
    internal_domain: Annotated[
        list[str] | None, typer.Option(metavar="DOMAIN", help="Whose addresses are not external. Repeatable.")
    ] = None,
    limit: Annotated[
        str | None, typer.Option(metavar="N", help=f"Most bytes of Markdown: {', '.join(LIMITS)}, or a number.")
    ] = None,
    json: JsonOption = False,
    markdown: MarkdownOption = False,
    output: OutputOption = None,
) -> None:
    """What a `pulumi preview --json` means for people: of FILE or standard input, or of a preview of --stack.

    Exit codes: 0 nothing that --fail-on names, 2 something, 1 it could not be made.

    Example: pulumi preview --json | pulumi-collab review --fail-on lose-access --markdown
    """
    kind = standard(json=json, md=markdown)
    files = checked_files(output, ("md", "json", "html"))
    rules = _rules(fail_on)
    if "external" in rules and not internal_domain:
        raise typer.BadParameter("--fail-on external needs --internal-domain DOMAIN")
    most = _limit(limit)
    with one_line_errors("review"):
        found = reviewed(preview.read(_text(file, stack)), rules, internal_domain or ())
        titles = {name: platform.title for name, platform in platforms().items()}
        deliver(review_report(found, titles), kind, files, most)
    raise typer.Exit(2 if found.blocked else 0)


def _rules(named: list[str] | None) -> list[Rule]:
    rules: list[Rule] = []
    for name in named or ():
        rule = next((rule for rule in RULES if rule == name), None)
        if rule is None:
            raise typer.BadParameter(f"--fail-on {name}: must be one of {', '.join(RULES)}")
        rules.append(rule)
    return rules


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    found = LIMITS.get(text.lower()) or (int(text) if text.isascii() and text.isdigit() else 0)
    if found < _LEAST:
        raise typer.BadParameter(f"--limit {text}: must be one of {', '.join(LIMITS)}, or {_LEAST} bytes and more")
    return found


def _text(file: Path | None, stack: str | None) -> str:
    if file is None and stack is not None:
        here = stack_here(stack)
        assert here is not None
        return here.run("preview", "--json", ok=False)
    if file is None or str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from error
