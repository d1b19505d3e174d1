from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pulumi_collab.emulator.sram.dates import shown

from .client import NEW, Api


def seconds(text: str) -> int:
    """The moment of a date in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2030-06-15T00:00:00", "2030-06-15"),
        ("2030-06-15T19:59:59", "2030-06-15"),
        ("2030-06-15T20:00:00", "2030-06-16"),
        ("2030-06-15T23:59:59", "2030-06-16"),
    ],
)
def test_expiry_days(api: Api, sent: str, kept: str) -> None:
    """A collaboration's expiry is midnight of the value plus four hours."""
    made = api.create(expiry_date=seconds(sent))
    assert made["expiry_date"] == api.read(made)["expiry_date"] == seconds(kept)


def test_later_today_is_already_past(api: Api) -> None:
    """A date of today is accepted, and is then in the past; one of some days ago is not."""
    today = datetime.fromtimestamp(_now(api), UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    api.emulator.advance(today + 3600 * 12 - _now(api))  # noon
    made = api.create(expiry_date=today + 3600 * 14)
    assert made["expiry_date"] == today
    status, message = api.refused("POST", "/collaborations/v1", {**NEW, "name": "B", "expiry_date": today - 86_400})
    assert status == 400
    assert "It is not allowed to set the expiry date (" in message


def _now(api: Api) -> float:
    return float(api.session.post(f"{api.emulator.url}/_emulator/clock", json={"advance_seconds": 0}).json()["now"])


def test_milliseconds_by_mistake(api: Api) -> None:
    """Milliseconds for a collaboration's expiry are 500."""
    message = "year 58943 is out of range"
    assert api.refused("POST", "/collaborations/v1", {**NEW, "expiry_date": 1_797_897_600_000}) == (500, message)


def test_a_server_in_amsterdam(api: Api) -> None:
    """A server whose zone is Amsterdam's shows every date one or two hours early."""
    made = api.create(expiry_date=seconds("2030-06-15"))
    invitation_id = api.invited(made, invitation_expiry_date=seconds("2031-01-15") * 1000)
    api.emulator.variants(sram={"timezone": "amsterdam"})
    assert api.read(made)["expiry_date"] == 1_907_704_800 == seconds("2030-06-15") - 7200
    assert api.listed()[0]["expiry_date"] == 1_907_704_800
    assert api.invitation(invitation_id)["invitation"]["expiry_date"] == seconds("2031-01-15") - 3600


@given(moment=st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31)))  # noqa: DTZ001 - hypothesis takes no others
def test_the_zone_of_amsterdam(moment: datetime) -> None:
    """A date is shown as if its UTC clock time were Amsterdam's, where there is such a time."""
    local = moment.replace(microsecond=0, tzinfo=ZoneInfo("Europe/Amsterdam"))
    assume(local.astimezone(UTC).astimezone(local.tzinfo).hour == local.hour)  # one hour a year is skipped
    utc = int(moment.replace(tzinfo=UTC).timestamp())
    wanted: Any = int(local.timestamp())
    assert shown(utc, {"timezone": "amsterdam"}) == wanted
    assert shown(utc, {"timezone": "utc"}) == utc
