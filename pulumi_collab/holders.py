"""Who holds what, as one operation of the engine shows it: what moves from one resource to another is not taken away.

The engine tells a provider neither what else the program declares nor why it deletes. It creates the new resource
before it deletes the old one, and both may be one access: after a rename, when people move among the resources of a
list, or when a replacement is forced. An old one whose deletion was interrupted is deleted by a later operation, under
the URN of the one that has replaced it. So each creation has a mark of its own, which the state keeps.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from enum import Enum, auto


class Ending(Enum):
    """What deleting a resource means."""

    REMOVE = auto()
    """Nobody holds it but the resource that ends: it goes."""
    MOVED = auto()
    """Another resource holds it now: it stays."""
    RENEWED = auto()
    """The same resource holds it anew, and an older creation of it ends: it stays."""
    REFUSE = auto()
    """Another resource was to hold it and failed: whether it may go is for the next run to say."""


class Holders:
    """By key: which resources hold it, by which creation. A resource is known by its URN; one without holds nothing."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        self._held: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
        self._failed: defaultdict[str, set[str]] = defaultdict(set)
        self._creators: dict[str, str] = {}  # creation -> URN

    def alone(self, key: str) -> threading.RLock:
        """A lock around creating it or deleting it, so that a deletion never follows an answer that has grown old."""
        with self._guard:
            return self._locks[key]

    def holds(self, key: str, urn: str, creation: str | None = None) -> None:
        """The resource is there and declared still, by this creation as far as that is known."""
        if urn:
            self._held[key][urn] = creation or self._held[key].get(urn)
            self._creators.setdefault(creation or "", urn)
            self._failed[key].discard(urn)

    def failed(self, key: str, urn: str) -> None:
        """The resource could not be made."""
        if urn:
            self._failed[key].add(urn)

    def is_held(self, key: str) -> bool:
        """Whether any resource holds it."""
        return bool(self._held[key])

    def ending(self, key: str, urn: str, creation: str | None) -> Ending:
        """What deleting that creation means now. Call it inside `alone`, and delete there."""
        if not urn:
            return Ending.REMOVE
        now = self._held[key].get(urn)
        if now and creation and now != creation and self._creators.get(creation, urn) == urn:
            return Ending.RENEWED
        self._held[key].pop(urn, None)
        if self.is_held(key):
            return Ending.MOVED
        return Ending.REFUSE if self._failed[key] - {urn} else Ending.REMOVE
