"""One listing per key that a process shares, so that who is on a project is asked once, not once per person."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from .errors import BadResponse, RequestError
from .retries import policy

RECENT = 2.0
"""Seconds for which a listing is good enough to decide on a write: an `up` may last for minutes. A failure is kept as
long, so that twenty people of a project that cannot be read cost one call, not twenty."""
MAX_PAGES = 1000
MAX_ITEMS = 100_000
"""A listing of more ends with an error: it would never come to an end. The time for all pages is limited as well."""
REPEATS = 3
"""Pages in a row that bring nobody new before a listing is given up; one or two do when people come meanwhile."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
C = TypeVar("C", bound=Hashable)


class Listings(Generic[K, V]):
    """One listing per key, loaded once however many threads ask (single flight).

    A listing serves each *reader* once: a refresh reads every resource once and so costs one call, while somebody who
    reads the same resource again means to see what is new, and gets a fresh listing.
    """

    def __init__(self, load: Callable[[K], V]) -> None:
        self._load = load
        self._locks: defaultdict[K, threading.RLock] = defaultdict(threading.RLock)
        self._guard = threading.Lock()
        self._values: dict[K, V] = {}
        self._failures: dict[K, RequestError] = {}
        self._times: dict[K, float] = {}
        self._readers: defaultdict[K, set[str]] = defaultdict(set)

    def get(self, key: K, reader: str | None = None, *, recent: bool = False) -> V:
        """The listing; a fresh one when this reader was served before.

        `recent` asks for one that is at most `RECENT` seconds old, for a decision to write.
        """
        with self.lock(key):
            again = reader is not None and reader in self._readers[key]
            old = key not in self._times or time.monotonic() - self._times[key] > RECENT
            if key in self._failures and not old and not again:
                raise self._failures[key]
            if again or key not in self._values or (recent and old):
                self.invalidate(key)
                self._readers[key].clear()
                self._refreshed(key)
            if reader is not None:
                self._readers[key].add(reader)
            return self._values[key]

    def fresh(self, key: K) -> V:
        """Ask again, for a decision that must not rest on an old response."""
        self.invalidate(key)
        return self.get(key)

    def held(self, key: K) -> V | None:
        """What we hold, however old, without asking; None where that is nothing."""
        with self.lock(key):
            return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        """What a write's response says is newer than any listing. Call it inside `lock`, or two may cross."""
        with self.lock(key):
            self.invalidate(key)
            self._values[key] = value
            self._times[key] = time.monotonic()

    def amend(self, key: K, value: V) -> None:
        """What we held, with a write of ours in it: no younger than it was. Call it inside `lock`."""
        with self.lock(key):
            self._values[key] = value

    def invalidate(self, key: K) -> None:
        """Whatever we held may be wrong now."""
        with self.lock(key):
            self._values.pop(key, None)
            self._failures.pop(key, None)

    def _refreshed(self, key: K) -> None:
        try:
            self._values[key] = self._load(key)
        except RequestError as error:
            self._failures[key] = error
            raise
        finally:
            self._times[key] = time.monotonic()

    def lock(self, key: K) -> threading.RLock:
        """A lock to hold while one writes, so that looks and writes of one key do not mix."""
        with self._guard:
            return self._locks[key]


def all_pages(
    fetch: Callable[[C], tuple[Iterable[V], C | None]], first: C, key: Callable[[V], Hashable], what: str
) -> tuple[list[V], int]:
    """Everything that a listing of pages holds, each thing once, and the number of pages.

    `fetch` gives a page and where the next one begins, None at the end. A later page's word about somebody counts, as
    it is younger. Raises `BadResponse` for a listing without an end: `what` names it, such as `SRAM's list of members`.
    """
    found: dict[Hashable, V] = {}
    asked: set[C] = set()
    cursor: C | None = first
    repeats = 0
    deadline = time.monotonic() + policy().listing_timeout
    while cursor is not None:
        enough = len(asked) == MAX_PAGES or len(found) > MAX_ITEMS or time.monotonic() > deadline
        if enough or cursor in asked or repeats == REPEATS:
            raise BadResponse(
                f"{what} does not come to an end ({len(found)} on {len(asked)} pages, and more are promised); try "
                "again, and ask the service's support if it stays"
            )
        asked.add(cursor)
        page, cursor = fetch(cursor)
        before = len(found)
        found |= {key(each): each for each in page}
        repeats = repeats + 1 if len(found) == before else 0
    return list(found.values()), len(asked)
