"""Fixtures: `emulator`, and retries that do not wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_collab import retries
from pulumi_collab.emulator import Emulator


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """A running emulator with the default world, on a port of its own."""
    with Emulator() as running:
        yield running


@pytest.fixture
def no_waiting() -> Iterator[None]:
    """Retries in this process happen at once, and a missing response is given up after a second."""
    with retries.instant():
        yield
