"""Drift: both sides as values, and what comes of them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from pulumi_collab.grants import Grant, Principal, Via
from pulumi_collab.reports.drift import Comparison, compare
from pulumi_collab.reports.drift_report import drift_report
from pulumi_collab.reports.ignore import read
from pulumi_collab.reports.live import Live, NotChecked
from pulumi_collab.reports.resources import ScopeRef

from .people import GROUP, WEB, grant, held, invite, quantconnect, state, strategy, teamhub

NOW = datetime(2026, 11, 25, tzinfo=UTC)
C1 = ScopeRef("sram", "c1")


def _sram(email: str, role: str = "member", **more: Any) -> Grant:
    return grant(email, role, "sram", "c1", email=email, **more)


def _found(declared: list[dict[str, Any]], live: list[Grant], scope: ScopeRef = WEB) -> Comparison:
    return compare(held(*declared), Live({scope: live}), NOW)


JO = teamhub("jo", "jo", "guest")
SET = state(
    "web",
    "aps:ClientCollaborators",
    {"client_id": "web", "collaborators": {"a@x.org": "EDITOR", "owner@x.org": "OWNER"}},
)


@pytest.mark.parametrize(
    ("declared", "live", "kinds"),
    [
        pytest.param([JO], [grant("jo", "guest")], {}, id="as declared"),
        pytest.param([JO], [grant("JO", "guest")], {}, id="spelled otherwise"),
        pytest.param([JO], [grant("jo", "master")], {"changed": 1}, id="another role"),
        pytest.param([JO], [], {"missing": 1}, id="gone"),
        pytest.param([JO], [grant("jo", "guest", via=(GROUP,), fixed="through group")], {"missing": 1}, id="by group"),
        pytest.param([JO], [grant("jo", "guest", via=(Via(), GROUP))], {}, id="direct and by group"),
        pytest.param([], [grant("eve")], {"unmanaged": 1}, id="a stranger"),
        pytest.param([], [grant("ola", "master", via=(Via(kind="owner"),), fixed="owner")], {}, id="an owner"),
        pytest.param([], [grant("ops", via=(GROUP,), fixed="through group")], {}, id="only by a group"),
        pytest.param([], [grant("eve", status="expired")], {}, id="a stranger's invitation that ran out"),
        pytest.param(
            [teamhub("jo", "jo", "guest", uid="1")], [grant("jo", "guest", uid="2")], {}, id="no uid on this platform"
        ),
    ],
)
def test_each_kind_of_difference(declared: list[dict[str, Any]], live: list[Grant], kinds: dict[str, int]) -> None:
    """One declared grant against one live one is the finding that it should be, or none."""
    found = _found(declared, live)
    assert Counter(each.kind for each in found.findings) == kinds
    assert found.not_checked == []


@pytest.mark.parametrize(
    ("declared", "live", "kind"),
    [
        (invite("b", "b@x.org", status="open"), _sram("b@x.org", status="invited"), None),
        (invite("b", "b@x.org", status="open"), _sram("b@x.org", status="expired"), "changed"),
        (invite("b", "b@x.org", status="accepted", user="u1"), _sram("new@x.org", uid="u1"), None),
        (invite("b", "b@x.org", status="accepted", user="u1"), _sram("b@x.org", uid="u2"), "changed"),
        (invite("b", "b@x.org", status="accepted"), _sram("b@x.org", status="ended", ends=NOW), "overdue"),
        (invite("b", "b@x.org", membership_expiry_date="2026-11-01"), _sram("b@x.org"), "overdue"),
        (invite("b", "b@x.org", membership_expiry_date="2027-01-01"), _sram("b@x.org"), "changed"),
        (
            invite("b", "b@x.org", membership_expiry_date="2027-01-01"),
            _sram("b@x.org", ends=datetime(2027, 1, 1, 13, tzinfo=UTC)),
            None,
        ),
    ],
)
def test_invitations_and_memberships(declared: dict[str, Any], live: Grant, kind: str | None) -> None:
    """An invitation that ran out and an end that differs are changes; an end that has passed is overdue."""
    found = _found([declared], [live], C1)
    assert [each.kind for each in found.findings] == ([kind] if kind else [])


def test_an_end_that_is_sooner() -> None:
    """It is a change, unless everybody's access ends: then it may be the collaboration that does."""
    declared = invite("b", "b@x.org", membership_expiry_date="2028-01-01")
    sooner = _sram("b@x.org", ends=datetime(2027, 1, 1, tzinfo=UTC))
    assert _found([declared], [sooner], C1).findings == []
    found = _found([declared, invite("a", "a@x.org")], [sooner, _sram("a@x.org")], C1)
    assert [(each.kind, each.words) for each in found.findings] == [
        ("changed", "member until 2027-01-01, declared until 2028-01-01")
    ]


def test_somebody_who_is_called_otherwise() -> None:
    """The same uid under another name is a change where the name is what the program gives."""
    mia = quantconnect("mia", "mia-ai", "write", uid=1002)
    there = grant("mia-chen", "write", "quantconnect", "23456789", uid="1002")
    (only,) = compare(held(mia), Live({ScopeRef("quantconnect", "23456789"): [there]}), NOW).findings
    assert (only.kind, only.words) == ("changed", "is called mia-chen now, declared as mia-ai")


def test_an_end_that_came_is_in_sync() -> None:
    """Somebody whose declared end has passed, and who is gone, is as declared."""
    found = _found([invite("b", "b@x.org", membership_expiry_date="2026-11-01")], [], C1)
    assert (found.findings, found.in_sync, found.exit) == ([], 1, 0)


def test_administrators_are_no_strangers() -> None:
    """Whom a collaboration invites when it is made is not unmanaged, and not missing either."""
    made = state(
        "ai", "sram:Collaboration", {"short_name": "ai", "administrators": ["Boss@x.org"]}, {"identifier": "c1"}
    )
    assert _found([made], [_sram("boss@x.org", "admin")], C1).findings == []
    assert _found([made], [], C1).findings == []


def test_a_declared_owner_is_as_declared() -> None:
    """An owner whom a declaration names has access of their own, though nobody can change it here."""
    live = [
        grant("a@x.org", "EDITOR", "sram", "web", uid="1").model_copy(update={"platform": "aps"}),
        grant("owner@x.org", "OWNER", "sram", "web", via=(Via(kind="owner"),), fixed="owner").model_copy(
            update={"platform": "aps"}
        ),
    ]
    found = compare(held(SET), Live({ScopeRef("aps", "web"): live}), NOW)
    assert (found.findings, found.in_sync) == ([], 2)


def test_unknown_is_neither_gone_nor_equal() -> None:
    """What cannot be read is not checked: the entry itself, and a declared person who may be that entry."""
    odd = grant("?", "unknown", status="unknown").model_copy(update={"principal": Principal(key="?", kind="unknown")})
    found = _found([JO], [odd])
    assert (found.findings, len(found.not_checked), found.in_sync, found.exit) == ([], 2, 0, 1)
    found = _found([JO], [grant("jo", "unknown", status="unknown")])
    assert (found.findings, len(found.not_checked), found.uncertain) == ([], 1, 1)


def test_a_scope_that_was_not_read_counts_as_not_agreeing() -> None:
    """Coverage is the share of all grants that are known to be as declared."""
    live = Live({}, [NotChecked("teamhub:web", "HTTP 403", 403)])
    found = compare(held(JO, teamhub("jane", "jane.doe", "guest")), live, NOW)
    assert (found.total, found.coverage, found.exit) == (2, 0.0, 1)


IGNORE = """
- {grant: teamhub/web/bot, reason: rotates weekly, until: 2027-01-31}
- {grant: "teamhub/*/old*", reason: migration, until: 2026-11-01}
- grant: teamhub/web/nobody
  reason: not there
  until: "2027-01-01"
"""


def test_the_ignore_file() -> None:
    """An entry suppresses until its last day; one that has run out, or that matches nothing, is told."""
    live = [grant("bot", "master"), grant("old-jo")]
    found = compare([], Live({WEB: live}), NOW, read(IGNORE, "ignore.yaml"))
    assert [(each.kind, each.grant.principal.key) for each in found.findings] == [
        ("unmanaged", "old-jo"),
        ("suppressed", "bot"),
    ]
    assert found.notes == [
        "ignore.yaml:3 ran out on 2026-11-01: teamhub/*/old* is told again",
        "ignore.yaml:4 matches nothing: take teamhub/web/nobody out",
    ]
    assert found.exit == 2
    document = drift_report(found, NOW).document
    assert document["counts"]["suppressed"] == 1
    assert document["findings"][1]["suppressed"]["reason"] == "rotates weekly"


def test_the_verdict_and_the_counts() -> None:
    """The document's counts are those of its findings, and the verdict is that of the exit code."""
    found = _found(
        [JO, teamhub("jane", "jane.doe", "guest")], [grant("jo", "master"), grant("eve"), grant("jane.doe", "guest")]
    )
    document = drift_report(found, NOW).document
    assert document["counts"] == {
        "unmanaged": 1,
        "changed": 1,
        "missing": 0,
        "overdue": 0,
        "kept": 0,
        "suppressed": 0,
        "not_checked": 0,
        "in_sync": 1,
    }
    assert (document["verdict"], document["exit"], document["coverage"]) == ("drift", 2, 0.3333)
    assert [each["id"] for each in document["findings"]] == ["teamhub/web/eve", "teamhub/web/jo"]
    assert document["findings"][1]["where"].endswith("::jo")


def test_a_set_against_its_people() -> None:
    """Whom the program declared is compared; strangers are unmanaged, after a refresh too; whom it keeps are told."""
    read = {"permission": "read"}
    some = strategy({"jo": read, "eve": read, "kim": read}, members={"jo": read, "kim": read}, keep=["Auditor"])
    live = [grant(key, "read", "quantconnect", "23456789") for key in ("jo", "eve", "auditor")]
    found = compare(held(some), Live({ScopeRef("quantconnect", "23456789"): live}), NOW)
    kinds = [(each.kind, each.grant.principal.key) for each in found.findings]
    assert kinds == [("unmanaged", "eve"), ("missing", "kim"), ("kept", "auditor")]
    assert (found.in_sync, found.total, found.exit) == (1, 3, 2)
