"""Drift: what the services tell against what the state of a stack holds. Compares, and does no I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from ..grants import Declared, Grant
from ..plan import has_access, pairs
from .ignore import Entry, Ignored
from .live import Live, NotChecked, declared
from .resources import Held, ScopeRef, key_of
from .words import day, rights

Kind = Literal["changed", "missing", "unmanaged", "overdue", "kept", "suppressed"]
DRIFT: tuple[Kind, ...] = ("unmanaged", "changed", "missing", "overdue")
TOLD: tuple[Kind, ...] = (*DRIFT, "kept", "suppressed")
Severity = Literal["error", "warning", "note"]

SAME_DAY = timedelta(days=1)
"""Dates that are closer than this are one date: services keep days in zones of their own."""


@dataclass(frozen=True)
class Finding:
    """One grant that is not as declared, or that is told for another reason."""

    kind: Kind
    live: Grant | None
    declared: Grant | None
    words: str
    """What is so, for people."""
    do: str
    severity: Severity = "warning"
    scope: str = ""
    """As it is named on the command line."""
    was: Kind | None = None
    """What a suppressed finding is."""
    entry: Entry | None = None

    @property
    def grant(self) -> Grant:
        """Whom and what it is about."""
        found = self.live or self.declared
        assert found is not None
        return found

    @property
    def source(self) -> Declared | None:
        """Where it is declared."""
        return self.declared.declared if self.declared is not None else None


@dataclass
class Comparison:
    """Everything found."""

    findings: list[Finding] = field(default_factory=list)
    not_checked: list[NotChecked] = field(default_factory=list)
    in_sync: int = 0
    uncertain: int = 0
    """Declared grants of which nothing is known."""
    notes: list[str] = field(default_factory=list)

    def of(self, kind: Kind) -> list[Finding]:
        """The findings of one kind."""
        return [each for each in self.findings if each.kind == kind]

    @property
    def drift(self) -> list[Finding]:
        """Those that are drift."""
        return [each for each in self.findings if each.kind in DRIFT]

    @property
    def total(self) -> int:
        """The grants that there are, or that are declared."""
        return self.in_sync + self.uncertain + sum(each.kind != "kept" for each in self.findings)

    @property
    def coverage(self) -> float:
        """Which share of them is as declared."""
        return self.in_sync / self.total if self.total else 1.0

    @property
    def exit(self) -> int:
        """0 in sync, 1 something could not be checked, 2 drift, 3 both."""
        return bool(self.not_checked) + 2 * bool(self.drift)


def compare(held: Iterable[Held], live: Live, now: datetime, ignored: Iterable[Entry] = ()) -> Comparison:
    """Compare every scope that was read, and count what is declared in those that were not."""
    found = Comparison(not_checked=list(live.not_checked))
    by_scope: defaultdict[ScopeRef, list[Held]] = defaultdict(list)
    for each in held:
        by_scope[each.scope].append(each)
        if each.hidden:
            why = f"{each.name}: {', '.join(sorted(each.hidden))} is a secret of the stack"
            found.not_checked.append(NotChecked(str(each.scope), why, do="name people and scopes in plain text"))
    for scope, some in by_scope.items():
        found.uncertain += sum(len(each.holding.grants) for each in some if each.hidden or scope not in live.grants)
    at_work = Ignored(ignored, now)
    for scope, grants in live.grants.items():
        for finding in _Scope(scope, by_scope.get(scope, []), grants, now).findings(found):
            entry = at_work.reason(finding.grant.id)
            found.findings.append(_suppressed(finding, entry) if entry is not None else finding)
    found.notes += at_work.notes()
    order: Mapping[Kind, int] = {kind: number for number, kind in enumerate(TOLD)}
    found.findings.sort(key=lambda each: (each.scope, order[each.kind], each.grant.order))
    return found


def _suppressed(finding: Finding, entry: Entry) -> Finding:
    if finding.kind not in DRIFT:
        return finding
    return replace(finding, kind="suppressed", do=entry.words, severity="note", was=finding.kind, entry=entry)


class _Scope:
    """One scope, from both sides."""

    def __init__(self, scope: ScopeRef, held: Sequence[Held], live: Sequence[Grant], now: datetime) -> None:
        self._name = str(scope)
        self._live = live
        self._now = now
        self._some_hidden = any(each.hidden for each in held)
        held = [each for each in held if not each.hidden]
        self._declared = declared(held, live)
        self._any_name = {key_of(grant)[-1] for each in held if each.holding.any_name for grant in each.holding.grants}
        self._for_ever = any(grant.ends is None for grant in live)
        self._kept = {key.casefold() for each in held for key in each.holding.kept}
        self._acquainted = {grant.principal.key.casefold() for each in held for grant in each.holding.invited}
        self._unreadable = [grant for grant in live if grant.principal.kind == "unknown"]

    def findings(self, found: Comparison) -> Iterator[Finding]:
        """What differs; what is in order is counted, and what cannot be told is not checked."""
        for there, wanted in pairs(self._live, self._declared, str.casefold):
            if there is None and wanted is not None:
                yield from self._absent(wanted, found)
            elif there is not None and wanted is None:
                yield from self._stranger(there, found)
            elif there is not None and wanted is not None:
                yield from self._both(there, wanted, found)

    def _finding(
        self,
        kind: Kind,
        live: Grant | None,
        declared: Grant | None,
        words: str,
        do: str = "run `pulumi up --refresh`, or change the code",
        severity: Severity = "warning",
    ) -> Finding:
        return Finding(kind, live, declared, words, do, severity, self._name)

    def _unknown(self, why: str) -> NotChecked:
        return NotChecked(self._name, why, do="look at the service's own page")

    def _absent(self, wanted: Grant, found: Comparison) -> Iterator[Finding]:
        if any(not _is_somebody_else(each, wanted) for each in self._unreadable):
            found.uncertain += 1
            found.not_checked.append(
                self._unknown(f"{wanted.principal.key} is not listed, but may be an entry that cannot be read")
            )
        elif wanted.ends is not None and wanted.ends <= self._now:
            found.in_sync += 1  # it was to end, and it has
        else:
            words = f"declared {rights(wanted)}, has no access"
            yield self._finding("missing", None, wanted, words)

    def _stranger(self, there: Grant, found: Comparison) -> Iterator[Finding]:
        key = there.principal.key.casefold()
        if there.status == "unknown" or there.principal.kind == "unknown":
            found.not_checked.append(self._unread(there))
        elif there.fixed is not None or not has_access(there) or key in self._acquainted or self._some_hidden:
            return
        elif key in self._kept:
            yield self._finding("kept", there, None, f"{rights(there)}, left alone by `keep`", "", "note")
        else:
            invited = ", invited" if there.status == "invited" else ""
            words = f"{rights(there)}{invited}, in no resource"
            severity: Severity = "error" if there.privileged else "warning"
            yield self._finding("unmanaged", there, None, words, "declare it, or remove the person", severity)

    def _unread(self, there: Grant) -> NotChecked:
        return self._unknown(f"the access of {there.principal.key} cannot be read ({there.fixed or there.role})")

    def _both(self, there: Grant, wanted: Grant, found: Comparison) -> Iterator[Finding]:
        if there.status == "unknown":
            found.uncertain += 1
            found.not_checked.append(self._unread(there))
        elif words := self._overdue(there, wanted):
            yield self._finding("overdue", there, wanted, words)
        elif words := self._changed(there, wanted):
            severity: Severity = "error" if there.privileged or _is_somebody_else(there, wanted) else "warning"
            yield self._finding("changed", there, wanted, words, severity=severity)
        elif not _is_in(there):
            stays = f", keeps {rights(there)} {there.fixed or ''}".rstrip()
            words = f"declared {rights(wanted)}, has no access of their own{stays if there.fixed else ''}"
            yield self._finding("missing", there, wanted, words)
        else:
            found.in_sync += 1

    def _overdue(self, there: Grant, wanted: Grant) -> str | None:
        if there.status == "ended":
            return f"{rights(there)}, ended {day(there.ends)}, still listed"
        if wanted.ends is not None and wanted.ends <= self._now and has_access(there):
            return f"{rights(there)}, should have ended {day(wanted.ends)}"
        return None

    def _changed(self, there: Grant, wanted: Grant) -> str | None:
        if _is_somebody_else(there, wanted):
            return f"is somebody else now (uid {there.principal.uid}, not {wanted.principal.uid}) with {rights(there)}"
        name = wanted.principal.key.casefold()
        if there.principal.key.casefold() != name and name not in self._any_name:
            return f"is called {there.principal.key} now, declared as {wanted.principal.key}"
        if there.status in ("expired", "declined"):
            ran_out = "the invitation ran out" if there.status == "expired" else "the invitation was declined"
            return f"{ran_out}, declared {rights(wanted)}"
        if _is_in(there) and (there.role, there.privileges) != (wanted.role, wanted.privileges):
            return f"{rights(there)}, declared {rights(wanted)}"
        if there.status == "active" and self._ends_otherwise(there.ends, wanted.ends):
            return f"{rights(there)} until {day(there.ends)}, declared until {day(wanted.ends)}"
        return None

    def _ends_otherwise(self, there: datetime | None, wanted: datetime | None) -> bool:
        """Whether access ends on another day than declared. Sooner may mean that the whole scope ends then."""
        if wanted is None or there is None:
            return wanted is not there and wanted is not None
        return there - wanted > SAME_DAY or (self._for_ever and wanted - there > SAME_DAY)


def _is_in(there: Grant) -> bool:
    """Whether the access is the person's own: given here, or an owner's."""
    return has_access(there) or any(via.kind == "owner" for via in there.via)


def _is_somebody_else(there: Grant, wanted: Grant) -> bool:
    return None not in (there.principal.uid, wanted.principal.uid) and there.principal.uid != wanted.principal.uid
