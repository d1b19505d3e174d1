"""The platforms there are: a new one is a folder of this name here, one in `emulator/`, and its line in this tuple."""

from __future__ import annotations

NAMES: tuple[str, ...] = ("quantconnect", "teamhub", "sram", "aps")
