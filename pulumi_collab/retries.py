"""How patiently calls are repeated: one policy for all of them, and one public switch that makes tests instant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from urllib3.util import Retry

LONGEST_WAIT = 60
"""Seconds. A `Retry-After` beyond this ends the call with an error that names it."""


_REPEATS = Retry(
    total=3, allowed_methods=None, backoff_factor=0.5, backoff_max=8.0, backoff_jitter=0.2, retry_after_max=2**31
)


@dataclass(frozen=True)
class Policy:
    """Times in seconds."""

    repeats: Retry = _REPEATS
    """How often one call is sent again where sending it again is harmless, and after which pauses."""
    attempts: int = 3
    """How often a write whose response is lost is sent in all; in between we look."""
    pause: float = 0.5
    """Between a lost response and the look that follows, times the attempt."""
    connect_timeout: float = 10.0
    """To wait for a connection."""
    read_timeout: float = 30.0
    """To wait for a response once the request is sent, and for its next byte, as the services' own clients do."""
    total_timeout: float = 60.0
    """For one whole response."""
    listing_timeout: float = 600.0
    """For all pages of one listing."""


_policy = Policy()


def policy() -> Policy:
    """The policy in force."""
    return _policy


@contextmanager
def instant() -> Iterator[None]:
    """For tests: repeats happen at once, and a missing response is given up after a second, an unending one soon."""
    global _policy  # one policy for the process is the point
    before = _policy
    repeats = before.repeats.new(backoff_factor=0, backoff_jitter=0)
    _policy = replace(before, repeats=repeats, pause=0, read_timeout=1.0, total_timeout=1.2)
    try:
        yield
    finally:
        _policy = before
