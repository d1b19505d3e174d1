"""SRAM on the real engine: what `pulumi up`, `preview`, `refresh` and `destroy` do to a collaboration."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator

from ..sram.behind import accept, act, api, collaborations, invitation_id, invited, mails, members, reads, writes
from .conftest import MakeProject
from .harness import REPOSITORY

pytestmark = pytest.mark.engine

EXAMPLE = REPOSITORY / "examples" / "sram"
HEAD = "import pulumi\nfrom pulumi_collab import sram\n"


def collaboration(variable: str = "ai", **more: Any) -> str:
    """A line of a program."""
    name = variable
    arguments = {"name": f"The {name}", "short_name": name, "description": "For all", **more}
    return f"{name} = sram.Collaboration({name!r}, {', '.join(f'{k}={v!r}' for k, v in arguments.items())})\n"


def invite(name: str, *, into: str = "ai", **more: Any) -> str:
    """A line of a program."""
    arguments = {"email": f"{name}@x.org", **more}
    given = ", ".join(f"{k}={v!r}" for k, v in arguments.items())
    return f"sram.CollaborationInvite({name!r}, collaboration={into}.identifier, {given})\n"


def connection(name: str, *, into: str = "ai") -> str:
    """A line of a program."""
    entity_id = f"https://{name}.example.org"
    return (
        f"sram.ServiceConnection('{into}-{name}', collaboration={into}.identifier, service_entity_id={entity_id!r})\n"
    )


def test_the_example_lives(make_project: MakeProject, emulator: Emulator) -> None:
    """The example makes a collaboration, two connections and five invitations by one up, stays clean, and goes."""
    project = make_project(EXAMPLE)
    up = project.up()
    live = collaborations(emulator)["ai_computing"]
    assert {each["entity_id"] for each in live["services"]} == {"https://mail.example.org", "https://wiki.example.org"}
    people = {"head", "alice", "bob", "carol", "dave", "erin"}
    assert set(invited(emulator, live["identifier"])) == {f"{name}@example.org" for name in people}
    assert all(mails(emulator, f"{name}@example.org") == 1 for name in people)
    emulator.clear_journal()
    project.clean()
    asked = ["collaborations", "open", "organisations"]  # the last one tells whose the key is
    assert sorted(reads(emulator)) == asked, "eight resources by three calls"
    assert writes(emulator) == []
    token = emulator.environment()["SRAM_API_TOKEN"]
    secrets = {each["hash"] for co in emulator.state()["sram"]["collaborations"] for each in co["invitations"]}
    assert secrets
    assert not [s for s in {token, *secrets} if s in project.state_files() + up.out + str(emulator.journal())]
    project.destroy()
    assert collaborations(emulator) == {}


def test_invitations_live(make_project: MakeProject, emulator: Emulator) -> None:
    """Open, accepted, elsewhere, expired, declined, removed: each as preview shows it and `up` answers it."""
    names = ("open", "in", "elsewhere", "late", "declined", "removed")
    program = HEAD + collaboration() + "".join(map(invite, names))
    project = make_project(program)
    project.up()
    project.clean()
    ai = collaborations(emulator)["ai"]["identifier"]
    for name in ("in", "removed"):
        accept(emulator, ai, f"{name}@x.org")
    accept(emulator, ai, "elsewhere@x.org", as_email="home@y.org")
    emulator.clear_journal()
    project.clean()
    project.refresh()
    assert project.resources()["elsewhere"]["outputs"]["status"] == "accepted"
    assert writes(emulator) == []

    act(emulator, "age-invitation", invitation_id=invitation_id(emulator, ai, "late@x.org"), days=20)
    act(emulator, "decline", invitation_id=invitation_id(emulator, ai, "declined@x.org"))
    act(emulator, "remove-member", collaboration=ai, uid="urn:removed")
    seen = project.drift().out
    for name, told in (("late", "has expired"), ("declined", "declined"), ("removed", "was removed")):
        assert f"{name}@x.org in SRAM collaboration {ai}: the" in seen
        assert told in seen
    assert seen.count("(update)") == 3

    project.up("--refresh")
    assert set(invited(emulator, ai)) == {f"{name}@x.org" for name in ("open", "late", "declined", "removed")}
    sent = [mails(emulator, f"{name}@x.org") for name in names]
    assert sent == [1, 1, 1, 2, 2, 2]
    project.clean()

    act(emulator, "age-invitation", invitation_id=invitation_id(emulator, ai, "late@x.org"), days=20)
    limited = project.up("--refresh").out
    assert "resend_limit is 1" in limited
    assert mails(emulator, "late@x.org") == 2
    assert project.resources()["late"]["outputs"]["status"] == "expired"

    project.write(HEAD + collaboration(force_destroy=True))
    project.up()
    assert members(emulator, ai) == {}
    assert invited(emulator, ai) == {}


def test_roles_and_the_last_admin(make_project: MakeProject, emulator: Emulator) -> None:
    """A role changes in place before and after acceptance with its groups; the last admin stays, and the rest goes."""
    co = HEAD + collaboration()
    project = make_project(co)
    project.up()
    ai = collaborations(emulator)["ai"]["identifier"]
    api(emulator, "POST", "groups/v1", {"name": "one", "short_name": "one", "collaboration_identifier": ai})
    project.write(co + invite("ann", intended_role="admin") + invite("bob", groups=["one"]))
    project.up()
    accept(emulator, ai, "ann@x.org")
    project.write(co + invite("ann", intended_role="admin") + invite("bob", groups=["one"], intended_role="admin"))
    assert project.up().out.count("(update)") >= 1
    assert [each["short_name"] for each in invited(emulator, ai)["bob@x.org"]["groups"]] == ["one"]
    accept(emulator, ai, "bob@x.org")
    assert members(emulator, ai) == {"urn:ann": "admin", "urn:bob": "admin"}
    project.write(co + invite("ann", intended_role="admin") + invite("bob", groups=["one"]))
    project.up()
    assert members(emulator, ai) == {"urn:ann": "admin", "urn:bob": "member"}
    assert len(collaborations(emulator)["ai"]["groups"][0]["collaboration_memberships"]) == 1
    project.clean()

    project.write(co + invite("ann") + invite("bob", groups=["one"]))
    assert "property intended_role" in project.preview(ok=False).out
    project.write(co)
    gone = project.up().out
    assert "is the last admin of the collaboration and stays a member" in gone
    assert members(emulator, ai) == {"urn:ann": "admin"}
    refused = project.destroy(ok=False).out
    assert "Ann <ann@x.org>" in refused
    assert "force_destroy=True" in refused


def test_changes_of_a_collaboration(make_project: MakeProject, emulator: Emulator) -> None:
    """A description is drift from the web, a failure with counts from the program, and a replacement by permission."""
    project = make_project(HEAD + collaboration() + invite("bob") + invite("eve") + connection("mail"))
    project.up()
    first = collaborations(emulator)["ai"]["identifier"]
    accept(emulator, first, "bob@x.org")

    project.write(HEAD + collaboration(description="Other") + invite("bob") + invite("eve") + connection("mail"))
    told = project.preview(ok=False).out
    assert "property description value {Other} has a problem" in told
    assert "1 member and 1 open invitation" in told
    act(emulator, "edit", collaboration=first, fields={"description": "Other"})
    project.up("--refresh")
    project.clean()
    act(emulator, "edit", collaboration=first, fields={"description": "For all"})
    project.refresh()
    told = project.preview(ok=False).out
    assert "property description" in told

    rest = invite("bob") + invite("eve") + connection("mail")
    project.write(HEAD + collaboration(units=["Research"], allow_replacement=True, force_destroy=True) + rest)
    units = project.preview("--diff").out
    assert "(replace)" not in units, "an update of the collaboration leaves the rest alone"
    project.up()
    assert collaborations(emulator)["ai"]["identifier"] == first
    project.write(HEAD + collaboration(description="Other", allow_replacement=True, force_destroy=True) + rest)
    project.up()
    second = collaborations(emulator)["ai"]
    assert second["identifier"] != first
    assert second["description"] == "Other"
    assert set(invited(emulator, second["identifier"])) == {"bob@x.org", "eve@x.org"}
    assert [each["entity_id"] for each in second["services"]] == ["https://mail.example.org"]
    project.clean()

    project.write(
        HEAD + collaboration(description="Other", allow_replacement=True).replace("'ai', name", "'new', name", 1)
    )
    project.up()
    assert collaborations(emulator)["ai"]["identifier"] == second["identifier"], "a rename keeps it"


def test_an_address_that_is_corrected_keeps_the_member(make_project: MakeProject, emulator: Emulator) -> None:
    """Invited at one address and in by another, which the program then declares: the membership stays."""
    project = make_project(HEAD + collaboration() + invite("bob"))
    project.up()
    ai = collaborations(emulator)["ai"]["identifier"]
    accept(emulator, ai, "bob@x.org", as_email="robert@home.org")
    project.refresh()
    project.write(HEAD + collaboration() + invite("bob").replace("bob@x.org", "robert@home.org"))
    project.up()
    assert members(emulator, ai) == {"urn:bob": "member"}
    assert mails(emulator, "robert@home.org") == 0
    project.clean()
    project.write(HEAD + collaboration())
    project.up()
    assert members(emulator, ai) == {}


def test_drift_of_a_description(make_project: MakeProject, emulator: Emulator) -> None:
    """A description changed in the web interface is drift on `description`, and preview says what can be done."""
    project = make_project(HEAD + collaboration(allow_replacement=True))
    project.up()
    act(emulator, "edit", collaboration="ai", fields={"description": "Other"})
    assert "~ description" in project.drift().out
    assert '"Other" => "For all"' in project.drift().out
    project.write(HEAD + collaboration())
    told = project.preview("--refresh", ok=False).out
    assert "property description value {For all} has a problem" in told


def test_all_at_once(make_project: MakeProject, emulator: Emulator) -> None:
    """4 collaborations with new shared tags, 4 connections and 4 invitations by one `up`: all there, none twice."""
    emulator.variants(sram={"database_error": "on-shared-new-tag"})
    program = HEAD + "".join(
        collaboration(f"co{n}", tags=["one", "two"], administrators=["head@x.org"]) for n in range(4)
    )
    program += "".join(connection(name, into=f"co{n}") for n in range(2) for name in ("mail", "wiki"))
    program += "".join(invite(f"p{n}", into="co3") for n in range(4))
    project = make_project(program)
    project.up()
    live = collaborations(emulator)
    assert {name: set(each["tags"]) for name, each in live.items()} == {f"co{n}": {"one", "two"} for n in range(4)}
    assert [len(live[f"co{n}"]["services"]) for n in range(4)] == [2, 2, 0, 0]
    assert set(invited(emulator, live["co3"]["identifier"])) == {"head@x.org", *(f"p{n}@x.org" for n in range(4))}
    assert mails(emulator, "head@x.org") == 4
    project.clean()


def test_killed_before_the_answer(make_project: MakeProject, emulator: Emulator) -> None:
    """For each creating call, killed after it took effect: the next `up` converges, with one mail in all."""
    program = HEAD + collaboration(administrators=["head@x.org"])
    project = make_project(program)
    for line, operation, path in (
        ("", "collaborations/create", "/collaborations/v1"),
        (invite("bob"), "invitations/create", "/collaboration_invites"),
        (connection("vault"), "services/connect", "/connect_collaboration_service/"),
    ):
        if operation == "services/connect":
            accept(emulator, collaborations(emulator)["ai"]["identifier"], "head@x.org")
        program += line
        project.write(program)
        emulator.clear_journal()
        emulator.fault("sram", operation, "timeout", when="after")
        project.killed_up(partial(acted, emulator, path))
        project.up()
    ai = collaborations(emulator)["ai"]["identifier"]
    assert mails(emulator, "head@x.org") == mails(emulator, "bob@x.org") == 1
    assert set(invited(emulator, ai)) == {"bob@x.org"}
    assert project.resources()["ai-vault"]["outputs"]["status"] == "pending"
    project.clean()
    act(emulator, "decide", collaboration=ai, service_entity_id="https://vault.example.org", decision="approve")
    project.refresh()
    assert project.resources()["ai-vault"]["outputs"]["status"] == "connected"


def acted(emulator: Emulator, path: str) -> bool:
    """Whether the service has acted on a writing call to this path."""
    return any(path in entry["path"] and entry["method"] != "GET" for entry in emulator.journal())


def test_bad_input_fails_at_preview(make_project: MakeProject, emulator: Emulator) -> None:
    """Each wrong value is a failure on its property at preview, before anything is made."""
    bad: dict[str, Any] = {
        "short_name": "Not-Clean",
        "tags": ["Bad"],
        "logo": "https://x.org/logo.png",
        "website_url": "www.x.org",
        "expiry_date": "soon",
        "administrators": ["bad"],
    }
    invitation: dict[str, Any] = {
        "email": "bad",
        "intended_role": "owner",
        "membership_expiry_date": "soon",
        "resend_limit": -1,
    }
    project = make_project(HEAD)
    for program, names in (
        (collaboration(**bad), bad),
        (collaboration(expiry_date="2020-01-01"), ["expiry_date"]),
        (collaboration(short_name=""), ["short_name"]),
        (collaboration() + invite("bob", **invitation), invitation),
        (collaboration() + invite("bob", invitation_expiry_date="2020-01-01"), ["invitation_expiry_date"]),
    ):
        project.write(HEAD + program)
        told = project.preview(ok=False).out
        for name in names:
            assert f"property {name} value" in told, name
    assert writes(emulator) == []


@pytest.mark.parametrize("how", ["refreshed", "deleted first"])
def test_a_forced_replacement_of_an_invitation(make_project: MakeProject, emulator: Emulator, how: str) -> None:
    """Accepted under another address, or declined for good: what the old resource knows, the new one goes on from."""
    options = ", opts=pulumi.ResourceOptions(delete_before_replace=True))" if how == "deleted first" else ")"
    people = (invite("bob") + invite("eve", resend_limit=0)).replace(")\n", f"{options}\n")
    project = make_project(HEAD + collaboration() + people)
    project.up()
    ai = collaborations(emulator)["ai"]["identifier"]
    accept(emulator, ai, "bob@x.org", as_email="robert@home.org")
    act(emulator, "decline", invitation_id=invitation_id(emulator, ai, "eve@x.org"))
    project.refresh()
    emulator.clear_journal()
    kind = "pulumi-python:dynamic/sram:CollaborationInvite"
    forced = [f"--replace=urn:pulumi:test::test-project::{kind}::{name}" for name in ("bob", "eve")]
    told = project.up(*forced, *(["--refresh"] if how == "refreshed" else [])).out
    assert told.count("(replace)") == 2
    assert "nobody is mailed, as resend_limit is 0" in told
    assert writes(emulator) == []
    assert members(emulator, ai) == {"urn:bob": "member"}
    assert (mails(emulator, "bob@x.org"), mails(emulator, "eve@x.org")) == (1, 1)
    assert project.resources()["bob"]["outputs"]["user"] == "urn:bob"
    project.clean()


def test_an_address_that_somebody_else_has(make_project: MakeProject, emulator: Emulator) -> None:
    """The new holder of a member's address: the preview names both, destroy leaves the access, in again accepts it."""
    project = make_project(HEAD + collaboration(force_destroy=True) + invite("bob") + invite("rob"))
    project.up()
    ai = collaborations(emulator)["ai"]["identifier"]
    accept(emulator, ai, "bob@x.org")
    accept(emulator, ai, "rob@x.org")
    project.refresh()
    act(emulator, "remove-member", collaboration=ai, uid="urn:bob")
    act(emulator, "edit", uid="urn:rob", fields={"email": "bob@x.org"})
    emulator.clear_journal()
    told = project.preview("--refresh", ok=False).out
    assert "was the user urn:bob, who is no member any more, and is Rob <bob@x.org> (urn:rob) now" in told
    project.write(HEAD + collaboration(force_destroy=True) + invite("rob"))
    assert "Rob <bob@x.org> (urn:rob) has the address now and stays" in project.up().out
    assert members(emulator, ai) == {"urn:rob": "member"}
    project.write(HEAD + collaboration(force_destroy=True) + invite("rob") + invite("bob"))
    project.up()
    assert project.resources()["bob"]["outputs"]["user"] == "urn:rob"
    assert mails(emulator, "bob@x.org") == 1


def test_twice_in_a_collaboration_that_is_not_made(make_project: MakeProject, emulator: Emulator) -> None:
    """One person twice, or as an administrator and a member, fails at the first preview; two collaborations do not."""
    both = HEAD + collaboration("a1") + collaboration("a2")
    project = make_project(both + invite("bob", into="a1") + invite("eve", into="a2", email="bob@x.org"))
    project.preview()
    project.write(both + invite("bob", into="a1") + invite("eve", into="a1", email="BOB@x.org"))
    assert "is declared already, by the resource 'bob'" in project.preview(ok=False).out
    project.write(HEAD + collaboration(administrators=["bob@x.org"]) + invite("bob"))
    assert "is invited already as admin, and the program asks for member" in project.preview(ok=False).out
    project.write(both + invite("bob", into="a1"))
    urn = "urn:pulumi:test::test-project::pulumi-python:dynamic/sram:CollaborationInvite::bob"
    assert "name that with --target too" in project.up("--target", urn, ok=False).out
    assert writes(emulator) == []
