"""What is declared and kept about a collaboration, and what of it is the same to the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field, StrictBool

from ...lifecycle import Inputs
from .. import wire
from ..values import (
    Date,
    EmailOrNone,
    Emails,
    Logo,
    Name,
    ShortName,
    Tags,
    Text,
    Units,
    Website,
    expiry_day,
    expiry_moment,
    folded,
    moment,
)

FIXED = (
    "name",
    "short_name",
    "description",
    "disable_join_requests",
    "disclose_member_information",
    "disclose_email_information",
    "expiry_date",
    "logo",
    "website_url",
    "tags",
    "support_email",
)
"""What the API cannot change once the collaboration exists. People can, in the web interface."""
OPTIONAL = ("units", "expiry_date", "logo", "website_url", "support_email")
"""What is none at creation where it is left out, and then not managed: whatever people make of it stays."""
AT_CREATION = frozenset({"account", "administrators", "message", "adopt"})
"""What acts when it is made, and never after."""


class CollaborationInputs(Inputs):
    """What is declared about a collaboration."""

    name: Name
    short_name: ShortName
    description: Text
    disable_join_requests: StrictBool = False
    disclose_member_information: StrictBool = True
    disclose_email_information: StrictBool = True
    administrators: Emails = Field(default_factory=list)
    message: Text | None = None
    expiry_date: Date | None = None
    logo: Logo | None = None
    website_url: Website | None = None
    tags: Tags = Field(default_factory=list)
    units: Units | None = None
    support_email: EmailOrNone | None = None
    allow_replacement: StrictBool = False
    force_destroy: StrictBool = False
    adopt: StrictBool = False


class CollaborationState(CollaborationInputs):
    """What is kept about a collaboration."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    # whatever people make of these in the web interface has to be kept, also what nobody may declare
    name: str = ""
    short_name: str = ""
    description: str = ""
    tags: list[str] = Field(default_factory=list)
    units: list[str] | None = None
    website_url: str | None = None
    support_email: str | None = None

    identifier: str = ""
    global_urn: str | None = None
    status: str | None = None
    logo_url: str | None = None
    organisation_tags: list[str] = Field(default_factory=list)
    """Tags that the organisation adds by itself."""


def values_of(inputs: CollaborationInputs) -> dict[str, Any]:
    """What is declared, by name."""
    return {name: getattr(inputs, name) for name in CollaborationInputs.model_fields}


_MEANS: dict[str, Callable[[Any], Any]] = {
    "tags": set,
    "units": lambda value: folded(value or ()),
    "website_url": lambda value: (value or "").strip(),
    "expiry_date": lambda value: expiry_moment(value) if value else None,
}
"""What of a declared value counts, where it is not the value itself."""


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two declared values mean the same. For what may be left out, that is another thing than none."""
    if name in OPTIONAL and (one is None) != (other is None):
        return False
    means = _MEANS.get(name, lambda value: value)
    return bool(means(one) == means(other))


def is_there(name: str, declared: Any, live: wire.Collaboration) -> bool:
    """Whether what the service shows is what was declared; None is none here. A logo cannot be compared."""
    there = getattr(live, name)
    if name == "expiry_date":
        kept: datetime | None = there
        return (expiry_day(moment(declared)) if declared else None) == (expiry_day(kept) if kept else None)
    if name in ("description", "website_url", "support_email"):
        return same(name, declared or "", there or "")
    return same(name, (declared or []) if name == "units" else declared, there)


def differing(old: CollaborationState, known: Mapping[str, Any]) -> set[str]:
    """Which of the declared values differ from the state, in the service's terms."""
    ours = folded(old.organisation_tags)
    return {
        name
        for name in known
        if name not in AT_CREATION
        and not same(name, getattr(old, name), known[name])
        and not (name == "tags" and set(known[name]) | ours == set(old.tags) | ours)
    }


def state_of(remembered: CollaborationState, live: wire.Collaboration) -> CollaborationState:
    """What is there, in the words of the program where these mean the same, and without what it leaves out."""
    seen: dict[str, Any] = {
        "short_name": live.short_name,
        "identifier": live.identifier,
        "global_urn": live.global_urn,
        "status": live.status,
        "logo_url": live.logo,  # redrawn, and as an address: it cannot be compared with what was sent
    }
    added = set(remembered.organisation_tags) - set(remembered.tags)
    live = live.model_copy(update={"tags": sorted(set(live.tags) - added)})
    for name in {*FIXED, "units"} - {"short_name", "logo"}:
        left_out = name in OPTIONAL and getattr(remembered, name) is None
        if left_out or is_there(name, getattr(remembered, name), live):
            continue
        found = getattr(live, name)
        if found is None and name not in OPTIONAL:
            continue  # not told
        if name == "expiry_date":
            found = expiry_day(found).isoformat() if found else None
        elif found is None:
            found = ""  # taken out by somebody: that is another thing than left out
        seen[name] = found
    return remembered.model_copy(update=seen)
