"""Programs of other kinds: the Automation API, data functions, Pulumi's mocks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pulumi.automation as auto
import pytest

from pulumi_collab import quantconnect
from pulumi_collab.emulator import Emulator

from ..quantconnect.behind import PROJECT, people
from .conftest import MakeProject
from .harness import REPOSITORY

pytestmark = pytest.mark.engine


def test_the_automation_api_runs_a_program_again(emulator: Emulator, tmp_path: Path) -> None:
    """Inline in one process: preview, up, up again without a change, destroy; no run knows the one before."""

    def program() -> None:
        quantconnect.ProjectCollaborator("mia", project_id=PROJECT, user="mia-ai", permission="write")

    stack = auto.create_stack(
        "test",
        project_name="inline",
        program=program,
        opts=auto.LocalWorkspaceOptions(
            work_dir=str(tmp_path),
            env_vars={
                **emulator.environment(),
                "PULUMI_BACKEND_URL": f"file://{tmp_path}",
                "PULUMI_CONFIG_PASSPHRASE": "test",
            },
        ),
    )
    assert stack.preview().change_summary[auto.OpType.CREATE] == 2
    assert stack.up().summary.resource_changes == {"create": 2}
    assert stack.up().summary.resource_changes == {"same": 2}
    assert {p["publicId"] for p in people(emulator)} == {"owner-ola", "mia-ai"}
    stack.destroy()
    assert {p["publicId"] for p in people(emulator)} == {"owner-ola"}


def test_a_data_function_lists_everybody(make_project: MakeProject) -> None:
    """`get_project_collaborators` tells the program who is there, the owner too; a failure is one line."""
    program = """
import pulumi
from pulumi_collab import quantconnect
people = quantconnect.get_project_collaborators({project})
pulumi.export("people", [f"{{p.user}} {{p.permission}} {{p.live_control}} {{p.owner}} {{p.uid}}" for p in people])
"""
    project = make_project(program.format(project=PROJECT))
    project.up()
    assert "owner-ola write True True 1001" in project.run("stack", "output", "--json").out
    project.write(program.format(project=404))
    run = project.preview(ok=False)
    assert "could not list the collaborators of QuantConnect project 404: QuantConnect refused" in run.out
    assert "Traceback" not in run.out
    project.write(program.format(project="pulumi.Output.from_input(5)"))
    assert "project_id: must be known when the program runs" in project.preview(ok=False).out
    project.write(program.format(project=f"'{PROJECT}'"))
    project.preview()


def test_a_program_is_unit_tested_with_mocks() -> None:
    """The example of a user's unit test under `set_mocks` passes."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(REPOSITORY / "examples" / "unit_test")],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=REPOSITORY / "examples" / "unit_test",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_outputs_have_their_types(make_project: MakeProject) -> None:
    """A resource's outputs reach the program as what they are: whole numbers, truth values and text."""
    project = make_project(
        """
import pulumi
from pulumi_collab import quantconnect
mia = quantconnect.ProjectCollaborator("mia", project_id=23456789, user="mia-ai")
seen = pulumi.Output.all(mia.project_id, mia.live_control, mia.uid, mia.email, mia.id)
pulumi.export("seen", seen.apply(lambda values: " ".join(map(repr, values))))
"""
    )
    project.up()
    seen = project.run("stack", "output", "seen").out.strip()
    assert seen == "23456789 False 1002 'mia-ai@example.org' '23456789/mia-ai'"
