"""The example of an outside platform, built and installed as its users would have it, beside the package."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "examples" / "platform"


@dataclass(frozen=True)
class Installed:
    """An environment with both distributions. `folder` is where the outside one is."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """As a user's shell has it."""
        return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (self.folder, REPOSITORY)))}

    def python(self, *arguments: str | Path, cwd: Path | None = None) -> str:
        """What Python prints; it must succeed."""
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=cwd or self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The example, by pip, from a copy and without a package index."""
    top = tmp_path_factory.mktemp("outside")
    shutil.copytree(EXAMPLE, top / "source", ignore=shutil.ignore_patterns("__pycache__"))
    options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", str(top / "site"), str(top / "source")],
        check=True,
        timeout=300,
    )
    return Installed(top / "site")


@pytest.fixture
def served(installed: Installed) -> Iterator[Mapping[str, str]]:
    """`pulumi-collab emulate` as its users run it: the variables that it prints, while it runs."""
    command = [sys.executable, "-m", "pulumi_collab", "emulate", "--port", "0"]
    with subprocess.Popen(command, env=installed.environment, stdout=subprocess.PIPE, text=True) as emulate:
        try:
            assert emulate.stdout is not None
            found: dict[str, str] = {}
            while "BOARDS_API_TOKEN" not in found:  # the outside platform's come last
                line = emulate.stdout.readline()
                assert line, f"it ended before it printed the variables of the outside platform: {found}"
                name, _, value = shlex.split(line)[1].partition("=")
                found[name] = value
            yield found
        finally:
            emulate.terminate()
