"""What the engine is told of people whose names change, and of projects that go, call by call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.quantconnect.resources import ProjectCollaboratorProvider

from ..provider.plugin import Plugin, PluginError, visible
from .behind import PROJECT, edit, people, rename

MIA = {"project_id": PROJECT, "user": "mia-ai", "permission": "write", "live_control": False, "adopt": False}
ID = f"{PROJECT}/mia-ai"


@pytest.fixture
def plugin(emulator: Emulator) -> Iterator[Plugin]:
    """A plugin that serves collaborators of the emulator."""
    with Plugin(ProjectCollaboratorProvider, emulator.environment()) as running:
        yield running


def new(emulator: Emulator) -> Plugin:
    """The plugin of the next operation."""
    return Plugin(ProjectCollaboratorProvider, emulator.environment())


def names(emulator: Emulator) -> list[str]:
    """Who is on the project beside the owner."""
    return [person["publicId"] for person in people(emulator)[1:]]


def made(plugin: Plugin) -> dict[str, Any]:
    """Access for uid 1002, who is called mia-ai."""
    inputs, failures = plugin.check(MIA)
    assert failures == {}
    return plugin.create(inputs)[1]


def test_a_rename_is_drift_and_then_a_failure(emulator: Emulator, plugin: Plugin) -> None:
    """Refreshed, `user` is the new name; the old one in the program fails, the new one changes nothing."""
    state = made(plugin)
    rename(emulator, "mia-ai", "mia-new")
    rename(emulator, "person-0001", "mia-ai")
    id_, outs, inputs = plugin.read(ID, state)
    assert (id_, outs["user"], inputs["user"], outs["uid"]) == (ID, "mia-new", "mia-new", 1002)
    with new(emulator) as later:
        assert "uid 1002 is called mia-new now; correct the program" in later.check(MIA, inputs)[1]["user"]
        corrected, failures = later.check(MIA | {"user": "mia-new"}, inputs)
        assert failures == {}
        assert later.diff(ID, outs, corrected)[0] is False
        assert later.read(ID, outs)[2]["user"] == "mia-new", "the id stays, and the name of the state counts"
        later.delete(ID, outs)
    assert names(emulator) == []


def test_a_rename_that_no_refresh_has_seen(emulator: Emulator, plugin: Plugin) -> None:
    """Once a refresh has told whose the name is, the next preview knows without another one; the writes always do."""
    state = made(plugin)
    _, outs, inputs = plugin.read(ID, state)
    rename(emulator, "mia-ai", "mia-new")
    with new(emulator) as later:
        assert list(later.check(MIA, inputs)[1]) == ["user"]
        assert later.check(MIA, MIA)[1] == {}, "nothing was ever refreshed"
        with pytest.raises(PluginError, match="uid 1002 is called mia-new now; correct the program"):
            later.update(ID, outs, MIA | {"live_control": True})
        with pytest.raises(PluginError, match="nothing was removed; run `pulumi refresh`"):
            later.delete(ID, outs)
    assert names(emulator) == ["mia-new"]


def test_a_corrected_program_keeps_the_access(emulator: Emulator, plugin: Plugin) -> None:
    """Without a refresh a corrected name is a replacement, which takes the access over and then leaves it."""
    state = made(plugin)
    rename(emulator, "mia-ai", "mia-new")
    with new(emulator) as later:
        corrected, failures = later.check(MIA | {"user": "mia-new"}, MIA)
        assert failures == {}
        assert later.diff(ID, state, corrected) == (True, ["user"], False)
        later.create(corrected)
        later.delete(ID, state)
    assert names(emulator) == ["mia-new"]


def test_a_name_that_another_row_took_leaves_nobody_behind_unsaid(emulator: Emulator, plugin: Plugin) -> None:
    """A row that is renamed in the program gives its name's new holder access, and says who keeps hers."""
    state = made(plugin)
    rename(emulator, "mia-ai", "mia-new")
    rename(emulator, "person-0001", "mia-ai")
    with new(emulator) as later:
        later.create(MIA)
        with pytest.raises(PluginError, match="uid 1002 is called mia-new now: nothing was removed"):
            later.delete(ID, state)
    assert names(emulator) == ["mia-new", "mia-ai"]


def test_nothing_is_remembered_of_another_person(plugin: Plugin) -> None:
    """A row that becomes another person's has nothing of the one before among its inputs."""
    _, _, inputs = plugin.read(ID, made(plugin))
    assert plugin.check(MIA, inputs)[0]["__remembered"] == {"uid": 1002}
    assert "__remembered" not in plugin.check(MIA | {"user": "jo"}, inputs)[0]


def test_what_is_raised_by_hand_stays(emulator: Emulator, plugin: Plugin) -> None:
    """A change of live control alone leaves the permission that somebody has given meanwhile."""
    _, state = plugin.create(MIA | {"permission": "read"})
    edit(emulator, "mia-ai", "write")
    with new(emulator) as later:
        state = later.update(ID, state, MIA | {"permission": "read", "live_control": True})
        assert (state["permission"], state["live_control"]) == ("write", True)
        assert later.diff(ID, state, MIA | {"permission": "read", "live_control": True})[0] is True
    assert [(p["permission"], p["liveControl"]) for p in people(emulator)[1:]] == [("write", True)]


def test_a_project_that_is_gone(emulator: Emulator, plugin: Plugin) -> None:
    """Unchanged rows of it pass, they can be taken out, and a refresh says how."""
    state = made(plugin) | {"project_id": 404}
    gone, id_ = MIA | {"project_id": 404}, "404/mia-ai"
    with new(emulator) as later:
        assert later.check(gone, gone)[1] == {}
        assert later.diff(id_, state, gone)[0] is False
        way = "take it out of the program and run `pulumi up` without --refresh"
        with pytest.raises(PluginError, match=way):
            later.read(id_, state)
        later.delete(id_, state)
    assert names(emulator) == ["mia-ai"]


def test_odd_names_are_kept_and_shown(emulator: Emulator) -> None:
    """Half a character, control characters and a uid that no number holds stand in nobody's way."""
    seed = emulator.state()
    odd = {"id": 10**30, "public_id": "mia-ai", "name": "Mia \ud83d", "email": "\x1b[31m"}
    section = seed["quantconnect"]
    section["users"] = [user for user in section["users"] if user["public_id"] != "mia-ai"] + [odd]
    emulator.seed(seed)
    with new(emulator) as plugin:
        state = made(plugin)
        assert visible(plugin.read(ID, state)[1]) == visible(state)
        assert (state["display_name"], state["email"], "uid" in state) == ("Mia \ufffd", "\x1b[31m", False)
        rename(emulator, "mia-ai", "mia\x1b]0;title\x07")
        with pytest.raises(PluginError) as raised:
            plugin.create(MIA | {"user": "mia-ai"})
        assert str(raised.value).strip().isprintable()
