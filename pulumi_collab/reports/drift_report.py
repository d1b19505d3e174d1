"""What drift found, as a report."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from ..grants import Grant
from .clock import rfc3339
from .drift import DRIFT, TOLD, Comparison, Finding
from .live import NotChecked
from .model import Block, Grid, Item, Line, Report, Result, Rule, Tone, code, ours, soft, strong
from .words import person, plural, rights, source

RULES = (
    Rule("PC001", "unmanaged", "Somebody has access and is in no resource"),
    Rule("PC002", "changed", "Somebody's access is not as declared"),
    Rule("PC003", "missing", "Somebody who is declared has no access"),
    Rule("PC004", "overdue", "Somebody's access should have ended"),
    Rule("PC005", "not-checked", "Who has access could not be read"),
)
_RULE = {"unmanaged": "PC001", "changed": "PC002", "missing": "PC003", "overdue": "PC004"}
_VERDICT = ("in-sync", "not-checked", "drift", "drift-and-not-checked")
_HEADLINE = {
    "unmanaged": ("has access that the code does not grant", "have access that the code does not grant"),
    "changed": ("has other access than declared", "have other access than declared"),
    "missing": ("is declared and has no access", "are declared and have no access"),
    "overdue": ("should have ended", "should have ended"),
}
_GRID = ("kind", "person", "what is so", "where, or what to do")
_COLUMNS = ("kind", "scope", "person", "live", "declared", "where", "words", "do")


def drift_report(found: Comparison, now: datetime, stack: str = "") -> Report:
    """Everything that was found, for people and for programs."""
    findings = [each for each in found.findings if each.kind != "suppressed"]
    scopes = {scope: list(some) for scope, some in groupby(findings, key=lambda each: each.scope)}
    missing = {name: [each for each in found.not_checked if each.scope == name] for name in _scopes(found)}
    blocks = [
        Block(scope, grid=Grid(_GRID, (*map(_row, scopes.get(scope, ())), *map(_unchecked, missing.get(scope, ())))))
        for scope in sorted({*scopes, *missing})
    ]
    if suppressed := found.of("suppressed"):
        blocks.append(
            Block(f"Suppressed: {len(suppressed)}", grid=Grid(_GRID, tuple(map(_row, suppressed))), folded=True)
        )
    if found.notes:
        blocks.append(Block("Ignore file", tuple(Item((ours(note),), "note", "warn") for note in found.notes)))
    return Report(
        command="drift",
        title=f"Access drift{f' of {stack}' if stack else ''}",
        headline=_headline(found),
        tone=_tone(found),
        blocks=tuple(blocks),
        document=_document(found, now),
        marker=f"pulumi-collab:drift {stack}".rstrip(),
        columns=_COLUMNS,
        records=[*map(_record, found.findings), *map(_missing_record, found.not_checked)],
        rules=RULES,
        results=[*(_result(each) for each in found.findings if each.kind != "kept"), *map(_missed, found.not_checked)],
    )


def _scopes(found: Comparison) -> list[str]:
    return sorted({each.scope for each in found.not_checked})


def _tone(found: Comparison) -> Tone:
    return "bad" if found.drift else "warn" if found.not_checked else "good"


def _headline(found: Comparison) -> str:
    told: list[str] = []
    for kind in DRIFT:
        if count := len(found.of(kind)):
            words = _HEADLINE[kind][count > 1]
            told.append(f"{plural(count, 'person', 'people') if not told else count} {words}")
    if found.not_checked:
        told.append(f"{plural(len(found.not_checked), 'thing')} could not be checked")
    share = f"{found.in_sync} of {found.total} grants agree ({_percent(found.coverage)} %)"
    return f"DRIFT: {'; '.join(told)}. {share}" if told else f"In sync: {share}"


def _percent(share: float) -> int:
    return min(int(share * 100), 99) if share < 1 else 100  # 499 of 500 is not all


def _row(finding: Finding) -> tuple[Line, ...]:
    last = ours(finding.do) if finding.kind == "suppressed" else soft(source(finding.source))
    return (code(finding.was or finding.kind),), (strong(person(finding.grant)),), (ours(finding.words),), (last,)


def _unchecked(missing: NotChecked) -> tuple[Line, ...]:
    return (code("not checked"),), (), (ours(missing.words),), (soft(missing.do),)


# --- for programs ---


def _document(found: Comparison, now: datetime) -> dict[str, Any]:
    counts: dict[str, int] = {kind: len(found.of(kind)) for kind in TOLD}
    return {
        "schema": "pulumi-collab/drift/1",
        "now": rfc3339(now),
        "verdict": _VERDICT[found.exit],
        "exit": found.exit,
        "counts": {**counts, "not_checked": len(found.not_checked), "in_sync": found.in_sync},
        "coverage": round(found.coverage, 4),
        "findings": [_json(each) for each in found.findings],
        "not_checked": [each.json for each in found.not_checked],
        "notes": found.notes,
    }


def _json(finding: Finding) -> dict[str, Any]:
    found: dict[str, Any] = {
        "kind": finding.kind,
        "id": finding.grant.id,
        "severity": finding.severity,
        "live": finding.live.model_dump(mode="json") if finding.live else None,
        "declared": finding.declared.model_dump(mode="json") if finding.declared else None,
        "where": source(finding.source, short=False) or None,
        "do": finding.do,
    }
    if finding.entry is not None:
        found["suppressed"] = {
            "kind": finding.was,
            "where": finding.entry.where,
            "reason": finding.entry.reason,
            "until": finding.entry.until,
        }
    return found


def _record(finding: Finding) -> dict[str, str]:
    return {
        "kind": finding.kind,
        "scope": finding.scope,
        "person": finding.grant.principal.key,
        "live": _rights(finding.live),
        "declared": _rights(finding.declared),
        "where": source(finding.source, short=False),
        "words": finding.words,
        "do": finding.do,
    }


def _rights(grant: Grant | None) -> str:
    return rights(grant) if grant is not None else ""


def _missing_record(missing: NotChecked) -> dict[str, str]:
    return {"kind": "not_checked", "scope": missing.scope, "words": missing.words, "do": missing.do}


def _result(finding: Finding) -> Result:
    declared = finding.source
    return Result(
        rule=_RULE[finding.was or finding.kind],
        level=finding.severity,
        message=f"{person(finding.grant)} on {finding.scope}: {finding.words}. {finding.do}".strip(),
        fingerprint=f"{finding.was or finding.kind}\n{finding.grant.id.casefold()}",
        file=declared.where if declared is not None and declared.where else "Pulumi.yaml",
        line=declared.line if declared is not None and declared.where else None,
        suppressed=finding.entry.words if finding.entry else None,
    )


def _missed(missing: NotChecked) -> Result:
    return Result(
        rule="PC005",
        level="warning",
        message=f"{missing.scope} was not checked: {missing.words}. {missing.do}",
        fingerprint=f"not_checked\n{missing.scope}\n{missing.status}",
    )
