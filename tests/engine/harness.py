"""A Pulumi project in a folder of its own, driven by the real engine."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
DRIFT = 7
"""The exit code of `preview --expect-no-changes` when there are changes."""
QUICKLY = ("--yes", "--skip-preview", "--suppress-progress", "--diff")


@dataclass(frozen=True)
class Run:
    """One finished `pulumi` command."""

    code: int
    out: str

    def changes(self) -> dict[str, str]:
        """Of a `--json` preview: what happens to each resource of ours, by name, where something does."""
        steps = json.loads(self.out[self.out.index("{") :])["steps"]
        return {
            step["urn"].split("::")[-1]: step["op"]
            for step in steps
            if "pulumi-python:dynamic" in step["urn"] and step["op"] not in ("same", "refresh")
        }


class Project:
    """A project with one stack, `test`, on a file backend; `program` is the text of `__main__.py`, or a folder."""

    def __init__(self, folder: Path, program: str | Path, environment: Mapping[str, str]) -> None:
        self.folder = folder / "project"
        self._environment: dict[str, str | None] = dict(environment)
        if isinstance(program, Path):
            shutil.copytree(program, self.folder)
        else:
            self.folder.mkdir(parents=True)
            self.write(program)
        if not (self.folder / "Pulumi.yaml").exists():
            (self.folder / "Pulumi.yaml").write_text("name: test-project\nruntime: python\n")
        self.backend = folder / "backend"
        self.backend.mkdir()
        self.run("stack", "init", "test")

    def write(self, program: str) -> None:
        """Put another program in place."""
        (self.folder / "__main__.py").write_text(program)

    def environment(self, **changes: str | None) -> None:
        """Change the environment of later commands; None takes a variable away."""
        self._environment.update(changes)

    def run(self, *arguments: str, ok: bool | None = True) -> Run:
        """Run a `pulumi` command; `ok` is whether it must succeed, None for either."""
        command, environment = self.command(*arguments)
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        run = Run(done.returncode, done.stdout + done.stderr)
        assert ok is None or (run.code == 0) is ok, f"pulumi {' '.join(arguments)} ended with {run.code}:\n{run.out}"
        return run

    def command(self, *arguments: str) -> tuple[list[str], dict[str, str]]:
        """The command line and the environment of a `pulumi` command."""
        ours = ("QUANTCONNECT_", "TEAMHUB_", "SRAM_", "APS_")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        settings = {
            "PULUMI_BACKEND_URL": f"file://{self.backend}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        environment = {k: v for k, v in (inherited | settings | self._environment).items() if v is not None}
        return ["pulumi", *arguments, "--non-interactive", "--color", "never"], environment

    def up(self, *arguments: str, ok: bool | None = True) -> Run:
        """`pulumi up`, without its own preview, which takes as long again (`--skip-preview=false` asks for it)."""
        return self.run("up", *QUICKLY, *arguments, ok=ok)

    def killed_up(self, when: Callable[[], bool]) -> None:
        """Start an `up`, and kill all of it, plugins included, once `when` is true; free the stack's lock."""
        command, environment = self.command("up", "--yes", "--skip-preview")
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            end = time.monotonic() + 120
            while not when():
                assert time.monotonic() < end, "the moment to kill it never came"
                assert process.poll() is None, "it ended before it could be killed"
                time.sleep(0.05)
            for entry in Path("/proc").iterdir():  # by session: plugins have process groups of their own
                with contextlib.suppress(ValueError, OSError):
                    if os.getsid(int(entry.name)) == process.pid:
                        os.kill(int(entry.name), signal.SIGKILL)
        self.run("cancel", "--yes")

    def preview(self, *arguments: str, ok: bool | None = True) -> Run:
        """`pulumi preview`."""
        return self.run("preview", "--suppress-progress", *arguments, ok=ok)

    def drift(self) -> Run:
        """What a refreshed preview would change, as a diff; fails unless there is something."""
        run = self.preview("--refresh", "--diff", "--expect-no-changes", ok=None)
        assert run.code == DRIFT, f"no drift was seen:\n{run.out}"
        return run

    def clean(self) -> None:
        """A refreshed preview shows nothing to do, or this fails."""
        self.preview("--refresh", "--diff", "--expect-no-changes")

    def refresh(self, *arguments: str, ok: bool | None = True) -> Run:
        """`pulumi refresh`."""
        return self.run("refresh", *QUICKLY, *arguments, ok=ok)

    def destroy(self, *arguments: str, ok: bool | None = True) -> Run:
        """`pulumi destroy`."""
        return self.run("destroy", *QUICKLY, *arguments, ok=ok)

    def resources(self) -> dict[str, dict[str, Any]]:
        """Our resources in the state, by name."""
        state = json.loads(self.run("stack", "export").out)
        return {
            r["urn"].split("::")[-1]: r
            for r in state["deployment"].get("resources", [])
            if r["type"].startswith("pulumi-python:dynamic")
        }

    def state_files(self) -> str:
        """All that the backend and the project's folder hold, as text, to look for what must not be there."""
        return "\n".join(
            path.read_text(errors="replace")
            for top in (self.backend, self.folder)
            for path in top.rglob("*")
            if path.is_file()
        )
