"""One emulator for all tests of this folder, reset before each."""

from collections.abc import Iterator

import pytest

from pulumi_collab.emulator import Emulator

from .client import Caller


@pytest.fixture(scope="session")
def _served() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(_served: Emulator) -> Emulator:
    """The default world, untouched."""
    _served.seed(None)
    return _served


@pytest.fixture
def owner(emulator: Emulator) -> Iterator[Caller]:
    """owner-ola, who owns the default world's project."""
    with Caller(emulator) as caller:
        yield caller
