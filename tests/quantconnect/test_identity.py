"""A person is who has the uid of the state: names can be changed, and pass to somebody else."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import Hint, Refused
from pulumi_collab.lifecycle import Memory
from pulumi_collab.quantconnect.values import ProjectCollaboratorInputs, ProjectCollaboratorState

from .behind import PROJECT, edit, lifecycle, people, problems, rename

MIA = ProjectCollaboratorInputs(project_id=PROJECT, user="mia-ai")
WRITES = MIA.model_copy(update={"permission": "write"})
HOLDER = 500_001
"""The uid of person-0001, who takes the name mia-ai once it is free."""

pytestmark = pytest.mark.usefixtures("no_waiting")


def made(emulator: Emulator) -> ProjectCollaboratorState:
    """Access for mia-ai, who is uid 1002."""
    return lifecycle(emulator).create(MIA)


def rename_and_replace(emulator: Emulator) -> None:
    """Uid 1002 is called mia-new, and somebody else takes the name mia-ai."""
    rename(emulator, "mia-ai", "mia-new")
    rename(emulator, "person-0001", "mia-ai")


def held(emulator: Emulator) -> dict[int, tuple[str, str]]:
    """Who has what, by uid."""
    return {person["uid"]: (person["publicId"], person["permission"]) for person in people(emulator)[1:]}


def writes(emulator: Emulator) -> list[str]:
    """The writing calls so far."""
    calls = [entry["path"].rsplit("/", 1)[1] for entry in emulator.journal()]
    return [call for call in calls if call in ("create", "update", "delete")]


@pytest.mark.parametrize("replaced", [False, True])
def test_a_rename_before_a_refresh(emulator: Emulator, replaced: bool) -> None:
    """Whoever has the old name now, a changed right and a removal are refused until the new name is read."""
    state = made(emulator)
    if replaced:
        rename_and_replace(emulator)
        edit(emulator, "mia-ai", "read")
    else:
        rename(emulator, "mia-ai", "mia-new")
    before = held(emulator)
    emulator.clear_journal()
    with pytest.raises(Refused, match="uid 1002 is called mia-new now; correct the program"):
        lifecycle(emulator).update(state, WRITES)
    with pytest.raises(Refused, match="uid 1002 is called mia-new now: nothing was removed") as refused:
        lifecycle(emulator).delete(state)
    assert refused.value.hint is Hint.REFRESH
    assert writes(emulator) == []
    assert held(emulator) == before


def test_a_rename_after_a_refresh(emulator: Emulator) -> None:
    """The state follows the person, the preview names both, the corrected program is clean, and removal removes her."""
    rename_after = made(emulator)
    rename_and_replace(emulator)
    state = lifecycle(emulator).read(rename_after)
    assert state is not None
    assert (state.user, state.uid) == ("mia-new", 1002)
    [problem] = problems(lifecycle(emulator), dict(MIA), state)
    assert (problem.property, "uid 1002 is called mia-new now; correct the program" in problem.reason) == ("user", True)
    corrected = MIA.model_copy(update={"user": "mia-new"})
    assert problems(lifecycle(emulator), dict(corrected), state) == []
    assert lifecycle(emulator).changed(state, dict(corrected)) == set()
    assert lifecycle(emulator).read(state) == state
    lifecycle(emulator).delete(state)
    assert held(emulator) == {}


def test_a_correction_without_a_refresh_keeps_the_access(emulator: Emulator) -> None:
    """The row with the new name takes the access over, and the old one's deletion ends what that one holds."""
    state = made(emulator)
    rename(emulator, "mia-ai", "mia-new")
    one = lifecycle(emulator)
    new = one.create(MIA.model_copy(update={"user": "mia-new"}))
    assert one.ends(state) == {f"{PROJECT}/mia-ai", f"{PROJECT}/mia-new"}
    assert one.without(state, one.grants(new)) is None
    assert one.without(state, frozenset({f"{PROJECT}/mia-ai"})) == state, "who has the old name now is somebody else"
    assert held(emulator) == {1002: ("mia-new", "read")}


@pytest.mark.parametrize("renamed_is_there", [False, True])
def test_a_new_holder_on_the_project(emulator: Emulator, renamed_is_there: bool) -> None:
    """The new holder of the name is never changed nor removed for the old one."""
    state = made(emulator)
    rename_and_replace(emulator)
    edit(emulator, "mia-ai", "read")
    if not renamed_is_there:
        edit(emulator, "mia-new", None)
    before = held(emulator)
    emulator.clear_journal()
    with pytest.raises(Refused, match=f"uid {HOLDER} now, and .*uid 1002"):
        lifecycle(emulator).update(state, WRITES)
    told: list[str] = []
    if renamed_is_there:
        with pytest.raises(Refused, match="uid 1002 is called mia-new now"):
            lifecycle(emulator, told.append).delete(state)
    else:
        lifecycle(emulator, told.append).delete(state)
        assert [f"uid {HOLDER} now, and not of uid 1002" in text for text in told] == [True]
    assert writes(emulator) == []
    assert held(emulator) == before


def test_a_new_holder_is_accepted_by_taking_the_row_out(emulator: Emulator) -> None:
    """Refreshed, the row fails and names both; taken out it removes nobody, and put in again it is the new holder's."""
    state = made(emulator)
    rename_and_replace(emulator)
    edit(emulator, "mia-new", None)
    edit(emulator, "mia-ai", "read")
    seen = lifecycle(emulator).read(state)
    assert seen is not None
    assert (seen.uid, seen.taken_by) == (1002, HOLDER)
    [problem] = problems(lifecycle(emulator), dict(MIA), seen)
    assert f"uid {HOLDER} now, and not of uid 1002" in problem.reason
    lifecycle(emulator).delete(seen)
    assert held(emulator) == {HOLDER: ("mia-ai", "read")}
    assert lifecycle(emulator).create(MIA).uid == HOLDER


def test_a_new_holder_is_accepted_by_adopting(emulator: Emulator) -> None:
    """With adopt, and a preview that says so, the row becomes the new holder's."""
    state = made(emulator)
    rename_and_replace(emulator)
    edit(emulator, "mia-new", None)
    edit(emulator, "mia-ai", "read")
    seen = lifecycle(emulator).read(state)
    assert seen is not None
    adopted = WRITES.model_copy(update={"adopt": True})
    assert problems(lifecycle(emulator), dict(adopted), seen) == []
    assert lifecycle(emulator).changed(seen, dict(MIA.model_copy(update={"adopt": True}))) == {"uid"}
    after = lifecycle(emulator).update(seen, adopted)
    assert (after.uid, after.taken_by, after.former_users) == (HOLDER, None, None)
    assert held(emulator) == {HOLDER: ("mia-ai", "write")}
    assert lifecycle(emulator).read(after) == after


@pytest.mark.parametrize("lost", [None, "reset", "500"])
def test_a_grant_to_a_new_holder_is_taken_back(emulator: Emulator, lost: str | None) -> None:
    """Who was removed and renamed is not on the list; what her old name is given then goes back, and both are named."""
    state = made(emulator)
    rename_and_replace(emulator)
    edit(emulator, "mia-new", None)
    if lost:
        emulator.fault("quantconnect", "projects/collaboration/create", lost, when="after")
    with pytest.raises(Refused, match=f"name of uid {HOLDER} now, and not of uid 1002.* was taken back"):
        lifecycle(emulator).update(state, WRITES)
    assert held(emulator) == {}


def test_a_grant_that_cannot_be_taken_back_is_told(emulator: Emulator) -> None:
    """Where even that fails, the error says what is left to do."""
    state = made(emulator)
    rename_and_replace(emulator)
    edit(emulator, "mia-new", None)
    emulator.fault("quantconnect", "projects/collaboration/delete", "refuse", times=9)
    with pytest.raises(Refused, match="could not be taken back: remove it in the web interface"):
        lifecycle(emulator).update(state, WRITES)


@pytest.mark.parametrize("variants", [{"uid": "null"}, {"uid": "absent"}])
def test_a_service_that_tells_no_uids(emulator: Emulator, variants: dict[str, str]) -> None:
    """Where the list stops telling uids the person is known by name, and the state keeps the uid that it has."""
    state = made(emulator)
    emulator.variants(quantconnect=variants)
    assert lifecycle(emulator).read(state) == state
    changed = lifecycle(emulator).update(state, WRITES)
    assert (changed.permission, changed.uid) == ("write", 1002)
    lifecycle(emulator).delete(changed)
    assert held(emulator) == {}


@pytest.mark.parametrize("other", [{"user": "jo"}, {"project_id": 404}])
def test_another_row_remembers_nobody(emulator: Emulator, other: dict[str, Any]) -> None:
    """Another person or project in the program is checked as new, with nothing of the one before."""
    state = made(emulator)
    known = dict(MIA.model_copy(update=other))
    assert [each.outputs for each in lifecycle(emulator).check(known, state) if isinstance(each, Memory)] == [{}]
    kept = [each.outputs for each in lifecycle(emulator).check(dict(MIA), state) if isinstance(each, Memory)]
    assert kept == [{"uid": 1002, "former_users": None, "taken_by": None}]
