"""What every report command shares: its options, where its report goes, and errors as one line."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pulumi_collab.errors import CollabError, one_line
from pulumi_collab.reports.model import Report
from pulumi_collab.reports.render import KINDS
from pulumi_collab.reports.render.markdown import markdown
from pulumi_collab.reports.render.table import show

_WIDE = 4000
"""Columns where nobody looks at a screen: nothing is wrapped."""

StackOption = Annotated[
    str | None, typer.Option("--stack", "-s", help="The stack; the selected one if it is not given.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="CSV instead of a table.")]
MarkdownOption = Annotated[bool, typer.Option("--markdown", help="Markdown instead of a table.")]
OutputOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write a file as well; its ending says which kind. Repeatable."
    ),
]


def people() -> Console:
    """Standard error, for what is said beside the report."""
    return Console(stderr=True, highlight=False, soft_wrap=True, markup=False)


def warn(text: str) -> None:
    """Say something beside the report."""
    people().print(f"warning: {one_line(text)}")


@contextlib.contextmanager
def progress(what: str) -> Iterator[Callable[[str], None]]:
    """A line that changes while something takes long, on a terminal alone."""
    console = people()
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status(what) as status:
        yield lambda text: status.update(f"{what}: {text}")


@contextlib.contextmanager
def one_line_errors(command: str) -> Iterator[None]:
    """An error of ours ends the command with one line and exit code 1."""
    try:
        yield
    except CollabError as error:
        people().print(f"pulumi-collab {command}: {one_line(str(error), limit=1000)}")
        raise typer.Exit(1) from None


def standard(json: bool = False, csv: bool = False, md: bool = False) -> str:
    """Which kind goes to standard output."""
    chosen = [name for name, on in (("json", json), ("csv", csv), ("md", md)) if on]
    if len(chosen) > 1:
        raise typer.BadParameter(
            "only one of --json, --csv and --markdown goes to standard output: use -o FILE as well"
        )
    return chosen[0] if chosen else "table"


def checked_files(files: Sequence[Path] | None, kinds: Collection[str]) -> list[Path]:
    """The files to write, whose endings must be kinds that this command has."""
    for file in files or ():
        if file.suffix.removeprefix(".").lower() not in kinds:
            endings = ", ".join(f".{kind}" for kind in kinds)
            raise typer.BadParameter(f"-o {file}: the ending must be one of {endings}")
    return list(files or ())


def deliver(report: Report, kind: str, files: Sequence[Path], limit: int | None = None) -> None:
    """Write the files, and print the report."""
    for file in files:
        ending = file.suffix.removeprefix(".").lower()
        text = markdown(report, limit) if ending == "md" else KINDS[ending](report)
        try:
            file.write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise CollabError(f"{file} cannot be written: {error.strerror or error}") from error
    if kind == "table":
        on_screen = sys.stdout.isatty()
        console = Console(
            file=sys.stdout,
            highlight=False,
            width=None if on_screen else _WIDE,
            force_terminal=None if on_screen else False,
            color_system="auto" if on_screen else None,
        )
        show(report, console)
    else:
        sys.stdout.write(markdown(report, limit) if kind == "md" else KINDS[kind](report))
        sys.stdout.flush()
