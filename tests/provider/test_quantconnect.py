"""QuantConnect through the plugin's own gRPC server: what the engine is told, call by call."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.quantconnect.resources import ProjectCollaboratorProvider

from .plugin import UNKNOWN, Plugin, PluginError, shown, visible

MIA = {"project_id": 23456789, "user": "mia-ai", "permission": "write", "live_control": False, "adopt": False}


@pytest.fixture
def plugin(emulator: Emulator) -> Iterator[Plugin]:
    """A plugin that serves collaborators of the emulator."""
    with Plugin(ProjectCollaboratorProvider, emulator.environment()) as running:
        yield running


def test_a_life_call_by_call(plugin: Plugin) -> None:
    """Check fills in defaults; create, read, update and delete give ids, outputs and inputs as the engine needs."""
    inputs, failures = plugin.check({"project_id": 23456789, "user": "mia-ai"})
    assert failures == {}
    assert visible(inputs) == MIA | {"permission": "read"}
    id_, state = plugin.create(inputs)
    assert id_ == "23456789/mia-ai"
    outputs = {"uid": 1002, "email": "mia-ai@example.org", "display_name": "Mia Ai", "project_owner": 1001}
    assert shown(state) == visible(inputs) | outputs
    assert plugin.read(id_, state) == (id_, state, inputs | {"__remembered": {"uid": 1002}})
    assert plugin.diff(id_, state, inputs)[:2] == (False, [])
    assert plugin.diff(id_, state, MIA)[:2] == (True, [])
    made = state["__made"]
    state = plugin.update(id_, state, MIA)
    assert (state["permission"], state["__made"]) == ("write", made)
    assert visible(plugin.read(id_, state)[2]) == MIA
    plugin.delete(id_, state)
    assert plugin.read(id_, state) == ("", {}, {})
    plugin.delete(id_, state)


@pytest.mark.parametrize(
    ("property_", "value", "reason"),
    [
        ("permission", "admin", "must be one of 'read', 'write'"),
        ("permission", 1, "must be one of"),
        ("live_control", "yes", "must be true or false, and is the text 'yes'"),
        ("live_control", "true", "must be true or false, and is the text 'true'"),
        ("adopt", "a\nb", "must be true or false, and is the text 'a b'"),
        ("project_id", "abc", "must be a whole number"),
        ("project_id", 0, "must be greater than 0"),
        ("project_id", -1, "must be greater than 0"),
        ("project_id", 1.5, "must be a whole number"),
        ("project_id", 23456789.5, "must be a whole number, not 23456789.5"),
        ("project_id", 1e300, "must be a smaller number"),
        ("project_id", 1e18, "must be at most 9007199254740992"),
        ("project_id", 23456790, "check the number 23456790"),
        ("project_id", True, "must be a whole number, not true or false"),
        ("project_id", 404, "names no project"),
        ("user", "", "must not be empty"),
        ("user", " ", "must not be empty"),
        ("user", " jo", "blanks"),
        ("user", "jo ", "blanks"),
        ("user", "j" * 300, "300 characters long, and names have at most 255"),
        ("user", "a/b", "slashes"),
        ("user", "@mia-ai", "write mia-ai"),
        ("user", "https://www.quantconnect.com/u/mia-ai", "write mia-ai"),
        ("user", "mia\u200b-ai", "U+200B ZERO WIDTH SPACE"),
        ("user", "owner-ola", "is the owner of project 23456789"),
        ("user", 7, "must be"),
        ("colour", "red", "is not an argument"),
    ],
)
def test_bad_input_is_a_check_failure_on_its_property(plugin: Plugin, property_: str, value: Any, reason: str) -> None:
    """What can be known at preview is a failure of `check`, under the name the argument has in the program."""
    _, failures = plugin.check(MIA | {property_: value})
    assert list(failures) == [property_]
    assert reason in failures[property_]
    assert "\n" not in failures[property_]


def test_all_bad_properties_are_told_at_once(plugin: Plugin) -> None:
    """Several bad values are several failures, not the first alone."""
    _, failures = plugin.check({"project_id": "abc", "user": " ", "permission": "admin"})
    assert set(failures) == {"project_id", "user", "permission"}


def test_a_missing_argument_is_told(plugin: Plugin) -> None:
    """A resource without its user is a failure on `user`."""
    assert plugin.check({"project_id": 23456789})[1] == {"user": "is required"}


def test_spelling_that_differs_in_case_fails(plugin: Plugin) -> None:
    """A slug that differs in case alone from somebody on the project fails with the right spelling."""
    plugin.create(MIA)
    assert "is spelled 'mia-ai'" in plugin.check(MIA | {"user": "Mia-AI"})[1]["user"]
    with pytest.raises(PluginError, match="is spelled 'mia-ai' on QuantConnect, where the case"):
        plugin.create(MIA | {"user": "Mia-AI"})


@pytest.mark.parametrize("property_", ["project_id", "user", "permission", "live_control"])
def test_unknown_values_pass(plugin: Plugin, property_: str) -> None:
    """A value that another resource will produce passes check as it is, and counts as a change in diff."""
    inputs, failures = plugin.check(MIA | {property_: UNKNOWN})
    assert failures == {}
    assert visible(inputs) == MIA | {property_: UNKNOWN}
    changes, replaces, _ = plugin.diff("23456789/mia-ai", MIA, MIA | {property_: UNKNOWN})
    assert changes
    assert replaces == ([property_] if property_ in ("project_id", "user") else [])


def test_unknown_values_do_not_hide_bad_ones(plugin: Plugin) -> None:
    """While the user is not known yet, a bad permission fails all the same."""
    assert list(plugin.check(MIA | {"user": UNKNOWN, "permission": "admin"})[1]) == ["permission"]


def test_numbers_that_arrive_as_floats_make_no_wrong_id(plugin: Plugin) -> None:
    """The engine sends 23456789.0; the id and the state say 23456789, and a number in text is the same project."""
    assert plugin.create(MIA | {"project_id": 23456789.0})[0] == "23456789/mia-ai"
    assert visible(plugin.check(MIA | {"project_id": "23456789"})[0]) == MIA
    assert plugin.diff("23456789/mia-ai", MIA, MIA | {"project_id": "23456789"})[0] is False


def test_an_identity_change_replaces(plugin: Plugin) -> None:
    """Another person or project is a replacement; a person who differs in case alone is deleted first."""
    assert plugin.diff("23456789/mia-ai", MIA, MIA | {"user": "jo"}) == (True, ["user"], False)
    assert plugin.diff("23456789/mia-ai", MIA, MIA | {"project_id": 1}) == (True, ["project_id"], False)
    assert plugin.diff("23456789/mia-ai", MIA, MIA | {"user": "Mia-AI"}) == (True, ["user"], True)


def test_adopt_alone_is_no_change(plugin: Plugin) -> None:
    """`adopt` acts at creation only: switching it later calls nothing."""
    assert plugin.diff("23456789/mia-ai", MIA, MIA | {"adopt": True})[0] is False


def test_conflict_is_told_at_preview_and_at_creation(plugin: Plugin) -> None:
    """Different access that exists is a failure on `user` naming both; with adopt it is taken over by one update."""
    plugin.create(MIA)
    news = MIA | {"permission": "read"}
    assert "has write access without live control already" in plugin.check(news)[1]["user"]
    with pytest.raises(PluginError, match="the program asks for read access without live control; set adopt=True"):
        plugin.create(news)
    assert plugin.check(news | {"adopt": True})[1] == {}
    assert plugin.create(news | {"adopt": True})[1]["permission"] == "read"


def test_what_is_read_by_id_alone(plugin: Plugin) -> None:
    """`ProjectCollaborator(..., opts=ResourceOptions(id=...))` reads by the id, with the inputs of the program."""
    id_, state = plugin.create(MIA)
    assert visible(plugin.read(id_, {"project_id": 23456789, "user": "mia-ai"})[1]) == shown(state)


def test_no_credentials(emulator: Emulator) -> None:
    """Missing credentials are one line that names each and both ways to set it; offline, check and diff need none."""
    environment = emulator.environment()
    del environment["QUANTCONNECT_API_TOKEN"], environment["QUANTCONNECT_USER_ID"]
    both = (
        "not set: the QuantConnect user id (QUANTCONNECT_USER_ID) and the QuantConnect API token "
        "(QUANTCONNECT_API_TOKEN); set this in the environment, or run `pulumi config set quantconnect:userId VALUE`, "
        "`pulumi config set --secret quantconnect:apiToken VALUE`"
    )
    with Plugin(ProjectCollaboratorProvider, environment) as plugin:
        assert both in plugin.check(MIA)[1][""]
        assert plugin.diff("23456789/mia-ai", MIA, MIA)[0] is False
        with pytest.raises(PluginError, match="QUANTCONNECT_API_TOKEN") as raised:
            plugin.read("23456789/mia-ai", MIA)
        assert "\n" not in str(raised.value).strip()
    with Plugin(ProjectCollaboratorProvider, environment | {"PULUMI_COLLAB_OFFLINE": "1"}) as plugin:
        assert plugin.check(MIA) == (MIA, {})


def test_credentials_that_refresh_does_not_see(emulator: Emulator) -> None:
    """Refresh and destroy get the stack configuration of the last `up`; errors say so where it is used."""
    told = "refresh and destroy use the stack configuration of the last `pulumi up`"
    environment = emulator.environment()
    old = {"quantconnect:apiToken": "rotated-away"}
    config = old | {"quantconnect:userId": "1001", "quantconnect:baseUrl": environment["QUANTCONNECT_BASE_URL"]}
    with Plugin(ProjectCollaboratorProvider, {}, config) as plugin:
        for act in (plugin.read, plugin.delete):
            with pytest.raises(PluginError, match="does not accept the credentials") as raised:
                act("23456789/mia-ai", MIA)
            assert told in str(raised.value)
        assert told not in plugin.check(MIA)[1][""]
    with Plugin(ProjectCollaboratorProvider, environment | {"QUANTCONNECT_API_TOKEN": "wrong"}, old) as plugin:
        with pytest.raises(PluginError, match="does not accept the credentials") as raised:
            plugin.read("23456789/mia-ai", MIA)
        assert told not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://example.org/api/v2", "must use https"),
        ("ftp://example.org", "must be an address"),
        ("https://me:pw@example.org", "must not hold a user name"),
        ("nonsense", "must be an address"),
    ],
)
def test_unusable_base_urls(emulator: Emulator, url: str, told: str) -> None:
    """Credentials go nowhere but over https or loopback; anything else fails at preview."""
    with Plugin(ProjectCollaboratorProvider, emulator.environment() | {"QUANTCONNECT_BASE_URL": url}) as plugin:
        failures = plugin.check(MIA)[1]
        assert told in failures[""]
        assert "pw" not in failures[""]


def test_stack_configuration_and_its_place(emulator: Emulator) -> None:
    """Settings come from the stack's configuration where the environment has none, numbers included."""
    environment = emulator.environment()
    config = {
        "quantconnect:userId": 1001,
        "quantconnect:apiToken": environment["QUANTCONNECT_API_TOKEN"],
        "quantconnect:baseUrl": environment["QUANTCONNECT_BASE_URL"],
    }
    with Plugin(ProjectCollaboratorProvider, {}, config) as plugin:  # type: ignore[arg-type]  # a number, as in YAML
        assert plugin.check(MIA)[1] == {}
    wrong = {**config, "quantconnect:apiToken": "old-token"}
    with Plugin(ProjectCollaboratorProvider, environment, wrong) as plugin:  # type: ignore[arg-type]
        assert plugin.check(MIA)[1] == {}, "all of it comes from the environment"


def test_the_provider_string_is_short_and_stable(plugin: Plugin) -> None:
    """`__provider` is the name of a class and nothing else: these bytes are in every state there is."""
    assert plugin.token == (
        "gASVSwAAAAAAAACMJHB1bHVtaV9jb2xsYWIucXVhbnRjb25uZWN0LnJlc291cmNlc5SMG1Byb2plY3RDb2xsYWJvcmF0b3JQcm92aWRlcpSTlCmBlC4="
    )
    assert len(plugin.token) < 200


def test_errors_are_one_line_without_a_traceback(plugin: Plugin, emulator: Emulator) -> None:
    """A failing call says what could not be done, about whom, and why, in one line."""
    emulator.fault(platform="quantconnect", operation="projects/collaboration/create", kind="refuse", times=1)
    with pytest.raises(PluginError) as raised:
        plugin.create(MIA)
    told = str(raised.value).strip()
    assert told.startswith(
        "pulumi-collab: could not create mia-ai on QuantConnect project 23456789: QuantConnect refused"
    )
    assert "\n" not in told


def test_the_debug_switch_brings_tracebacks_and_a_redacted_log(emulator: Emulator) -> None:
    """With PULUMI_COLLAB_DEBUG=1 an error has its traceback and calls are logged, without token or hash."""
    environment = emulator.environment() | {"PULUMI_COLLAB_DEBUG": "1"}
    with Plugin(ProjectCollaboratorProvider, environment) as plugin:
        plugin.check(MIA)
        with pytest.raises(PluginError, match="Traceback"):
            plugin.create(MIA | {"user": "nobody"})
    assert "projects/collaboration/create" in plugin.stderr
    assert environment["QUANTCONNECT_API_TOKEN"] not in plugin.stderr
    assert "Basic" not in plugin.stderr


def test_a_long_lived_plugin_removes_what_it_is_asked_to(plugin: Plugin) -> None:
    """One process through several lives: what was made and removed before keeps no access alive."""
    for _ in range(2):
        inputs, _ = plugin.check(MIA)
        id_, state = plugin.create(inputs)
        plugin.check(MIA, inputs)
        plugin.delete(id_, state)
        assert plugin.read(id_, state)[0] == ""


def test_a_rename_keeps_the_access(plugin: Plugin) -> None:
    """Created anew and then deleted by its older mark, the person keeps the access; also when it is deleted twice."""
    id_, state = plugin.create(MIA)
    _, newer = plugin.create(MIA)
    for _ in range(2):
        plugin.delete(id_, state)
        assert plugin.read(id_, state)[0] == id_
    plugin.delete(id_, newer)
    assert plugin.read(id_, state)[0] == ""


def test_an_older_creation_ends_without_an_effect(emulator: Emulator) -> None:
    """What an interrupted replacement has left in the state is deleted later, and nobody loses access."""
    with Plugin(ProjectCollaboratorProvider, emulator.environment()) as plugin:
        id_, older = plugin.create(MIA)
    with Plugin(ProjectCollaboratorProvider, emulator.environment()) as plugin:
        _, newer = plugin.create(MIA)
    with Plugin(ProjectCollaboratorProvider, emulator.environment()) as plugin:
        plugin.check(MIA, MIA)
        plugin.diff(id_, newer, MIA)
        plugin.delete(id_, older)
        assert plugin.read(id_, newer)[0] == id_
    with Plugin(ProjectCollaboratorProvider, emulator.environment()) as plugin:
        plugin.delete(id_, newer)
        assert plugin.read(id_, newer)[0] == ""


def test_a_person_who_moves_while_the_old_one_is_deleted(plugin: Plugin) -> None:
    """Taken over by one resource while another one's deletion is under way, the person has the access at the end."""
    id_, state = plugin.create(MIA)
    with ThreadPoolExecutor(2) as pool:
        for number in range(20):
            made = pool.submit(plugin.create, MIA)
            gone = pool.submit(plugin.delete, id_, state)
            gone.result()
            assert made.result()[0] == id_
            state = made.result()[1]
            assert plugin.read(id_, state)[0] == id_, f"lost in round {number}"


def test_a_replacement_is_checked_as_what_it_was(plugin: Plugin) -> None:
    """The engine checks a replacement once more without its old inputs: its own access is no conflict then."""
    plugin.create(MIA)
    wanted = MIA | {"permission": "read"}
    by = {"__declared": {"name": "mia", "token": "one run's own"}}
    assert plugin.check(wanted | by, MIA)[1] == {}
    assert plugin.check(wanted | by)[1] == {}
    assert list(plugin.check(wanted)[1]) == ["user"]


def test_declared_twice_and_not_made(plugin: Plugin) -> None:
    """The second resource for one person fails and names the first; what a program declares is not removed."""
    _, state = plugin.create(MIA)
    first = {"__declared": {"name": "first", "token": "1"}}
    assert plugin.check(MIA | first, MIA)[1] == {}
    plugin.delete("23456789/mia-ai", state)
    assert plugin.read("23456789/mia-ai", state)[0] == "23456789/mia-ai", "it is declared, and made in a moment"
    second = {"__declared": {"name": "second", "token": "2"}}
    assert plugin.check(MIA | second)[1] == {"user": "is declared already, by the resource 'first'"}
    with pytest.raises(PluginError, match="another resource of the program declares it and could not be made"):
        plugin.delete("23456789/mia-ai", state)


def test_an_id_that_is_none_is_told_in_one_line(plugin: Plugin) -> None:
    """A resource looked up by an id of another form fails with one line."""
    with pytest.raises(
        PluginError, match="the state of nonsense cannot be read: project_id: must be a whole number"
    ) as e:
        plugin.read("nonsense", MIA)
    assert "\n" not in str(e.value).strip()
