"""Writes the previews that tests of `review` read: what the real engine says of programs like people's.

    python3 tools/setup.py run -- python -m tests.reports.previews.make

What belongs to one machine or one moment is taken out of them. Beside each preview is its review, in Markdown; with the
argument `reviews` these alone are written, and a person reads the difference.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from pulumi_collab.emulator import Emulator
from pulumi_collab.platform import platforms
from pulumi_collab.reports import preview
from pulumi_collab.reports.render.markdown import markdown
from pulumi_collab.reports.review import review
from pulumi_collab.reports.review_report import review_report
from tests.engine.harness import Project

HERE = Path(__file__).parent
_MACHINE = frozenset({"sourcePosition", "stackTrace", "created", "modified", "duration", "__made", "__origin"})

HEAD = """
from pulumi_collab import quantconnect, sram, teamhub

def on_web(name, who, role, **more):
    teamhub.ProjectCollaborator(name, project="web", collaborator=who, role=role, **more)

def on_strategy(name, who, permission, live_control=False, **more):
    quantconnect.ProjectCollaborator(
        name, project_id=23456789, user=who, permission=permission, live_control=live_control, **more)

def collaboration(**more):
    return sram.Collaboration(
        "ai", name="AI", short_name="ai_computing", description="AI", administrators=["boss@x.org"], **more)
"""

FIRST = (
    HEAD
    + """
on_web("jane", "jane.doe", "developer")         # has this access
on_web("jo", "jo", "guest")
on_strategy("mia", "mia-ai", "write")
on_strategy("johnny", "johnny_walker", "read", adopt=True)   # has more
ai = collaboration()
sram.CollaborationInvite("bob", collaboration=ai.identifier, email="bob@x.org", intended_role="member")
"""
)

CHANGED = (
    HEAD
    + """
on_web("jane-doe", "jane.doe", "developer")     # another name
on_strategy("mia", "mia-ai", "write", live_control=True)
on_strategy("johnny", "johnny_walker", "read")
on_strategy("auditor", "auditor", "read")
ai = collaboration()
sram.CollaborationInvite("bob", collaboration=ai.identifier, email="bob@x.org", intended_role="admin")
sram.CollaborationInvite("eva", collaboration=ai.identifier, email="eva@lab.eu", intended_role="member")
"""
)


NAMES = ("first", "changed", "refreshed", "emptied")


def reviewed(name: str) -> str:
    """The review of a preview, in Markdown."""
    found = review(preview.read((HERE / f"{name}.json").read_text()))
    return markdown(review_report(found, {each.name: each.title for each in platforms().values()}))


def previews() -> None:
    """Make the previews."""
    with Emulator() as emulator, TemporaryDirectory() as folder:
        _control(emulator, "teamhub/edit", project="web", collaborator="jane.doe", role="developer")
        _control(emulator, "quantconnect/edit", project_id=23456789, user="johnny_walker", permission="write",
                 live_control=False)  # fmt: skip
        project = Project(Path(folder), FIRST, emulator.environment())
        _write("first", project, "preview", "--json")
        project.up()
        project.write(CHANGED)
        _write("changed", project, "preview", "--json")
        _control(emulator, "teamhub/edit", project="web", collaborator="jane.doe", role="master")
        _control(emulator, "quantconnect/edit", project_id=23456789, user="mia-ai", permission=None)
        project.write(FIRST.replace(", adopt=True", ""))
        _write("refreshed", project, "preview", "--json", "--refresh")
        project.write(HEAD + 'on_web("jo", "jo", "owner")')
        _write("failed", project, "preview", "--json", ok=False)
        project.write(HEAD)
        _write("emptied", project, "preview", "--json")


def _control(emulator: Emulator, name: str, **body: Any) -> None:
    requests.post(f"{emulator.url}/_emulator/{name}", json=body, timeout=10).raise_for_status()


def _write(name: str, project: Project, *command: str, ok: bool = True) -> None:
    out = project.run(*command, ok=ok).out
    document, _ = json.JSONDecoder().raw_decode(out[out.index("{") :])
    text = json.dumps(_clean(document), indent=1)
    (HERE / f"{name}.json").write_text(text + "\n")


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _clean(each) for name, each in value.items() if name not in _MACHINE}
    return [_clean(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    if sys.argv[1:] != ["reviews"]:
        previews()
    for each in NAMES:
        (HERE / f"{each}.md").write_text(reviewed(each))
