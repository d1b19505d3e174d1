import json
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from pulumi_collab.emulator import Emulator
from pulumi_collab.emulator.journal import Journal
from pulumi_collab.platform import platforms

from .client import PROJECT, Caller

READ = "projects/collaboration/read"


def ask(emulator: Emulator, method: str, control: str, **request: Any) -> requests.Response:
    """One call of a control."""
    return requests.request(method, f"{emulator.url}/_emulator/{control}", timeout=30, **request)


def test_health(emulator: Emulator) -> None:
    """Health answers with the platforms that are played."""
    assert ask(emulator, "GET", "health").json() == {"status": "ok", "platforms": list(platforms())}


def test_every_control_works_over_http(emulator: Emulator, owner: Caller) -> None:
    """What the Python methods do, the controls do too."""
    fault = {"platform": "quantconnect", "operation": "authenticate", "kind": "500"}
    assert ask(emulator, "POST", "faults", json=fault).status_code == 200
    assert ask(emulator, "GET", "faults").json() == emulator.faults()
    assert ask(emulator, "DELETE", "faults").status_code == 200
    assert ask(emulator, "GET", "faults").json() == []

    answer = ask(emulator, "POST", "variants", json={"quantconnect": {"delete_key": "collaboratorId"}})
    assert answer.json() == ask(emulator, "GET", "variants").json() == emulator.variants()
    assert answer.json()["quantconnect"]["delete_key"] == {
        "value": "collaboratorId",
        "choices": ["either", "collaboratorId", "collaboratorUserId"],
    }

    assert ask(emulator, "POST", "clock", json={"advance_seconds": 60}).json()["clock_offset_seconds"] == 60
    owner.add("jo")
    assert ask(emulator, "GET", "state").json() == emulator.state()
    assert ask(emulator, "GET", "journal").json() == emulator.journal()
    assert ask(emulator, "DELETE", "journal").status_code == 200
    assert emulator.journal() == []


@pytest.mark.parametrize("over_http", [True, False])
def test_reset_is_the_seed_again(emulator: Emulator, owner: Caller, over_http: bool) -> None:
    """A reset undoes changes, faults, variants, the journal and moved time, and goes back to the last seed."""
    emulator.seed({"quantconnect": {**emulator.state()["quantconnect"], "organisation": "mine"}})
    seeded = emulator.state()
    emulator.fault("quantconnect", READ, "500")
    emulator.variants(quantconnect={"uid": "null"})
    owner.add("jo")
    emulator.advance(60)
    if over_http:
        assert ask(emulator, "POST", "reset").status_code == 200
    else:
        emulator.reset()
    assert emulator.state() == seeded
    assert (emulator.faults(), emulator.journal()) == ([], [])
    assert emulator.variants()["quantconnect"]["uid"]["value"] == "present"


@pytest.mark.parametrize(
    ("control", "body", "why"),
    [
        ("seed", "{", "not JSON"),
        ("seed", "[]", "a JSON object"),
        ("seed", '{"gitlab": {}}', "unknown field gitlab"),
        ("clock", "{}", "advance_seconds"),
        ("clock", '{"advance_seconds": "1"}', "a number of seconds"),
        ("clock", '{"advance_seconds": true}', "a number of seconds"),
        ("clock", '{"advance_seconds": NaN}', "a number of seconds"),
        ("clock", '{"advance_seconds": Infinity}', "between 1970 and 9999"),
        ("clock", '{"advance_seconds": 1e300}', "between 1970 and 9999"),
        ("clock", '{"advance_seconds": -1e11}', "between 1970 and 9999"),
        ("clock", '{"advance_seconds": 253370764800}', "between 1970 and 9999"),
        ("clock", f'{{"advance_seconds": 1{"0" * 400}}}', "between 1970 and 9999"),
        ("seed", f'{{"clock_offset_seconds": 1{"0" * 400}}}', "between 1970 and 9999"),
        ("seed", '{"clock_offset_seconds": -1e11}', "between 1970 and 9999"),
        ("seed", '{"clock_offset_seconds": NaN}', "a number of seconds"),
        ("clock", '{"advance_seconds": 1, "x": 1}', "just"),
        ("faults", '{"platform": "quantconnect"}', "operation: Field required"),
        ("variants", "[]", "an object"),
    ],
)
def test_wrong_controls_say_why(emulator: Emulator, control: str, body: str, why: str) -> None:
    """A control that cannot be understood is a 400 with one line, and changes nothing."""
    before = emulator.state()
    answer = ask(emulator, "POST", control, data=body)
    assert answer.status_code == 400
    assert why in answer.json()["error"]
    assert "\n" not in answer.json()["error"]
    assert emulator.state() == before


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/_emulator/nothing", 404), ("PUT", "/_emulator/seed", 405), ("GET", "/aps/x", 404)],
)
def test_what_is_not_there(emulator: Emulator, method: str, path: str, status: int) -> None:
    """Other paths and methods are refused in JSON, and are no calls of a platform."""
    answer = requests.request(method, emulator.url + path, timeout=30)
    assert answer.status_code == status
    assert path in answer.json()["error"]
    assert emulator.journal() == []


@pytest.mark.parametrize("path", ["/_emulator/state", "/quantconnect/api/v2/authenticate", "/"])
@pytest.mark.parametrize("host", ["example.org", "127.0.0.1.example.org", "localhost.example.org:80", "10.0.0.1", ""])
def test_other_hosts_are_refused(emulator: Emulator, path: str, host: str) -> None:
    """A page that reaches the port by another name than loopback's gets nothing."""
    assert requests.get(emulator.url + path, headers={"Host": host}, timeout=30).status_code in (400, 403)
    assert emulator.journal() == []


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8765"])
def test_loopback_names_are_served(emulator: Emulator, host: str) -> None:
    """Every name of loopback is as good as another."""
    assert requests.get(f"{emulator.url}/_emulator/health", headers={"Host": host}, timeout=30).status_code == 200


def test_the_journal_has_every_call_in_order(emulator: Emulator, owner: Caller) -> None:
    """Good, refused and unsigned calls are all there, with full path, status and body."""
    owner.people()
    owner.send("authenticate", "GET")
    owner.send("projects/nowhere", json={"projectId": 1})
    requests.post(f"{owner.base}/{READ}", data="no JSON", timeout=30)
    prefix = "/quantconnect/api/v2/"
    assert emulator.journal() == [
        {
            "platform": "quantconnect",
            "method": method,
            "path": prefix + path,
            "status": status,
            "body": body,
        }
        for method, path, status, body in [
            ("POST", READ, 200, {"projectId": PROJECT}),
            ("GET", "authenticate", 200, None),
            ("POST", "projects/nowhere", 404, {"projectId": 1}),
            ("POST", READ, 200, None),
        ]
    ]


def test_the_journal_has_no_secret(emulator: Emulator, owner: Caller) -> None:
    """Neither token nor signature is in the journal, wherever a client puts them."""
    signature = owner.headers()["Authorization"]
    body = {"token": 1, "note": [f"my {owner.token}!"], "x": "a" * 64, "list": {owner.token: {"apiKey": "k"}}}
    owner.send(f"projects/{owner.token}", json=body)
    shown = json.dumps(emulator.journal())
    assert owner.token not in shown
    assert signature not in shown
    assert emulator.journal()[0]["body"] == {
        "token": "[redacted]",
        "note": ["my [redacted]!"],
        "x": "[redacted]",
        "list": {"[redacted]": "[redacted]"},
    }


_LEAVES = st.none() | st.booleans() | st.integers() | st.text() | st.text().map(lambda text: f"{text}s3cr3t{text}")
_JSON = st.recursive(
    _LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("s3cr3t"), inner), max_leaves=10
)


@given(body=_JSON)
def test_no_body_brings_a_secret_into_the_journal(body: Any) -> None:
    """Whatever the body's shape, a known secret in it is not shown."""
    journal = Journal()
    journal.open("p", "POST", "/a/s3cr3t/b", json.dumps(body).encode(), ["s3cr3t"])
    assert "s3cr3t" not in json.dumps(journal.entries())
