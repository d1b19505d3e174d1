"""What would change, as values: what is declared against what is there, each change with its sentence. No I/O.

What a preview shows and what a write does come from the same plan, so they cannot disagree. What must survive (the
owner, whoever is to be kept, people who are there through a group, entries that cannot be read) is copied into the
desired side, so no change is ever made of it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from .errors import Problem, Refused, harmless
from .grants import Grant

Normal = Callable[[str], str]
"""A platform's normal form of a person's name: two names with one form may be one person."""

ChangeKind = Literal["add", "change", "rename", "repoint", "remove"]
"""`rename`: the same person by the uid, under another name. `repoint`: the same name, and by the uid somebody else."""

_ORDER: Sequence[ChangeKind] = ("repoint", "rename", "add", "change", "remove")
"""Who gets access gets it before anybody loses it."""


@dataclass(frozen=True)
class Change:
    """One person's access, before and after; None where there is none."""

    kind: ChangeKind
    before: Grant | None
    after: Grant | None

    @property
    def grant(self) -> Grant:
        """Whom and what it is about."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def order(self) -> tuple[int, bool, tuple[str, str, str, str]]:
        """One total order: by kind, then those with privileges, then by name."""
        privileged = any(grant.privileged for grant in (self.before, self.after) if grant is not None)
        return _ORDER.index(self.kind), not privileged, self.grant.order

    @property
    def sentence(self) -> str:
        """What happens, for people."""
        who = name(self.grant)
        if self.before is None:
            return f"{who} gets {words(self.grant)}"
        if self.after is None:
            stays = _through(self.before)
            return f"{who} loses {words(self.before)}{f'; keeps access {stays}' if stays else ''}"
        if self.kind == "rename":
            return f"{who} is called {name(self.before)} now"
        if self.kind == "repoint":
            return f"{who} is somebody else now (uid {self.before.principal.uid}, not {self.after.principal.uid})"
        if self.kind == "add":
            return f"{who} gets {words(self.after)} (now: {_standing(self.before)})"
        return f"{who}: {words(self.before)} -> {words(self.after)}"


def name(grant: Grant) -> str:
    """A person as messages show it."""
    return harmless(grant.principal.key) or "somebody without a name"


def words(grant: Grant) -> str:
    """What a person may do: `write + live control`."""
    return " + ".join([harmless(grant.role) or "an unknown role", *(p.replace("_", " ") for p in grant.privileges)])


def people(grants: Iterable[Grant]) -> str:
    """People and what they may do, those with privileges first."""
    sorted_ = sorted(grants, key=lambda grant: (not grant.privileged, grant.order))
    return ", ".join(f"{name(grant)} ({words(grant)})" for grant in sorted_)


def _standing(grant: Grant) -> str:
    return f"{words(grant)}, {grant.status}" if _is_direct(grant) else _through(grant)


def _through(grant: Grant) -> str:
    """The ways in beside the direct one: `through group ops`."""
    return ", ".join(f"through {v.kind} {harmless(v.name or '')}".strip() for v in grant.via if v.kind != "direct")


# --- two sides ---


def diff(existing: Iterable[Grant], desired: Iterable[Grant], normal: Normal = str.casefold) -> tuple[Change, ...]:
    """What makes the desired side of what there is, in order: who gets access gets it before anybody loses it."""
    found = (_change(before, after, normal) for before, after in pairs(existing, desired, normal))
    return tuple(sorted(filter(None, found), key=lambda change: change.order))


def apply(changes: Iterable[Change], existing: Iterable[Grant]) -> list[Grant]:
    """What there is once the changes are made."""
    changes = list(changes)
    left = _without(existing, [c.before for c in changes if c.before is not None])
    return sorted([*left, *(c.after for c in changes if c.after is not None)], key=lambda grant: grant.order)


def _without(grants: Iterable[Grant], gone: Iterable[Grant]) -> list[Grant]:
    """The grants but for these, each as often as it is among them."""
    times = Counter(gone)
    left = []
    for grant in grants:
        if times[grant]:
            times[grant] -= 1
        else:
            left.append(grant)
    return left


def has_access(grant: Grant) -> bool:
    """Whether somebody is in by this, or is asked in, and not only through something else."""
    return grant.status in ("active", "invited", "unknown") and _is_direct(grant)


def _is_direct(grant: Grant) -> bool:
    return any(via.kind == "direct" for via in grant.via)


def _change(before: Grant | None, after: Grant | None, normal: Normal) -> Change | None:
    if before is None or after is None:
        return Change("add" if before is None else "remove", before, after)
    one, other = before.principal, after.principal
    if None not in (one.uid, other.uid) and one.uid != other.uid:
        return Change("repoint", before, after)
    if normal(one.key) != normal(other.key):
        return Change("rename", before, after)
    if has_access(before) != has_access(after):
        return Change("add" if has_access(after) else "remove", before, after)
    if (before.role, before.privileges) != (after.role, after.privileges):
        return Change("change", before, after)
    return None


def pairs(
    existing: Iterable[Grant], desired: Iterable[Grant], normal: Normal = str.casefold
) -> Iterator[tuple[Grant | None, Grant | None]]:
    """Who is who on the two sides: by uid where both have one, else by the name as it is spelled, else by its form."""
    here, wanted = dict(enumerate(existing)), dict(enumerate(desired))
    forms: tuple[Callable[[Grant], str | None], ...] = (
        lambda grant: grant.principal.uid,
        lambda grant: grant.principal.key,
        lambda grant: normal(grant.principal.key),
    )
    for form in forms:
        index: defaultdict[tuple[str, str, str | None], list[int]] = defaultdict(list)
        for number, grant in here.items():
            index[grant.platform, grant.scope.id, form(grant)].append(number)
        for number, grant in list(wanted.items()):
            form_ = form(grant)
            if form_ is not None and (same := index[grant.platform, grant.scope.id, form_]):
                yield here.pop(same.pop(0)), wanted.pop(number)
    yield from ((grant, None) for grant in here.values())
    yield from ((None, grant) for grant in wanted.values())


# --- a plan and its rails ---


@dataclass(frozen=True)
class Plan:
    """What a set would do, or why it must not."""

    changes: tuple[Change, ...]
    kept: tuple[Grant, ...] = ()
    """Who is left alone because the program says so."""
    problems: tuple[Problem, ...] = ()

    def of(self, *kinds: ChangeKind) -> list[Change]:
        """The changes of these kinds, in order."""
        return [change for change in self.changes if change.kind in kinds]

    @property
    def loses(self) -> list[Grant]:
        """Who loses access, those with privileges first."""
        return [c.before for c in self.of("remove") if c.before is not None]

    def raise_if_refused(self, about: str) -> None:
        """As a write tells it: `Refused`, with the same sentences."""
        if self.problems:
            raise Refused(f"{about} {'; '.join(problem.reason for problem in self.problems)}")


def plan(
    declared: Iterable[Grant],
    existing: Iterable[Grant],
    keep: Collection[str] = (),
    *,
    listed: str = "collaborators",
    max_removals: float | None = None,
    last: str | None = None,
    normal: Normal = str.casefold,
) -> Plan:
    """What makes the declared access of what there is, everybody else being removed.

    `listed` is the argument that declares people, for problems; `last` a role whose last holder has to stay.
    """
    declared, existing = list(declared), list(existing)
    forms = {normal(key) for key in keep}
    kept = tuple(grant for grant in existing if normal(grant.principal.key) in forms)
    untouched = {id(grant) for grant in existing if is_fixed(grant)} | set(map(id, kept))
    named = [before for before, after in pairs(existing, declared, normal) if before is not None and after is not None]
    others = _without(existing, named)
    survivors = [grant for grant in others if id(grant) in untouched or not has_access(grant)]
    changes = diff(existing, [*declared, *survivors], normal)
    removable = sum(has_access(grant) and id(grant) not in untouched for grant in existing)
    problems = (
        *_untouchable(named, changes, listed),
        *_too_many(changes, removable, max_removals),
        *(_leaves_none(changes, existing, last, listed) if last else ()),
    )
    return Plan(changes, kept, problems)


def _untouchable(named: Iterable[Grant], changes: Iterable[Change], listed: str) -> Iterator[Problem]:
    for grant in filter(is_owner, named):
        yield Problem(listed, f"{name(grant)} is the owner, whose access cannot be managed: take it out of the program")
    for change in changes:
        before = change.before
        if change.kind in ("rename", "repoint"):
            yield Problem(listed, f"{change.sentence}: correct the program")
        elif before is not None and before.fixed and _is_direct(before):
            yield Problem(listed, f"{name(before)} cannot be changed here: {before.fixed}")


def is_owner(grant: Grant) -> bool:
    """Whether it is the owner's."""
    return any(via.kind == "owner" for via in grant.via)


def is_fixed(grant: Grant) -> bool:
    """Whether nothing can or may be done about it: the owner, people through a group, what cannot be read."""
    return grant.fixed is not None or not _is_direct(grant) or grant.principal.kind == "unknown"


def removals_complaint(value: float) -> str | None:
    """What is wrong with a `max_removals`; None when nothing is."""
    if not math.isfinite(value) or value < 0:
        return "must be a share below 1, such as 0.25, or a number of people"
    return "must be a whole number from 1 on: it counts people" if value > 1 and value != int(value) else None


def allowed(max_removals: float | None, count: int) -> int:
    """How many of so many people may be removed: below 1 a share, from 1 on a number; None: a quarter, at least one."""
    if max_removals is None:
        return max(1, count // 4)
    return int(max_removals) if max_removals >= 1 else int(Fraction(str(max_removals)) * count)


def _too_many(changes: Iterable[Change], count: int, max_removals: float | None) -> Iterator[Problem]:
    gone = [c.before for c in changes if c.kind == "remove" and c.before is not None]
    most = allowed(max_removals, count)
    if len(gone) > most:
        yield Problem(
            "max_removals",
            f"this removes {len(gone)} of the {count} who have access now, and at most {most} may go; if they are all "
            f"to go, set max_removals={len(gone)}: {people(gone)}",
        )


def _leaves_none(changes: Iterable[Change], existing: Iterable[Grant], role: str, listed: str) -> Iterator[Problem]:
    """Who is invited may never come, so only those count who are in."""
    becomes: dict[int, Grant | None] = {id(change.before): change.after for change in changes}
    active = [grant for grant in existing if grant.status == "active" and has_access(grant)]
    holders = [grant for grant in active if grant.role == role]
    after = [becomes.get(id(grant), grant) for grant in active]
    if holders and not any(grant is not None and grant.role == role for grant in after):
        who = ", ".join(map(name, holders))
        yield Problem(listed, f"this leaves nobody as {role}: {who} has to stay until another {role} is in")
