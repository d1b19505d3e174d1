"""The emulator's time: the machine's, moved."""

import time


class Clock:
    """Real time plus an offset in seconds."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Moves time by `seconds`; a negative number moves it back."""
        self.offset += seconds
