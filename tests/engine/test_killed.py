"""Killed in the middle: wherever the process dies, the next `up` reaches the declared state."""

from __future__ import annotations

import pytest

from pulumi_collab.emulator import Emulator

from .conftest import MakeProject
from .test_quantconnect import access, calls, program

pytestmark = pytest.mark.engine


def test_killed_after_the_effect(make_project: MakeProject, emulator: Emulator) -> None:
    """Killed while the answer to a create is under way: the next up takes the access over, without a second mail."""
    project = make_project(program("mia=mia-ai"))
    emulator.fault(
        platform="quantconnect", operation="projects/collaboration/create", kind="timeout", when="after", times=1
    )
    project.killed_up(lambda: "create" in calls(emulator))
    assert not any(resource.get("id") for resource in project.resources().values())

    project.up()
    assert access(emulator) == {"mia-ai": ("read", False)}
    assert calls(emulator).count("create") == 1
    project.clean()
