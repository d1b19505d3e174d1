"""What a type checker says about programs: mistakes in literal arguments are found before anything runs."""

from __future__ import annotations

from pathlib import Path

from mypy import api

RIGHT = """
from typing import Any

from pulumi_collab import ProjectCollaborator, quantconnect, teamhub

mia: quantconnect.ProjectCollaborator = ProjectCollaborator("a", platform="quantconnect", project=1, user="mia")
jo: teamhub.ProjectCollaborator = ProjectCollaborator("b", platform="teamhub", project="web", user="jo", role="guest")


def declare(row: dict[str, Any]) -> None:
    ProjectCollaborator(f"{row['user']}", **row)
    ProjectCollaborator("c", platform=row["platform"], project=row["project"], user=row["user"], role=row["role"])
"""

WRONG = """
from pulumi_collab import ProjectCollaborator
ProjectCollaborator("a", platform="teamhub", project="web", user="jo", role="write")
ProjectCollaborator("a", platform="teamhub", project="web", user="jo")
ProjectCollaborator("a", platform="teamhub", project="web", user="jo", role="guest", live_control=True)
ProjectCollaborator("a", platform="quantconnect", project="web", user="jo")
ProjectCollaborator("a", platform="quantconnect", project=1, user="jo", role="guest")
ProjectCollaborator("a", platform="gitlab", project="web", user="jo", role="guest")
"""


def checked(tmp_path: Path, text: str) -> list[str]:
    """The errors of `mypy --strict` about a program, each as `line: text`."""
    program = tmp_path / "program.py"
    program.write_text(text.strip())
    out, told, _ = api.run(
        ["--strict", "--no-error-summary", "--config-file", "", "--cache-dir", str(tmp_path / "cache"), str(program)]
    )
    assert told == ""
    mark = f"{program}:"
    return [line.removeprefix(mark) for line in out.splitlines() if line.startswith(mark) and ": error: " in line]


def test_right_calls_and_rows_pass(tmp_path: Path) -> None:
    """Each platform's call gives its own class, and rows of Any, as YAML gives them, pass."""
    assert checked(tmp_path, RIGHT) == []


def test_each_mistake_is_found(tmp_path: Path) -> None:
    """A role, an argument, a project or a platform that cannot be is an error on its line."""
    lines = [error.partition(":")[0] for error in checked(tmp_path, WRONG)]
    assert lines == [str(number) for number in range(2, 1 + len(WRONG.strip().splitlines()))]
