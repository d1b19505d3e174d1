"""What QuantConnect's failures say: what was refused, by whom, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest

from pulumi_collab import quantconnect
from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import CollabError, Forbidden, NotFound, Rejected
from pulumi_collab.quantconnect.lifecycles import ProjectCollaboratorLifecycle
from pulumi_collab.quantconnect.values import ProjectCollaboratorInputs, ProjectCollaboratorState

from ..core.scripted import ScriptedServer
from .behind import PROJECT, lifecycle, problems

MIA = ProjectCollaboratorInputs(project_id=PROJECT, user="mia-ai")
STATE = ProjectCollaboratorState(**dict(MIA))
BASE_URL = "; check the base URL. QuantConnect itself refuses in HTTP 200: check QUANTCONNECT_BASE_URL and any proxy"

pytestmark = pytest.mark.usefixtures("no_waiting")


def acts(one: ProjectCollaboratorLifecycle) -> Iterator[Callable[[], Any]]:
    """All that a lifecycle does, each of which reads the list first."""
    yield lambda: list(one.check(dict(MIA), None))
    yield lambda: one.create(MIA)
    yield lambda: one.read(STATE)
    yield lambda: one.update(STATE, MIA)
    yield lambda: one.delete(STATE)


@pytest.fixture
def program(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The emulator that this process's settings lead to."""
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    return emulator


def told(kind: type[Exception], act: Callable[[], Any]) -> str:
    """The one line of a failure."""
    with pytest.raises(kind) as raised:
        act()
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_base_url_that_leads_elsewhere() -> None:
    """A base URL below which nothing is, such as one without /v2, is told by the setting to check."""
    with ScriptedServer((404, {}, "")) as server:
        for act in acts(lifecycle(f"{server.url}/api")):
            assert told(NotFound, act).endswith(BASE_URL)
    with ScriptedServer((404, {}, {"message": "No route."})) as server:
        for act in acts(lifecycle(f"{server.url}/api")):
            assert "check QUANTCONNECT_BASE_URL" in told(NotFound, act)


@pytest.mark.parametrize(
    ("status", "kind", "then"),
    [(400, Rejected, "check QUANTCONNECT_BASE_URL"), (403, Forbidden, "check whose they are and what they may do")],
)
def test_an_http_error_says_nothing_about_the_project(
    emulator: Emulator, status: int, kind: type[CollabError], then: str
) -> None:
    """A 4xx is no hidden project: it is told as what it is, with a next step that does not give up the state."""
    emulator.fault("quantconnect", "projects/collaboration/read", str(status), times=99)
    for act in acts(lifecycle(emulator)):
        said = told(kind, act)
        assert f"(HTTP {status})" in said
        assert then in said
        assert "pulumi state delete" not in said


def test_an_http_error_of_a_write(emulator: Emulator) -> None:
    """A write that ends in HTTP 400 sends nobody to look for members of the organisation."""
    emulator.fault("quantconnect", "projects/collaboration/create", "400")
    said = told(Rejected, lambda: lifecycle(emulator).create(MIA))
    assert "check QUANTCONNECT_BASE_URL" in said
    assert "organisation" not in said


def test_a_refusal_that_ends_in_a_full_stop(emulator: Emulator) -> None:
    """What the service says is followed by what to do, with one full stop between."""
    assert told(Rejected, lambda: lifecycle(emulator).create(MIA.model_copy(update={"user": "nobody"}))) == (
        "QuantConnect refused: There is no such user. User 1001 must own the project, and people must be members of "
        "its organisation"
    )


def test_a_hidden_project_at_preview(emulator: Emulator) -> None:
    """A project that is not shown is a failure on its number, which says what to check."""
    found = problems(lifecycle(emulator), dict(MIA) | {"project_id": 404})
    assert [(problem.property, problem.reason) for problem in found] == [
        (
            "project_id",
            (
                "names no project that QuantConnect user 1001 can see; check the number 404, and whose "
                "credentials these are (QuantConnect refused: Project not found)"
            ),
        )
    ]


@pytest.mark.parametrize(
    ("project_id", "why"),
    [
        (
            404,
            "404: QuantConnect refused: Project not found; check the number, and whether user 1001 can see the project",
        ),
        ("abc", "abc: project_id: must be a whole number"),
        (0, "0: project_id: must be greater than 0"),
        (None, "None: project_id: must be a whole number"),
    ],
)
def test_the_data_functions_errors(program: Emulator, project_id: Any, why: str) -> None:
    """A project that is not there, and one that cannot be, end the program with one line that says what to do."""
    said = told(pulumi.RunError, lambda: quantconnect.get_project_collaborators(project_id))
    assert said == f"could not list the collaborators of QuantConnect project {why}"


def test_the_data_function(program: Emulator) -> None:
    """A program gets everybody at this moment, the owner included, by a number or its text."""
    for project_id in (PROJECT, str(PROJECT)):
        listed = quantconnect.get_project_collaborators(project_id)  # type: ignore[arg-type]  # as from configuration
        assert [person.user for person in listed] == ["owner-ola"]
