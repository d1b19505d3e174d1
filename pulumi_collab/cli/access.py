"""`pulumi-collab access` and `pulumi-collab drift`: the services are read, and nothing is changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pulumi_collab.cli.engine import EngineFailed, Stack, no_stack, stack_here
from pulumi_collab.cli.output import (
    CsvOption,
    JsonOption,
    MarkdownOption,
    OutputOption,
    StackOption,
    checked_files,
    deliver,
    one_line_errors,
    progress,
    standard,
    warn,
)
from pulumi_collab.cli.reading import Services, scope_ref
from pulumi_collab.errors import CollabError, ConfigError
from pulumi_collab.reports import clock, ignore
from pulumi_collab.reports.access import Choice, access_report, chosen
from pulumi_collab.reports.drift import compare
from pulumi_collab.reports.drift_report import drift_report
from pulumi_collab.reports.live import Live, NotChecked, marked
from pulumi_collab.reports.resources import LATER, Held, ScopeRef, in_state, without_package

ScopesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SCOPE]...", help="Such as quantconnect:23456789, teamhub:web, quantconnect@trading:*."),
]


def access(
    scopes: ScopesArgument = None,
    stack: StackOption = None,
    person: Annotated[str | None, typer.Option(metavar="KEY", help="One person's alone, by any name.")] = None,
    privileged: Annotated[bool, typer.Option("--privileged", help="Privileged access alone.")] = False,
    at: Annotated[str | None, typer.Option(metavar="DATE", help="Who still has access then.")] = None,
    pivot: Annotated[Literal["person", "scope", "role"] | None, typer.Option(help="Put together by this.")] = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    markdown: MarkdownOption = False,
    output: OutputOption = None,
) -> None:
    """Who has access, live. Without SCOPE: to all that the stack in this folder holds.

    Example: pulumi-collab access quantconnect:23456789 teamhub:web --privileged -o access.html
    """
    kind = standard(json, csv, markdown)
    files = checked_files(output, ("json", "csv", "md", "html"))
    named = _scopes(scopes)
    with one_line_errors("access"):
        now = clock.now()
        moment = clock.moment(at, "--at") if at is not None else None
        here = stack_here(stack)
        if here is None and not named:
            raise ConfigError("name a SCOPE, such as quantconnect:23456789, or run it in a folder with a Pulumi.yaml")
        held = _held_if_known(here, must=not named or stack is not None)
        if held is None:
            here, held = None, []
        live = _read(here, [] if named else _origins(held), named, _origins(held))
        grants = chosen(marked(live, held), Choice(person, privileged, moment))
        report = access_report(grants, live.not_checked, now, pivot=pivot, at=moment, state_known=here is not None)
        deliver(report, kind, files)
    raise typer.Exit(1 if live.not_checked else 0)


def drift(
    scopes: ScopesArgument = None,
    stack: StackOption = None,
    ignore_file: Annotated[
        Path | None, typer.Option("--ignore", metavar="FILE", help="What is known to differ: grant, reason, until.")
    ] = None,
    json: JsonOption = False,
    csv: CsvOption = False,
    markdown: MarkdownOption = False,
    output: OutputOption = None,
) -> None:
    """Live access against the state of the stack in this folder: all that it holds, and each SCOPE that is named.

    Exit codes: 0 in sync, 1 something could not be checked, 2 drift, 3 both.

    Example: pulumi-collab drift --stack prod --ignore drift-ignore.yaml -o drift.sarif
    """
    kind = standard(json, csv, markdown)
    files = checked_files(output, ("json", "csv", "md", "html", "sarif"))
    named = _scopes(scopes)
    with one_line_errors("drift"):
        now = clock.now()
        entries = _ignored(ignore_file)
        here = stack_here(stack)
        if here is None:
            raise ConfigError("there is no Pulumi.yaml here: run it in the program's folder")
        document = here.export()
        held = in_state(document)
        origins = _origins(held)
        live = _read(here, origins, named, origins)
        found = compare(held, live, now, entries)
        found.not_checked += _no_package(document)
        deliver(drift_report(found, now, here.name or ""), kind, files)
    raise typer.Exit(found.exit)


def _scopes(texts: list[str] | None) -> list[ScopeRef]:
    try:
        return [scope_ref(text) for text in texts or ()]
    except CollabError as error:
        raise typer.BadParameter(str(error)) from None


def _origins(held: list[Held]) -> dict[ScopeRef, set[str]]:
    """The scopes that a state holds, with where that was made."""
    found: defaultdict[ScopeRef, set[str]] = defaultdict(set)
    for each in (each for each in held if each.scope.id not in ("", LATER)):
        found[each.scope] |= {each.origin} if each.origin else set()
    return dict(found)


def _held_if_known(here: Stack | None, *, must: bool) -> list[Held] | None:
    """What the state holds; None where there is none that can be read, which scopes that are named do not need."""
    if here is None:
        return None
    try:
        return in_state(here.export())
    except EngineFailed as error:
        if must:
            raise
        warn(f"what is declared is not known: {error}")
        return None


def _read(
    here: Stack | None, scopes: Iterable[ScopeRef], named: Iterable[ScopeRef], origins: Mapping[ScopeRef, set[str]]
) -> Live:
    with progress("reading") as say:
        return Services(here.config if here is not None else no_stack, say, warn).read(scopes, named, origins)


def _ignored(file: Path | None) -> list[ignore.Entry]:
    if file is None:
        return []
    try:
        return ignore.read(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _no_package(document: Any) -> list[NotChecked]:
    return [
        NotChecked(f"{name}:*", f"no installed package brings the platform {name!r}", do="install it, and run it again")
        for name in without_package(document)
    ]
