"""A world for TeamHub's emulator, and who calls it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_collab.emulator import Emulator

from .caller import SEED, Caller


@pytest.fixture
def world(emulator: Emulator) -> Emulator:
    """Two projects, and accounts of every kind."""
    emulator.seed(SEED)
    return emulator


@pytest.fixture
def boss(world: Emulator) -> Iterator[Caller]:
    """The company's administrator."""
    with Caller(world) as caller:
        yield caller
