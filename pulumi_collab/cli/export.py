"""`pulumi-collab export`: code that declares today's access."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from pulumi_collab.cli.access import named_scopes
from pulumi_collab.cli.engine import EngineFailed, no_stack, stack_here
from pulumi_collab.cli.output import StackOption, deliver, one_line_errors, people, progress, warn
from pulumi_collab.cli.reading import Services
from pulumi_collab.declarations import Declaration
from pulumi_collab.errors import CollabError, ConfigError
from pulumi_collab.platform import platform
from pulumi_collab.reports import accessfile
from pulumi_collab.reports.adoption import NotTaken
from pulumi_collab.reports.export import Exported, declared_today, export_report, program
from pulumi_collab.reports.live import NotChecked
from pulumi_collab.reports.resources import ScopeRef
from pulumi_collab.settings import StackConfig

Files = dict[str, str]


def export(
    scopes: Annotated[list[str], typer.Argument(metavar="SCOPE...", help="Such as quantconnect:23456789.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the program goes.")],
    whole: Annotated[bool, typer.Option("--set", help="One resource for everybody in a scope.")] = False,
    kind: Annotated[Literal["program", "access-file"], typer.Option("--as", help="What is written.")] = "program",
    stack: StackOption = None,
) -> None:
    """Write a program, or an access file, that declares today's access. No file that is there is overwritten.

    Exit codes: 0 done, 1 not all of it.

    Example: pulumi-collab export quantconnect:23456789 teamhub:web --out infra
    """
    named = named_scopes(scopes)
    with one_line_errors("export"):
        with progress("reading") as say:
            services = Services(_config(stack), say, warn)
            named, missing = services.expanded(named)
            left: list[NotTaken] = [NotTaken(each.scope, each.words, each.do) for each in missing]
            files, count = (_access_file if kind == "access-file" else _program)(services, named, whole, left)
        _write(out, files | {"Pulumi.yaml": f"name: {_project_name(out)}\nruntime: python\n"})
        deliver(export_report(count, len(named), left, str(out)), "table", ())
    raise typer.Exit(1 if left else 0)


def _config(name: str | None) -> StackConfig:
    here = stack_here(name)
    if here is None:
        return no_stack
    try:
        here.config("pulumi:any")
    except EngineFailed:
        if name is not None:
            raise
        return no_stack
    return here.config


def _program(services: Services, named: list[ScopeRef], whole: bool, left: list[NotTaken]) -> tuple[Files, int]:
    found: list[Exported] = []
    for scope in dict.fromkeys(named):
        service = platform(scope.platform)
        try:
            declared = declared_today(service, services.directory(service, scope.account), scope.id, whole)
        except CollabError as error:
            told = NotChecked.because(scope, error)
            left.append(NotTaken(told.scope, told.words, told.do))
            continue
        for each in declared:
            if isinstance(each, Declaration):
                found.append(Exported(service, each, scope.account))
            else:
                left.append(NotTaken(f"{scope} {each.who}", each.why, "manage it where it comes from"))
    if not found:
        return {}, 0
    return {"__main__.py": program(found, f"Access to {', '.join(map(str, named))}."), **_REQUIRES}, len(found)


def _access_file(services: Services, named: list[ScopeRef], whole: bool, left: list[NotTaken]) -> tuple[Files, int]:
    live = services.read((), named)
    left += [NotTaken(each.scope, each.words, each.do) for each in live.not_checked]
    text, count = accessfile.access_file(live.grants, whole), sum(map(len, live.grants.values()))
    return {"access.yaml": text, "__main__.py": accessfile.PROGRAM, **_REQUIRES} if live.grants else {}, count


_REQUIRES: Mapping[str, str] = {"requirements.txt": "pulumi-collab\n"}


def _project_name(out: Path) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", out.resolve().name.casefold()).strip("-") or "access"


def _write(out: Path, files: Files) -> None:
    """All of them or none: what is there stays as it is."""
    if len(files) == 1:
        return
    if there := [str(out / name) for name in files if (out / name).exists()]:
        raise ConfigError(f"{', '.join(there)} is there already, so nothing was written: choose another --out")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out} cannot be written: {error.strerror or error}") from error
    people().print(f"written: {', '.join(str(out / name) for name in files)}")
