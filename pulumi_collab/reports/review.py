"""What a preview means for people: who loses access, who gains what, whose name now means somebody else. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Literal, get_args

from ..grants import Declared, Grant, Principal, Scope
from ..plan import has_access
from .preview import Preview
from .resources import Held, key_of
from .words import rights

Kind = Literal["loses", "repointed", "raised", "gains", "invited", "lowered", "moved", "adopted"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Rule = Literal["lose-access", "privileged", "external", "replace", "repointed", "no-reason", "no-end"]
RULES: tuple[Rule, ...] = get_args(Rule)

EVERYBODY = "everybody in it"
_NO_ACCESS_CHANGES: frozenset[Kind] = frozenset({"moved", "adopted"})
_ALREADY = ("has this access already", "is invited already")
_TAKEN_OVER = re.compile(r"(?P<role>[^\s:]+) -> [^\s,;]+")
_LOSE = re.compile(r"\d+ (?:people lose|person loses) access: (?P<people>.+)")
_ONE = re.compile(r"(?P<key>.+?) \((?P<role>[^()+]+?)(?P<beside>(?: \+ [^()+]+)*)\)(?:, |$)")


@dataclass(frozen=True)
class Finding:
    """What happens to one person's access to one thing."""

    kind: Kind
    before: Grant | None
    after: Grant | None
    where: str
    """The resource's URN."""
    keeps: str | None = None
    """What somebody who loses access has all the same, and how."""
    rules: tuple[Rule, ...] = ()

    @property
    def grant(self) -> Grant:
        """Whom and what it is about."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def privileged(self) -> bool:
        """Whether somebody gets a privilege by it."""
        if self.after is None or self.kind in ("moved", "adopted", "lowered"):
            return False
        had = self.before if self.before is not None and has_access(self.before) else None
        if had is None or self.kind == "repointed":
            return self.after.privileged
        return (self.after.privileged and not had.privileged) or bool(set(self.after.privileges) - set(had.privileges))

    @property
    def order(self) -> tuple[int, bool, tuple[str, str, str, str]]:
        """What matters most comes first."""
        return KINDS.index(self.kind), not any(g.privileged for g in (self.before, self.after) if g), self.grant.order


@dataclass(frozen=True)
class Review:
    """Everything that a preview means for people."""

    stack: str
    findings: tuple[Finding, ...]
    blocked: tuple[Rule, ...] = ()
    """The rules that were asked for and are broken."""
    notes: tuple[str, ...] = field(default=())

    @property
    def counts(self) -> dict[Kind, int]:
        """How many findings there are of each kind."""
        found = Counter(each.kind for each in self.findings)
        return {kind: found[kind] for kind in KINDS}

    @property
    def digest(self) -> str:
        """The same for the same change of access, whatever the resources are called."""
        lines = sorted(json.dumps(_change(each)) for each in self.findings if each.kind not in _NO_ACCESS_CHANGES)
        return sha256("\n".join(lines).encode()).hexdigest()


def _change(finding: Finding) -> list[str | None]:
    return [finding.kind, *key_of(finding.grant), _said(finding.before), _said(finding.after)]


def _said(grant: Grant | None) -> str | None:
    if grant is None:
        return None
    return f"{rights(grant)} {grant.ends.isoformat() if grant.ends else ''}".strip()


def review(preview: Preview, fail_on: Collection[Rule] = (), internal: Collection[str] = ()) -> Review:
    """What the preview means. `internal` are the domains that are not external."""
    found = [_ruled(each, preview, internal) for each in _findings(preview)]
    broken = {rule for each in found for rule in each.rules}
    notes = [f"{held.name}: {', '.join(sorted(held.hidden))} is known only when it runs" for held in preview.unknown]
    return Review(
        preview.stack,
        tuple(sorted(found, key=lambda each: each.order)),
        tuple(rule for rule in RULES if rule in broken and rule in fail_on),
        tuple(dict.fromkeys(notes)),
    )


# --- both sides ---

_Sides = dict[tuple[str, str, str], tuple[Grant, Held]]


def _findings(preview: Preview) -> Iterator[Finding]:
    before, after = _side(preview.before, old=True), _side(preview.after, old=False)
    unknown = {held.urn for held in preview.unknown}
    for key in dict.fromkeys((*before, *after)):
        was, becomes = before.get(key), after.get(key)
        if was is not None and becomes is None and was[1].urn in unknown:
            continue  # the resource lists people by values that are not known yet
        yield from _finding(was, becomes, preview)
    yield from _told_losses(preview, before)
    yield from _whole_scopes(preview)


def _side(held: Iterable[Held], *, old: bool) -> _Sides:
    """Everybody's access on one side. What is declared comes before what a set merely found."""
    found: _Sides = {}
    held = list(held)
    named = {each.holding.scope.id: each.holding.scope for each in held if each.holding.is_scope}
    for each in held:
        holding = each.holding
        kept = {key.casefold() for key in holding.kept}
        others = [grant for grant in holding.strangers if grant.principal.key.casefold() not in kept] if old else []
        for grant in (*holding.grants, *others, *(() if old else holding.invited)):
            if grant in holding.grants or key_of(grant) not in found:
                found[key_of(grant)] = (_declared(grant, each, named.get(grant.scope.id, grant.scope)), each)
    return found


def _declared(grant: Grant, held: Held, scope: Scope) -> Grant:
    return grant.model_copy(update={"declared": grant.declared or Declared(urn=held.urn), "scope": scope})


def _finding(was: tuple[Grant, Held] | None, becomes: tuple[Grant, Held] | None, preview: Preview) -> Iterator[Finding]:
    if becomes is None:
        if was is not None and was[1].holding.enforced and not was[1].holding.outlives and has_access(was[0]):
            yield Finding("loses", was[0], None, was[1].urn, _keeps(was[0]))
        return
    after, holder = becomes
    before = _before(was, after, holder, preview)
    moved = was is not None and (was[1].urn != holder.urn or holder.urn in preview.replaced)
    kind: Kind | None = "invited" if after.status == "invited" else "gains"
    if before is not None:
        kind = _kind(before, after, moved=moved) or ("adopted" if was is None else None)
    if not holder.holding.enforced and kind not in (None, "moved"):
        kind = "adopted"  # nobody's access changes by it: people have given it, by hand
    if kind is not None:
        yield Finding(kind, before, after, holder.urn)


def _before(was: tuple[Grant, Held] | None, after: Grant, holder: Held, preview: Preview) -> Grant | None:
    """What the person has until then: as the preview has looked it up, else as it is in the state, else as it says."""
    there = holder.holding.there
    if there is not None:
        return next((grant for grant in there if key_of(grant) == key_of(after)), None)
    if was is not None:
        return was[0]
    for message in preview.messages:
        rest = message.removeprefix(holder.about) if holder.about else message
        if rest != message and any(words in rest for words in _ALREADY):
            return after
        if rest != message and "taken over" in rest and (changes := _TAKEN_OVER.search(rest)):
            return holder.platform.ladder.grant(after.scope, after.principal, changes["role"])
    return None


def _kind(before: Grant, after: Grant, *, moved: bool) -> Kind | None:
    uids = before.principal.uid, after.principal.uid
    if None not in uids and uids[0] != uids[1]:
        return "repointed"
    if not has_access(before):
        return "invited" if after.status == "invited" else "gains"
    if _more(before, after):
        return "raised"
    if (before.role, before.privileges, before.ends) != (after.role, after.privileges, after.ends):
        return "lowered"
    return "moved" if moved else None


def _more(before: Grant, after: Grant) -> bool:
    """Whether somebody may do more, or for longer, in any respect; a role that we do not know counts as more."""
    if before.role != after.role and (before.rank is None or after.rank is None or after.rank > before.rank):
        return True
    if set(after.privileges) - set(before.privileges):
        return True
    return before.ends is not None and (after.ends is None or after.ends > before.ends)


def _keeps(grant: Grant) -> str | None:
    ways = [f"{via.kind} {via.name}" if via.name else f"a {via.kind}" for via in grant.via if via.kind != "direct"]
    return f"access through {', '.join(ways)}" if ways else None


def _told_losses(preview: Preview, before: _Sides) -> Iterator[Finding]:
    """Who a set removes though no state shows them: its preview has looked, and says so."""
    for held in preview.after:
        for message in preview.messages:
            told = _LOSE.search(message) if held.about and message.startswith(held.about) else None
            for one in _ONE.finditer(told["people"]) if told else ():
                beside = [each.strip().replace(" ", "_") for each in one["beside"].split(" + ") if each.strip()]
                grant = held.platform.ladder.grant(held.holding.scope, Principal(key=one["key"]), one["role"], beside)
                if key_of(grant) not in before:
                    yield Finding("loses", grant, None, held.urn)


def _whole_scopes(preview: Preview) -> Iterator[Finding]:
    """A scope that goes takes everybody's access with it, whoever gave it."""
    stays = {held.holding.scope.id.casefold() for held in preview.after if held.holding.is_scope}
    for held in preview.before:
        holding = held.holding
        if holding.is_scope and not holding.outlives and holding.scope.id.casefold() not in stays:
            everybody = Principal(key=EVERYBODY, kind="group")
            grant = held.platform.ladder.grant(holding.scope, everybody, "")
            yield Finding("loses", grant.model_copy(update={"role": "all access"}), None, held.urn)


# --- rules ---


def _ruled(finding: Finding, preview: Preview, internal: Collection[str]) -> Finding:
    more = finding.kind in ("gains", "invited", "raised", "repointed")
    after = finding.after
    broken: Mapping[Rule, bool] = {
        "lose-access": finding.kind == "loses" and finding.keeps is None,
        "privileged": finding.privileged,
        "external": more and after is not None and _is_external(after, internal),
        "replace": finding.where in preview.replaced,
        "repointed": finding.kind == "repointed",
        "no-reason": more and (after is None or after.declared is None or not after.declared.reason),
        "no-end": more and (after is None or after.ends is None),
    }
    return replace(finding, rules=tuple(rule for rule in RULES if broken[rule]))


def _is_external(grant: Grant, internal: Collection[str]) -> bool:
    """Whether the person's address is known, and of another domain than ours."""
    _, at, domain = (grant.principal.email or grant.principal.key).casefold().rpartition("@")
    inside = [each.casefold().removeprefix("@") for each in internal]
    return bool(at) and not any(domain == each or domain.endswith(f".{each}") for each in inside)


def of_kind(findings: Sequence[Finding], *kinds: Kind) -> list[Finding]:
    """The findings of these kinds, in order."""
    return [each for each in findings if each.kind in kinds]
