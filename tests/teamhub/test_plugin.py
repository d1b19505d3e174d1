"""TeamHub through the plugin's own gRPC server: what the engine is told, call by call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.teamhub.resources import ProjectCollaboratorProvider

from ..provider.plugin import UNKNOWN, Plugin, PluginError, shown, visible
from . import behind

JANE: dict[str, Any] = {"project": "web", "collaborator": "jane.doe", "role": "guest", "adopt": False}


@pytest.fixture
def plugin(emulator: Emulator) -> Iterator[Plugin]:
    """A plugin that serves collaborators of the emulator."""
    with Plugin(ProjectCollaboratorProvider, emulator.environment()) as running:
        yield running


def test_a_life_call_by_call(plugin: Plugin, emulator: Emulator) -> None:
    """Check fills in a default; create, read, update and delete give ids, outputs and inputs as the engine needs."""
    inputs, failures = plugin.check({k: v for k, v in JANE.items() if k != "adopt"})
    assert failures == {}
    assert visible(inputs) == JANE
    id_, state = plugin.create(inputs)
    assert id_ == "web/jane.doe"
    assert shown(state) == JANE | {"highest_role": "guest"}
    assert plugin.read(id_, state) == (id_, state, inputs)
    assert plugin.diff(id_, state, inputs)[:2] == (False, [])
    assert plugin.diff(id_, state, JANE | {"adopt": True})[:2] == (False, [])
    assert plugin.diff(id_, state, JANE | {"role": "master"})[:2] == (True, [])
    assert plugin.diff(id_, state, JANE | {"collaborator": "jo"})[:2] == (True, ["collaborator"])
    made = state["__made"]
    state = plugin.update(id_, state, JANE | {"role": "master"})
    assert (state["role"], state["__made"]) == ("master", made)
    behind.give(emulator, "jane.doe", "developer")
    assert plugin.read(id_, state)[2]["role"] == "developer"
    plugin.delete(id_, state)
    assert plugin.read(id_, state) == ("", {}, {})
    plugin.delete(id_, state)
    assert behind.held(emulator) == {}


@pytest.mark.parametrize(
    ("property_", "value", "reason"),
    [
        ("role", "admin", "must be one of 'guest', 'developer', 'master'"),
        ("project", "nowhere", "names no project whose collaborators these credentials can see"),
        ("project", "web/x", "must be a project's id"),
        ("collaborator", "jane.do", "knows no collaborator account 'jane.do'; did you mean 'jane.doe'?"),
        ("collaborator", "Jane.Doe", "is spelled 'jane.doe' on Helix TeamHub"),
        ("collaborator", "j\u0430ne", "must be a collaborator's id"),  # a Cyrillic letter that looks like an a
        ("collaborator", "jane\u200b", "must be a collaborator's id"),  # and one that cannot be seen
        ("account", "Trading", "must be lower-case letters"),
        ("colour", "red", "is not an argument"),
    ],
)
def test_bad_input_is_a_check_failure_on_its_property(plugin: Plugin, property_: str, value: Any, reason: str) -> None:
    """What can be known at preview is a failure of `check`, under the name the argument has in the program."""
    _, failures = plugin.check(JANE | {property_: value})
    assert list(failures) == [property_]
    assert reason in failures[property_]
    assert "\n" not in failures[property_]


@pytest.mark.parametrize("property_", ["project", "collaborator", "role"])
def test_unknown_values_pass(plugin: Plugin, property_: str) -> None:
    """A value that another resource will produce passes check as it is, and counts as a change in diff."""
    inputs, failures = plugin.check(JANE | {property_: UNKNOWN})
    assert failures == {}
    assert visible(inputs) == JANE | {property_: UNKNOWN}
    changes, replaces, _ = plugin.diff("web/jane.doe", JANE, JANE | {property_: UNKNOWN})
    assert changes
    assert replaces == ([property_] if property_ != "role" else [])


def test_other_access_says_what_to_do(plugin: Plugin, emulator: Emulator) -> None:
    """A conflict names both roles and the way on, at preview and at the write."""
    behind.give(emulator, "jane.doe", "master")
    told = "has the role master already, and the program asks for guest; set adopt=True"
    assert told in plugin.check(JANE)[1]["collaborator"]
    with pytest.raises(PluginError, match=told):
        plugin.create(JANE)
    assert plugin.check(JANE | {"adopt": True})[1] == {}
    assert plugin.create(JANE | {"adopt": True})[1]["role"] == "guest"


def test_a_project_that_is_gone_is_in_nobodys_way(plugin: Plugin, emulator: Emulator) -> None:
    """Unchanged rows of a project that is gone pass, refresh drops them, and taking them out succeeds."""
    id_, state = plugin.create(JANE)
    inputs = plugin.check(JANE)[0]
    emulator.seed({"teamhub": {**behind.world()["teamhub"], "projects": []}})
    with Plugin(ProjectCollaboratorProvider, emulator.environment()) as later:
        assert later.check(JANE, inputs)[1] == {}
        assert "names no project" in later.check(JANE | {"role": "master"}, inputs)[1]["project"]
        later.delete(id_, state)
        assert later.read(id_, state) == ("", {}, {})


def test_settings_that_lead_elsewhere(plugin: Plugin, emulator: Emulator) -> None:
    """What was made on one server is not believed to be gone on another."""
    id_, state = plugin.create(JANE)
    with Emulator() as other, Plugin(ProjectCollaboratorProvider, other.environment()) as elsewhere:
        for act in (elsewhere.read, elsewhere.delete):
            with pytest.raises(PluginError, match=r"was made at 127.0.0.1.*TEAMHUB_BASE_URL leads to 127.0.0.1"):
                act(id_, state)
        assert other.journal() == []
    assert behind.held(emulator) == {"jane.doe": "guest"}
