"""A project's collaborators as grants: the direct role, what comes through groups, and what cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.grants import DIRECT, Grant, Principal, Scope, Via
from pulumi_collab.platform import platform
from pulumi_collab.teamhub.directory import NoSuchProject

from . import behind
from .canned import Canned, directory, entry, page
from .test_lifecycle import new

WEB = Scope(id="web", kind="project")
GROUP = Via(kind="group")
BOTH = (DIRECT, GROUP)


def grants(directory: Any, project: str = "web") -> list[Grant]:
    """As the registry finds them."""
    listed = platform("teamhub").grants
    assert listed is not None
    return listed(directory, project)


@pytest.mark.parametrize(
    ("role", "highest", "expected"),
    [
        ("guest", "guest", {"role": "guest", "rank": 0}),
        ("developer", "developer", {"role": "developer", "rank": 1}),
        ("master", "master", {"role": "master", "rank": 2, "privileged": True}),
        ("guest", None, {"role": "guest", "rank": 0}),
        ("master", "guest", {"role": "master", "rank": 2, "privileged": True}),  # the two contradict each other
        ("guest", "developer", {"role": "guest", "rank": 0, "via": BOTH}),
        ("guest", "master", {"role": "guest", "rank": 0, "via": BOTH, "privileged": True}),
        ("guest", "admin", {"role": "guest", "rank": 0, "via": BOTH, "privileged": True}),
        ("guest", "owner", {"role": "guest", "rank": 0, "via": BOTH}),
        ("owner", "owner", {"role": "owner", "rank": None}),
        (None, "developer", {"role": "developer", "rank": 1, "via": (GROUP,), "fixed": "through group"}),
        (
            None,
            "manager",
            {"role": "manager", "rank": 3, "via": (GROUP,), "fixed": "through group", "privileged": True},
        ),
        (None, None, {"role": "unknown", "status": "unknown", "via": (GROUP,), "fixed": "through group"}),
    ],
)
def test_one_persons_grant(
    monkeypatch: pytest.MonkeyPatch, role: str | None, highest: str | None, expected: dict[str, Any]
) -> None:
    """The role is the direct one, else the highest; whatever is higher than the direct one comes through a group."""
    Canned(monkeypatch, [page(entry("jane", role, highest_role=highest))])
    wanted = Grant(platform="teamhub", scope=WEB, principal=Principal(key="jane"), **expected)
    assert grants(directory()) == [wanted]
    assert wanted.id == "teamhub/web/jane"
    assert Grant.model_validate_json(wanted.model_dump_json()) == wanted


def test_what_cannot_be_read_is_there_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries without a readable person are one grant that is unknown and fixed, beside those that can be read."""
    Canned(monkeypatch, [page(entry("jo"), {"role": "guest"}, 7, entry("Ann"))])
    found = grants(directory())
    assert [(each.principal.key, each.status) for each in found] == [
        ("?", "unknown"),
        ("Ann", "active"),
        ("jo", "active"),
    ]
    assert (found[0].principal.kind, found[0].fixed) == ("unknown", "its entry cannot be read")


@pytest.mark.parametrize("shown", ["hidden", "null-role", "without-role"])
def test_a_project_with_a_group(emulator: Emulator, shown: str) -> None:
    """Where TeamHub lists who is there through a group, the listing has them, as nothing that can be changed here."""
    group = {"id": "ops", "role": "master", "members": ["jane.doe", "jo"]}
    emulator.seed(behind.world({"jo": "guest"}, accounts=("jane.doe",), groups=[group]))
    emulator.variants(teamhub={"group_members": shown})
    found = {each.principal.key: each for each in grants(new(emulator).directory)}
    assert (found["jo"].role, found["jo"].via, found["jo"].privileged) == ("guest", BOTH, True)
    if shown == "hidden":
        assert list(found) == ["jo"]
    else:
        assert (found["jane.doe"].role, found["jane.doe"].fixed) == ("master", "through group")


def test_a_project_that_cannot_be_listed_has_no_grants_to_tell(emulator: Emulator) -> None:
    """A project that is gone, hidden or not allowed raises: it is not an empty list."""
    with pytest.raises(NoSuchProject):
        grants(new(emulator).directory, "nowhere")
    assert grants(new(emulator).directory) == []
    assert platform("teamhub").scopes is None, "no call that lists projects is known"
