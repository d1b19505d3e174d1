"""What is declared and kept about a collaboration, and what of it is the same to the service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field, StrictBool, StrictStr

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


class CollaborationInputs(Inputs):
    """What is declared about a collaboration."""

    name: Name
    short_name: ShortName
    description: StrictStr
    disable_join_requests: StrictBool = False
    disclose_member_information: StrictBool = True
    disclose_email_information: StrictBool = True
    administrators: Emails = Field(default_factory=list)
    message: StrictStr | None = None
    expiry_date: Date | None = None
    logo: Logo | None = None
    website_url: Website | None = None
    tags: Tags = Field(default_factory=list)
    units: Units = Field(default_factory=list)
    support_email: EmailOrNone | None = None
    allow_replacement: StrictBool = False
    force_destroy: StrictBool = False
    adopt: StrictBool = False


class CollaborationState(CollaborationInputs):
    """What is kept about a collaboration."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str = ""
    short_name: str = ""
    description: str = ""
    tags: list[str] = Field(default_factory=list)
    units: list[str] = Field(default_factory=list)
    website_url: str | None = None
    support_email: str | None = None

    identifier: str = ""
    global_urn: str | None = None
    status: str | None = None
    logo_url: str | None = None
    organisation_tags: list[str] = Field(default_factory=list)
    """Tags that the organisation adds by itself."""


def values_of(inputs: CollaborationInputs) -> dict[str, Any]:
    return {name: getattr(inputs, name) for name in CollaborationInputs.model_fields}


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two declared values mean the same to the service."""
    if name == "tags":
        return set(one) == set(other)
    if name == "units":
        return folded(one) == folded(other)
    if name == "website_url":
        return (one or "").strip() == (other or "").strip()
    if name in ("logo", "support_email", "message"):
        return (one or "") == (other or "")
    if name == "expiry_date":
        return (expiry_moment(one) if one else None) == (expiry_moment(other) if other else None)
    return bool(one == other)


def same_live(name: str, declared: Any, live: Any) -> bool:
    """Whether what the service shows is what was declared."""
    if name == "expiry_date":
        kept: datetime | None = live
        return (expiry_day(moment(declared)) if declared else None) == (expiry_day(kept) if kept else None)
    if name == "description":
        return bool((declared or "") == (live or ""))
    return same(name, declared, live)


def state_of(remembered: CollaborationState, live: wire.Collaboration) -> CollaborationState:
    """What is there, in the words of the program where these mean the same."""
    seen: dict[str, Any] = {"short_name": live.short_name}
    for name in (*FIXED, "units"):
        if name in ("short_name", "logo"):
            continue  # a logo comes back redrawn, as an address: it cannot be compared with what was sent
        declared, found = getattr(remembered, name), getattr(live, name)
        if name == "tags":
            found = sorted(set(found) - (set(remembered.organisation_tags) - set(declared)))
        if same_live(name, declared, found):
            continue
        seen[name] = expiry_day(found).isoformat() if name == "expiry_date" and found else found
    return remembered.model_copy(
        update=seen
        | {
            "description": seen.get("description", remembered.description) or "",
            "identifier": live.identifier,
            "global_urn": live.global_urn,
            "status": live.status,
            "logo_url": live.logo,
        }
    )


def is_half_made(known: Mapping[str, Any], found: wire.Collaboration) -> bool:
    """Whether it is what a failed create leaves: all values but the tags, and nothing and nobody in it yet."""
    alike = all(
        same_live(name, known[name], getattr(found, name))
        for name in FIXED
        if name in known and name not in ("short_name", "tags", "logo")
    )
    whole = same("units", known.get("units", found.units), found.units)
    empty = not (found.members or found.services or found.groups or found.invitations_count)
    return alike and whole and empty and found.created_by == "ext_api" and bool(known.get("tags")) and not found.tags


def may_be_added(tags: Iterable[str], found: wire.Collaboration, organisation: wire.Organisation) -> bool:
    """Whether the tags beyond the declared ones can be the organisation's own, which it adds by itself."""
    if found.created_by == "ext_api" and not (found.members or found.services or found.groups):
        return True  # a create of ours that was killed looks like this
    others = [set(each.tags) for each in organisation.collaborations if each.identifier != found.identifier]
    extra = set(found.tags) - set(tags)
    return not extra or (bool(others) and all(extra <= each for each in others))


def has_tags(live: Iterable[str], wanted: Iterable[str], before: Iterable[str]) -> bool:
    """Whether the live tags are the wanted ones, and else only such as were not declared before either."""
    return set(live) == set(wanted) | (set(live) - set(before))


def of_name(organisation: wire.Organisation, name: str) -> wire.Collaboration | None:
    wanted = name.rstrip().casefold()
    return next((each for each in organisation.collaborations if each.name.rstrip().casefold() == wanted), None)


def people_in(found: wire.Collaboration) -> str:
    named = [member.words for member in found.members[:5]]
    more = len(found.members) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def units_of(organisation: wire.Organisation) -> str:
    return f"there is {', '.join(organisation.units)}" if organisation.units else "it has none"


def owner_of(organisation: wire.Organisation) -> str:
    return f"the organisation {organisation.short_name or organisation.name}"


def shown(value: Any) -> str:
    if isinstance(value, datetime):
        value = expiry_day(value).isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return "empty" if value in (None, "") else repr(value)
