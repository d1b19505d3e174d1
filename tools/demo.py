"""The main job as a story, on the emulator: give access, see it changed by somebody else, repair it, take it away.

`make demo` runs it with the engine on PATH. Every step checks what really happened; the first that is not as told ends
the demo with exit code 1. Nothing but loopback is used, nothing keeps running, nothing is left in the working tree.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pulumi_collab.emulator import Emulator
from pulumi_collab.quantconnect.client import Client
from pulumi_collab.settings import Settings

REPOSITORY = Path(__file__).parents[1]
Access = dict[str, tuple[str, bool]]

console = Console(highlight=False, soft_wrap=True)


class DemoError(Exception):
    """A step did not do what the story tells."""


class Demo:
    """The example project in a folder of its own, against an emulator of its own."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self._folder = folder / "project"
        (self._folder / "examples").mkdir(parents=True)
        (folder / "state").mkdir()
        # a copy, because the engine writes a stack's settings beside Pulumi.yaml
        shutil.copy(REPOSITORY / "Pulumi.yaml", self._folder)
        shutil.copytree(REPOSITORY / "examples" / "quickstart", self._folder / "examples" / "quickstart")
        settings = emulator.environment()
        self._secret = settings["QUANTCONNECT_API_TOKEN"]
        self._environment = {
            **os.environ,
            **settings,
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "demo",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        self._owner = Client(
            Settings(
                {
                    "base_url": settings["QUANTCONNECT_BASE_URL"],
                    "user_id": settings["QUANTCONNECT_USER_ID"],
                    "api_token": settings["QUANTCONNECT_API_TOKEN"],
                }
            )
        )

    def tell(self) -> None:
        """The story."""
        self._pulumi("stack", "init", "demo", quiet=True)

        self._chapter("1. Give access: what the program declares is applied")
        self._pulumi("up", "--yes", "--skip-preview")
        declared = self._declared()
        if len(declared) < 2:
            raise DemoError(f"the example declares access for {len(declared)} people, and this story needs two")
        project_id = next(iter(declared.values()))["project_id"]
        wanted: Access = {d["user"]: (d["permission"], d["live_control"]) for d in declared.values()}
        self._expect("after `pulumi up`", project_id, wanted)

        self._chapter("2. Behind Pulumi's back, somebody raises one role and removes one person")
        raised = next((u for u, access in wanted.items() if access == ("read", False)), None)
        if raised is None:
            raise DemoError("the example gives nobody plain read access, so no role can be raised")
        removed = next(u for u in wanted if u != raised)
        self._owner.update(project_id, raised, "write", False)
        self._owner.delete(project_id, removed)
        changed: Access = {u: a for u, a in wanted.items() if u != removed} | {raised: ("write", False)}
        self._expect("now", project_id, changed)

        self._chapter("3. A preview shows exactly that, and changes nothing")
        seen = self._pulumi("preview", "--refresh", "--diff", "--expect-no-changes", ok=False)
        for sign in ('~ permission  : "write" => "read"', "+ 1 to create", "~ 1 to update"):
            if sign not in seen:
                raise DemoError(f"the preview does not show `{sign}`")
        self._expect("still", project_id, changed)

        self._chapter("4. Repair: up --refresh brings back what is declared")
        self._pulumi("up", "--yes", "--skip-preview", "--refresh")
        self._expect("after the repair", project_id, wanted)

        self._chapter("5. Take it all away")
        self._pulumi("destroy", "--yes", "--skip-preview")
        self._expect("after `pulumi destroy`", project_id, {})

    def _chapter(self, title: str) -> None:
        console.print(f"\n[bold]{title}[/bold]")

    def _pulumi(self, *arguments: str, ok: bool = True, quiet: bool = False) -> str:
        if not quiet:
            console.print(f"  $ pulumi {' '.join(arguments)}", style="cyan", markup=False)
        said: list[str] = []
        with subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line)
                if not quiet and line.strip() and "[urn=" not in line:
                    console.print(f"    {line.rstrip()}", style="dim", markup=False)
        text = "".join(said)
        if self._secret in text:
            raise DemoError("a token was shown")
        if (process.returncode == 0) is not ok:
            if quiet:
                console.print(text, markup=False)
            raise DemoError(f"`pulumi {' '.join(arguments)}` ended with exit code {process.returncode}")
        return text

    def _declared(self) -> dict[str, dict[str, Any]]:
        state = json.loads(self._pulumi("stack", "export", quiet=True))
        resources = state["deployment"].get("resources", [])
        kind = "pulumi-python:dynamic/quantconnect:ProjectCollaborator"
        return {r["urn"].split("::")[-1]: r["inputs"] for r in resources if r["type"] == kind}

    def _expect(self, when: str, project_id: int, wanted: Access) -> None:
        people = self._owner.collaborators(project_id)
        table = Table(title=f"Who has access {when}", title_justify="left", title_style="")
        for heading in ("person", "permission", "live control", "owner"):
            table.add_column(heading)
        for p in people:
            table.add_row(p.user, p.permission, "yes" if p.live_control else "no", "yes" if p.owner else "")
        console.print(table)
        found = {p.user: (str(p.permission), p.live_control) for p in people if not p.owner}
        if found != wanted:
            raise DemoError(f"{when} access should be {wanted}, and is {found}")
        if sum(p.owner for p in people) != 1:
            raise DemoError("the owner is gone")


def main() -> int:
    """Tell the story; 0 when every step was as told."""
    started = time.monotonic()
    console.print("pulumi-collab demo: collaborator access as infrastructure state, on an emulator of QuantConnect.")
    with tempfile.TemporaryDirectory(prefix="pulumi-collab-demo-") as folder, Emulator() as emulator:
        try:
            Demo(Path(folder), emulator).tell()
        except (DemoError, OSError) as error:
            console.print(f"\nThe demo failed: {error}", style="red", markup=False)
            return 1
    console.print(
        f"\nDone in {time.monotonic() - started:.0f} seconds: every step was checked, and nothing keeps running."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
