"""What may be done about a service of a collaboration: tables of what is declared and what is there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pulumi_collab.decisions import Action
from pulumi_collab.errors import Forbidden, NotFound, Rejected, RequestError
from pulumi_collab.sram import wire
from pulumi_collab.sram.access.service import ServiceConnectionState, advice, connecting, stored, waiting

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MAIL = "https://mail.example.org"
ABOUT = "service mail in SRAM collaboration one"
SUSPENDED = (
    "SRAM collaboration ai is suspended, so it is not in force: somebody has to activate it in the web interface"
)


def there(**more: Any) -> wire.Collaboration:
    """A collaboration."""
    return wire.Collaboration(**({"identifier": "one", "short_name": "ai", "name": "AI", "status": "active"} | more))


@pytest.mark.parametrize(
    ("live", "action", "problems", "warnings"),
    [
        (None, Action.NOTHING, ["is not known, or not one that this API key may see: check the identifier"], []),
        ({}, Action.ADD, [], []),
        ({"services": ["https://wiki.example.org"]}, Action.ADD, [], []),
        ({"services": [MAIL]}, Action.NOTHING, [], [f"{ABOUT} is connected already: it is taken over"]),
        ({"services": [MAIL.upper()]}, Action.NOTHING, [], [f"{ABOUT} is connected already: it is taken over"]),
        (
            {"status": "suspended"},
            Action.ADD,
            [],
            [SUSPENDED],
        ),
    ],
)
def test_connecting(live: dict[str, Any] | None, action: Action, problems: list[str], warnings: list[str]) -> None:
    """What is declared and in no state is connected, or taken over, and the preview says which."""
    decision = connecting(ABOUT, MAIL, None if live is None else there(**live), NOW)
    assert decision.action is action
    assert [(each.property, each.reason) for each in decision.problems] == [
        ("collaboration", text) for text in problems
    ]
    assert list(decision.warnings) == warnings


@pytest.mark.parametrize("entity_id", [MAIL, "HTTPS://Mail.example.org", f"{MAIL} "])
def test_its_own_spelling(entity_id: str) -> None:
    """Case and blanks at the end do not count; the service's own spelling is kept."""
    assert stored(there(services=["other", MAIL]), entity_id) == MAIL
    assert stored(there(services=["other"]), entity_id) is None


@pytest.mark.parametrize(("status", "texts"), [("connected", 0), ("pending", 1)])
def test_waiting(status: Any, texts: int) -> None:
    """A request that waits is told, and who has to do something."""
    state = ServiceConnectionState(collaboration="one", service_entity_id=MAIL, status=status)
    told = list(waiting(ABOUT, state))
    assert len(told) == texts
    assert all("the owner of the service has to approve it" in text for text in told)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Rejected("Collaboration ai has no administrator"), "accept an invitation as admin first"),
        (Rejected("not_allowed_organisation (service 4)"), "ask its owner to allow it"),
        (Rejected("Connection not allowed (service 5)"), "connected to every collaboration already"),
        (NotFound("No row was found"), "No service has this entity id"),
        (Forbidden("is not part of organisation"), "not one of this API key's organisation"),
        (Rejected("something new"), "Look at the service's connection settings"),
    ],
)
def test_advice(error: RequestError, words: str) -> None:
    """Each refusal says what to do."""
    assert words in advice(error)
