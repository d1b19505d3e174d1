"""An outside distribution joins by its entry point: in the registry, in the emulator, under the contract."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
import requests

from .conftest import EXAMPLE, Installed

REGISTRY = """
import json
from pulumi_collab.platform import load, platform, platforms
boards = platform("boards")
print(json.dumps({
    "platforms": list(platforms()),
    "token": boards.token(boards.kinds[0]),
    "provider": load(boards.kinds[0].provider).__name__,
}))
"""
COMMON_WORDS = """
import json
import pulumi

seen = []

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        seen.append([args.typ, args.inputs["board"], args.inputs["user"], args.inputs["role"]])
        return "plans/ann", args.inputs

    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Mocks())

from pulumi_collab import ProjectCollaborator

@pulumi.runtime.test
def declare():
    ProjectCollaborator("ann", platform="boards", project="plans", user="ann", role="editor")

declare()
print(json.dumps(seen))
"""


def test_the_registry_knows_it(installed: Installed) -> None:
    """It comes after ours, with its type token and its provider class."""
    assert json.loads(installed.python("-c", REGISTRY)) == {
        "platforms": ["quantconnect", "teamhub", "sram", "aps", "boards"],
        "token": "pulumi-python:dynamic/boards:ProjectCollaborator",
        "provider": "ProjectCollaboratorProvider",
    }


def test_common_words(installed: Installed) -> None:
    """A program that reads access from a table declares it by the same call as ours."""
    seen = json.loads(installed.python("-c", COMMON_WORDS))
    assert seen == [["pulumi-python:dynamic/boards:ProjectCollaborator", "plans", "ann", "editor"]]


def test_its_own_tests_pass(installed: Installed) -> None:
    """Its tests, which hold it to the contract in every variant, run as an outsider runs them, and all of them."""
    out = installed.python("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=installed.folder.parent / "source")
    assert " passed" in out
    assert "skipped" not in out


def test_the_emulator_serves_it(
    installed: Installed, served: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`pulumi-collab emulate` prints its variables and plays it, and `pulumi-collab access` tells who is on a board."""
    url, token = served["BOARDS_BASE_URL"], served["BOARDS_API_TOKEN"]
    signed = {"Authorization": f"Bearer {token}"}
    put = requests.put(f"{url}/boards/plans/members/ann", params={"role": "editor"}, headers=signed, timeout=10)
    assert put.status_code == 204
    origin = url.removesuffix("/boards/api")
    assert requests.get(f"{origin}/_emulator/state", timeout=10).json()["boards"]["boards"] == {
        "plans": {"ann": "editor"}
    }
    journal = requests.get(f"{origin}/_emulator/journal", timeout=10).json()
    assert [(entry["platform"], entry["method"], entry["status"]) for entry in journal] == [("boards", "PUT", 204)]
    assert token not in json.dumps(journal)
    assert requests.get(f"{origin}/_emulator/variants", timeout=10).json().keys() >= {"aps", "boards"}
    for name, value in served.items():
        monkeypatch.setenv(name, value)
    (grant,) = json.loads(installed.python("-m", "pulumi_collab", "access", "boards:plans", "--json"))["grants"]
    assert (grant["scope"]["id"], grant["principal"]["key"], grant["role"], grant["rank"]) == (
        "plans",
        "ann",
        "editor",
        1,
    )


def test_types(installed: Installed) -> None:
    """It passes mypy --strict, program and tests included, with the package's own types."""
    source = installed.folder.parent / "source"
    out = installed.python(
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        installed.folder.parent / "mypy",
        "--explicit-package-bases",
        *(source / name for name in ("pulumi_collab_boards", "program", "tests")),
        cwd=source,
    )
    assert "no issues found" in out


def test_it_is_small() -> None:
    """A platform is under 300 lines without its tests, all its files counted."""
    files = [path for path in EXAMPLE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    mine = [path for path in files if path.relative_to(EXAMPLE).parts[0] != "tests"]
    assert sum(len(path.read_text().splitlines()) for path in mine) < 300
