"""Shared listings: one call however many ask, and never an old response for who asks again; and the paging loop."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_collab.errors import BadResponse, Forbidden
from pulumi_collab.listings import MAX_ITEMS, MAX_PAGES, RECENT, Listings, all_pages
from pulumi_collab.retries import policy


class Source:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def load(self, key: str) -> str:
        """A new answer each time."""
        self.gate.wait(10)
        self.asked.append(key)
        return f"{key} {len(self.asked)}"


def test_many_readers_cost_one_call() -> None:
    """Threads that ask at once for one key wait for one call, and all get its answer."""
    source = Source()
    source.gate.clear()
    listings = Listings(source.load)
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(listings.get, "p", f"reader {i}") for i in range(20)]
        source.gate.set()
        assert {a.result() for a in answers} == {"p 1"}
    assert source.asked == ["p"]


def test_who_reads_again_gets_a_fresh_answer() -> None:
    """The same reader asking a second time makes a new call, which the others then share."""
    listings = Listings(Source().load)
    assert listings.get("p", "a") == "p 1"
    assert listings.get("p") == "p 1"
    assert listings.get("p", "a") == "p 2"
    assert listings.get("p", "b") == "p 2"


def test_writes_replace_and_invalidate() -> None:
    """What a write's response says is the listing from then on; what may be wrong is asked anew."""
    listings = Listings(Source().load)
    listings.get("p", "a")
    listings.put("p", "written")
    assert listings.get("p", "b") == "written"
    assert listings.get("p", "a") == "p 2", "who was answered before is not answered from a write"
    listings.invalidate("p")
    assert listings.get("p") == "p 3"
    assert listings.fresh("p") == "p 4"


def test_a_decision_wants_a_recent_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An old listing is good enough to read from, and not to decide on a write."""
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    listings = Listings(Source().load)
    assert listings.get("p") == "p 1"
    now += RECENT
    assert listings.get("p", recent=True) == "p 1"
    now += 0.1
    assert listings.get("p") == "p 1"
    assert listings.get("p", recent=True) == "p 2"


class Failing:
    """Fails once in the way given, and then has something to tell."""

    def __init__(self, error: Exception) -> None:
        self.asked = 0
        self._error = error

    def load(self, key: str) -> str:
        """The error first."""
        self.asked += 1
        if self.asked == 1:
            raise self._error
        return "yes"


def test_a_failed_call_is_made_once_for_all_who_ask_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty people of a project that cannot be read cost one call, and who asks later makes a new one."""
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    source = Failing(Forbidden("no"))
    listings = Listings(source.load)
    for number in range(20):
        with pytest.raises(Forbidden, match="no"):
            listings.get("p", f"reader {number}")
    assert source.asked == 1
    now += RECENT + 0.1
    assert listings.get("p", "reader 1") == "yes"


@pytest.mark.parametrize("after", ["fresh", "invalidate", "put"])
def test_a_failure_is_not_the_last_word(after: str) -> None:
    """A failure answers neither who asks for a fresh listing, nor anybody after a write."""
    listings = Listings(Failing(Forbidden("no")).load)
    with pytest.raises(Forbidden):
        listings.get("p")
    if after == "fresh":
        assert listings.fresh("p") == "yes"
    elif after == "put":
        listings.put("p", "written")
        assert listings.get("p") == "written"
    else:
        listings.invalidate("p")
        assert listings.get("p") == "yes"


def test_other_failures_are_not_kept() -> None:
    """A mistake of our own is no word of the service's about a project."""
    listings = Listings(Failing(ValueError("no")).load)
    with pytest.raises(ValueError, match="no"):
        listings.get("p", "a")
    assert listings.get("p", "a") == "yes"


# --- pages ---


def pages(*them: list[str], then: int | None = None) -> tuple[list[str], int]:
    """What `all_pages` makes of these pages, of which the last one leads on to `then`."""

    def fetch(number: int) -> tuple[list[str], int | None]:
        return them[number], number + 1 if number + 1 < len(them) else then

    return all_pages(fetch, 0, str.casefold, "Service's list")


def test_all_pages() -> None:
    """Everybody of all pages is there once, as the later page tells it, with the number of pages."""
    assert pages(["ann", "bo"], ["BO", "cy"], []) == (["ann", "BO", "cy"], 3)
    assert pages([]) == ([], 1)


@pytest.mark.parametrize(
    ("them", "then"),
    [
        ([["a"], ["b"]], 0),  # a page that was given before
        ([["a"], ["b"]], 1),  # itself
        ([["a"], ["a"], [], ["A"], ["b"]], None),  # nobody new for too long
    ],
)
def test_pages_without_an_end(them: list[list[str]], then: int | None) -> None:
    """A list that leads back, or on and on without anybody new, is told as what it is, and nobody is gone by it."""
    with pytest.raises(BadResponse, match=r"^Service's list does not come to an end \(. on . pages"):
        pages(*them, then=then)


def test_an_endless_list() -> None:
    """A list that always has one more is given up."""
    asked: list[int] = []

    def fetch(number: int) -> tuple[list[int], int]:
        asked.append(number)
        return [number], number + 1

    with pytest.raises(BadResponse, match="does not come to an end"):
        all_pages(fetch, 0, lambda each: each, "Service's list")
    assert len(asked) == MAX_PAGES


def test_a_list_of_too_many() -> None:
    """A list of more things than anybody has is given up as well, however few pages they come on."""
    asked: list[int] = []

    def fetch(number: int) -> tuple[range, int]:
        asked.append(number)
        return range(number, number + MAX_ITEMS // 2), number + MAX_ITEMS // 2

    with pytest.raises(BadResponse, match="does not come to an end"):
        all_pages(fetch, 0, lambda each: each, "Service's list")
    assert len(asked) == 3


def test_a_list_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that are each in time end as well, by the time of all together."""
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    asked: list[int] = []

    def fetch(number: int) -> tuple[list[int], int]:
        nonlocal now
        now += policy().total_timeout
        asked.append(number)
        return [number], number + 1

    with pytest.raises(BadResponse, match="does not come to an end"):
        all_pages(fetch, 0, lambda each: each, "Service's list")
    assert len(asked) == policy().listing_timeout // policy().total_timeout + 1


def test_what_is_held_costs_no_call() -> None:
    """What is held is told without asking, also where that is nothing, as after it was said to be wrong."""
    source = Source()
    listings = Listings(source.load)
    assert listings.held("p") is None
    listings.get("p")
    assert listings.held("p") == "p 1"
    listings.amend("p", "p 1, amended")
    assert listings.held("p") == "p 1, amended"
    listings.invalidate("p")
    assert listings.held("p") is None
    assert source.asked == ["p"]
