"""What a deletion means, by what the engine has shown before: pure, without a service."""

from __future__ import annotations

import pytest

from pulumi_collab.holders import Ending, Holders

REMOVE, LEAVE, REFUSE = Ending.REMOVE, Ending.LEAVE, Ending.REFUSE


@pytest.fixture
def holders() -> Holders:
    """Of a new plugin process."""
    return Holders()


def test_what_nobody_else_holds_goes(holders: Holders) -> None:
    """A destroy in a process of its own, and one after a life in this process, remove."""
    assert holders.ending("mia", "a") is REMOVE
    holders.created("mia", "a", taken_over=False)
    assert holders.ending("mia", "a") is REMOVE
    holders.holds("mia", "a")
    assert holders.ending("mia", "a") is REMOVE


def test_what_moved_to_another_resource_stays(holders: Holders) -> None:
    """Created or declared by another resource, it stays until that one ends too."""
    holders.created("mia", "new", taken_over=True)
    assert holders.ending("mia", "old") is LEAVE
    holders.asked_about("new")
    assert holders.ending("mia", "new") is REMOVE
    holders.holds("jo", "b")
    assert holders.ending("jo", "a") is LEAVE


def test_what_was_taken_over_anew_stays_once(holders: Holders) -> None:
    """A forced replacement takes over its own older self, whose deletion removes nothing; a later one does."""
    holders.created("mia", "a", taken_over=True)
    assert holders.ending("mia", "a") is LEAVE
    assert holders.ending("mia", "a") is REMOVE
    holders.created("mia", "a", taken_over=True)
    assert holders.ending("jo", "a") is REMOVE, "the replacement's older self was somebody else"


def test_what_another_one_failed_to_take_is_refused(holders: Holders) -> None:
    """After a failed creation the old resource is not deleted, until one succeeds."""
    holders.failed("mia", "new")
    assert holders.ending("mia", "old") is REFUSE
    assert holders.ending("mia", "new") is REMOVE
    holders.created("mia", "new", taken_over=True)
    assert holders.ending("mia", "old") is LEAVE


def test_without_a_name_nothing_is_held(holders: Holders) -> None:
    """Where the SDK does not show a URN, deletions go ahead."""
    holders.created("mia", "", taken_over=True)
    holders.holds("mia", "")
    holders.failed("mia", "")
    assert holders.ending("mia", "") is REMOVE
    assert holders.ending("mia", "a") is REMOVE
