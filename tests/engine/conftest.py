"""What tests on the real engine share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pulumi_collab.emulator import Emulator

from .harness import Project

MakeProject = Callable[..., Project]


@pytest.fixture
def make_project(tmp_path: Path, emulator: Emulator) -> MakeProject:
    """Makes projects whose programs talk to the emulator, unless another environment is given."""
    if shutil.which("pulumi") is None:
        pytest.fail("no pulumi on PATH: run the tests with `make test`, which provides one")

    def make(program: str | Path, environment: Mapping[str, str] | None = None, name: str = "p") -> Project:
        return Project(tmp_path / name, program, emulator.environment() if environment is None else environment)

    return make
