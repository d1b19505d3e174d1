"""What may be done about a collaboration, and why not: for previews and for writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ...decisions import Action, Decision, refuse
from ...errors import Hint, Problem
from .. import wire
from ..values import TOLERANCE, expiry_day, expiry_moment, folded
from ..wire import NAME
from .collaboration_model import (
    FIXED,
    OPTIONAL,
    CollaborationInputs,
    CollaborationState,
    differing,
    is_there,
    same,
    values_of,
)

Known = Mapping[str, Any]


def making(known: Known, organisation: wire.Organisation, now: datetime, *, instead_of: str | None = None) -> Decision:
    """It is declared and in no state: `ADD` it, take over what is there (`CHANGE` its units first), or refuse.

    `ADD` although there is one of this short name: that one is what a failed create leaves, and has to go first.
    `instead_of`: the short name of the one that gives way to it.
    """
    others = [each for each in organisation.collaborations if each.short_name != instead_of]
    organisation = organisation.model_copy(update={"collaborations": others})
    problems = [*_unknown_units(known, organisation)]
    found = organisation.find(known["short_name"]) if "short_name" in known else None
    if found is not None and not is_left_over(known, found):
        return _taking_over(known, found, organisation, now, problems)
    if "short_name" in known and found is None:
        problems += _taken_name(known, organisation)
    expiry = known.get("expiry_date")
    if expiry is not None and expiry_moment(expiry) <= now:
        problems.append(
            Problem("expiry_date", f"must be in the future: the day that {NAME} keeps of it is past or today")
        )
    told = []
    if found is not None and not problems:
        told.append(
            f"{NAME} collaboration {found.short_name} exists already without its tags and with nothing in it: what a "
            "failed create leaves. It is deleted and made again"
        )
    return Decision(Action.ADD, tuple(problems), tuple(told))


def changing(
    known: Known,
    old: CollaborationInputs,
    found: wire.Collaboration | None,
    organisation: wire.Organisation,
    invitations: int,
) -> Decision:
    """It is in the state: `CHANGE` its units, replace it (`END`), do nothing, or refuse.

    `invitations`: how many are open, which a replacement would lose.
    """
    other_units = known.get("units") is not None and not same("units", old.units, known["units"])
    problems = [*_unknown_units(known, organisation)] if other_units else []
    told = [*_administrators(known, old), *(_taken_away(known, old, found) if other_units and found else ())]
    left = unchangeable(known, old, found)
    if left and found and not known.get("allow_replacement", True):
        lost = f"{_counted(len(found.members), 'member')} and {_counted(invitations, 'open invitation')}"
        problems += [_cannot(name, known, old, lost) for name in left]
    elif left and found and found.members and not old.force_destroy:
        problems.append(
            Problem(
                "force_destroy",
                f"is needed to replace a collaboration with members ({people_in(found)}), and has to be in the state "
                f"before: leave {', '.join(left)} as it was",
                Hint.FORCE,
            )
        )
    elif left and found and not any(_differs(name, known, old, found) for name in left):
        told.append(
            f"{NAME} collaboration {old.short_name} is replaced though {', '.join(left)} would only have to be "
            "remembered, as it is there already; without allow_replacement it is"
        )
    action = Action.END if left else Action.CHANGE if other_units else Action.NOTHING
    return Decision(action, tuple(problems), tuple(told))


def deleting(state: CollaborationState, looks: Iterable[wire.Collaboration | None]) -> Decision:
    """It is to go: `END` it, though no look shows it (any more); with members in one of them only by permission."""
    live = next((each for each in looks if each is not None and each.members), None)
    if live is None or state.force_destroy:
        return Decision(Action.END)
    return refuse(
        Problem(
            "force_destroy",
            f"has members: {people_in(live)}, and deleting it ends their access. What the program had in it may be "
            "withdrawn already, and comes back with the next run",
            Hint.FORCE,
        )
    )


def unchangeable(known: Known, old: CollaborationInputs, found: wire.Collaboration | None) -> list[str]:
    """What is declared otherwise than before and cannot be changed through the API.

    What is there already is only remembered, unless a replacement is allowed: whoever allows it sees no listing. Tags
    that are there may be the organisation's own, which is known by the state alone.
    """
    before = CollaborationState.model_validate(values_of(old))
    names = sorted(name for name in differing(before, known) & set(FIXED) if known[name] is not None)
    may = known.get("allow_replacement", True)
    return [
        name for name in names if (may and name != "tags") or (found is not None and _differs(name, known, old, found))
    ]


def let_go(old: CollaborationState, known: Known) -> Iterator[str]:
    """What to tell of values that the program leaves out from now on."""
    names = [name for name in OPTIONAL if name in known and known[name] is None and getattr(old, name) is not None]
    if names:
        yield f"{', '.join(names)} of {NAME} collaboration {old.short_name}: not managed any more; what is there stays"


def not_in_force(found: wire.Collaboration, now: datetime) -> Iterator[str]:
    """What to tell of a collaboration that is there and of no use."""
    about = f"{NAME} collaboration {found.short_name}"
    if found.status == "suspended":
        yield f"{about} is suspended, so it is not in force: somebody has to activate it in the web interface"
    elif found.status == "expired" or (found.expiry_date and found.expiry_date <= now - TOLERANCE):
        day = f" ({expiry_day(found.expiry_date)})" if found.expiry_date else ""
        yield (
            f"{about} has expired{day}, so it is not in force: set a later expiry date in the web interface and "
            "declare that, or take it out of the program"
        )


def is_left_over(known: Known, found: wire.Collaboration) -> bool:
    """Whether it is what a failed create of ours leaves, as far as one listing tells: all values but the tags."""
    whole = is_there("units", known.get("units", found.units), found)
    return is_untouched(known, found) and whole and bool(known.get("tags")) and not found.tags


def is_untouched(known: Known, found: wire.Collaboration) -> bool:
    """Whether it may be just made by us: through the API, with all values but tags and units, and with nobody in it."""
    alike = all(is_there(name, known[name], found) for name in _compared(known) if name != "tags")
    empty = not (found.members or found.services or found.groups or found.invitations_count)
    return alike and empty and found.created_by == "ext_api"


def refused_units(declared: Iterable[str], live: Iterable[str]) -> Decision:
    """Other units than the declared ones came of a creation, or none may be set: the key is for some units alone."""
    return refuse(
        Problem(
            "units",
            f"cannot be {shown(list(declared))}: this API key is for some units alone, which every collaboration made "
            f"with it gets ({shown(list(live))}); declare these, leave units out, or use a key of the whole "
            "organisation",
        )
    )


def people_in(found: wire.Collaboration) -> str:
    """Its members, or the first of them, for a message."""
    named = [member.words for member in found.members[:5]]
    more = len(found.members) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def shown(value: Any) -> str:
    """A declared or live value for a message."""
    if isinstance(value, datetime):
        value = expiry_day(value).isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return "empty" if value in (None, "") else repr(value)


# --- taking over ---


def _taking_over(
    known: Known, found: wire.Collaboration, organisation: wire.Organisation, now: datetime, problems: list[Problem]
) -> Decision:
    about = f"{NAME} collaboration {found.short_name} exists already and is taken over"
    against = [name for name in _compared(known) if _conflicts(name, known, found, organisation)]
    problems += [_conflict(name, known[name], found) for name in against]
    told = [about]
    others = sorted(set(found.tags) - set(known.get("tags", found.tags)))
    if others:
        told.append(f"its tags {', '.join(others)} are not declared, and count as the organisation's own")
    absent = [email for email in known.get("administrators", ()) if found.holder(email) is None]
    if absent:
        told.append(f"as administrators, unless they are already, are invited: {', '.join(absent)}")
    other_units = known.get("units") is not None and not same("units", known["units"], found.units)
    if other_units and not known.get("adopt", True):
        problems.append(Problem("units", _both(known["units"], found.units, found), Hint.ADOPT))
    elif other_units:
        told.append(f"its units change: {shown(found.units)} -> {shown(known['units'])}")
    if problems:
        return refuse(*problems)
    action = Action.CHANGE if other_units else Action.NOTHING
    return Decision(action, warnings=("; ".join(told), *not_in_force(found, now)))


def _compared(known: Known) -> list[str]:
    """What of the declared values stands against taking something over, where it differs."""
    return [name for name in FIXED if name in known and name not in ("short_name", "logo")]


def _conflicts(name: str, known: Known, found: wire.Collaboration, organisation: wire.Organisation) -> bool:
    declared = known[name]
    if name == "tags":
        return not set(declared) <= set(found.tags) or not _may_be_added(declared, found, organisation)
    return not (name in OPTIONAL and declared is None) and not is_there(name, declared, found)


def _conflict(name: str, declared: Any, found: wire.Collaboration) -> Problem:
    return Problem(
        name,
        f"{_both(declared, getattr(found, name), found)}; the API cannot change it: declare what is there, change it "
        "in the web interface, or take another short_name",
    )


def _both(declared: Any, live: Any, found: wire.Collaboration) -> str:
    return (
        f"is {shown(live)} on {NAME}, where the collaboration {found.short_name} exists already, and the program asks "
        f"for {shown(declared)}"
    )


def _may_be_added(tags: Iterable[str], found: wire.Collaboration, organisation: wire.Organisation) -> bool:
    """Whether the tags beyond the declared ones can be the organisation's own, which it adds by itself."""
    if found.created_by == "ext_api" and not (found.members or found.services or found.groups):
        return True  # a create of ours that was killed looks like this
    others = [set(each.tags) for each in organisation.collaborations if each.identifier != found.identifier]
    extra = set(found.tags) - set(tags)
    return not extra or (bool(others) and all(extra <= each for each in others))


# --- single rules ---


def _unknown_units(known: Known, organisation: wire.Organisation) -> Iterator[Problem]:
    there = folded(organisation.units)
    are = f"there is {', '.join(organisation.units)}" if organisation.units else "it has none"
    for unit in known.get("units") or ():
        if unit.casefold() not in there:
            owner = organisation.short_name or organisation.name
            yield Problem("units", f"{unit!r} is no unit of the organisation {owner}; {are}")


def _taken_name(known: Known, organisation: wire.Organisation) -> Iterator[Problem]:
    wanted = folded_name(known.get("name", ""))
    for each in organisation.collaborations:
        if folded_name(each.name) == wanted:
            yield Problem("name", f"is that of the collaboration {each.short_name} already; names are unique")


def folded_name(name: str) -> str:
    """A name as the service compares it."""
    return name.rstrip().casefold()


def _cannot(name: str, known: Known, old: CollaborationInputs, lost: str) -> Problem:
    fewer = name == "tags" and set(known["tags"]) < set(old.tags)
    return Problem(
        name,
        f"cannot be changed through the API, and a replacement would lose {lost}"
        + ("; a tag that the organisation adds by itself stays declared once it was" if fewer else ""),
        Hint.REPLACE,
    )


def _differs(name: str, known: Known, old: CollaborationInputs, found: wire.Collaboration) -> bool:
    if name == "tags":
        return not _has_tags(found.tags, known["tags"], old.tags)
    return name == "logo" or not is_there(name, known[name], found)


def _administrators(known: Known, old: CollaborationInputs) -> Iterator[str]:
    if "administrators" in known and folded(known["administrators"]) != folded(old.administrators):
        yield (
            f"{NAME} collaboration {old.short_name}: administrators are invited when the collaboration is made and "
            "never later, so this change does nothing; invite later ones with CollaborationInvite"
        )


def _taken_away(known: Known, old: CollaborationInputs, found: wire.Collaboration) -> Iterator[str]:
    """A preview shows the old units and the new ones, not those that somebody has added between."""
    others = [unit for unit in found.units if unit.casefold() not in folded([*(old.units or ()), *known["units"]])]
    if others:
        yield f"{NAME} collaboration {found.short_name} also loses the units {', '.join(others)}, which somebody added"


def _has_tags(live: Iterable[str], wanted: Iterable[str], before: Iterable[str]) -> bool:
    """Whether the live tags are the wanted ones, and else only such as were not declared before either."""
    return set(live) == set(wanted) | (set(live) - set(before))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
