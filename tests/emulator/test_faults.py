import threading
from typing import Any

import pytest
import requests

from pulumi_collab.emulator import ControlError, Emulator

from .client import Caller

CREATE = "projects/collaboration/create"
READ = "projects/collaboration/read"
BODY = {
    "projectId": 23456789,
    "collaboratorUserId": "jo",
    "collaborationLiveControl": False,
    "collaborationWrite": False,
}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("kind", "more", "status", "body"),
    [
        ("refuse", {}, 200, '{"errors": ["The request was refused."], "success": false}'),
        ("429", {"retry_after": 3}, 429, ""),
        (500, {}, 500, ""),
        ("503", {"retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 503, ""),
        ("html", {}, 502, "<!DOCTYPE html>"),
        ("html", {"status": 200}, 200, "<!DOCTYPE html>"),
        ("garbage", {}, 200, '{"success": tru'),
    ],
)
def test_answers_instead_of_the_real_one(
    emulator: Emulator, owner: Caller, when: str, kind: Any, more: dict[str, Any], status: int, body: str
) -> None:
    """A fault answers in its own way, once, and the effect is there only with `after`."""
    emulator.fault("quantconnect", CREATE, kind, when=when, **more)
    answer = owner.send(CREATE, json=BODY)
    assert (answer.status_code, answer.text[: len(body) or 1]) == (status, body)
    assert answer.headers.get("Retry-After") == (str(more["retry_after"]) if "retry_after" in more else None)
    assert [call["status"] for call in emulator.journal()] == [status]
    assert ("jo" in owner.people()) == (when == "after")
    assert emulator.faults() == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("kind", "more"), [("reset", {}), ("timeout", {"hold_seconds": 0.01})])
def test_silence(emulator: Emulator, owner: Caller, when: str, kind: str, more: dict[str, Any]) -> None:
    """A reset, or a timeout that hangs up, closes the connection without an answer: the journal's status is null."""
    emulator.fault("quantconnect", CREATE, kind, when=when, **more)
    with pytest.raises(requests.ConnectionError):
        owner.send(CREATE, json=BODY)
    assert [call["status"] for call in emulator.journal()] == [None]
    assert ("jo" in owner.people()) == (when == "after")


def test_a_reset_is_a_reset(emulator: Emulator, owner: Caller) -> None:
    """The connection ends with RST, not with an orderly end."""
    emulator.fault("quantconnect", READ, "reset")
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        owner.send(READ, json={"projectId": 1})


def test_a_timeout_outlasts_the_client(emulator: Emulator, owner: Caller) -> None:
    """A client that gives up first sees a timeout, and the next call is served."""
    emulator.fault("quantconnect", READ, "timeout")
    with pytest.raises(requests.ReadTimeout):
        owner.send(READ, json={"projectId": 23456789}, timeout=0.1)
    assert owner.people().keys() == {"owner-ola"}


def test_a_timeout_does_not_hold_up_the_end() -> None:
    """Stopping the emulator ends a silence at once."""
    caught: list[Exception] = []
    with Emulator() as emulator, Caller(emulator) as caller:
        emulator.fault("quantconnect", "authenticate", "timeout", hold_seconds=3600)

        def wait() -> None:
            try:
                caller.send("authenticate", timeout=3600)
            except requests.ConnectionError as error:
                caught.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        while not emulator.journal():
            pass
    waiting.join()
    assert len(caught) == 1


def test_times_and_skip(emulator: Emulator, owner: Caller) -> None:
    """A fault lets `skip` calls pass, fails the next `times`, and then is over; other operations do not count."""
    emulator.fault("quantconnect", "authenticate", "500", skip=1, times=2)
    owner.people()
    assert emulator.faults()[0]["skip"] == 1
    assert [owner.send("authenticate").status_code for _ in range(4)] == [200, 500, 500, 200]


def test_faults_are_played_in_order(emulator: Emulator, owner: Caller) -> None:
    """The first fault asked for comes first; `*` and a route's method and path name operations as well."""
    emulator.fault("quantconnect", "*", "429")
    emulator.fault("quantconnect", "GET /authenticate", "503")
    emulator.fault("quantconnect", "authenticate", "500")
    assert owner.send(READ).status_code == 429
    assert [owner.send("authenticate", "GET").status_code for _ in range(3)] == [503, 500, 200]


def test_any_call_meets_a_star(emulator: Emulator, owner: Caller) -> None:
    """`*` also meets calls that are not signed, and paths that are no operation."""
    emulator.fault("quantconnect", "*", "503", times=2)
    assert requests.post(f"{owner.base}/authenticate", timeout=30).status_code == 503
    assert requests.post(f"{owner.base}/nowhere", timeout=30).status_code == 503


def test_clearing(emulator: Emulator, owner: Caller) -> None:
    """Cleared faults are not played."""
    emulator.fault("quantconnect", "*", "500", times=9)
    emulator.clear_faults()
    assert owner.send("authenticate").status_code == 200


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"platform": "nowhere"}, "unknown platform 'nowhere'"),
        ({"operation": "projects/share"}, "no operation 'projects/share'.*projects/create"),
        ({"kind": "explode"}, "unknown kind 'explode'.*refuse"),
        ({"kind": "200"}, "unknown kind"),
        ({"kind": 499}, "unknown kind"),
        ({"kind": True}, "unknown kind"),
        ({"when": "during"}, "when: .*'before' or 'after'"),
        ({"times": 0}, "times: .*greater than or equal to 1"),
        ({"times": "2"}, "times: .*integer"),
        ({"retry_after": "1\n2"}, "retry_after"),
        ({"colour": "red"}, "colour: Extra inputs"),
        ({"hold_seconds": 3}, "hold_seconds is for kind timeout only"),
        ({"status": 200}, "status is for kind html or echo or bomb only"),
        ({"kind": "html", "status": 299}, "no HTTP status"),
        ({"kind": "reset", "retry_after": 1}, "answers nothing"),
        ({"operation": READ, "kind": "stale", "retry_after": 1}, "answers nothing"),
        ({"operation": CREATE, "kind": "stale"}, f"no reading operation '{CREATE}'.*projects/read, {READ}$"),
        ({"kind": "echo", "every_seconds": 1}, "every_seconds is for kind drip only"),
        ({"kind": "drip", "every_seconds": 0}, "every_seconds: .*greater than 0"),
        ({"kind": "timeout", "head": True}, "head is for kind drip only"),
        ({"kind": "html", "megabytes": 1}, "megabytes is for kind bomb only"),
        ({"kind": "endless", "nested": 500}, "nested is for kind bomb only"),
        ({"kind": "bomb", "layers": 6}, "layers: .*less than or equal to 5"),
    ],
)
def test_faults_that_cannot_be_played(emulator: Emulator, change: dict[str, Any], why: str) -> None:
    """A fault with a wrong field is refused with a line that names it."""
    fault = {"platform": "quantconnect", "operation": "authenticate", "kind": "500", **change}
    with pytest.raises(ControlError, match=why):
        emulator.fault(**fault)
    assert emulator.faults() == []
