"""Killed in the middle: wherever the process dies, the next `up` reaches the declared state."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from pulumi_collab.emulator import Emulator

from .conftest import MakeProject
from .test_quantconnect import access, calls, program

pytestmark = pytest.mark.engine


def kill_session(session: int) -> None:
    """Kill the command and every plugin it started: plugins have process groups of their own."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(ValueError, OSError):
            if os.getsid(int(entry.name)) == session:
                os.kill(int(entry.name), signal.SIGKILL)


def test_killed_after_the_effect(make_project: MakeProject, emulator: Emulator) -> None:
    """Killed while the answer to a create is under way: the next up takes the access over, without a second mail."""
    project = make_project(program("mia=mia-ai"))
    emulator.fault(
        platform="quantconnect", operation="projects/collaboration/create", kind="timeout", when="after", times=1
    )
    command, environment = project.command("up", "--yes", "--skip-preview")
    with subprocess.Popen(
        command,
        cwd=project.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        end = time.monotonic() + 120
        while "create" not in calls(emulator):
            assert time.monotonic() < end, "no create was seen"
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.05)
        kill_session(process.pid)
    assert "mia" not in {n for n, r in project.resources().items() if r.get("id")}

    project.run("cancel", "--yes")
    project.up()
    assert access(emulator) == {"mia-ai": ("read", False)}
    assert calls(emulator).count("create") == 1
    project.clean()
