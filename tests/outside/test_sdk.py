"""`pulumi_collab.sdk` is all that an outside platform imports, and importing it is cheap."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_collab import sdk
from pulumi_collab.emulator.platform import Platform as EmulatedPlatform
from pulumi_collab.platform import Platform

from .conftest import EXAMPLE

TESTING = {"pulumi_collab.emulator", "pulumi_collab.testing.conformance"}


def imported(text: str) -> Iterator[str]:
    """The modules that a file imports by their whole name."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("path", sorted(EXAMPLE.rglob("*.py")), ids=lambda path: str(path.relative_to(EXAMPLE)))
def test_the_example_imports_nothing_else_of_ours(path: Path) -> None:
    """The outside platform knows `pulumi_collab.sdk` alone; its tests, what is there for tests."""
    ours = {name for name in imported(path.read_text()) if name.split(".")[0] == "pulumi_collab"}
    allowed = {"pulumi_collab.sdk"} | (TESTING if path.parent.name == "tests" else set())
    assert ours <= allowed


@pytest.mark.parametrize("name", sdk.__all__)
def test_every_name_is_there(name: str) -> None:
    """Whatever it promises can be had, and says what it is."""
    assert getattr(sdk, name) is not None
    assert name in dir(sdk)


def test_two_kinds_of_platforms() -> None:
    """What the registry holds and what the emulator plays have names that tell them apart."""
    assert sdk.Platform is Platform
    assert sdk.EmulatedPlatform is EmulatedPlatform


def test_an_unknown_name() -> None:
    """A name that is not there is an AttributeError that says so, as of any module."""
    with pytest.raises(AttributeError, match=r"'pulumi_collab\.sdk' has no attribute 'Nothing'"):
        sdk.Nothing  # noqa: B018  # the access is what is tested


@pytest.mark.parametrize(
    ("name", "later"), [("Platform", ()), ("LifecycleProvider", ("pulumi",)), ("EmulatedPlatform", ("starlette",))]
)
def test_what_a_name_costs(name: str, later: tuple[str, ...]) -> None:
    """Neither Pulumi nor what the emulator needs is imported before a name is asked for that needs it."""
    shown = "print(*(name for name in ('pulumi', 'starlette') if name in sys.modules))"
    text = f"import sys; from pulumi_collab.sdk import {name}; {shown}"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert tuple(done.stdout.split()) == later
