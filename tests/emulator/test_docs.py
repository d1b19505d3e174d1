import json
import re
from pathlib import Path

from pulumi_collab.emulator import Emulator
from pulumi_collab.emulator.faults import KINDS, Fault
from pulumi_collab.emulator.platform import load

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")


def test_the_example_seed_works(emulator: Emulator) -> None:
    """The page's seed document can be used as it stands."""
    example = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert example
    emulator.seed(json.loads(example[1]))
    assert emulator.state()["quantconnect"]["people"] == 20


def test_the_tables_are_complete() -> None:
    """The page names each variant with its choices in order, each operation, and each field and kind of a fault."""
    for platform in load().values():
        for name, choices in platform.variants.items():
            listed = ", ".join(f"`{choice}`" for choice in choices)
            assert f"| `{name}` | {listed} |" in PAGE
        for route in platform.routes:
            assert f"`{route.operation}`" in PAGE
    for name in (*KINDS, *Fault.model_fields):
        assert f"| `{name}` |" in PAGE
