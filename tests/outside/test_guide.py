"""`docs/add-a-platform.md`, followed word for word, is the example."""

from __future__ import annotations

import re

from .conftest import EXAMPLE, REPOSITORY

GUIDE = (REPOSITORY / "docs" / "add-a-platform.md").read_text()


def test_the_guide_is_the_example() -> None:
    """The files that the guide shows are those of the example, to the letter, and there are no others."""
    shown = dict(re.findall(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE))
    shown |= dict.fromkeys(re.findall(r"^An empty `([\w./]+)`", GUIDE, re.MULTILINE), "")
    files = (path for path in EXAMPLE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert shown == {path.relative_to(EXAMPLE).as_posix(): path.read_text() for path in files}
