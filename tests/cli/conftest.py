"""Commands in this process, against the emulator, with a `pulumi` that only prints what a test gives it."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from typer.testing import CliRunner, Result

from pulumi_collab.cli.app import app
from pulumi_collab.emulator import Emulator

Run = Callable[..., Result]

_PULUMI = """#!/bin/sh
case "$1" in
  stack) cat export.json ;;
  config) cat config.json ;;
  preview) cat preview.json ;;
  *) echo "error: no such command $1" >&2; exit 1 ;;
esac
"""


def control(world: Emulator, name: str, **body: Any) -> None:
    """What people do on a service's own pages: `control(world, "teamhub/edit", ...)`."""
    response = requests.post(f"{world.url}/_emulator/{name}", json=body, timeout=10)
    assert response.ok, response.text


@dataclass
class Project:
    """A folder with a Pulumi project, whose stack holds what a test says."""

    folder: Path

    def export(self, document: Any) -> None:
        """What `pulumi stack export` prints."""
        (self.folder / "export.json").write_text(json.dumps(document))

    def config(self, **values: Any) -> None:
        """What `pulumi config --json` prints."""
        (self.folder / "config.json").write_text(json.dumps(values))

    def preview(self, document: Any) -> None:
        """What `pulumi preview --json` prints."""
        (self.folder / "preview.json").write_text(json.dumps(document))


@pytest.fixture
def world(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, no_waiting: None) -> Emulator:
    """The emulator, to which this process's environment leads, in a folder without a project."""
    monkeypatch.chdir(tmp_path)
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    return emulator


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project, which is the current folder, with a stack that holds nothing."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    pulumi = bin_ / "pulumi"
    pulumi.write_text(_PULUMI)
    pulumi.chmod(pulumi.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(bin_), prepend=":")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: demo\nruntime: python\n")
    monkeypatch.chdir(folder)
    found = Project(folder)
    found.config()
    found.export({"deployment": {"resources": []}})
    return found


@pytest.fixture
def run() -> Run:
    """Runs a command: `run("drift", "--json")`."""
    runner = CliRunner()
    return lambda *arguments, **more: runner.invoke(app, arguments, prog_name="pulumi-collab", **more)
