"""The stage: a world, and everything that decides how it is played. No I/O but for the state file."""

import asyncio
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, QueryParams

from pulumi_collab.emulator.documents import ControlError
from pulumi_collab.emulator.faults import SILENT, SLOW, Fault, Faults
from pulumi_collab.emulator.journal import Journal
from pulumi_collab.emulator.past import Past
from pulumi_collab.emulator.platform import Answer, Call, Platform, Route, load
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
        self._past = Past(self.world)
        self.save()

    def reset(self) -> None:
        """The seed again; no faults, default variants, an empty journal, the seed's time."""
        self.seed(self._seed)

    def seed(self, document: Any) -> None:
        """Starts again from another seed document; nothing changes where it is wrong."""
        self.world = World(self.platforms, document)
        self._past = Past(self.world)
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
        if type(seconds) not in (int, float) or (type(seconds) is float and math.isnan(seconds)):
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

    def play(self, platform: Platform[Any], request: Request) -> tuple[Answer, Fault | None]:
        """One call of a platform, from its journal entry to its answer; a fault where that does not leave as usual."""
        route, parameters, allowed = platform.find(request.method, request.path)
        call = replace(self._call(platform, request), parameters=parameters)
        entry = self.journal.open(
            platform.name, request.method, platform.prefix + request.path, request.body, platform.secrets(call.section)
        )
        fault = self.faults.take(platform.name, route, call)
        manner = None
        if fault is None:
            answer = self._act(platform, route, call, allowed)
        else:
            answer, manner = self._fail(fault, platform, route, call, allowed)
        entry.status = None if manner is not None and manner.kind in SILENT else answer.status
        return answer, manner

    def _act(self, platform: Platform[Any], route: Route[Any] | None, call: Call[Any], allowed: list[str]) -> Answer:
        """A call takes its effect."""
        if route is None:
            return platform.fallback(call, allowed)
        answer = route.handler(call)
        if not route.reading:
            self._changed(platform.name)
        return answer

    def _fail(
        self, fault: Fault, platform: Platform[Any], route: Route[Any] | None, call: Call[Any], allowed: list[str]
    ) -> tuple[Answer, Fault | None]:
        """A call that meets a fault; a read has no effect, so that there is always an answer of its own."""
        manner = fault if fault.kind in (*SILENT, *SLOW) else None
        if fault.kind == "stale":
            call = replace(call, section=self._past.section(platform.name))
        elif fault.kind == "endless" and route is not None and route.page:
            call, manner = replace(call, endless=True), None
        reading = route is not None and route.reading
        own = self._act(platform, route, call, allowed) if reading or fault.when == "after" else None
        return fault.answer(platform, call, own), manner

    def control(self, platform: Platform[Any], name: str, request: Request) -> Answer:
        """One of a platform's own controls."""
        answer = platform.controls[name](self._call(platform, request))
        self._changed(platform.name)
        return answer

    def _changed(self, platform: str) -> None:
        self._past.note(platform)
        self.save()

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
