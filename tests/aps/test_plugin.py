"""APS through the plugin's own gRPC server: what the engine is told, call by call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_collab.aps.resources import ClientCollaboratorsProvider
from pulumi_collab.emulator import Emulator

from ..provider.plugin import UNKNOWN, Plugin, PluginError, shown, visible
from .portal import APP, edit, person, readdress, seed, serving

JANE, JO = "jane@example.org", "jo@example.org"
INPUTS: dict[str, Any] = {"client_id": APP, "collaborators": {JANE: "EDITOR", JO: "VIEWER"}}


@pytest.fixture
def plugin(emulator: Emulator) -> Iterator[Plugin]:
    """A plugin that serves declarations about the emulator's app."""
    with Plugin(ClientCollaboratorsProvider, emulator.environment()) as running:
        yield running


def ids(emulator: Emulator, *emails: str) -> dict[str, str]:
    """Whose the addresses are."""
    people = emulator.state()["aps"]["apps"][0]["collaborators"]
    return {each["email"]: each["user_id"] for each in people if each["email"] in emails}


def test_a_life_call_by_call(plugin: Plugin, emulator: Emulator) -> None:
    """Check, create, read and update hand on what is declared; nothing but reading calls is made."""
    inputs, failures = plugin.check(INPUTS)
    known = ids(emulator, JANE, JO)
    hidden = {"__origin": emulator.url.removeprefix("http://"), "__remembered": {"user_ids": known}}
    assert (inputs, failures) == ({**INPUTS, **hidden}, {})
    id_, state = plugin.create(inputs)
    assert (id_, shown(state)) == (APP, {**INPUTS, "user_ids": known})
    assert plugin.read(id_, state) == (id_, state, inputs)
    assert plugin.diff(id_, state, inputs) == (False, [], True)
    edit(emulator, JO, "ODD")
    collaborators = {JANE: "EDITOR", JO: "ODD"}
    drifted = {**state, "collaborators": collaborators}
    assert plugin.read(id_, state) == (id_, drifted, {**inputs, "collaborators": collaborators})
    assert plugin.diff(id_, drifted, drifted)[:2] == (False, []), "after a refresh the engine compares what is live"
    assert plugin.diff(id_, drifted, inputs)[:2] == (True, [])
    edit(emulator, JO, "VIEWER")
    assert plugin.update(id_, drifted, inputs) == state
    plugin.delete(id_, state)
    assert {entry["method"] for entry in emulator.journal()} == {"GET"}


def test_people_are_known_by_their_ids(plugin: Plugin, emulator: Emulator) -> None:
    """Whoever changed the address is told as that, refreshed or not; a list that is not known yet loses nobody's id."""
    inputs = plugin.check(INPUTS)[0]
    id_, state = plugin.create(inputs)
    readdress(emulator, JANE, "jane.roe@example.org")
    line = (
        f"- correct the program: {JANE} (user {ids(emulator, 'jane.roe@example.org')['jane.roe@example.org']}) changed"
    )
    line += " the address to jane.roe@example.org"
    assert plugin.check({**INPUTS, "collaborators": UNKNOWN}, inputs)[0]["__remembered"] == inputs["__remembered"]
    with Plugin(ClientCollaboratorsProvider, emulator.environment()) as later:
        assert later.check(INPUTS, inputs)[1]["collaborators"].splitlines()[1:] == [line]
        _, drifted, live = later.read(id_, state)
    with Plugin(ClientCollaboratorsProvider, emulator.environment()) as refreshed:
        assert refreshed.check(INPUTS, live)[1] == {}
        with pytest.raises(PluginError) as raised:
            refreshed.update(id_, drifted, INPUTS)
        assert str(raised.value).strip().splitlines()[1:] == [line]
        corrected = {**INPUTS, "collaborators": {"jane.roe@example.org": "EDITOR", JO: "VIEWER"}}
        assert refreshed.check(corrected, live)[1] == {}
        assert refreshed.diff(id_, drifted, corrected)[:2] == (False, [])
    assert line in refreshed.stderr


@pytest.mark.parametrize(
    ("property_", "value", "reason"),
    [
        ("collaborators", {JANE: "ADMIN"}, f"{JANE}: must be one of 'VIEWER', 'EDITOR', 'OWNER', not 'ADMIN'"),
        ("collaborators", {JANE: "editor"}, "not 'editor'"),
        ("collaborators", {JANE: ""}, f"{JANE}: needs a level: one of 'VIEWER', 'EDITOR', 'OWNER'"),
        ("collaborators", {JANE: 1}, f"{JANE}: must be text"),
        ("collaborators", {"jane": "EDITOR"}, "'jane' is no e-mail address"),
        ("collaborators", {"": "EDITOR"}, "'' is no e-mail address"),
        ("collaborators", {" jane@example.org": "EDITOR"}, "is no e-mail address"),
        ("collaborators", {"jane@example.org\n": "EDITOR"}, "is no e-mail address"),
        ("collaborators", {"a@b@c": "EDITOR"}, "'a@b@c' is no e-mail address"),
        ("collaborators", {"j" * 250 + "@x.org": "EDITOR"}, "is no e-mail address"),
        ("collaborators", {JANE: "EDITOR", "Jane@Example.org": "EDITOR"}, "are one address, declared twice"),
        ("collaborators", {"a@x.org": "OWNER", "b@x.org": "OWNER"}, "an app has one OWNER, not 2: a@x.org, b@x.org"),
        ("collaborators", [JANE], "must be"),
        ("client_id", "", "must not be empty"),
        ("client_id", " ", "must not be empty"),
        ("client_id", "a b", "without blanks or slashes"),
        ("client_id", "a/b", "without blanks or slashes"),
        ("client_id", "..", "without blanks or slashes"),
        ("client_id", 7, "must be text"),
        ("client_id", "gone", "knows no app gone"),
        ("colour", "red", "is not an argument"),
    ],
)
def test_bad_input_is_a_check_failure_on_its_property(plugin: Plugin, property_: str, value: Any, reason: str) -> None:
    """What can be known at preview is a failure of `check`, in one line, under the name it has in the program."""
    _, failures = plugin.check(INPUTS | {property_: value})
    assert list(failures) == [property_]
    assert reason in failures[property_]
    assert "\n" not in failures[property_]


def test_everything_wrong_with_the_people_is_told_at_once(plugin: Plugin) -> None:
    """Several bad entries are one failure that names them all."""
    told = plugin.check(INPUTS | {"collaborators": {"x": "EDITOR", JO: "ADMIN"}})[1]["collaborators"]
    assert told == "jo@example.org: must be one of 'VIEWER', 'EDITOR', 'OWNER', not 'ADMIN'; 'x' is no e-mail address"


@pytest.mark.parametrize("collaborators", [UNKNOWN, {JANE: UNKNOWN}])
def test_unknown_values_pass(plugin: Plugin, collaborators: Any) -> None:
    """People or levels that another resource will produce pass check, and count as a change."""
    news = {**INPUTS, "collaborators": collaborators}
    inputs, failures = plugin.check(news)
    assert (visible(inputs), failures) == (news, {})
    assert plugin.diff(APP, INPUTS, news)[:2] == (True, [])
    assert plugin.check({**INPUTS, "client_id": UNKNOWN})[1] == {}


def test_differences_are_a_line_each(plugin: Plugin, emulator: Emulator) -> None:
    """A new or unchanged declaration that does not hold fails at preview, and create and update say the same."""
    edit(emulator, JANE, None)
    edit(emulator, "new@example.org", "VIEWER")
    edit(emulator, JO, "EDITOR")
    lines = [
        "the people on Autodesk APS app demo-app are not as declared; in the developer portal (or change the program):",
        "- invite jane@example.org as EDITOR (not listed: an invitation that is still open does not show either)",
        "- change jo@example.org from EDITOR to VIEWER",
        "- remove new@example.org (New, VIEWER; not declared)",
    ]
    for olds in (None, INPUTS):
        assert plugin.check(INPUTS, olds)[1]["collaborators"].splitlines() == lines
    with pytest.raises(PluginError) as raised:
        plugin.create(INPUTS)
    assert str(raised.value).strip().splitlines() == [f"pulumi-collab: {lines[0]}", *lines[1:]]
    changed = {**INPUTS, "collaborators": {JANE: "VIEWER"}}
    with pytest.raises(PluginError) as raised:
        plugin.update(APP, changed, INPUTS)
    assert str(raised.value).strip().splitlines()[1:] == lines[1:]
    assert plugin.check(INPUTS, changed)[1] == {}, "the preview shows what changed, and a warning"


ODD = "\x1b[2J\x9b1m\u202e<{%fg 1%}>\nerror: forged \ud83d"


def test_text_of_others(emulator: Emulator) -> None:
    """What a service shows can be kept and shown, whatever is in it: no control character, markup or second line."""
    entry = person(1, email=f"a{ODD}@example.org", firstName=ODD, lastName=None, accessLevel=ODD)
    with serving({"results": [entry]}) as service:
        environment = {"APS_BASE_URL": service.url, "APS_ACCESS_TOKEN": "token"}
        with Plugin(ClientCollaboratorsProvider, environment) as plugin:
            told = plugin.check({"client_id": APP, "collaborators": {}})[1]["collaborators"]
            id_, outputs, _ = plugin.read(APP, {"client_id": APP, "collaborators": {}})
            assert id_ == APP
            assert plugin.read(APP, outputs)[0] == APP
            with pytest.raises(PluginError) as raised:
                plugin.create({"client_id": APP, "collaborators": {}})
    ((email, level),) = outputs["collaborators"].items()
    assert len(told.splitlines()) == 2
    assert len(str(raised.value).strip().splitlines()) == 2
    for text in (*told.splitlines(), *str(raised.value).strip().splitlines(), email, level):
        assert text.isprintable()
        assert "<{%" not in text


def test_a_thousand_differences(plugin: Plugin, emulator: Emulator) -> None:
    """A long list of differences is told whole."""
    seed(emulator, **{f"p{number:04}": "VIEWER" for number in range(1000)})
    assert plugin.check(INPUTS)[1]["collaborators"].count("\n- remove p") == 1000


def test_another_app_is_a_replacement(plugin: Plugin) -> None:
    """The app is the identity; another spelling of an address is nothing."""
    assert plugin.diff(APP, INPUTS, INPUTS | {"client_id": "other"}) == (True, ["client_id"], False)
    other = {"client_id": APP, "collaborators": {JANE.upper(): "EDITOR", JO: "VIEWER"}}
    assert plugin.diff(APP, INPUTS, other)[0] is False


def test_no_credentials(emulator: Emulator) -> None:
    """A missing token is one line that names both ways to set it; to forget, and offline, none is needed."""
    environment = emulator.environment()
    del environment["APS_ACCESS_TOKEN"]
    both = "(APS_ACCESS_TOKEN); set this in the environment, or run `pulumi config set --secret aps:accessToken VALUE`"
    with Plugin(ClientCollaboratorsProvider, environment) as plugin:
        assert both in plugin.check(INPUTS)[1][""]
        with pytest.raises(PluginError) as raised:
            plugin.read(APP, INPUTS)
        assert both in str(raised.value)
        plugin.delete(APP, INPUTS)
    assert emulator.journal() == []
    with Plugin(ClientCollaboratorsProvider, environment | {"PULUMI_COLLAB_OFFLINE": "1"}) as plugin:
        assert plugin.check(INPUTS) == (INPUTS, {})


def test_stack_configuration(emulator: Emulator) -> None:
    """Settings come from the stack where the environment has none."""
    environment = emulator.environment()
    config = {"aps:accessToken": environment["APS_ACCESS_TOKEN"], "aps:baseUrl": environment["APS_BASE_URL"]}
    with Plugin(ClientCollaboratorsProvider, {}, config) as plugin:
        assert plugin.check(INPUTS)[1] == {}
    wrong = {**config, "aps:accessToken": "old-token"}
    with Plugin(ClientCollaboratorsProvider, environment, wrong) as plugin:
        assert plugin.check(INPUTS)[1] == {}


def test_what_is_read_by_id_alone(plugin: Plugin, emulator: Emulator) -> None:
    """A lookup by the app's Client ID gives everybody but the owner."""
    assert visible(plugin.read(APP, {})[1]) == {**INPUTS, "user_ids": ids(emulator, JANE, JO)}


def test_the_provider_string_is_short_and_stable(plugin: Plugin) -> None:
    """`__provider` is the name of a class and nothing else: these bytes are in every state there is."""
    assert (
        plugin.token
        == "gASVQgAAAAAAAACMG3B1bHVtaV9jb2xsYWIuYXBzLnJlc291cmNlc5SMG0NsaWVudENvbGxhYm9yYXRvcnNQcm92aWRlcpSTlCmBlC4="
    )
    assert len(plugin.token) < 200


def test_the_debug_log_is_redacted(emulator: Emulator) -> None:
    """With PULUMI_COLLAB_DEBUG=1 calls are logged and errors have their traceback, without the token."""
    environment = emulator.environment() | {"PULUMI_COLLAB_DEBUG": "1"}
    with Plugin(ClientCollaboratorsProvider, environment) as plugin:
        with pytest.raises(PluginError, match="Traceback") as raised:
            plugin.create({"client_id": APP, "collaborators": {}})
        assert environment["APS_ACCESS_TOKEN"] not in str(raised.value)
    assert "clients/demo-app/collaborators" in plugin.stderr
    assert environment["APS_ACCESS_TOKEN"] not in plugin.stderr
    assert "Bearer" not in plugin.stderr
