"""What the tests of the core share."""

from __future__ import annotations

import time

import pytest


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits asked for, none of which happens."""
    asked: list[float] = []
    monkeypatch.setattr(time, "sleep", asked.append)
    return asked
