"""Values that a service may show and that few programs expect."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from pulumi_collab.emulator import ControlError, Emulator

from .client import Caller, act
from .sram.client import Api
from .teamhub.caller import Caller as TeamHub

HALF = "half \ud83d"
CONTROLS = "a\x1b]0;title\x07\x9b31m\u202eb\r\nerror: c\x00"
LAST_DAY = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())
LAST_SECOND = LAST_DAY + 86_399
BIG = 10**30

WORLD: dict[str, Any] = {
    "quantconnect": {
        "users": [
            {"id": 1001, "public_id": "ola", "token": "t"},
            {"id": BIG, "public_id": HALF, "name": CONTROLS, "bio": HALF, "email": CONTROLS},
        ],
        "projects": [
            {"id": 7, "name": HALF, "owner": "ola", "created": LAST_SECOND, "collaborators": [{"user": HALF}]}
        ],
    },
    "teamhub": {
        "accounts": [
            {"id": "admin", "type": "user", "key": "key-of-admin", "company_admin": True},
            {"id": "..", "first_name": HALF, "last_name": CONTROLS},
            {"id": CONTROLS},
        ],
        "projects": [
            {"id": "web", "collaborators": [{"collaborator": each, "role": "guest"} for each in ("..", CONTROLS)]}
        ],
    },
    "sram": {
        "organisations": [{"name": HALF, "short_name": "demo", "keys": [{"token": "key"}]}],
        "users": [{"uid": "..", "name": HALF, "email": CONTROLS}, {"uid": CONTROLS}],
        "collaborations": [
            {
                "organisation": "demo",
                "name": HALF,
                "short_name": "odd",
                "description": CONTROLS,
                "expiry_date": LAST_DAY,
                "memberships": [{"uid": "..", "expiry_date": LAST_SECOND}, {"uid": CONTROLS}],
                "invitations": [{"email": HALF, "expiry_date": LAST_SECOND, "groups": ["g"]}],
                "groups": [{"identifier": "g", "name": HALF, "short_name": "g"}],
            }
        ],
    },
    "aps": {
        "tokens": [{"token": "of-ann", "user": "ann@example.org", "expires": LAST_SECOND}],
        "apps": [
            {
                "client_id": "one",
                "name": HALF,
                "collaborators": [
                    {"email": "ann@example.org", "first_name": HALF, "last_name": CONTROLS, "accepted": LAST_SECOND},
                    {"email": "\u202e\x1b@x", "user_id": HALF, "access_level": CONTROLS},
                ],
            }
        ],
    },
}


@pytest.fixture
def odd(emulator: Emulator) -> Emulator:
    """A world of them."""
    emulator.seed(WORLD)
    return emulator


def test_the_odd_world_is_a_seed(odd: Emulator) -> None:
    """What is odd is in the state as it was seeded, over HTTP too, and is a seed of the same world."""
    state = odd.state()
    assert requests.get(f"{odd.url}/_emulator/state", timeout=30).json() == state
    odd.seed(json.loads(json.dumps(state)))
    assert odd.state() == state
    assert (state["quantconnect"]["users"][1]["id"], state["sram"]["users"][0]["name"]) == (BIG, HALF)


def test_odd_people_on_quantconnect(odd: Emulator) -> None:
    """A uid of any size and names of any characters are listed, and a control can give and take them."""
    with Caller(odd) as ola:
        [_, shown] = ola.call("projects/collaboration/read", projectId=7)["collaborators"]
        assert (shown["uid"], shown["publicId"], shown["name"], shown["bio"]) == (BIG, HALF, CONTROLS, HALF)
        assert ola.call("projects/read")["projects"][0]["created"].startswith("9999-12-31T23:59:59")
        assert act(odd, "quantconnect/edit", project_id=7, user=HALF, permission="write", live_control=True).ok
        assert act(odd, "quantconnect/rename", user=HALF, to=CONTROLS).json()["uid"] == BIG
        assert ola.people(7)[CONTROLS] == ("write", True)


def test_odd_people_on_teamhub(odd: Emulator) -> None:
    """Ids that no path can hold and names of any characters are listed."""
    with TeamHub(odd) as admin:
        listed = admin.send("GET", "projects/web/project_collaborators?expand=collaborator").json()["results"]
        assert [each["collaborator"]["id"] for each in listed] == ["..", CONTROLS]
        assert listed[0]["collaborator"]["display_name"] == f"{HALF} {CONTROLS}"
        assert act(odd, "teamhub/edit", project="web", collaborator="..", role=None).ok


@pytest.mark.parametrize("timezone", ["utc", "amsterdam"])
def test_odd_things_on_sram(odd: Emulator, timezone: str) -> None:
    """Names of any characters and the last day that there is are shown, in whatever zone the server runs."""
    odd.variants(sram={"timezone": timezone})
    early = 3_600 if timezone == "amsterdam" else 0
    with Api(odd) as api:
        [co] = api.listed()
        assert (co["name"], co["description"], co["expiry_date"]) == (HALF, CONTROLS, LAST_DAY - early)
        people = {each["user"]["uid"]: each for each in api.read(co)["collaboration_memberships"]}
        assert people.keys() == {"..", CONTROLS}
        assert (people[".."]["user"]["name"], people[".."]["expiry_date"]) == (HALF, LAST_SECOND - early)
        [waiting] = api.open(co)
        assert (waiting["invitation"]["email"], waiting["groups"][0]["name"]) == (HALF, HALF)
        api.act("edit", collaboration="odd", fields={"name": CONTROLS, "description": HALF, "expiry_date": LAST_DAY})
        api.act("edit", uid="..", fields={"name": CONTROLS, "email": HALF})
        api.act("accept", invitation_id=waiting["invitation"]["identifier"], uid="urn:new", name=HALF)
        api.act("job", days=365)
        again = api.read(co)
        assert (again["name"], again["description"]) == (CONTROLS, HALF)
        assert [each["user"]["name"] for each in again["collaboration_memberships"]] == [CONTROLS, CONTROLS, HALF]


def test_odd_people_on_aps(odd: Emulator) -> None:
    """Names, levels and ids of any characters are listed, and a date of the last day."""
    url = f"{odd.url}/aps/applications/v1/clients"
    headers = {"Authorization": "Bearer of-ann"}
    assert requests.get(url, headers=headers, timeout=30).json()["results"][0]["name"] == HALF
    ann, other = requests.get(f"{url}/one/collaborators", headers=headers, timeout=30).json()["results"]
    assert (ann["firstName"], ann["lastName"], ann["createdAt"]) == (HALF, CONTROLS, "9999-12-31T23:59:59Z")
    assert (other["userId"], other["accessLevel"], other["email"]) == (HALF, CONTROLS, "\u202e\x1b@x")


@pytest.mark.parametrize("date", [float("nan"), float("inf"), LAST_SECOND + 1, -1e12])
def test_dates_that_are_none(emulator: Emulator, date: float) -> None:
    """A date that no calendar has cannot be seeded."""
    co = {"organisation": "demo", "name": "A", "short_name": "a", "expiry_date": date}
    with pytest.raises(ControlError, match="expiry_date"):
        emulator.seed({"sram": {"organisations": WORLD["sram"]["organisations"], "collaborations": [co]}})
