"""What moves in one `up`, whatever the way: nobody who is declared before and after is without access at any moment."""

from __future__ import annotations

import re

import pytest

from pulumi_collab.emulator import Emulator

from ..quantconnect.behind import PROJECT
from .conftest import MakeProject
from .test_moves import changes
from .test_quantconnect import access

pytestmark = pytest.mark.engine

HEAD = f"""
import pulumi
from pulumi_collab import quantconnect

def person(name, user, **options):
    quantconnect.ProjectCollaborator(name, {PROJECT}, user, opts=pulumi.ResourceOptions(**options))

class Team(pulumi.ComponentResource):
    def __init__(self, name, **options):
        super().__init__("test:index:Team", name, None, pulumi.ResourceOptions(**options))
"""

BEFORE = """
person("renamed", "mia-ai")
person("moved", "jo")
for number, user in enumerate(["person-0001", "person-0002", "person-0003"]):
    person(f"c{number}", user)
person("one", "auditor")
person("other", "johnny_walker")
"""

AFTER = """
person("renamed-anew", "mia-ai"{on})
team = Team("team"{of})
person("moved", "jo", parent=team)
for number, user in enumerate(["person-0002", "person-0003"]):
    person(f"c{{number}}", user{on})
person("one", "johnny_walker"{on})
person("other", "auditor"{on})
"""


@pytest.mark.parametrize("provider", [False, True], ids=["the same provider", "a new explicit provider"])
def test_everything_that_moves_keeps_its_access(make_project: MakeProject, emulator: Emulator, provider: bool) -> None:
    """Renamed, moved into a component, along a list, and swapped: one deletion, which is the one that is meant."""
    project = make_project(HEAD + BEFORE)
    project.up()
    before = access(emulator)
    emulator.clear_journal()
    if provider:
        new = 'explicit = pulumi.ProviderResource("pulumi-python", "explicit", {})\n'
        after = new + AFTER.format(on=", provider=explicit", of=', providers={"pulumi-python": explicit}')
    else:
        after = AFTER.format(on="", of="")
    project.write(HEAD + after)
    told = project.up().out
    assert changes(emulator) == ["delete person-0001"]
    assert told.count("is held by another resource") == 6  # mia, jo, two of the list, and the two who swapped
    before.pop("person-0001")
    assert access(emulator) == before
    project.clean()
    project.destroy()
    assert access(emulator) == {}


def test_a_failure_under_another_provider_removes_nobody(make_project: MakeProject, emulator: Emulator) -> None:
    """Where the new resource cannot be made, the old one's deletion is refused, though another process serves it."""
    project = make_project(HEAD + 'person("mia", "mia-ai")\n')
    project.up()
    emulator.fault("quantconnect", "projects/collaboration/update", "refuse", times=9)
    wrong = f'quantconnect.ProjectCollaborator("new", {PROJECT}, "mia-ai", "write", adopt=True, opts=options)\n'
    project.write(
        HEAD
        + 'explicit = pulumi.ProviderResource("pulumi-python", "explicit", {})\n'
        + "options = pulumi.ResourceOptions(provider=explicit)\n"
        + wrong
    )
    told = project.up("--continue-on-error", ok=False).out
    assert "another resource of the program declares it and could not be made, so nothing was removed" in told
    assert access(emulator) == {"mia-ai": ("read", False)}


def test_what_a_transform_changes_is_what_counts(make_project: MakeProject, emulator: Emulator) -> None:
    """Duplicates are judged by what reaches the engine: two who become one are told, and one who becomes two is not."""
    transform = """
def other(args):
    if args.name == "second":
        return pulumi.ResourceTransformResult({**args.props, "user": "%s"}, args.opts)

pulumi.runtime.register_resource_transform(other)
person("first", "mia-ai")
person("second", "%s")
"""
    project = make_project(HEAD + transform % ("jo", "mia-ai"))
    project.up()
    assert set(access(emulator)) == {"mia-ai", "jo"}
    project.write(HEAD + transform % ("mia-ai", "jo"))
    assert re.search("is declared already, by the resource '(first|second)'", project.preview(ok=False).out)
    assert set(access(emulator)) == {"mia-ai", "jo"}
