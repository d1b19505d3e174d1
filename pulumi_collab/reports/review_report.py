"""What a preview means for people, as a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..grants import Grant
from .model import Block, Item, Line, Report, Tone, code, ours, soft, strong
from .review import Finding, Review, of_kind
from .words import day, person, plural, privileges, rights, scope_name

_TONES: Mapping[str, Tone] = {"loses": "bad", "repointed": "bad", "raised": "warn"}
_CSV = ("kind", "platform", "scope", "person", "before", "after", "keeps", "where", "rules")


def review_report(found: Review, titles: Mapping[str, str]) -> Report:
    """Losses first, then privileges and names that mean somebody else, then invitations, then the rest."""
    important = [each for each in found.findings if each.privileged or each.kind == "repointed"]
    loses = of_kind(found.findings, "loses")
    invited = [each for each in of_kind(found.findings, "invited") if not each.privileged]
    told = {id(each) for each in (*loses, *important, *invited)}
    others = [each for each in found.findings if id(each) not in told]
    item = _items(titles)
    blocks = [
        Block("Loses access", tuple(map(item, loses))),
        Block("Privileged", tuple(map(item, important))),
        Block("Invited (a mail is sent)", tuple(map(item, invited))),
        Block(f"Others: {_others(others)}", tuple(map(item, others)), folded=True),
        Block("Not known yet", tuple(Item((ours(note),), "note", "warn") for note in found.notes)),
    ]
    tail: list[Line] = []
    if found.blocked:
        tail.append((ours("Blocked by "), *_codes(found.blocked)))
    tail.append((soft(f"digest {found.digest}"),))
    return Report(
        command="review",
        title=f"Review of access{f': {found.stack}' if found.stack else ''}",
        headline=f"Access: {_headline(found, important)}",
        tone="bad" if loses or found.blocked else "warn" if important else "none",
        blocks=tuple(block for block in blocks if block.items),
        document=_document(found),
        tail=tuple(tail),
        marker=f"pulumi-collab:review {found.stack}".rstrip(),
        columns=_CSV,
    )


def _codes(words: Sequence[str]) -> Line:
    found: list[Any] = []
    for word in words:
        found += [ours(", "), code(word)] if found else [code(word)]
    return tuple(found)


def _headline(found: Review, important: Sequence[Finding]) -> str:
    counts = found.counts
    told = [
        (counts["loses"], "loses access", "lose access"),
        (counts["repointed"], "name means somebody else", "names mean somebody else"),
        (sum(each.kind != "repointed" for each in important), "gains a privilege", "gain a privilege"),
        (counts["invited"], "is invited", "are invited"),
        (counts["gains"], "gains access", "gain access"),
        (len([e for e in of_kind(found.findings, "raised", "lowered") if not e.privileged]), "changes", "change"),
    ]
    words: list[str] = []
    for count, one, many in told:
        if count:
            subject = f"{plural(count, 'person', 'people')} " if not words and "name" not in one else f"{count} "
            words.append(f"{subject}{one if count == 1 else many}")
    if not words and (rest := counts["moved"] + counts["adopted"]):
        return f"nobody's access changes, {plural(rest, 'grant')} move or are taken over"
    return ", ".join(words) or "nobody's access changes"


def _others(others: Sequence[Finding]) -> str:
    changed = sum(each.kind not in ("moved", "adopted") for each in others)
    told = [
        (changed, f"{changed} changed"),
        (len(of_kind(others, "moved")), f"{len(of_kind(others, 'moved'))} move without a change"),
        (len(of_kind(others, "adopted")), f"{len(of_kind(others, 'adopted'))} taken over as they are"),
    ]
    return ", ".join(words for count, words in told if count)


def _items(titles: Mapping[str, str]) -> Callable[[Finding], Item]:
    def item(finding: Finding) -> Item:
        grant = finding.grant
        place: Line = (ours(f" on {titles.get(grant.platform, grant.platform)} "), code(scope_name(grant.scope)))
        line = (strong(person(grant)), ours(": "), *_words(finding), *place, *_ends(finding))
        return Item(line, finding.kind, _TONES.get(finding.kind, "warn" if finding.privileged else "none"))

    return item


def _words(finding: Finding) -> Line:
    before, after = finding.before, finding.after
    if finding.kind == "loses" and before is not None:
        return (code(rights(before)),)
    if finding.kind == "repointed" and before is not None and after is not None:
        uids = f"uid {after.principal.uid}, not {before.principal.uid}"
        return ours(f"now means somebody else ({uids}), with "), code(rights(after))
    if finding.kind == "moved" and after is not None:
        return code(rights(after)), ours(" moves")
    if finding.kind == "adopted" and after is not None:
        return code(rights(after)), ours(" is taken over as it is")
    if before is not None and after is not None and finding.kind in ("raised", "lowered"):
        return _change(before, after)
    assert after is not None
    said = {"invited": "is invited as ", "gains": "gains "}[finding.kind]
    return ours(said), code(after.role or "?"), *_beside(after)


def _beside(grant: Grant) -> Line:
    found: list[Any] = []
    for each in privileges(grant):
        found += [ours(" and "), strong(each)]
    return tuple(found)


def _change(before: Grant, after: Grant) -> Line:
    """Values, not property names: `gains live control`, `write -> read`."""
    parts: list[list[Any]] = []
    parts += [[ours("gains "), strong(each)] for each in privileges(after) if each not in privileges(before)]
    parts += [[ours("loses "), strong(each)] for each in privileges(before) if each not in privileges(after)]
    if before.role != after.role:
        parts.append([code(f"{before.role or '?'} -> {after.role or '?'}")])
    if before.ends != after.ends:
        parts.append([ours(f"until {day(before.ends)} -> {day(after.ends)}")])
    line: list[Any] = []
    for part in parts:
        line += [ours(", "), *part] if line else part
    return tuple(line)


def _ends(finding: Finding) -> Line:
    if finding.keeps:
        return (soft(f"; keeps {finding.keeps}"),)
    if finding.after is not None and finding.after.ends is not None and finding.kind in ("gains", "invited"):
        return (soft(f" until {day(finding.after.ends)}"),)
    return ()


def _document(found: Review) -> dict[str, Any]:
    return {
        "schema": "pulumi-collab/review/1",
        "stack": found.stack,
        "verdict": "blocked" if found.blocked else "ok",
        "blocked": list(found.blocked),
        "counts": found.counts,
        "findings": [
            {
                "kind": each.kind,
                "grant": each.grant.id,
                "before": each.before.model_dump(mode="json") if each.before else None,
                "after": each.after.model_dump(mode="json") if each.after else None,
                "keeps": each.keeps,
                "where": each.where,
                "rules": list(each.rules),
            }
            for each in found.findings
        ],
        "notes": list(found.notes),
        "digest": found.digest,
    }
