"""The root's `ProjectCollaborator`: whose class it calls, with which arguments, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pulumi
import pytest

import pulumi_collab
from pulumi_collab import ProjectCollaborator, quantconnect, teamhub


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, dict[str, Any]]]:
    """What the platforms' own classes are called with: module, resource name, arguments."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for module in (quantconnect.resources, teamhub.resources):

        def record(name: str, platform: str = module.__name__.split(".")[1], **arguments: Any) -> Any:
            found.append((platform, name, arguments))

        monkeypatch.setattr(module, "ProjectCollaborator", record)
    return found


def test_common_words_become_the_platforms_own(made: list[Any]) -> None:
    """Project, user and role get the platform's names; the rest goes through as it is."""
    options = pulumi.ResourceOptions(protect=True)
    ProjectCollaborator(
        "mia",
        platform="quantconnect",
        project=23456789,
        user="mia-ai",
        role="write",
        live_control=False,
        adopt=True,
        opts=options,
    )
    ProjectCollaborator("jane", platform="teamhub", project="web", user="jane.doe", role="developer")
    assert made == [
        (
            "quantconnect",
            "mia",
            {
                "project_id": 23456789,
                "user": "mia-ai",
                "permission": "write",
                "live_control": False,
                "adopt": True,
                "opts": options,
            },
        ),
        ("teamhub", "jane", {"project": "web", "collaborator": "jane.doe", "role": "developer", "opts": None}),
    ]


def test_none_counts_as_not_given(made: list[Any]) -> None:
    """An empty field of a table leaves the platform's default, also where the platform has no such argument."""
    line: dict[str, Any] = {"project": "web", "user": "jo", "role": "guest", "live_control": None, "adopt": None}
    ProjectCollaborator("jo", platform="teamhub", **line)
    ProjectCollaborator("jo", platform="quantconnect", project=1, user="jo", role=None)
    assert made[0][2] == {"project": "web", "collaborator": "jo", "role": "guest", "opts": None}
    assert made[1][2] == {"project_id": 1, "user": "jo", "opts": None}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"platform": "github"}, "x: unknown platform 'github'; it must be one of quantconnect, teamhub"),
        ({"platform": None}, "x: unknown platform None; it must be one of quantconnect, teamhub"),
        ({"platform": ["teamhub"]}, "x: unknown platform ['teamhub']; it must be one of quantconnect, teamhub"),
        (
            {"platform": "teamhub", "live_control": False},
            "x: teamhub has no argument 'live_control'; it has project, user, role, adopt, account",
        ),
        (
            {"platform": "quantconnect", "permission": "write"},
            "x: quantconnect has no argument 'permission'; it has project, user, role, live_control, adopt, account",
        ),
        ({"platform": "teamhub", "role": None}, "x: teamhub needs the argument 'role'"),
        ({"platform": "quantconnect", "user": None}, "x: quantconnect needs the argument 'user'"),
    ],
)
def test_refusals_name_the_choices(arguments: Any, why: str, made: list[Any]) -> None:
    """An unknown platform, an argument that it does not have, and one that is missing end the program with one line."""
    with pytest.raises(pulumi.RunError) as refused:
        ProjectCollaborator("x", **{"project": "web", "user": "jo", "role": "guest", **arguments})
    assert str(refused.value) == why
    assert made == []


def test_the_root_imports_lazily() -> None:
    """Importing the package alone brings in neither Pulumi nor any platform; a name brings in what it needs."""
    script = """
import sys, pulumi_collab
heavy = {"pulumi", "pydantic", "requests", "pulumi_collab.sram", "pulumi_collab.teamhub"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
assert "ProjectCollaborator" in dir(pulumi_collab)
from pulumi_collab import ProjectCollaborator
assert "pulumi_collab.sram" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_root_has_the_four_names() -> None:
    """The four names, and the error that any other name is."""
    for name in ("Collaboration", "CollaborationInvite", "ServiceConnection"):
        assert getattr(pulumi_collab, name).__name__ == name
    with pytest.raises(AttributeError, match="'pulumi_collab' has no attribute 'Nothing'"):
        pulumi_collab.Nothing  # noqa: B018  # type: ignore[attr-defined]


def test_a_class_that_inherits_a_resource_is_still_that_kind() -> None:
    """A program that begins to use a class of its own keeps its resources: type and state are its parent's."""

    class Reader(quantconnect.ProjectCollaborator):
        pass

    class Named(teamhub.ProjectCollaborator, module="mine", name="Named"):
        pass

    assert Reader._resource_type_name == "dynamic/quantconnect:ProjectCollaborator"
    assert Named._resource_type_name == "dynamic/mine:Named", "who names a type means it"
