"""How this adapter tells what went wrong: one line that says what was being done, to whom, and what to do next."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from enum import Enum
from typing import Any

from ..errors import (
    CollabError,
    ConfigError,
    Differences,
    HalfDone,
    Hint,
    Listed,
    Problem,
    Refused,
    RequestError,
    Unauthenticated,
    one_line,
)
from ..settings import BASE_URL, FORMER_BASE_URL, Schema, Settings, flag, uses_stack

HINTS = {
    Hint.ADOPT: "set adopt=True to take it over and change it, or declare what is there",
    Hint.FORGET: "if it is gone for good, take it out of the state with `pulumi state delete`",
    Hint.TAKE_OUT: "if it is gone for good, take it out of the program and run `pulumi up` without --refresh",
    Hint.REFRESH: "run `pulumi refresh`",
    Hint.AGAIN: "run `pulumi up` again",
    Hint.REPLACE: "change it in the web interface, or set allow_replacement=True to replace it",
    Hint.FORCE: "set force_destroy=True and run `pulumi up` before it is destroyed or replaced",
}
"""What to do next, as it is written in Pulumi and Python."""

STALE = (
    "; refresh and destroy use the stack configuration of the last `pulumi up`: after a change run that first, or add "
    "--run-program"
)


LONGEST = 32_000
"""Characters of one text: an error of a set names everybody whom it is about."""


class Told(Enum):
    """What was being done."""

    NOTHING = ""
    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"


class Error(Exception):
    """What the engine prints: `pulumi-collab: ...`, where another module and name would show as a path."""

    __module__ = "builtins"
    __qualname__ = "pulumi-collab"

    made: tuple[str, dict[str, Any]] | None = None
    """The id and the outputs of what there is all the same, where some of it was done."""


def hinted(problem: Problem) -> Problem:
    """The problem with its hint in words, as the engine prints it."""
    return Problem(problem.property, fit(_with(problem.reason, problem.hint)))


def fit(text: str) -> str:
    """A text on one harmless line, unless we have made it of several."""
    return text if isinstance(text, Listed) else one_line(text, limit=LONGEST)


def elsewhere(about: str, kept: str, now: str, settings: Settings) -> ConfigError:
    """The settings lead to another server than the one where the thing was made."""
    former = settings.place(FORMER_BASE_URL)
    return ConfigError(
        f"{about or 'this resource'} was made at {kept}, and {settings.place(BASE_URL)} leads to {now}: nothing was "
        "asked or changed there; correct the settings, or where the server has moved name its former base URL in "
        f"{former}"
    )


@contextlib.contextmanager
def told(about: str, doing: Told, schema: Schema | None = None, account: str | None = None) -> Iterator[None]:
    """Turn whatever goes wrong into one `Error`."""
    try:
        yield
    except CollabError as found:
        error = found.error if isinstance(found, HalfDone) else found
        text = _with(str(error), error.hint if isinstance(error, Refused) else None)
        if isinstance(error, RequestError) and doing is not Told.NOTHING:
            text = f"could not {doing.value} {about}: {text}"
        text = fit(error.listed if isinstance(error, Differences) else text)
        if doing in (Told.READ, Told.DELETE) and isinstance(error, (ConfigError, Unauthenticated)):
            text += STALE if schema is not None and uses_stack(schema, account) else ""
        shown = Error(text)
        shown.made = found.made if isinstance(found, HalfDone) else None
        raise shown from (error if flag("PULUMI_COLLAB_DEBUG") else None)


def _with(text: str, hint: Hint | None) -> str:
    return f"{text}; {HINTS[hint]}" if hint is not None else text
