"""Answers that no service means to give: headers sent back, gzip bombs, JSON nested beyond reason."""

import gzip
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from pulumi_collab.emulator.platform import Answer

_MEBIBYTE = 2**20


def echo(headers: Mapping[str, str], status: int) -> Answer:
    """An error that repeats the request's headers, wherever one of the services would have its text."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    text = f"The request could not be handled: {'; '.join(lines)}"
    return Answer.json({"success": False, "errors": [text, *lines], "message": text, "developerMessage": text}, status)


def bomb(answer: Answer, megabytes: int, layers: int) -> Answer:
    """The answer behind so many MiB of blanks, which are JSON still, and in so many layers of gzip."""
    if not layers:
        return replace(answer, body=b" " * (megabytes * _MEBIBYTE) + answer.body)
    body = _blanks() * megabytes + gzip.compress(answer.body, mtime=0)  # gzip's parts can be put together
    for _ in range(layers - 1):
        body = gzip.compress(body, mtime=0)
    return replace(answer, body=body, headers={**answer.headers, "Content-Encoding": ", ".join(["gzip"] * layers)})


def nested(depth: int) -> bytes:
    """JSON so many levels deep, objects and lists in turn, under a name where clients look for a text."""
    opened = "".join('{"errors": ' if level % 2 == 0 else "[" for level in range(depth))
    closed = "".join("}" if level % 2 == 0 else "]" for level in reversed(range(depth)))
    return f'{opened}"deep"{closed}'.encode()


def with_body(answer: Answer) -> Answer:
    """The answer, and where it has no body, one that has."""
    return answer if answer.body else Answer.json({}, 200 if answer.status == 204 else answer.status)


@cache
def _blanks() -> bytes:
    return gzip.compress(b" " * _MEBIBYTE, mtime=0)
