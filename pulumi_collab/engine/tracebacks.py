"""Errors for people come without the plugin's whole stack; everybody else's keep theirs.

The SDK sends the engine what `traceback.format_exc()` says. That asks `sys.tracebacklimit` how many frames to show,
which holds for the whole process: a program's own dynamic provider in the same process would lose its traceback as
well. So the limit is one that looks at the error in hand.
"""

from __future__ import annotations

import sys
from typing import Any

from .sentences import Error


class _Limit:
    """No frame of our own errors, and every frame of others'. `traceback` compares it, and counts with it."""

    def __index__(self) -> int:
        return 0 if isinstance(sys.exc_info()[1], Error) else sys.maxsize

    def __lt__(self, other: int) -> bool:
        return self.__index__() < other

    def __ge__(self, other: int) -> bool:
        return self.__index__() >= other


def show_no_frames_of_ours() -> None:
    """For this process, unless somebody has set a limit already."""
    limit: Any = _Limit()
    if not hasattr(sys, "tracebacklimit"):
        sys.tracebacklimit = limit
