"""QuantConnect on the real engine: what `pulumi up`, `preview`, `refresh` and `destroy` do to real access."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.emulator import Emulator

from ..quantconnect.behind import PROJECT, TOKEN, call, people
from .conftest import MakeProject

pytestmark = pytest.mark.engine


def program(*persons: str, extra: str = "") -> str:
    """A program with one resource per `name=user[,argument=value…]`."""
    lines = ["import pulumi", "from pulumi_collab import quantconnect", extra]
    for person in persons:
        name, _, arguments = person.partition("=")
        user, *rest = arguments.split(",")
        rest = rest if any(r.startswith("project_id=") for r in rest) else [f"project_id={PROJECT}", *rest]
        lines.append(f"quantconnect.ProjectCollaborator({name!r}, user={user!r}, {', '.join(rest)})")
    return "\n".join(lines) + "\n"


def access(emulator: Emulator) -> dict[str, tuple[str, bool]]:
    """Who may do what on the project, but for the owner."""
    return {p["publicId"]: (p["permission"], p["liveControl"]) for p in people(emulator) if not p["owner"]}


def calls(emulator: Emulator, part: str = "collaboration/") -> list[str]:
    """The last path parts of the journal's calls that hold `part`."""
    return [entry["path"].rsplit("/", 1)[1] for entry in emulator.journal() if part in entry["path"]]


def test_a_whole_life(make_project: MakeProject, emulator: Emulator) -> None:
    """Up gives access, a clean preview follows, drift shows on its property, up --refresh repairs, destroy ends it."""
    project = make_project(program("mia=mia-ai,permission='write'", "jo=jo,live_control=True"))
    project.up("--skip-preview=false")
    assert access(emulator) == {"mia-ai": ("write", False), "jo": ("read", True)}
    project.clean()

    call(emulator, "update", collaboratorUserId="mia-ai", write=False, liveControl=True)
    call(emulator, "delete", collaboratorId="jo")
    seen = project.drift().out
    assert '~ permission  : "read" => "write"' in seen
    assert "~ live_control: true => false" in seen
    assert "+ pulumi-python:dynamic/quantconnect:ProjectCollaborator: (create)" in seen

    project.up("--refresh", "--skip-preview=false")
    assert access(emulator) == {"mia-ai": ("write", False), "jo": ("read", True)}
    project.clean()
    project.destroy("--skip-preview=false")
    assert access(emulator) == {}


def test_a_change_of_rights_is_one_update(make_project: MakeProject, emulator: Emulator) -> None:
    """Permission and live control change in one update call; another person or project never loses the new grant."""
    project = make_project(program("mia=mia-ai"))
    project.up()
    emulator.clear_journal()
    project.write(program("mia=mia-ai,permission='write',live_control=True"))
    project.up()
    assert [c for c in calls(emulator) if c != "read"] == ["update"]
    assert access(emulator) == {"mia-ai": ("write", True)}

    project.write(program("mia=jo,permission='write',live_control=True"))
    project.up()
    assert access(emulator) == {"jo": ("write", True)}
    project.clean()


def test_names_may_change_without_a_gap(make_project: MakeProject, emulator: Emulator) -> None:
    """A renamed resource keeps the access, and so do a forced replacement and one asked for by the options."""
    project = make_project(program("mia=mia-ai"))
    project.up()
    emulator.clear_journal()
    project.write(program("mia-two=mia-ai"))
    assert "is held by another resource of the program" in project.up().out
    assert set(calls(emulator)) == {"read"}
    project.clean()

    project.up("--replace", project.resources()["mia-two"]["urn"])
    assert access(emulator) == {"mia-ai": ("read", False)}
    project.clean()

    options = "opts=pulumi.ResourceOptions(replace_on_changes=['permission'])"
    project.write(program(f"mia-two=mia-ai,permission='write',{options}"))
    project.up()
    assert access(emulator) == {"mia-ai": ("write", False)}
    project.clean()


def test_what_exists_already(make_project: MakeProject, emulator: Emulator) -> None:
    """The same access is taken over without a write; other access is refused, naming both, unless adopt=True."""
    call(emulator, "create", collaboratorUserId="mia-ai", collaborationWrite=True, collaborationLiveControl=False)
    project = make_project(program("mia=mia-ai"))
    refused = project.up(ok=False).out
    assert "write access without live control already" in refused
    assert "asks for read access without live control" in refused
    assert "adopt=True" in refused

    emulator.clear_journal()
    project.write(program("mia=mia-ai,permission='write'"))
    project.up()
    assert set(calls(emulator)) == {"read"}
    project.destroy()
    assert access(emulator) == {}, "what was taken over is ours from then on"

    call(emulator, "create", collaboratorUserId="mia-ai", collaborationWrite=True, collaborationLiveControl=True)
    emulator.clear_journal()
    project.write(program("mia=mia-ai,adopt=True"))
    project.up()
    assert [c for c in calls(emulator) if c != "read"] == ["update"]
    project.clean()

    call(emulator, "delete", collaboratorId="mia-ai")
    emulator.clear_journal()
    project.destroy()
    assert set(calls(emulator)) <= {"read", "delete"}


BAD = {
    "bad=jo,permission='admin'": "property permission value {admin} has a problem: must be one of 'read', 'write'",
    "bad=jo,project_id=1.5": "property project_id value {1.5} has a problem: must be a whole number",
    "bad=jo,project_id=404": "property project_id value {404} has a problem: names no project",
    "bad=owner-ola": "property user value {owner-ola} has a problem: is the owner of project 23456789",
}


@pytest.mark.parametrize("person", BAD)
def test_bad_input_fails_at_preview_on_its_property(make_project: MakeProject, emulator: Emulator, person: str) -> None:
    """A value that cannot work is one line at preview that names the property (all of them: tests/provider)."""
    run = make_project(program(person)).preview(ok=False)
    assert f"resource 'bad': {BAD[person]}" in run.out
    assert "Traceback" not in run.out
    assert set(calls(emulator)) <= {"read"}


def test_one_person_declared_twice_fails_at_preview(make_project: MakeProject) -> None:
    """Two resources for one person on one project are a failure on `user` that names the other resource."""
    run = make_project(program("first=jo", "second=jo,project_id='23456789'")).preview(ok=False)
    assert "property user value {jo} has a problem: is declared already" in run.out


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"QUANTCONNECT_API_TOKEN": None},
            "not set in the environment, which gives the other settings: the QuantConnect API token",
        ),
        ({"QUANTCONNECT_BASE_URL": "http://example.org/api/v2"}, "must use https"),
    ],
)
def test_unusable_settings_fail_at_preview(
    make_project: MakeProject, changes: dict[str, str | None], expected: str
) -> None:
    """A missing credential and a base URL in the clear are one line at preview; offline, no credential is needed."""
    project = make_project(program("jo=jo"))
    project.environment(**changes)
    run = project.preview(ok=False)
    assert expected in run.out
    assert "Traceback" not in run.out
    project.environment(PULUMI_COLLAB_OFFLINE="1")
    project.preview()


def test_credentials_from_the_stack_and_from_the_environment(make_project: MakeProject, emulator: Emulator) -> None:
    """Stack configuration alone works; the environment comes first, so a rotated token counts at once; none is kept."""
    environment = emulator.environment()
    project = make_project(program("mia=mia-ai"), environment={})
    project.run("config", "set", "quantconnect:userId", environment["QUANTCONNECT_USER_ID"])
    project.run("config", "set", "quantconnect:baseUrl", environment["QUANTCONNECT_BASE_URL"])
    project.run("config", "set", "--secret", "quantconnect:apiToken", TOKEN)
    project.up()
    project.clean()
    assert access(emulator) == {"mia-ai": ("read", False)}

    world = emulator.state()
    world["quantconnect"]["users"] = [
        user | ({"token": "rotated-token"} if user.get("token") else {}) for user in world["quantconnect"]["users"]
    ]
    emulator.seed(world)
    project.run("config", "set", "--secret", "quantconnect:apiToken", "rotated-token")
    told = project.refresh(ok=False).out  # with what `up` left in the state
    assert "does not accept the credentials" in told
    assert "use the stack configuration of the last `pulumi up`" in told
    project.environment(**environment | {"QUANTCONNECT_API_TOKEN": "rotated-token"})
    project.refresh()
    project.clean()
    held = project.state_files() + str(emulator.journal())
    project.destroy()
    assert [p["publicId"] for p in people(emulator, "rotated-token")] == ["owner-ola"]
    held += project.state_files()
    for secret in (TOKEN, "rotated-token"):
        assert secret not in held


def test_unknown_values_at_the_first_preview(make_project: MakeProject, emulator: Emulator) -> None:
    """A project id and a user that other resources will produce are let through while they are not known."""
    extra = """
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Maker(ResourceProvider):
    def create(self, props):
        return CreateResult("made", {"project": 23456789.0, "user": "jo"})

class Made(Resource):
    project: pulumi.Output[int]
    user: pulumi.Output[str]
    def __init__(self, name):
        super().__init__(Maker(), name, {"project": None, "user": None})

made = Made("made")
quantconnect.ProjectCollaborator("unknown", project_id=made.project, user=made.user)
"""
    project = make_project(program(extra=extra))
    project.preview()
    project.up()
    assert access(emulator) == {"jo": ("read", False)}
    assert project.resources()["unknown"]["id"] == "23456789/jo"
    project.clean()


GUISES = {
    "401": "does not accept the credentials",
    "hash": "does not accept the credentials",
    "userid": "does not accept the credentials",
    "500": "wrong credentials can be answered this way",
}


@pytest.mark.parametrize("guise", GUISES)
def test_bad_credentials_are_one_line_and_lose_nothing(
    make_project: MakeProject, emulator: Emulator, guise: str
) -> None:
    """Whatever guise bad credentials come in, refresh tells it in one line without a hash, and the state stays."""
    project = make_project(program("mia=mia-ai"))
    project.up()
    before = project.resources()["mia"]["outputs"]
    emulator.variants(quantconnect={"bad_credentials": guise})
    project.environment(QUANTCONNECT_API_TOKEN="wrong-token")
    run = project.refresh(ok=False)
    assert GUISES[guise] in run.out
    assert "could not read mia-ai on QuantConnect project 23456789" in run.out
    assert "Traceback" not in run.out
    assert "wrong-token" not in run.out
    assert not any(len(word.strip(".,:'")) == 64 for word in run.out.split()), run.out
    assert project.resources()["mia"]["outputs"] == before


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "500", "times": 9}, "failed with HTTP 500"),
        ({"kind": "html", "times": 9}, "an HTML page came instead of JSON"),
        ({"kind": "reset", "times": 9}, "closed the connection without an answer"),
        ({"kind": "refuse", "times": 9}, "cannot tell whether mia-ai"),
    ],
)
def test_a_failing_read_is_one_line_and_loses_nothing(
    make_project: MakeProject, emulator: Emulator, fault: dict[str, Any], expected: str
) -> None:
    """A read that fails never drops state, and says what happened in one line."""
    project = make_project(program("mia=mia-ai"))
    project.up()
    emulator.fault(platform="quantconnect", operation="projects/collaboration/read", **fault)
    run = project.refresh(ok=False)
    assert expected in run.out
    assert "Traceback" not in run.out
    emulator.clear_faults()
    assert "mia" in project.resources()
    project.clean()


def test_twenty_collaborators_are_read_by_one_call(make_project: MakeProject, emulator: Emulator) -> None:
    """Refreshing twenty people of one project is one `collaboration/read` in the plugin process."""
    project = make_project(program(*[f"p{i}=person-{i:04}" for i in range(1, 21)]))
    project.up()
    assert calls(emulator).count("create") == 20
    emulator.clear_journal()
    project.refresh()
    assert calls(emulator) == ["read"]


def test_options_that_keep_access(make_project: MakeProject, emulator: Emulator) -> None:
    """retain_on_delete keeps the access at destroy, and ignore_changes leaves drift alone."""
    options = "pulumi.ResourceOptions(retain_on_delete=True, ignore_changes=['permission'])"
    project = make_project(program(f"mia=mia-ai,opts={options}"))
    project.up()
    call(emulator, "update", collaboratorUserId="mia-ai", write=True, liveControl=False)
    project.up("--refresh")
    assert access(emulator) == {"mia-ai": ("write", False)}
    project.destroy()
    assert access(emulator) == {"mia-ai": ("write", False)}
