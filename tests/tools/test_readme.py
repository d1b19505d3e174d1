"""The README, which a package index shows without the repository around it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_links_work_from_a_package_index() -> None:
    """Each link is a full address, and what it names in the repository is there."""
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    home = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["urls"]["Repository"]
    named = dict(re.findall(r"^\[([\w-]+)\]: (\S+)$", text, re.MULTILINE))
    assert set(named) == set(re.findall(r"\]\[([\w-]+)\]", text))
    links = [*named.values(), *re.findall(r"\]\(([^)]+)\)", text)]
    assert [link for link in links if not link.startswith("https://")] == []
    ours = [link.removeprefix(f"{home}/") for link in links if link.startswith(f"{home}/")]
    assert ours
    for path in ours:
        assert (REPOSITORY / re.sub(r"^(blob|tree)/main/", "", path)).exists()
