"""The owner is never touched, even where nothing in the list says who that is."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import Refused
from pulumi_collab.quantconnect.values import ProjectCollaboratorInputs

from .behind import PROJECT, call, lifecycle, people, problems

WRITES = ("create", "update", "delete")
OWNERS = {"permission": "write", "live_control": True}
LESS = {"permission": "read", "live_control": False}


def declared(user: str, **more: Any) -> ProjectCollaboratorInputs:
    """Somebody on the default world's project."""
    return ProjectCollaboratorInputs(project_id=PROJECT, user=user, **more)


def writes(emulator: Emulator) -> list[str]:
    """The writing calls so far."""
    names = [entry["path"].rsplit("/", 1)[1] for entry in emulator.journal()]
    return [name for name in names if name in WRITES]


@pytest.fixture(params=["null", "absent"])
def unmarked(request: pytest.FixtureRequest, emulator: Emulator, no_waiting: None) -> Emulator:
    """An emulator whose lists have neither uids nor the owner's mark."""
    emulator.variants(quantconnect={"uid": request.param, "owner_flag": "absent"})
    return emulator


@pytest.mark.parametrize("access", [OWNERS, LESS], ids=["same", "other"])
@pytest.mark.parametrize("adopt", [False, True])
def test_an_owner_that_nobody_can_tell(unmarked: Emulator, access: dict[str, Any], adopt: bool) -> None:
    """Where no entry can be told to be the owner's, the owner is neither taken over nor changed, adopt or not."""
    before = people(unmarked)
    unmarked.clear_journal()
    wanted = declared("owner-ola", adopt=adopt, **access)
    [problem] = problems(lifecycle(unmarked), dict(wanted))
    assert problem.property == "user"
    assert "may be its owner" in problem.reason
    with pytest.raises(
        Refused, match=r"owner-ola on QuantConnect project 23456789 is on .*may be its owner"
    ) as refused:
        lifecycle(unmarked).create(wanted)
    assert "remove the person in the web interface" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert writes(unmarked) == []
    assert people(unmarked) == before


def test_nobody_is_taken_over_then(unmarked: Emulator) -> None:
    """Anybody else in such a list who may write could be the owner as well, and is not taken over."""
    call(unmarked, "create", collaboratorUserId="jo", collaborationWrite=True, collaborationLiveControl=False)
    unmarked.clear_journal()
    with pytest.raises(Refused, match="may be its owner"):
        lifecycle(unmarked).create(declared("jo", permission="write"))
    assert writes(unmarked) == []


def test_who_may_only_read_is_no_owner(unmarked: Emulator) -> None:
    """Who may only read is surely not the owner, so that is taken over, after a kill for example."""
    state = lifecycle(unmarked).create(declared("jo"))
    assert problems(lifecycle(unmarked), dict(declared("jo"))) == []
    assert lifecycle(unmarked).create(declared("jo")) == state
    assert writes(unmarked) == ["create"]


def test_people_are_added_and_kept_then(unmarked: Emulator) -> None:
    """Adding somebody new works all the same, and so does everything for whom a state holds already."""
    call(unmarked, "create", collaboratorUserId="jo", collaborationWrite=False, collaborationLiveControl=False)
    wanted = declared("mia-ai")
    assert problems(lifecycle(unmarked), dict(wanted)) == []
    state = lifecycle(unmarked).create(wanted)
    assert lifecycle(unmarked).read(state) == state
    changed = declared("mia-ai", **OWNERS)
    assert problems(lifecycle(unmarked), dict(changed), wanted) == []
    state = lifecycle(unmarked).update(state, changed)
    assert (state.permission, state.live_control) == ("write", True)
    lifecycle(unmarked).delete(state)
    assert lifecycle(unmarked).read(state) is None
    assert [person["publicId"] for person in people(unmarked)] == ["owner-ola", "jo"]


@pytest.mark.parametrize("kind", ["reset", "500", "garbage"])
def test_a_lost_answer_converges_then(unmarked: Emulator, kind: str) -> None:
    """A create whose answer is lost after its effect ends with the access, which is the one that it has given."""
    unmarked.fault("quantconnect", "projects/collaboration/create", kind, when="after")
    state = lifecycle(unmarked).create(declared("mia-ai"))
    assert lifecycle(unmarked).read(state) == state
    assert writes(unmarked) == ["create"]


@pytest.mark.parametrize(
    "variants",
    [
        {"uid": "null"},
        {"uid": "absent"},
        {"owner_flag": "absent"},
        {"owner_flag": "absent-on-others"},
        {"owner_flag": "absent-on-others", "uid": "null"},
    ],
)
def test_a_kill_converges_where_the_owner_is_told(emulator: Emulator, variants: dict[str, str]) -> None:
    """Where the owner's mark or uid is in the list, a create that was killed after its effect is taken over."""
    emulator.variants(quantconnect=variants)
    state = lifecycle(emulator).create(declared("mia-ai"))
    assert problems(lifecycle(emulator), dict(declared("mia-ai"))) == []
    assert lifecycle(emulator).create(declared("mia-ai")) == state
    assert writes(emulator) == ["create"]
    with pytest.raises(Refused, match="is the owner of project 23456789, whose access cannot be managed"):
        lifecycle(emulator).create(declared("owner-ola", **OWNERS))
