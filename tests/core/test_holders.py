"""What a deletion means, by what the engine has shown before: pure, without a service."""

from __future__ import annotations

import pytest
from pulumi_collab.holders import Ending, Holders

REMOVE, MOVED, RENEWED, REFUSE = Ending.REMOVE, Ending.MOVED, Ending.RENEWED, Ending.REFUSE


@pytest.fixture
def holders() -> Holders:
    """Of a new plugin process."""
    return Holders()


def test_what_nobody_else_holds_goes(holders: Holders) -> None:
    """A destroy in a process of its own, and one after a life in this process, remove."""
    assert holders.ending("mia", "a", "1") is REMOVE
    holders.holds("mia", "a", "1")
    assert holders.ending("mia", "a", "1") is REMOVE
    holders.holds("mia", "a")
    assert holders.ending("mia", "a", "1") is REMOVE


def test_what_moved_to_another_resource_stays(holders: Holders) -> None:
    """Created or declared by another resource, it stays until that one ends too."""
    holders.holds("mia", "new", "2")
    assert holders.ending("mia", "old", "1") is MOVED
    assert holders.ending("mia", "new", "2") is REMOVE
    holders.holds("jo", "b")
    assert holders.ending("jo", "a", "1") is MOVED


def test_an_older_creation_of_the_same_resource_removes_nothing(holders: Holders) -> None:
    """After a forced replacement, in this operation or an earlier one, only the newest creation ends the thing."""
    holders.holds("mia", "a", "2")
    assert holders.ending("mia", "a", "1") is RENEWED
    assert holders.ending("mia", "a", "0") is RENEWED
    holders.holds("mia", "a")
    assert holders.ending("mia", "a", "1") is RENEWED, "a check forgets no creation"
    assert holders.ending("jo", "a", "1") is REMOVE, "the older one was somebody else"
    assert holders.ending("mia", "a", "2") is REMOVE


def test_a_creation_of_another_resource_is_no_older_self(holders: Holders) -> None:
    """Asked to end by another one's creation what it holds, a resource ends it: the state was moved."""
    holders.holds("mia", "old", "1")
    holders.holds("mia", "new", "2")
    assert holders.ending("mia", "old", "1") is MOVED
    assert holders.ending("mia", "new", "1") is REMOVE


def test_a_state_without_marks(holders: Holders) -> None:
    """What an earlier version made has no mark, and is removed unless another resource holds it."""
    holders.holds("mia", "a", "2")
    assert holders.ending("mia", "a", None) is REMOVE
    holders.holds("mia", "b")
    assert holders.ending("mia", "a", None) is MOVED


def test_what_another_one_failed_to_take_is_refused(holders: Holders) -> None:
    """After a failed creation the old resource is not deleted, until one succeeds."""
    holders.failed("mia", "new")
    assert holders.ending("mia", "old", "1") is REFUSE
    assert holders.ending("mia", "new", "1") is REMOVE
    holders.holds("mia", "new", "2")
    assert holders.ending("mia", "old", "1") is MOVED
    assert holders.is_held("mia")
    assert not holders.is_held("jo")


def test_without_a_name_nothing_is_held(holders: Holders) -> None:
    """Where the SDK does not show a URN, deletions go ahead."""
    holders.holds("mia", "", "2")
    holders.failed("mia", "")
    assert holders.ending("mia", "", "1") is REMOVE
    assert holders.ending("mia", "a", "1") is REMOVE
