"""Faults: failures to play for the next calls of an operation."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from pulumi_collab.emulator.documents import ControlError, checked
from pulumi_collab.emulator.platform import Answer, Call, Platform, Route, Strict

SILENT = ("reset", "timeout")  # kinds that answer nothing
KINDS = ("refuse", *SILENT, "html", "garbage")  # besides any 4xx or 5xx status

_STATUSES = frozenset(map(int, HTTPStatus))
_PAGE = "<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>The proxy got no answer</h1></body></html>"


class Fault(Strict):
    """A failure to play for the next calls of an operation.

    platform: the platform's name. operation: its name, `METHOD /path` as the route has it, or `*` for any call.
    kind: `refuse` (the service's own no), `reset` (the connection is reset), `timeout` (silence), `html` (a page of a
    proxy's), `garbage` (a JSON content type over something else), or a status from 400 to 599.
    when: `before` the effect (there is none) or `after` it (only the answer is lost).
    times: how many calls. skip: how many to let pass first.
    retry_after: the header's value, seconds or an HTTP date; not for the silent kinds.
    hold_seconds: how long a `timeout` stays silent before it hangs up. status: of an `html` page.
    """

    platform: str
    operation: str
    kind: str
    when: Literal["before", "after"] = "before"
    times: Annotated[int, Field(ge=1)] = 1
    skip: Annotated[int, Field(ge=0)] = 0
    retry_after: Annotated[int, Field(ge=0)] | Annotated[str, Field(pattern=r"^[ -~]+$")] | None = None
    hold_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 120.0
    status: Annotated[int, Field(ge=200, le=599)] = 502

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
        for field, kinds in {"hold_seconds": ("timeout",), "status": ("html",)}.items():
            if field in self.model_fields_set and self.kind not in kinds:
                raise ValueError(f"{field} is for kind {' or '.join(kinds)} only")
        if self.retry_after is not None and self.kind in SILENT:
            raise ValueError(f"retry_after: kind {self.kind} answers nothing")
        if self.status not in _STATUSES:
            raise ValueError(f"status: {self.status} is no HTTP status")
        return self

    def matches(self, platform: str, route: Route[Any] | None) -> bool:
        """Whether this fault is about a call of `route` (None: a path that the platform does not have)."""
        if platform != self.platform:
            return False
        if self.operation == "*":
            return True
        return route is not None and self.operation in (route.operation, f"{route.method} {route.path}")

    def answer(self, platform: Platform[Any], call: Call[Any]) -> Answer:
        """What the client is told; not for the silent kinds."""
        if self.kind == "refuse":
            answer = platform.refuse(call)
        elif self.kind == "html":
            answer = Answer.html(_PAGE, self.status)
        elif self.kind == "garbage":
            answer = Answer(200, b'{"success": tru', {"Content-Type": "application/json"})
        else:
            answer = platform.failures.get(self.kind, Answer(int(self.kind)))
        if self.retry_after is None:
            return answer
        return Answer(answer.status, answer.body, {**answer.headers, "Retry-After": str(self.retry_after)})


class Faults:
    """The failures left to play, in the order in which they were asked for."""

    def __init__(self, platforms: Mapping[str, Platform[Any]]) -> None:
        self._platforms = platforms
        self._left: list[Fault] = []

    def add(self, document: Any) -> Fault:
        """Takes a fault as the control's body has it."""
        fault = checked(Fault, document)
        if fault.platform not in self._platforms:
            raise ControlError(f"unknown platform {fault.platform!r}: there is {', '.join(self._platforms)}")
        routes = self._platforms[fault.platform].routes
        if not any(fault.matches(fault.platform, route) for route in routes):
            names = dict.fromkeys(route.operation for route in routes)
            wrong = f"{fault.platform} has no operation {fault.operation!r}"
            raise ControlError(f"{wrong}: '*' or one of {', '.join(names)}")
        self._left.append(fault)
        return fault

    def take(self, platform: str, route: Route[Any] | None) -> Fault | None:
        """The fault that this call meets, used up by one."""
        for fault in [fault for fault in self._left if fault.matches(platform, route)]:
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if not fault.times:
                self._left.remove(fault)
            return fault
        return None

    def clear(self) -> None:
        """Nothing is left to play."""
        self._left.clear()

    def left(self) -> list[dict[str, Any]]:
        """What `GET /_emulator/faults` shows: each with the `times` that remain."""
        return [fault.model_dump(mode="json") for fault in self._left]
