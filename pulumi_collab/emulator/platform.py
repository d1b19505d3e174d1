"""What an emulated platform is: its part of the world, its operations, and how it says no."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import unquote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.datastructures import Headers, QueryParams

from pulumi_collab import platform


class Strict(BaseModel):
    """Base of every seed model: an unknown field is an error, and so is a value of the wrong type."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _something(text: str) -> str:
    if not text:
        raise ValueError("a text that is not empty is needed")
    return text


Text = Annotated[str, AfterValidator(_something)]
"""Text of any characters, half ones too: pydantic's own `min_length` refuses those."""

Moment = Annotated[float, Field(ge=-62_135_596_800, le=253_402_300_799)]
"""Seconds since the epoch, from the year 1 to the end of 9999."""

SectionT = TypeVar("SectionT", bound=BaseModel)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: status, body, and headers beside the content's length."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, data: Any, status: int = 200) -> "Answer":
        """`data` as JSON."""
        return cls(status, json.dumps(data).encode(), {"Content-Type": "application/json"})

    @classmethod
    def html(cls, text: str, status: int) -> "Answer":
        """`text` as a page for people."""
        return cls(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})


@dataclass(frozen=True)
class Call(Generic[SectionT]):
    """One request to a platform, and all that its handler may look at or change.

    `path` is what follows the platform's prefix, as it was sent; `parameters` are the route's `{names}`, decoded.
    `section` is the platform's part of the world: handlers change it in place. `endless` asks a listing in pages to
    have no end: full pages, with made-up entries where there are no others, each with the promise of another page.
    """

    method: str
    path: str
    query: QueryParams
    headers: Headers
    body: bytes
    section: SectionT
    variants: Mapping[str, str]
    now: float  # seconds since the epoch, by the emulator's clock
    origin: str  # "http://127.0.0.1:8765", for absolute links in answers
    new_id: Callable[[], int]  # counts up, and goes on counting after a restart
    parameters: Mapping[str, str] = field(default_factory=dict)
    endless: bool = False


Handler = Callable[[Call[SectionT]], Answer]


@dataclass(frozen=True)
class Route(Generic[SectionT]):
    """One operation of a platform: a name (faults use it), a method, and a path such as `/projects/{project}`.

    reads: whether it only shows the world, so that it can be played on an older one; None: where its method is GET.
    page: of a listing in pages, the query parameter that asks for another page than the first.
    """

    operation: str
    method: str
    path: str
    handler: Handler[SectionT]
    reads: bool | None = None
    page: str | None = None

    @property
    def reading(self) -> bool:
        """Whether it only shows the world."""
        return self.method == "GET" if self.reads is None else self.reads

    def goes_on(self, query: Mapping[str, str]) -> bool:
        """Whether a call asks for another page than the first."""
        return self.page is not None and query.get(self.page, "0") not in ("", "0")

    def parameters(self, path: str) -> dict[str, str] | None:
        """The values of the `{names}`, or None where `path` is another one; a trailing slash makes no difference."""
        wanted, given = self.path.strip("/").split("/"), path.strip("/").split("/")
        if len(wanted) != len(given):
            return None
        found = {}
        for part, value in zip(wanted, given, strict=True):
            if part.startswith("{"):
                found[part[1:-1]] = unquote(value)
            elif part != unquote(value):
                return None
        return found


@dataclass(frozen=True)
class Platform(Generic[SectionT]):
    """One emulated service: the object that `emulator` of `pulumi_collab.platform.Platform` names.

    A dump of its section is a section again: state files, resets and stale reads rest on it.

    Handlers are plain functions that run to their end before the next request is looked at, so each call's change is
    atomic. They check credentials themselves (services differ in what they look at first).
    """

    name: str
    prefix: str  # where it lives, e.g. "/quantconnect/api/v2"
    section: type[SectionT]  # the seed document's section
    default: Callable[[], SectionT]  # the section of the world that a seed does not mention
    routes: tuple[Route[SectionT], ...]
    variants: Mapping[str, tuple[str, ...]]  # name -> choices, the default first
    fallback: Callable[[Call[SectionT], list[str]], Answer]  # no route; the methods that the path does take
    refuse: Handler[SectionT]  # the service's own way to say no
    environment: Callable[[SectionT, str], dict[str, str]]  # (section, origin) -> the variables that a client needs
    secrets: Callable[[SectionT], Iterable[str]]  # values that the journal must never show
    failures: Mapping[str, Answer] = field(default_factory=dict)  # "429": a body of the service's own
    controls: Mapping[str, Handler[SectionT]] = field(default_factory=dict)  # POST /_emulator/<name>/<control>

    def find(self, method: str, path: str) -> tuple[Route[SectionT] | None, dict[str, str], list[str]]:
        """The route of a request with its parameters, or None and the methods that the path does take."""
        allowed = []
        for route in self.routes:
            parameters = route.parameters(path)
            if parameters is None:
                continue
            if method == route.method or (method == "HEAD" and route.method == "GET"):
                return route, parameters, []
            allowed.append(route.method)
        return None, {}, allowed


def load() -> dict[str, Platform[Any]]:
    """Every registered platform by name; one without an emulator module is left out."""
    return {name: platform.load(each.emulator) for name, each in platform.platforms().items() if each.emulator}
