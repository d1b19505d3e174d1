"""The grant record: what holds for any of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pulumi_collab.grants import Grant, Principal, Scope, Via, rank_of

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
moments = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
grants = st.builds(
    Grant,
    platform=st.sampled_from(["quantconnect", "teamhub"]),
    scope=st.builds(Scope, id=texts, kind=st.just("project"), name=st.none() | texts),
    principal=st.builds(Principal, key=texts, name=st.none() | texts, email=st.none() | texts, uid=st.none() | texts),
    role=texts,
    rank=st.none() | st.integers(0, 9),
    privileges=st.lists(texts, max_size=3).map(tuple),
    privileged=st.booleans(),
    status=st.sampled_from(["active", "invited", "expired", "declined", "ended", "unknown"]),
    via=st.lists(st.builds(Via, name=st.none() | texts), min_size=1, max_size=3).map(tuple),
    ends=moments,
    since=moments,
)


@given(grants)
def test_a_grant_survives_json(grant: Grant) -> None:
    """Written as JSON and read again it is the same grant."""
    assert Grant.model_validate_json(grant.model_dump_json()) == grant


@given(grants, grants)
def test_grants_have_one_order(one: Grant, other: Grant) -> None:
    """Only grants of one person to one thing sort alike."""
    assert (one.order == other.order) is (
        (one.platform, one.scope.id, one.principal.key) == (other.platform, other.scope.id, other.principal.key)
    )


@given(grants)
def test_privileges_are_a_sorted_set(grant: Grant) -> None:
    """What comes beside a role is told once each, in one order."""
    assert list(grant.privileges) == sorted(set(grant.privileges))


def test_no_access_without_a_way_in() -> None:
    """A grant names at least one way in."""
    with pytest.raises(ValidationError, match="no access without a way in"):
        Grant(platform="x", scope=Scope(id="1", kind="project"), principal=Principal(key="mia"), role="read", via=())


def test_an_unknown_role_has_no_rank() -> None:
    """A word that is none of the platform's has no place in its ladder."""
    assert rank_of("write", ("read", "write")) == 1
    assert rank_of("owner", ("read", "write")) is None


@pytest.mark.parametrize("name", ["token", "link", "hash", "password", "secret"])
def test_no_field_can_hold_a_credential(name: str) -> None:
    """Whatever is not in the record is refused, so nothing of an answer slips in."""
    with pytest.raises(ValidationError, match="Extra inputs"):
        Principal.model_validate({"key": "mia", name: "x"})
