"""A collaboration as previews, refreshes and the next process see it."""

from __future__ import annotations

import base64
from typing import Any

from pulumi_collab.engine.sentences import hinted
from pulumi_collab.lifecycle import Notice
from pulumi_collab.sram.lifecycles import CollaborationInputs, CollaborationState

from .behind import accept
from .conftest import Ours

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def reread(ours: Ours, state: CollaborationState) -> CollaborationState:
    """What the next process reads."""
    ours.again()
    live = ours.collaborations.read(state)
    assert live is not None
    return live


def as_inputs(state: CollaborationState) -> CollaborationInputs:
    """The inputs that are in the state."""
    return CollaborationInputs(**{name: getattr(state, name) for name in CollaborationInputs.model_fields})


def said(found: Any, told: list[str]) -> dict[str, str]:
    """The failures of a check with their hints in words, by property; what it only tells is added to `told`."""
    found = list(found)
    told += [each.text for each in found if isinstance(each, Notice)]
    return {each.property: hinted(each).reason for each in found if not isinstance(each, Notice)}


def problems(ours: Ours, wanted: CollaborationInputs, old: CollaborationState | None = None) -> dict[str, str]:
    """What preview says in the next process."""
    ours.again()
    return said(ours.collaborations.check(dict(wanted), as_inputs(old) if old else None), ours.told)


def accept_somebody(ours: Ours, ai: CollaborationState) -> None:
    """Bob becomes a member."""
    ours.invite(ai.identifier)
    accept(ours.emulator, ai.identifier, "bob@x.org")


def with_default_tags(ours: Ours, *tags: str) -> None:
    """Let the organisation add these to every new collaboration."""
    seed = ours.emulator.state()["sram"]
    seed["organisations"][0]["default_tags"] = list(tags)
    ours.emulator.seed({"sram": seed})
    ours.again()


def with_units(ours: Ours, units: list[str], key: list[str] | None = None) -> None:
    """The organisation's units, and those that its API key is for, if not for all."""
    seed = ours.emulator.state()["sram"]
    seed["organisations"][0]["units"] = units
    seed["organisations"][0]["keys"][0]["units"] = key or []
    ours.emulator.seed({"sram": seed})
    ours.again()
