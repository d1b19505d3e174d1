"""Fixtures that every kind of test shares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_collab.emulator import Emulator


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """A running emulator with the default world."""
    with Emulator() as running:
        yield running
