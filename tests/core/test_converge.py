"""Writing until it is so: when it is looked, when it is written again, and after how long."""

from __future__ import annotations

import pytest

from pulumi_collab.converge import converge
from pulumi_collab.errors import NoResponse, Rejected, RequestError, ServerError, TooManyRequests
from pulumi_collab.retries import LONGEST_WAIT, policy

ATTEMPTS, PAUSE = policy().attempts, policy().pause


class Service:
    """Fails writes with the errors given, one after another, and then takes them; notes what it is asked."""

    def __init__(self, *errors: RequestError, shown_after: int | None = None) -> None:
        self.calls: list[str] = []
        self._errors = list(errors)
        self._shown_after = shown_after

    def write(self) -> str:
        """One write."""
        self.calls.append("write")
        if self._errors:
            raise self._errors.pop(0)
        return "written"

    def look(self) -> str | None:
        """Whether an earlier write had its effect all the same."""
        self.calls.append("look")
        return "seen" if self._shown_after == self.calls.count("look") else None


def busy(wait: int | None = None) -> ServerError:
    """A failure that may have had its effect."""
    return ServerError("busy", status=503, retry_after=wait)


def test_the_wait_that_is_asked_for(waits: list[float]) -> None:
    """A write is sent again after the time that the service asks for, and after our own pause where that is longer."""
    service = Service(busy(10), busy(0))
    assert converge(service.write, service.look) == "written"
    assert service.calls == ["write", "look", "write", "look", "write"]
    assert waits == [10, 2 * PAUSE]


def test_our_own_pause(waits: list[float]) -> None:
    """Where nothing is asked for, the pauses are ours, and the attempts are bounded."""
    service = Service(*[NoResponse("lost")] * ATTEMPTS)
    with pytest.raises(NoResponse, match="lost"):
        converge(service.write, service.look)
    assert service.calls == ["write", "look"] * ATTEMPTS
    assert waits == [PAUSE * attempt for attempt in range(1, ATTEMPTS + 1)]


def test_the_longest_wait(waits: list[float]) -> None:
    """The longest time we wait is waited in full."""
    service = Service(busy(LONGEST_WAIT))
    assert converge(service.write, service.look) == "written"
    assert waits == [LONGEST_WAIT]


@pytest.mark.parametrize("wait", [LONGEST_WAIT + 1, 3600, 2**31])
def test_a_wait_that_is_too_long(waits: list[float], wait: int) -> None:
    """Where the service asks for more than we wait, we look once, and write no second time."""
    service = Service(error := busy(wait))
    with pytest.raises(ServerError) as raised:
        converge(service.write, service.look)
    assert raised.value is error
    assert service.calls == ["write", "look"]
    assert all(each <= PAUSE for each in waits)
    service = Service(busy(wait), shown_after=1)
    assert converge(service.write, service.look) == "seen"


def test_a_refusal_waits_for_nothing(waits: list[float]) -> None:
    """A refusal is final whatever it says of waiting."""
    service = Service(Rejected("no", retry_after=10))
    with pytest.raises(Rejected):
        converge(service.write, service.look)
    assert service.calls == ["write", "look"]
    assert waits == []


def limited(wait: int | None) -> TooManyRequests:
    """A limiter's answer."""
    return TooManyRequests("slower", status=429, retry_after=wait)


def test_a_limiter_may_answer_after_the_effect(waits: list[float]) -> None:
    """A write that meets a 429 and had its effect is not sent again: no person gets two mails by it."""
    service = Service(limited(7), shown_after=1)
    assert converge(service.write, service.look) == "seen"
    assert service.calls == ["write", "look"]
    assert waits == [7]


def test_a_limiter_mostly_answers_before(waits: list[float]) -> None:
    """A write that meets a 429 and had no effect is sent again after the time asked for, or after our own pause."""
    service = Service(limited(7), limited(None))
    assert converge(service.write, service.look) == "written"
    assert service.calls == ["write", "look", "write", "look", "write"]
    assert waits == [7, 2 * PAUSE]
