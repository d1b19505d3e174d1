"""Collaborator access as Pulumi infrastructure state."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .collaborator import ProjectCollaborator
    from .sram import Collaboration, CollaborationInvite, ServiceConnection

__all__ = ["Collaboration", "CollaborationInvite", "ProjectCollaborator", "ServiceConnection", "__version__"]

_HOMES = {  # imported when first asked for: a program pays for the platforms that it uses
    "Collaboration": "sram",
    "CollaborationInvite": "sram",
    "ProjectCollaborator": "collaborator",
    "ServiceConnection": "sram",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
