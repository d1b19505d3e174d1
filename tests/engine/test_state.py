"""State that earlier versions wrote is understood for ever."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pulumi_collab.emulator import Emulator

from .. import state as states
from ..quantconnect.behind import people
from .conftest import MakeProject

pytestmark = pytest.mark.engine

VERSIONS = sorted(path.parent for path in Path(states.__file__).parent.glob("*/state.json"))
assert VERSIONS, "no state of any version is kept"


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_no_change_on_old_state(make_project: MakeProject, emulator: Emulator, version: Path) -> None:
    """On an earlier version's state and program a preview shows nothing, refreshed or not; destroy ends it all."""
    emulator.seed(json.loads((version / "world.json").read_text()))
    made_at = json.loads((version / "made_at.json").read_text())  # the server has moved since, with all that is on it
    moved = {name.replace("_BASE_URL", "_FORMER_BASE_URL"): url for name, url in made_at.items()}
    project = make_project((version / "program.py").read_text(), emulator.environment() | moved)
    project.run("stack", "import", "--file", str(version / "state.json"))
    project.preview("--expect-no-changes", "--diff")
    project.clean()
    assert all(len(resource["inputs"]["__provider"]) < 200 for resource in project.resources().values())
    project.destroy()
    assert project.resources() == {}
    assert emulator.state()["sram"]["collaborations"] == []
    assert [p["publicId"] for p in people(emulator)] == ["owner-ola"]
