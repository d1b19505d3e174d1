"""The world: one section per platform, read from and written as a seed document."""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pulumi_collab.emulator.clock import Clock
from pulumi_collab.emulator.documents import ControlError, explain
from pulumi_collab.emulator.platform import Platform


class World:
    """All that exists: the platforms' sections, the time, and the counter that new ids come from."""

    def __init__(self, platforms: Mapping[str, Platform[Any]], document: Any = None) -> None:
        """`document` is a seed document; what it leaves out is as in the default world."""
        if document is None:
            document = {}
        if not isinstance(document, Mapping):
            raise ControlError("a seed is a JSON object with a section for each platform")
        unknown = [str(name) for name in document if name not in (*platforms, "clock_offset_seconds", "next_id")]
        if unknown:
            names = ", ".join((*platforms, "clock_offset_seconds", "next_id"))
            raise ControlError(f"seed: unknown field {', '.join(unknown)}: there is {names}")
        offset, next_id = document.get("clock_offset_seconds", 0.0), document.get("next_id", 1)
        if type(offset) not in (int, float) or (type(offset) is float and math.isnan(offset)):
            raise ControlError("seed: clock_offset_seconds: a number of seconds is needed")
        if not Clock().reaches(offset):
            raise ControlError("seed: clock_offset_seconds: the emulator's time must stay between 1970 and 9999")
        if type(next_id) is not int or next_id < 1:
            raise ControlError("seed: next_id: a whole number from 1 on is needed")
        self.clock = Clock(float(offset))
        self._next_id = next_id
        self.sections: dict[str, BaseModel] = {}
        for name, platform in platforms.items():
            if name not in document:
                self.sections[name] = platform.default()
                continue
            try:
                self.sections[name] = platform.section.model_validate(document[name])
            except ValidationError as error:
                raise ControlError(f"seed: {explain(error, name)}") from None

    def new_id(self) -> int:
        """A number that was never given before in this world."""
        self._next_id += 1
        return self._next_id - 1

    def document(self) -> dict[str, Any]:
        """The whole world as a seed document."""
        return {
            "clock_offset_seconds": self.clock.offset,
            "next_id": self._next_id,
            **{name: section.model_dump(mode="json") for name, section in self.sections.items()},
        }


class StateFile:
    """A file that keeps documents over a restart; written whole or not at all, and only when something changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = ""

    def load(self) -> dict[str, Any] | None:
        """What was saved, or None where there is no file yet."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise ControlError(f"{self._path} cannot be read: {_reason(error)}") from None
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict) or not {"seed", "world", "variants"} <= found.keys():
            raise ControlError(f"{self._path} is not a state file of the emulator")
        return found

    def save(self, documents: Mapping[str, Any]) -> None:
        """Replaces the file."""
        text = json.dumps(documents, indent=1)
        if text == self._last:
            return
        try:
            write_atomically(self._path, text)
        except OSError as error:
            raise ControlError(f"{self._path} cannot be written: {_reason(error)}") from None
        self._last = text


def write_atomically(path: Path, text: str) -> None:
    """Writes a file that is readable by its owner only: a reader sees the old text or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
