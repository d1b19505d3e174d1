"""`pulumi-collab review`: exit codes and outputs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.reports.people import previewed, quantconnect, step

from .conftest import Project, Run

MIA = quantconnect("mia", "mia-ai", "write", live_control=True)
LOSS = json.dumps(previewed(step("delete", old=MIA)))


@pytest.mark.parametrize(
    ("rules", "code"),
    [((), 0), (("lose-access",), 2), (("privileged",), 0), (("privileged", "lose-access"), 2)],
)
def test_exit_codes(run: Run, rules: tuple[str, ...], code: int) -> None:
    """2 is for what `--fail-on` names, and nothing else."""
    result = run("review", "-", "--json", *(word for rule in rules for word in ("--fail-on", rule)), input=LOSS)
    assert result.exit_code == code
    assert json.loads(result.stdout)["verdict"] == ("blocked" if code else "ok")


def test_from_a_file_with_files(run: Run, tmp_path: Path) -> None:
    """A file is read, and every kind of file is written."""
    (tmp_path / "p.json").write_text(LOSS)
    outputs = [str(tmp_path / f"r.{ending}") for ending in ("md", "json", "html")]
    result = run("review", str(tmp_path / "p.json"), *(word for name in outputs for word in ("-o", name)))
    assert result.exit_code == 0
    assert "mia-ai: write + live control on QuantConnect 23456789" in result.stdout
    first = Path(outputs[0]).read_text().splitlines()[0]
    assert first == "### Access: 1 person loses access   <!-- pulumi-collab:review prod -->"


def test_of_a_stack(run: Run, project: Project) -> None:
    """With a stack the preview is run here."""
    project.preview(json.loads(LOSS))
    assert "mia-ai" in run("review", "--stack", "prod").stdout


@pytest.mark.parametrize("text", ["", "not json", json.dumps(previewed(error="error: it failed"))])
def test_what_cannot_be_reviewed(run: Run, text: str) -> None:
    """It is one line and exit code 1, whatever `--fail-on` says."""
    result = run("review", "--fail-on", "lose-access", input=text)
    assert result.exit_code == 1
    assert result.stderr.startswith("pulumi-collab review: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [("--fail-on", "everything"), ("--fail-on", "external"), ("--limit", "forge"), ("--limit", "-1"), ("-o", "x.csv")],
)
def test_usage_errors(run: Run, arguments: tuple[str, ...]) -> None:
    """What is wrong with the words of the command is exit code 2 with its usage."""
    result = run("review", *arguments, input=LOSS)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_the_limit(run: Run) -> None:
    """Markdown is not longer than the forge allows."""
    many = json.dumps(previewed(*(step("delete", old=quantconnect(f"r{n}", f"p-{n}", "read")) for n in range(400))))
    result = run("review", "--markdown", "--limit", "2000", input=many)
    assert len(result.stdout.encode()) <= 2000
    assert "Left out here" in result.stdout
