"""The built wheel in a new virtual environment, with a program elsewhere on disk and the emulator as a command."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from ..core.scripted import ScriptedServer
from ..quantconnect.behind import call
from ..teamhub import behind as teamhub
from .harness import REPOSITORY, Project
from .test_quantconnect import program

pytestmark = pytest.mark.engine


def test_the_wheel_is_all_a_user_needs(tmp_path: Path) -> None:
    """Up, clean preview, drift, repair and destroy work from the wheel, its command and its dependencies."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(REPOSITORY)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(python),
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            str(wheel),
        ],
        check=True,
        env=environment,
    )
    # the dependencies, without a package index: those of the environment that runs the tests
    (site,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    where = subprocess.run(
        [str(python), "-c", "import pulumi_collab; print(pulumi_collab.__file__)"],
        check=True,
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    ).stdout
    assert where.startswith(str(site)), "the checkout is used instead of the wheel"

    with subprocess.Popen(
        [str(tmp_path / "venv" / "bin" / "pulumi-collab"), "emulate", "--port", "0"],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    ) as emulate:
        try:
            assert emulate.stdout is not None
            settings: dict[str, str] = {}
            while "APS_ACCESS_TOKEN" not in settings:  # the last of the lines
                found = re.match(r"export (\w+)='?([^'\n]*)'?", emulate.stdout.readline())
                assert found, "the command did not print what a shell needs"
                settings[found[1]] = found[2]
            live_out(tmp_path, settings, f"{tmp_path / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}")
        finally:
            emulate.send_signal(signal.SIGTERM)


def live_out(folder: Path, settings: dict[str, str], path: str) -> None:
    """The life of two collaborators in a project that knows nothing of the checkout; no plugin is asked for."""
    jane = """
from pulumi_collab import teamhub
teamhub.ProjectCollaborator("jane", project="web", collaborator="jane.doe", role="guest")
"""
    project = Project(folder / "elsewhere", program("mia=mia-ai,permission='write'", extra=jane), settings)
    project.environment(PATH=path, PYTHONPATH=None)
    with ScriptedServer((404, {}, "")) as plugins:
        # Pulumi takes a distribution called `pulumi-...` for one with a plugin to download, unless its package holds a
        # `pulumi-plugin.json` that denies it: `pulumi install` fails, and each preview tries for seconds.
        project.environment(PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES=f".*={plugins.url}")
        project.run("install", "--no-dependencies")  # those would come from a package index
        project.up()
        project.clean()
        origin = settings["QUANTCONNECT_BASE_URL"].split("/quantconnect")[0]
        call(origin, "update", collaboratorUserId="mia-ai", write=False, liveControl=False)
        teamhub.call(origin, "PUT", "jane.doe", role="master")
        drift = project.drift().out
        assert '~ permission  : "read" => "write"' in drift
        assert '~ role        : "master" => "guest"' in drift
        project.up("--refresh")
        project.clean()
        project.destroy()
    assert plugins.seen == []
