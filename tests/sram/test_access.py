"""What may be done about a person in a collaboration: the tables of docs/sram.md, row by row, without a service."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pulumi_collab.decisions import Action
from pulumi_collab.sram import wire
from pulumi_collab.sram.access import invite, invited
from pulumi_collab.sram.access.invite import There
from pulumi_collab.sram.access.invite_model import CollaborationInviteInputs, CollaborationInviteState, values_of

PAGE = (Path(__file__).parents[2] / "docs" / "sram.md").read_text(encoding="utf-8")
NOW = datetime(2027, 1, 1, tzinfo=UTC)
WHO: dict[str, Any] = {"collaboration": "3b5c", "email": "bob@x.org"}
ANN = wire.Member(uid="urn:ann", role="admin", email="ann@x.org")
ROB = wire.Member(uid="urn:rob", role="member", email="bob@x.org", name="Rob")

ASKED: dict[str, Callable[..., dict[str, Any]]] = {
    r"in (\w+)": lambda group: {"groups": [group]},
    r"until (\S+)": lambda day: {"membership_expiry_date": day},
    r"to accept until (\S+)": lambda day: {"invitation_expiry_date": day},
    r"(\d) times at most": lambda limit: {"resend_limit": int(limit)},
    r"to be kept": lambda: {"on_delete": "keep"},
}


def rows(table: str) -> list[list[str]]:
    """The cells of one table of the page, without its head."""
    _, _, rest = PAGE.partition(f"<!-- decisions: {table} -->\n")
    lines = rest.partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def state(text: str) -> CollaborationInviteState:
    """What is kept so far: `expired, 1 sent again`."""
    found = re.fullmatch(r"(\w+),?( as admin)?(?:, (\d) sent again)?", text)
    assert found, text
    status, admin, again = found.groups()
    late = status == "expired"
    return CollaborationInviteState(
        **WHO,
        intended_role="admin" if admin else "member",
        status=status,
        invitation_id="i1" if status in ("open", "expired", "declined") else None,
        invitation_expires=(NOW + timedelta(days=-20 if late else 15)).isoformat(),
        user="urn:bob" if status in ("accepted", "ended", "removed") else None,
        membership_expires="2026-01-01" if status == "ended" else None,
        resends=int(again or 0),
    )


def there(text: str, known: CollaborationInviteState) -> There | None:
    """What there is: `a member until 2030-01-01, and another user`."""
    if text == "no such collaboration":
        return None
    found = re.fullmatch(
        r"(?:nobody|another user|(an|a late|another|a|the only)(?: open)? (invitation|member|admin))"
        r"(?: as (member|admin))?(?:, in (\w+))?(?: until (\S+))?(, and another user)?",
        text,
    )
    assert found, text
    which, what, role, group, until, other = found.groups()
    everybody = [] if which == "the only" else [ANN]
    if other or text == "another user":
        everybody.append(ROB)
    if what in ("member", "admin"):
        email = "robert@home.org" if other else "bob@x.org"
        end = datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None
        everybody.append(wire.Member(uid="urn:bob", role=what, email=email, expires=end))
    live = wire.Collaboration(identifier="3b5c", short_name="ai", name="AI", members=everybody)
    if what != "invitation":
        return There.seen(known, live, NOW)
    invitation = wire.Invitation(
        status="open",
        intended_role=role or "member",
        groups=[wire.Group(identifier=group, short_name=group)] if group else [],
        identifier="i2" if which == "another" else "i1",
        email="bob@x.org",
        expires=NOW + timedelta(days=-1 if which == "a late" else 15),
    )
    return There.seen(known, live, NOW, invitation)


def declared(text: str, before: CollaborationInviteState) -> CollaborationInviteInputs:
    """What the program declares: `member, in one, until 2030-01-01`."""
    if text == "the same":
        return CollaborationInviteInputs(**values_of(before))
    role, *more = text.split(", ")
    given: dict[str, Any] = {"intended_role": role}
    for each in more:
        found = next(match for pattern in ASKED if (match := re.fullmatch(pattern, each)))
        given |= ASKED[found.re.pattern](*found.groups())
    return CollaborationInviteInputs(**WHO, **given)


def happens(verdict: invite.Verdict, found: There | None, before: CollaborationInviteState | None) -> str:
    """A verdict in the words of the tables."""
    if verdict.problems:
        return f"is refused: {', '.join(f'`{problem.property}`' for problem in verdict.problems)}"
    assert found is not None
    again = before is not None and verdict.resends > before.resends
    if verdict.action is Action.ADD:
        stale = "withdraws the invitation and " if found.blocking else ""
        return f"{'ends the membership and ' if found.member else stale}invites{' again' if again else ''}"
    if verdict.action is Action.CHANGE:
        return "changes the membership" if found.member else "changes the invitation"
    return "takes it over" if before is None else "counts it as sent again" if again else "does nothing"


def matches(verdict: invite.Verdict, told: str) -> bool:
    """Whether just what the table says is told."""
    texts = [*verdict.warnings, *(problem.reason for problem in verdict.problems)]
    return any(told in text for text in texts) if told else not texts


@pytest.mark.parametrize(("is_there", "asked", "expected", "told"), rows("inviting"))
def test_a_new_one(is_there: str, asked: str, expected: str, told: str) -> None:
    """A person in no state yet is invited, taken over with just this access, or refused, as the page says."""
    unknown = CollaborationInviteState(**WHO)
    found, wanted = there(is_there, unknown), declared(asked, unknown)
    verdict = invite.inviting(values_of(wanted), found)
    assert happens(verdict, found, None) == expected
    assert matches(verdict, told), verdict


@pytest.mark.parametrize(("so_far", "is_there", "asked", "expected", "told"), rows("changing"))
def test_one_that_is_kept(so_far: str, is_there: str, asked: str, expected: str, told: str) -> None:
    """A person in the state is changed, invited again, left alone, or refused, as the page says."""
    before = state(so_far)
    found = there(is_there, before)
    assert found is not None
    verdict = invited.changing(before, declared(asked, before), found)
    assert happens(verdict, found, before) == expected
    assert matches(verdict, told), verdict


@pytest.mark.parametrize(("so_far", "is_there", "asked", "expected", "told"), rows("deleting"))
def test_one_that_goes(so_far: str, is_there: str, asked: str, expected: str, told: str) -> None:
    """A person taken out loses the membership, or keeps it for a reason that is told, as the page says."""
    before = state(so_far)
    before = before.model_copy(update=values_of(declared(asked, before)))
    found = there(is_there, before)
    assert found is not None
    verdict = invited.deleting(before, found)
    uid = found.member.uid if found.member else before.user
    ends = "ends the membership" if uid else "withdraws the invitation"
    assert (ends if verdict.action is Action.END else "leaves it") == expected
    assert matches(verdict, told), verdict


def test_every_row_is_a_case() -> None:
    """The page's tables are read whole: a heading that moves must not leave the tests without rows."""
    assert PAGE.count("<!-- decisions: ") == 3
    assert sum(len(rows(table)) for table in ("inviting", "changing", "deleting")) >= 80
