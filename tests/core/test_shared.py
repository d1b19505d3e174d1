"""Shared listings: one call however many ask, and never an old answer for who asks again."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_collab.listings import RECENT, Listings


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


def test_writes_replace_and_forget() -> None:
    """What a write answered is the listing from then on; what is forgotten is asked anew."""
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


def test_failures_are_not_kept() -> None:
    """A call that fails is made again for the next who asks."""
    asked: list[str] = []

    def load(key: str) -> str:
        asked.append(key)
        if len(asked) == 1:
            raise ValueError("no")
        return "yes"

    listings = Listings(load)
    with pytest.raises(ValueError, match="no"):
        listings.get("p", "a")
    assert listings.get("p", "a") == "yes"
