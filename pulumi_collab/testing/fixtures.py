"""A pytest plugin: the fixture `emulator`, retries that do not wait, and the variants that a contract is played in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pulumi_collab import retries
from pulumi_collab.emulator import Emulator
from pulumi_collab.emulator.platform import load

from .contract import ResourceContract
from .variants import pairs, singles


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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a contract's tests the calls that its kind writes by, and the platform's variants and pairs of them."""
    contract = metafunc.cls
    if contract is None or not issubclass(contract, ResourceContract):
        return
    if "operation" in metafunc.fixturenames:
        metafunc.parametrize("operation", list(contract.operations))
    if "played" in metafunc.fixturenames:
        variants = load()[contract.platform.name].variants
        playable = {name: choices for name, choices in variants.items() if name not in contract.unplayable}
        rows = singles(playable) + pairs(playable)
        metafunc.parametrize("played", rows, ids=lambda row: ",".join(f"{k}={v}" for k, v in row.items()))
