"""The `pulumi` command, asked for what a stack holds. Nothing here changes anything."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pulumi_collab.errors import CollabError, ConfigError, one_line
from pulumi_collab.platform import platforms
from pulumi_collab.reports.resources import Unreadable
from pulumi_collab.settings import StackConfig, uses_stack

PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")


class EngineFailed(CollabError):
    """A `pulumi` command failed."""


def project_folder(start: Path) -> Path | None:
    """The folder of the Pulumi project that this folder is in."""
    return next(
        (folder for folder in (start, *start.parents) if any((folder / name).is_file() for name in PROJECT_FILES)), None
    )


def no_stack(_key: str) -> None:
    """The configuration of no stack."""


class Stack:
    """One stack of the project in this folder; without a name the selected one."""

    def __init__(self, name: str | None, folder: Path) -> None:
        self.name = name
        self.folder = folder

    def run(self, *arguments: str, ok: bool = True) -> str:
        """What a `pulumi` command prints. Raises `EngineFailed` when it fails, unless that is all right."""
        command = shutil.which("pulumi")
        if command is None:
            raise EngineFailed(
                "the `pulumi` command is not on PATH: install it from https://www.pulumi.com/docs/install"
            )
        stack = ("--stack", self.name) if self.name else ()
        done = subprocess.run(  # noqa: S603 - the engine's own command, with arguments of ours
            [command, *arguments, *stack, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode and ok:
            told = one_line(done.stderr.strip().removeprefix("error: ") or done.stdout)
            raise EngineFailed(f"`pulumi {' '.join(arguments[:2])}` failed: {told}")
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """The JSON that a `pulumi` command prints."""
        try:
            return json.loads(self.run(*arguments))
        except ValueError as error:
            raise Unreadable(f"`pulumi {' '.join(arguments)}` printed no JSON: {error}") from error

    def export(self) -> Any:
        """The state, with what is secret in it encrypted."""
        return self.json("stack", "export")

    @cached_property
    def _plain(self) -> Mapping[str, Any]:
        found = self.json("config", "--json")
        return found if isinstance(found, dict) else {}

    @cached_property
    def _open(self) -> Mapping[str, Any]:
        found = self.json("config", "--json", "--show-secrets")
        return found if isinstance(found, dict) else {}

    @property
    def config(self) -> StackConfig:
        """The configuration; secrets are opened where the environment gives no credentials instead."""

        def get(key: str) -> Any:
            entry = self._plain.get(key)
            if not isinstance(entry, dict):
                return None
            if entry.get("secret"):
                return self._open.get(key, {}).get("value") if _is_needed(key) else None
            return entry.get("value")

        return get


def _is_needed(key: str) -> bool:
    """Whether a key such as `quantconnect-trading:apiToken` is one whose platform is not set by the environment."""
    namespace = key.partition(":")[0]
    for platform in platforms().values():
        if namespace == platform.name or namespace.startswith(f"{platform.name}-"):
            return uses_stack(platform.schema, namespace[len(platform.name) + 1 :] or None)
    return True


def stack_here(name: str | None) -> Stack | None:
    """The stack of the project in this folder; None where there is no project.

    Raises `ConfigError` for the name of a stack without a project.
    """
    folder = project_folder(Path.cwd())
    if folder is None:
        if name is not None:
            raise ConfigError(f"there is no Pulumi.yaml here, so no stack {name!r}: run it in the program's folder")
        return None
    return Stack(name, folder)
