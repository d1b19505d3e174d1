"""All that an outside platform imports (`docs/add-a-platform.md` shows one whole).

What knows Pulumi, and what the emulator needs, is imported when its name is first asked for: a client, or a test of
decisions, needs neither.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .addresses import segment
from .converge import converge, ignore_not_found
from .decisions import Action, Decision, refuse
from .errors import (
    BadResponse,
    CollabError,
    ConfigError,
    Differences,
    Forbidden,
    Hint,
    InvalidInput,
    NoResponse,
    NotFound,
    Problem,
    Refused,
    Rejected,
    RequestError,
    ServerError,
    TimedOut,
    TooManyRequests,
    Unauthenticated,
    Unreachable,
    harmless,
    one_line,
)
from .grants import DIRECT, Grant, Principal, Scope, Via, rank_of
from .http import Bearer, Session
from .lifecycle import Inputs, Lifecycle, Memory, Notice, Warn, WholeNumber
from .listings import Listings, all_pages
from .platform import Kind, Platform
from .responses import Response
from .settings import Schema, Setting, Settings, token_complaint

if TYPE_CHECKING:
    from .emulator.platform import Answer, Call, Handler, Route, Strict
    from .emulator.platform import Platform as EmulatedPlatform
    from .engine.dynamic import LifecycleProvider
    from .engine.program import DeclaredResource, argument, data_function, declare, listing, program_directory

__all__ = [
    "DIRECT",
    "Action",
    "Answer",
    "BadResponse",
    "Bearer",
    "Call",
    "CollabError",
    "ConfigError",
    "Decision",
    "DeclaredResource",
    "Differences",
    "EmulatedPlatform",
    "Forbidden",
    "Grant",
    "Handler",
    "Hint",
    "Inputs",
    "InvalidInput",
    "Kind",
    "Lifecycle",
    "LifecycleProvider",
    "Listings",
    "Memory",
    "NoResponse",
    "NotFound",
    "Notice",
    "Platform",
    "Principal",
    "Problem",
    "Refused",
    "Rejected",
    "RequestError",
    "Response",
    "Route",
    "Schema",
    "Scope",
    "ServerError",
    "Session",
    "Setting",
    "Settings",
    "Strict",
    "TimedOut",
    "TooManyRequests",
    "Unauthenticated",
    "Unreachable",
    "Via",
    "Warn",
    "WholeNumber",
    "all_pages",
    "argument",
    "converge",
    "data_function",
    "declare",
    "harmless",
    "ignore_not_found",
    "listing",
    "one_line",
    "program_directory",
    "rank_of",
    "refuse",
    "segment",
    "token_complaint",
]

_PROGRAM = dict.fromkeys(
    ("DeclaredResource", "argument", "data_function", "declare", "listing", "program_directory"), "engine.program"
)
_EMULATOR = dict.fromkeys(("Answer", "Call", "EmulatedPlatform", "Handler", "Route", "Strict"), "emulator.platform")
_LATER = {"LifecycleProvider": "engine.dynamic", **_PROGRAM, **_EMULATOR}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_LATER[name]}", __package__), name.removeprefix("Emulated"))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
