"""Writes that end as wanted, whatever becomes of their responses."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from .errors import NotFound, RequestError
from .retries import LONGEST_WAIT, policy

T = TypeVar("T")


def converge(write: Callable[[], T], look: Callable[[], T | None]) -> T:
    """Write until it is so: after a failure `look` tells whether the wanted state is there all the same.

    A refusal is final, unless the wanted state is there; a lost response is repeated, at most `Policy.attempts` times
    in all and after a pause, for a service that shows its writes late, or after the time that the service asks for.
    Where that is beyond `LONGEST_WAIT`, nothing is repeated.
    """
    for attempt in range(1, policy().attempts + 1):
        try:
            return write()
        except RequestError as error:
            asked = error.retry_after or 0
            last = not error.ambiguous or asked > LONGEST_WAIT or attempt == policy().attempts
            if error.ambiguous:
                time.sleep(max(policy().pause * attempt, asked if asked <= LONGEST_WAIT else 0))
            try:
                found = look()
            except RequestError:
                raise error from None
            if found is not None:
                return found
            if last:
                raise
    raise AssertionError("unreachable")


def ignore_not_found(call: Callable[[], object]) -> None:
    """Do it, unless there is nothing left to do it to."""
    try:
        call()
    except NotFound:
        return
