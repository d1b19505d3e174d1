"""Fixtures: `emulator`, and retries that do not wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_collab import http, lifecycle
from pulumi_collab.emulator import Emulator


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """A running emulator with the default world, on a port of its own."""
    with Emulator() as running:
        yield running


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries in this process happen at once, and a missing answer is given up after a second."""
    monkeypatch.setattr(http, "RETRIES", http.RETRIES.new(backoff_factor=0, backoff_jitter=0))
    monkeypatch.setattr(http, "READ_TIMEOUT", 1.0)
    monkeypatch.setattr(lifecycle, "PAUSE", 0)
