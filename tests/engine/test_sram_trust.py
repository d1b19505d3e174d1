"""SRAM on the real engine: what is left out, what only the service knows, and what a first preview can know."""

from __future__ import annotations

import pytest

from pulumi_collab.emulator import Emulator

from ..sram.behind import accept, act, collaborations, invited, members, writes
from .conftest import MakeProject
from .test_sram import HEAD, collaboration, connection, invite

pytestmark = pytest.mark.engine


def test_what_is_left_out_is_not_managed(make_project: MakeProject, emulator: Emulator) -> None:
    """Under a key for some units the second run is clean, by hand set values stay, and other units leave nothing."""
    seed = emulator.state()["sram"]
    seed["organisations"][0]["units"] = ["Research", "Teaching"]
    seed["organisations"][0]["keys"][0]["units"] = ["Research"]
    emulator.seed({"sram": seed})
    project = make_project(HEAD + collaboration())
    project.up()
    project.clean()
    act(emulator, "edit", collaboration="ai", fields={"website_url": "https://x.org", "support_email": "a@x.org"})
    emulator.clear_journal()
    project.clean()
    project.up("--refresh", "--expect-no-changes")
    assert writes(emulator) == []
    project.write(HEAD + collaboration() + collaboration("co", units=["Teaching"], administrators=["head@x.org"]))
    refused = project.up(ok=False).out
    assert "units cannot be [Teaching]: this API key is for some units alone" in refused
    assert list(collaborations(emulator)) == ["ai"]
    assert emulator.state()["sram"]["mails"] == []


def test_what_a_first_preview_can_know(make_project: MakeProject, emulator: Emulator) -> None:
    """Two of one name, a service twice and an address that never arrives fail before anything is made."""
    twice = connection("mail") + connection("mail").replace("'ai-mail'", "'again'")
    project = make_project(HEAD)
    for program, told in (
        (
            collaboration(administrators=["head@x.org", "bob@x.org;"]),
            "property administrators value",
        ),
        (collaboration() + twice, "is declared already, by the resource"),
        (collaboration("co", name="The AI ") + collaboration(name="The ai"), "property name value"),
    ):
        project.write(HEAD + program)
        assert told in project.preview(ok=False).out
    assert writes(emulator) == []


def test_what_is_not_in_force(make_project: MakeProject, emulator: Emulator) -> None:
    """A collaboration that has expired is told at each preview, until its date is moved and declared."""
    project = make_project(HEAD + collaboration(expiry_date="2030-06-15"))
    project.up()
    act(emulator, "edit", collaboration="ai", fields={"expiry_date": 1000000000})
    act(emulator, "job", name="nightly")
    for _ in range(2):
        assert "ai has expired (2001-09-09), so it is not in force" in project.preview().out
    act(emulator, "edit", collaboration="ai", fields={"expiry_date": 1939161600})
    project.write(HEAD + collaboration(expiry_date="2031-06-14"))
    assert "not in force" not in project.up().out
    project.clean()


def test_a_refused_destroy(make_project: MakeProject, emulator: Emulator) -> None:
    """What is said to be deleted with its collaboration is still there when that is refused for its members."""
    with_it = ", opts=pulumi.ResourceOptions(deleted_with=ai))\n"
    rest = "".join(line.rstrip(")\n") + with_it for line in (invite("bob"), invite("eve"), connection("mail")))
    project = make_project(HEAD + collaboration() + rest)
    project.up()
    ai = collaborations(emulator)["ai"]["identifier"]
    accept(emulator, ai, "bob@x.org")
    emulator.clear_journal()
    refused = project.destroy(ok=False).out
    assert "has members: Bob <bob@x.org>" in refused
    assert "set force_destroy=True and run `pulumi up` before it is destroyed or replaced" in refused
    assert writes(emulator) == []
    assert members(emulator, ai) == {"urn:bob": "member"}
    assert set(invited(emulator, ai)) == {"eve@x.org"}
    project.write(HEAD + collaboration(force_destroy=True) + rest)
    project.up()
    project.destroy()
    assert collaborations(emulator) == {}
