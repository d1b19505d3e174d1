"""Who holds what, as one operation of the engine shows it: what moves from one resource to another is not taken away.

The engine tells a provider neither what else the program declares nor why it deletes. It creates the new resource
before it deletes the old one, and both may be one access: after a rename, when people move among the resources of a
list, or when a replacement is forced.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from enum import Enum, auto


class Ending(Enum):
    """What deleting a resource means."""

    REMOVE = auto()
    """Nobody else holds it: it goes."""
    LEAVE = auto()
    """Another resource holds it now, or the same one anew: it stays."""
    REFUSE = auto()
    """Another resource was to hold it and failed: whether it may go is for the next run to say."""


class Holders:
    """By key: which resources hold it. A resource is known by its URN; one without (`""`) holds nothing."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        self._held: defaultdict[str, set[str]] = defaultdict(set)
        self._failed: defaultdict[str, set[str]] = defaultdict(set)
        self._taken: dict[str, str] = {}  # URN -> what it has just taken over; its own older self may still be deleted

    def alone(self, key: str) -> threading.RLock:
        """A lock around creating it or deleting it, so that a deletion never follows an answer that has grown old."""
        with self._guard:
            return self._locks[key]

    def holds(self, key: str, urn: str) -> None:
        """The resource is in the state and declared still."""
        if urn:
            self._held[key].add(urn)

    def created(self, key: str, urn: str, *, taken_over: bool) -> None:
        """The resource was made, of something that was there already or not."""
        self.holds(key, urn)
        self._failed[key].discard(urn)
        if urn and taken_over:
            self._taken[urn] = key

    def failed(self, key: str, urn: str) -> None:
        """The resource could not be made."""
        if urn:
            self._failed[key].add(urn)

    def asked_about(self, urn: str) -> None:
        """The engine goes on with the resource, so no older self of it waits to be deleted."""
        self._taken.pop(urn, None)

    def ending(self, key: str, urn: str) -> Ending:
        """What deleting it means now. Call it inside `alone`, and delete there."""
        if not urn:
            return Ending.REMOVE
        self._held[key].discard(urn)
        if self._held[key] or self._taken.pop(urn, None) == key:
            return Ending.LEAVE
        return Ending.REFUSE if self._failed[key] - {urn} else Ending.REMOVE
