"""What a process shares: clients, and listings, so that who is on a project is asked once, not once per person."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import ClassVar, Generic, Protocol, TypeVar, cast

from .config import Setting, StackConfig, resolve

RECENT = 2.0
"""Seconds for which a listing is good enough to decide on a write: an `up` may last for minutes."""


class Client(Protocol):
    """What every platform's client says of itself: `settings`, whose names are the arguments it is made with."""

    settings: ClassVar[Mapping[str, Setting]]


C = TypeVar("C", bound=Client)
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def new_client(kind: type[C], stack: StackConfig) -> C:
    """A client of its own, which shares no listing. Raises `ConfigError`."""
    return kind(**resolve(kind.settings, stack))


def process_client(kind: type[C], stack: StackConfig) -> C:
    """The process's client for these settings. Raises `ConfigError`."""
    settings = resolve(kind.settings, stack)
    with _making:  # `lru_cache` alone may make two for two threads
        return cast("C", _made(kind, **settings))


_making = threading.Lock()


@lru_cache(maxsize=16)
def _made(kind: Callable[..., Client], **settings: str) -> Client:
    return kind(**settings)


class Listings(Generic[K, V]):
    """One listing per key, loaded once however many threads ask (single flight).

    A listing answers each *reader* once: a refresh reads every resource once and so costs one call, while somebody who
    reads the same resource again means to see what is new, and gets a fresh listing.
    """

    def __init__(self, load: Callable[[K], V]) -> None:
        self._load = load
        self._locks: defaultdict[K, threading.RLock] = defaultdict(threading.RLock)
        self._guard = threading.Lock()
        self._values: dict[K, V] = {}
        self._times: dict[K, float] = {}
        self._readers: defaultdict[K, set[str]] = defaultdict(set)

    def get(self, key: K, reader: str | None = None, *, recent: bool = False) -> V:
        """The listing; a fresh one when this reader was answered before. Failures are not kept.

        `recent` asks for one that is at most `RECENT` seconds old, for a decision to write.
        """
        with self.alone(key):
            again = reader is not None and reader in self._readers[key]
            if again or key not in self._values or (recent and time.monotonic() - self._times[key] > RECENT):
                self._values.pop(key, None)
                self._readers[key].clear()
                self._keep(key, self._load(key))
            if reader is not None:
                self._readers[key].add(reader)
            return self._values[key]

    def fresh(self, key: K) -> V:
        """Ask again, for a decision that must not rest on an old answer."""
        self.forget(key)
        return self.get(key)

    def put(self, key: K, value: V) -> None:
        """What a write's answer says is newer than any listing. Call it inside `alone`, or two answers may cross."""
        with self.alone(key):
            self._keep(key, value)

    def amend(self, key: K, value: V) -> None:
        """What we held, with a write of ours in it: no younger than it was. Call it inside `alone`."""
        with self.alone(key):
            self._values[key] = value

    def forget(self, key: K) -> None:
        """Whatever we held may be wrong now."""
        with self.alone(key):
            self._values.pop(key, None)

    def _keep(self, key: K, value: V) -> None:
        self._values[key] = value
        self._times[key] = time.monotonic()

    def alone(self, key: K) -> threading.RLock:
        """A lock to hold while one writes, so that looks and writes of one key do not mix."""
        with self._guard:
            return self._locks[key]
