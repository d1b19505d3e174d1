import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_collab.emulator import ControlError, Emulator

from .client import Caller

USERS = [{"id": 1, "public_id": "ann", "token": "t"}, {"id": 2, "public_id": "ben"}]


def test_what_a_seed_leaves_out(emulator: Emulator) -> None:
    """An empty document is the default world; in a section that is there, only what it says exists."""
    emulator.seed({})
    assert emulator.state()["quantconnect"]["projects"][0]["id"] == 23456789
    emulator.seed({"quantconnect": {"users": USERS}})
    section = emulator.state()["quantconnect"]
    assert (section["people"], section["projects"]) == (0, [])
    assert section["users"][1] == {
        "id": 2,
        "public_id": "ben",
        "name": "Ben",
        "email": "ben@example.org",
        "bio": "",
        "profile_image": "https://www.example.org/profile/ben.jpeg",
        "token": None,
        "member": True,
    }


@pytest.mark.parametrize(
    ("section", "why"),
    [
        ([], "quantconnect: Input should be"),
        ({"user": []}, "quantconnect.user: Extra inputs"),
        ({"users": [{"id": "1", "public_id": "a"}]}, "quantconnect.users.0.id: .*integer"),
        ({"users": [{"id": 1}]}, "quantconnect.users.0.public_id: Field required"),
        ({"users": [*USERS, {"id": 1, "public_id": "cleo"}]}, "quantconnect: two users have the same id"),
        ({"users": [*USERS, {"id": 3, "public_id": "ann"}]}, "the same public_id"),
        ({"people": -1}, "quantconnect.people"),
        ({"users": USERS, "projects": [{"id": 1, "name": "p", "owner": "zoe"}]}, "names 'zoe', who is no user"),
        (
            {"users": USERS, "projects": [{"id": 1, "name": "p", "owner": "ann", "collaborators": [{"user": "ann"}]}]},
            "somebody twice",
        ),
        ({"users": USERS, "projects": [{"id": 1, "name": "p", "owner": "ann"}] * 2}, "two projects"),
    ],
)
def test_seeds_that_cannot_be(emulator: Emulator, section: Any, why: str) -> None:
    """A seed that is wrong or contradicts itself is refused with the place, and the world stays."""
    before = emulator.state()
    with pytest.raises(ControlError, match=why):
        emulator.seed({"quantconnect": section})
    assert emulator.state() == before


@pytest.mark.parametrize("document", [{"next_id": 0}, {"next_id": "1"}, {"clock_offset_seconds": "1"}, "text"])
def test_the_rest_of_a_seed_is_checked(emulator: Emulator, document: Any) -> None:
    """The fields beside the sections are checked as well."""
    with pytest.raises(ControlError):
        emulator.seed(document)


def test_a_seed_is_copied(emulator: Emulator, owner: Caller) -> None:
    """Changing a document after it was given changes nothing, and calls do not change the document."""
    document: dict[str, Any] = emulator.state()
    emulator.seed(document)
    owner.add("jo")
    assert document["quantconnect"]["projects"][0]["collaborators"] == []
    document["quantconnect"]["projects"].clear()
    emulator.reset()
    assert len(emulator.state()["quantconnect"]["projects"]) == 1


PEOPLE = st.sampled_from(["mia-ai", "jo", "auditor", "johnny_walker"])
STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "change", "remove"]), PEOPLE, st.booleans(), st.booleans()), max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_history_can_be_seeded_again(
    emulator: Emulator, owner: Caller, steps: list[tuple[str, str, bool, bool]]
) -> None:
    """After any calls the list is what a simple model says, and the state, given as a seed, is the same world again."""
    emulator.reset()
    expected = {"owner-ola": ("write", True)}
    for act, user, write, live in steps:
        access = ("write" if write else "read", live)
        if act == "add":
            owner.add(user, write=write, live=live)
            expected[user] = access
        elif act == "change":
            assert owner.change(user, write=write, live=live)["success"] == (user in expected)
            expected |= {user: access} if user in expected else {}
        else:
            owner.remove(user)
            expected.pop(user, None)
    assert owner.people() == expected
    state = json.loads(json.dumps(emulator.state()))
    emulator.seed(state)
    assert emulator.state() == state
    assert owner.people() == expected
    emulator.seed(None)


def test_a_state_file_survives_a_restart(tmp_path: Path) -> None:
    """World, time, variants and ids go on where they were; the reset goes back to the seed of the first start."""
    file = tmp_path / "state.json"
    seed = {"quantconnect": {"users": USERS}}
    with Emulator(seed=seed, state_file=file) as emulator, Caller(emulator) as ann:
        first = ann.call("projects/create", name="one", language="Py")["projects"][0]["projectId"]
        ann.add("ben", project=first)
        emulator.variants(quantconnect={"uid": "null"})
        emulator.advance(60)
        kept = emulator.state()
    with Emulator(state_file=file) as emulator, Caller(emulator) as ann:
        assert emulator.state() == kept
        assert emulator.variants()["quantconnect"]["uid"]["value"] == "null"
        ann.call("projects/delete", projectId=first)
        assert ann.call("projects/create", name="two", language="Py")["projects"][0]["projectId"] > first
        emulator.reset()
        assert emulator.state()["quantconnect"]["projects"] == []
        assert emulator.state()["clock_offset_seconds"] == 0


def test_a_change_is_saved_before_it_is_answered(tmp_path: Path) -> None:
    """Whoever has the answer finds the change in the file, which is nobody else's to read."""
    file = tmp_path / "state.json"
    with Emulator(state_file=file) as emulator, Caller(emulator) as owner:
        owner.add("jo")
        assert '"jo"' in json.dumps(json.loads(file.read_text())["world"]["quantconnect"]["projects"])
    assert list(tmp_path.iterdir()) == [file]
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"seed": null, "world": {"x": 1}, "variants": {}}'])
def test_a_file_that_is_no_state(tmp_path: Path, text: str) -> None:
    """A file that holds something else is refused by name, and left as it is."""
    file = tmp_path / "state.json"
    file.write_text(text)
    with pytest.raises(ControlError, match=r"state\.json"):
        Emulator(state_file=file)
    assert file.read_text() == text
