"""Faults: failures to play for the next calls of an operation."""

import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from pulumi_collab.emulator import hostile
from pulumi_collab.emulator.documents import ControlError, checked
from pulumi_collab.emulator.platform import Answer, Call, Platform, Route, Strict

SILENT = ("reset", "timeout")  # kinds that answer nothing
SLOW = ("drip", "endless")  # kinds whose answer does not leave at once; of a listing in pages, an `endless` one does
KINDS = ("refuse", *SILENT, "html", "garbage", "stale", "echo", *SLOW, "bomb")  # besides any 4xx or 5xx status

_FOR = {  # the kinds that a field is for
    "hold_seconds": ("timeout",),
    "every_seconds": ("drip",),
    "head": ("drip",),
    "status": ("html", "echo", "bomb"),
    "megabytes": ("bomb",),
    "layers": ("bomb",),
    "nested": ("bomb",),
}
_STATUSES = frozenset(map(int, HTTPStatus))
_PAGE = "<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>The proxy got no answer</h1></body></html>"

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Fault(Strict):
    """A failure to play for the next calls of an operation.

    platform: the platform's name. operation: its name, `METHOD /path` as the route has it, or `*` for any call.
    kind: `refuse` (the service's own no), `reset` (the connection is reset), `timeout` (silence), `html` (a page of a
    proxy's), `garbage` (a JSON content type over something else), a status from 400 to 599; `stale` (a read shows the
    world as it was before the last change), `echo` (an error that repeats the request's headers), `drip` (a byte at a
    time), `endless` (a listing or body that never ends), `bomb` (gzip or nesting beyond reason).
    when: `before` the effect (there is none) or `after` it (only the answer is lost).
    times: how many calls; of `stale` reads, of `endless` listings. skip: how many to let pass first.
    retry_after: the header's value, seconds or an HTTP date; not for the silent kinds and `stale`.
    hold_seconds: how long a `timeout` stays silent before it hangs up. every_seconds, head: of a `drip`, the time
    before each byte, and whether the status line and the headers come so as well.
    status: of `html` (502 if left out), `echo` (500) and `bomb` (that of the call's own answer).
    megabytes, layers: of a `bomb`, how much it is and how often it is compressed. nested: so many levels of JSON
    instead, neither large nor compressed unless it is asked for.
    """

    platform: str
    operation: str
    kind: str
    when: Literal["before", "after"] = "before"
    times: Annotated[int, Field(ge=1)] = 1
    skip: Annotated[int, Field(ge=0)] = 0
    retry_after: Annotated[int, Field(ge=0)] | Annotated[str, Field(pattern=r"^[ -~]+$")] | None = None
    hold_seconds: Seconds = 120.0
    every_seconds: Seconds = 1.0
    head: bool = False
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    megabytes: Annotated[int, Field(ge=0, le=16_384)] | None = None
    layers: Annotated[int, Field(ge=0, le=5)] | None = None
    nested: Annotated[int, Field(ge=1, le=1_000_000)] | None = None

    @field_validator("kind", mode="before")
    @classmethod
    def _known(cls, value: Any) -> Any:
        text = str(value) if type(value) is int else value
        known = isinstance(text, str) and (text in KINDS or bool(re.fullmatch(r"[45]\d\d", text)))
        if not known or (text not in KINDS and int(text) not in _STATUSES):
            raise ValueError(f"unknown kind {value!r}: one of {', '.join(KINDS)}, or a status such as 429, 500 or 503")
        return text

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        for field, kinds in _FOR.items():
            if field in self.model_fields_set and self.kind not in kinds:
                raise ValueError(f"{field} is for kind {' or '.join(kinds)} only")
        if self.retry_after is not None and self.kind in (*SILENT, "stale"):
            raise ValueError(f"retry_after: kind {self.kind} answers nothing of its own")
        if self.status is not None and self.status not in _STATUSES:
            raise ValueError(f"status: {self.status} is no HTTP status")
        return self

    def matches(self, platform: str, route: Route[Any] | None) -> bool:
        """Whether this fault is about a call of `route` (None: a path that the platform does not have)."""
        if platform != self.platform or (self.kind == "stale" and not (route and route.reading)):
            return False
        if self.operation == "*":
            return True
        return route is not None and self.operation in (route.operation, f"{route.method} {route.path}")

    def answer(self, platform: Platform[Any], call: Call[Any], own: Answer | None) -> Answer:
        """What the client is told. own: the call's own answer, where it was played; else it is a refusal."""
        own = own or platform.refuse(call)
        match self.kind:
            case "stale" | "drip" | "reset" | "timeout":
                answer = own
            case "endless":
                answer = hostile.with_body(own)
            case "bomb":
                answer = self._bomb(hostile.with_body(own))
            case "refuse":
                answer = platform.refuse(call)
            case "echo":
                answer = hostile.echo(call.headers, self.status or 500)
            case "html":
                answer = Answer.html(_PAGE, self.status or 502)
            case "garbage":
                answer = Answer(200, b'{"success": tru', {"Content-Type": "application/json"})
            case status:
                answer = platform.failures.get(status, Answer(int(status)))
        if self.retry_after is None:
            return answer
        return Answer(answer.status, answer.body, {**answer.headers, "Retry-After": str(self.retry_after)})

    def _bomb(self, own: Answer) -> Answer:
        megabytes, layers = (0, 0) if self.nested else (256, 2)
        megabytes = megabytes if self.megabytes is None else self.megabytes
        layers = layers if self.layers is None else self.layers
        body = hostile.nested(self.nested) if self.nested else own.body
        return hostile.bomb(replace(own, status=self.status or own.status, body=body), megabytes, layers)


class Faults:
    """The failures left to play, in the order in which they were asked for."""

    def __init__(self, platforms: Mapping[str, Platform[Any]]) -> None:
        self._platforms = platforms
        self._left: list[Fault] = []
        self._endless: dict[tuple[str, str, str], Fault] = {}  # listings that have begun, by platform, method and path

    def add(self, document: Any) -> Fault:
        """Takes a fault as the control's body has it."""
        fault = checked(Fault, document)
        if fault.platform not in self._platforms:
            raise ControlError(f"unknown platform {fault.platform!r}: there is {', '.join(self._platforms)}")
        routes = self._platforms[fault.platform].routes
        known = dict.fromkeys(route.operation for route in routes if fault.kind != "stale" or route.reading)
        if not any(fault.matches(fault.platform, route) for route in routes):
            kind = "reading operation" if fault.kind == "stale" else "operation"
            wrong = f"{fault.platform} has no {kind} {fault.operation!r}"
            raise ControlError(f"{wrong}: '*' or one of {', '.join(known)}")
        self._left.append(fault)
        return fault

    def take(self, platform: str, route: Route[Any] | None, call: Call[Any]) -> Fault | None:
        """The fault that this call meets, used up by one; a further page of an endless listing uses nothing up."""
        listing = (platform, call.method, call.path)
        if listing in self._endless and route is not None and route.goes_on(call.query):
            return self._endless[listing]
        self._endless.pop(listing, None)  # somebody begins again
        for fault in [fault for fault in self._left if fault.matches(platform, route)]:
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if not fault.times:
                self._left.remove(fault)
            if fault.kind == "endless":
                self._endless[listing] = fault
            return fault
        return None

    def clear(self) -> None:
        """Nothing is left to play."""
        self._left.clear()
        self._endless.clear()

    def left(self) -> list[dict[str, Any]]:
        """What `GET /_emulator/faults` shows: each with the `times` that remain."""
        return [fault.model_dump(mode="json") for fault in self._left]
