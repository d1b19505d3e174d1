"""The outside platform on the real engine: `pulumi up`, a clean preview, drift, destroy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import requests

from ..core.scripted import ScriptedServer
from ..engine.harness import Project
from .conftest import EXAMPLE, Installed

pytestmark = pytest.mark.engine


def test_a_whole_life(installed: Installed, served: Mapping[str, str], tmp_path: Path) -> None:
    """The example's program is made, stays clean, shows drift, is repaired and destroyed; no plugin is looked for."""
    origin = served["BOARDS_BASE_URL"].removesuffix("/boards/api")

    def held() -> dict[str, str]:
        world = requests.get(f"{origin}/_emulator/state", timeout=10).json()
        people: dict[str, str] = world["boards"]["boards"]["plans"]
        return people

    with ScriptedServer((404, {}, "")) as plugins:
        project = Project(tmp_path, EXAMPLE / "program", {"PYTHONPATH": installed.environment["PYTHONPATH"], **served})
        project.environment(PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES=f".*={plugins.url}")
        project.run("install", "--no-dependencies")
        project.up()
        assert held() == {"ann": "editor", "bob": "viewer"}
        assert project.resources()["ann"]["id"] == "plans/ann"
        project.clean()
        requests.put(
            f"{served['BOARDS_BASE_URL']}/boards/plans/members/ann",
            params={"role": "viewer"},
            headers={"Authorization": f"Bearer {served['BOARDS_API_TOKEN']}"},
            timeout=10,
        ).raise_for_status()
        assert re.search(r'~ role *: "viewer" => "editor"', project.drift().out)
        project.up("--refresh")
        project.clean()
        assert served["BOARDS_API_TOKEN"] not in project.state_files()
        project.destroy()
        assert held() == {}
    assert plugins.seen == []
