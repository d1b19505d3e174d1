"""Keep the state that this version writes: `python -m tests.state.make`, once per release.

Writes `tests/state/<version>/`: the program, the exported state, and the emulator's world that it describes.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from pulumi_collab import __version__
from pulumi_collab.emulator import Emulator

from ..engine.harness import Project
from ..sram.behind import accept

PROGRAM = """\
from pulumi_collab import aps, quantconnect, sram, teamhub

quantconnect.ProjectCollaborator(
    "mia", project_id=23456789, user="mia-ai", permission="write", live_control=True
)
quantconnect.ProjectCollaborator("jo", project_id=23456789, user="jo")
teamhub.ProjectCollaborator("jane", project="web", collaborator="jane.doe", role="developer")
ai = sram.Collaboration(
    "ai",
    name="AI computing",
    short_name="ai_computing",
    description="Shared computing",
    disable_join_requests=False,
    disclose_member_information=True,
    disclose_email_information=True,
    administrators=[],
    website_url="https://ai.example.org",
    tags=["gpu"],
    units=["Research"],
    force_destroy=True,
)
sram.CollaborationInvite("bob", collaboration=ai.identifier, email="bob@x.org", intended_role="admin")
sram.ServiceConnection("mail", collaboration=ai.identifier, service_entity_id="https://mail.example.org")
aps.ClientCollaborators(
    "app", client_id="demo-app", collaborators={"jane@example.org": "EDITOR", "jo@example.org": "VIEWER"}
)
"""
HERE = Path(__file__).parent
OURS_ALONE = ("sourcePosition", "stackTrace", "created", "modified")
"""What the engine adds about this machine and this moment."""


def without_machine(value: Any) -> Any:
    """The state without what tells of the machine it was made on."""
    if isinstance(value, dict):
        return {k: without_machine(v) for k, v in value.items() if k not in OURS_ALONE}
    return [without_machine(v) for v in value] if isinstance(value, list) else value


def main() -> int:
    """Make the folder of this version; 1 when it is there already."""
    target = HERE / __version__
    if target.exists():
        print(f"{target} exists: a released version's state is never made anew", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, Emulator() as emulator:
        project = Project(Path(folder), PROGRAM, emulator.environment())
        project.up()
        identifier = project.resources()["ai"]["id"]
        accept(emulator, identifier, "bob@x.org")
        project.refresh()
        project.clean()
        state = without_machine(json.loads(project.run("stack", "export").out))
        target.mkdir()
        (target / "program.py").write_text(PROGRAM)
        places = {k: v for k, v in emulator.environment().items() if k.endswith("_BASE_URL")}
        (target / "made_at.json").write_text(json.dumps(places, indent=1) + "\n")
        (target / "state.json").write_text(json.dumps(state, indent=1) + "\n")
        (target / "world.json").write_text(json.dumps(emulator.state(), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
