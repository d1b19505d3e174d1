"""The emulator's time: the machine's, moved."""

import time

LATEST = 253_370_764_800.0  # the year 9999 begins: dates a little later can still be told


class Clock:
    """Real time plus an offset in seconds."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.offset

    def reaches(self, seconds: float) -> bool:
        """Whether its time, moved by `seconds`, is one that dates can tell: from 1970 to before 9999."""
        now = self.now()
        return -now <= seconds <= LATEST - now  # no sum: a whole number may be too large for one

    def advance(self, seconds: float) -> None:
        """Moves time by `seconds`; a negative number moves it back."""
        self.offset += seconds
