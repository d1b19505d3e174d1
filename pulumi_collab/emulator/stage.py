"""The stage: a world, and everything that decides how it is played. No I/O but for the state file."""

import asyncio
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, QueryParams

from pulumi_collab.emulator.documents import ControlError
from pulumi_collab.emulator.faults import SILENT, Fault, Faults
from pulumi_collab.emulator.journal import Journal
from pulumi_collab.emulator.platform import Answer, Call, Platform, load
from pulumi_collab.emulator.variants import Variants
from pulumi_collab.emulator.world import StateFile, World


@dataclass(frozen=True)
class Request:
    """A whole HTTP request; `path` is as it was sent, after the platform's prefix where there is one."""

    method: str
    path: str
    query: QueryParams
    headers: Headers
    body: bytes
    origin: str


class Stage:
    """What the emulator's controls act on, over HTTP and from Python alike."""

    def __init__(self, seed: Any = None, state_file: Path | None = None) -> None:
        """Starts from `state_file` where it exists, otherwise from `seed` (None: the default world)."""
        self.platforms = load()
        self.stopping = asyncio.Event()  # ends every silence
        self.faults = Faults(self.platforms)
        self.variants = Variants(self.platforms)
        self.journal = Journal()
        self._file = StateFile(state_file) if state_file else None
        saved = self._file.load() if self._file else None
        try:
            self.world = World(self.platforms, saved["world"] if saved else seed)
            self._seed = _copy(saved["seed"] if saved else seed)
            self.variants.choose(saved["variants"] if saved else {})
        except ControlError as error:
            raise (ControlError(f"{state_file}: {error}") if saved else error) from None
        self.save()

    def reset(self) -> None:
        """The seed again; no faults, default variants, an empty journal, the seed's time."""
        self.seed(self._seed)

    def seed(self, document: Any) -> None:
        """Starts again from another seed document; nothing changes where it is wrong."""
        self.world = World(self.platforms, document)
        self._seed = _copy(document)
        self.faults.clear()
        self.variants.reset()
        self.journal.clear()
        self.save()

    def state(self) -> dict[str, Any]:
        """The world as a seed document."""
        return self.world.document()

    def choose(self, wanted: Any) -> None:
        """Sets variants: `{platform: {name: value}}`."""
        self.variants.choose(wanted)
        self.save()

    def advance(self, seconds: Any) -> None:
        """Moves the emulator's time by `seconds`."""
        if type(seconds) not in (int, float) or seconds != seconds:  # NaN
            raise ControlError("advance_seconds: a number of seconds is needed")
        if not self.world.clock.reaches(seconds):
            raise ControlError("advance_seconds: the emulator's time must stay between 1970 and 9999")
        self.world.clock.advance(seconds)
        self.save()

    def environment(self, origin: str) -> dict[str, str]:
        """The variables that point clients of every platform at this emulator."""
        found: dict[str, str] = {}
        for name, platform in self.platforms.items():
            found |= platform.environment(self.world.sections[name], origin)
        return found

    def save(self) -> None:
        """Writes the state file, where there is one and something changed."""
        if self._file:
            self._file.save({"seed": self._seed, "world": self.state(), "variants": self.variants.values()})

    def play(self, platform: Platform[Any], request: Request) -> Answer | Fault:
        """One call of a platform, from its journal entry to its answer; a silent fault where none is given."""
        route, parameters, allowed = platform.find(request.method, request.path)
        call = replace(self._call(platform, request), parameters=parameters)
        entry = self.journal.open(
            platform.name, request.method, platform.prefix + request.path, request.body, platform.secrets(call.section)
        )
        fault = self.faults.take(platform.name, route)
        if fault is None or fault.when == "after":
            answer = route.handler(call) if route else platform.fallback(call, allowed)
            self.save()
        if fault is not None:
            if fault.kind in SILENT:
                return fault
            answer = fault.answer(platform, call)
        entry.status = answer.status
        return answer

    def control(self, platform: Platform[Any], name: str, request: Request) -> Answer:
        """One of a platform's own controls."""
        answer = platform.controls[name](self._call(platform, request))
        self.save()
        return answer

    def _call(self, platform: Platform[Any], request: Request) -> Call[Any]:
        return Call(
            request.method,
            request.path,
            request.query,
            request.headers,
            request.body,
            section=self.world.sections[platform.name],
            variants=self.variants.of(platform.name),
            now=self.world.clock.now(),
            origin=request.origin,
            new_id=self.world.new_id,
        )


def _copy(document: Any) -> Any:
    """The caller may go on to change theirs."""
    return json.loads(json.dumps(document))
