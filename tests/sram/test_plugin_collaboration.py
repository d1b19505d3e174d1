"""Collaborations and services through the plugin's own gRPC server: what the engine is told, call by call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.sram.resources import CollaborationProvider, ServiceConnectionProvider

from ..provider.plugin import UNKNOWN, Plugin, PluginError, shown, visible
from .behind import accept, act, api, collaborations, writes

AI: dict[str, Any] = {"name": "AI computing", "short_name": "ai", "description": "For all"}
MAIL = "https://mail.example.org"


@pytest.fixture
def plugin(emulator: Emulator) -> Iterator[Plugin]:
    """A plugin process for collaborations."""
    with Plugin(CollaborationProvider, emulator.environment()) as running:
        yield running


def made(plugin: Plugin, **more: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A collaboration checked and made: id, state and inputs."""
    inputs, problems = plugin.check(AI | more)
    assert problems == {}
    id_, state = plugin.create(inputs)
    return id_, state, inputs


def test_what_is_left_out(emulator: Emulator) -> None:
    """Left out it is neither sent, kept nor drift, whatever somebody sets; left out later it is let go in place."""
    with Plugin(CollaborationProvider, emulator.environment()) as plugin:
        id_, state, inputs = made(plugin)
    assert {"units", "website_url", "support_email", "expiry_date", "logo"}.isdisjoint(state)
    by_hand = {"website_url": "https://x.org", "units": ["Research"], "support_email": "a@x.org"}
    act(emulator, "edit", collaboration=id_, fields=by_hand)
    with Plugin(CollaborationProvider, emulator.environment()) as plugin:
        for _ in range(2):
            _, seen, live = plugin.read(id_, state)
            assert (visible(seen), visible(live)) == (visible(state), visible(inputs))
        more, problems = plugin.check(AI | {"website_url": "https://x.org", "units": []}, inputs)
        assert problems == {}
        assert plugin.diff(id_, state, more) == (True, [], True)
        managed = plugin.update(id_, state, more)
        assert (managed["website_url"], managed["units"]) == ("https://x.org", [])
        assert collaborations(emulator)["ai"]["units"] == []
        less, _ = plugin.check(AI | {"allow_replacement": True}, more)
        assert plugin.diff(id_, managed, less) == (True, [], True)
        assert visible(plugin.update(id_, managed, less)) == visible(state) | {"allow_replacement": True}
        assert collaborations(emulator)["ai"]["website_url"] == "https://x.org"


def test_a_key_for_some_units(emulator: Emulator) -> None:
    """Under a key for some units the second run is clean, and other units leave nothing behind."""
    seed = emulator.state()["sram"]
    seed["organisations"][0]["units"] = ["Research", "Teaching"]
    seed["organisations"][0]["keys"][0]["units"] = ["Research"]
    emulator.seed({"sram": seed})
    with Plugin(CollaborationProvider, emulator.environment()) as plugin:
        inputs, _ = plugin.check(AI | {"units": ["Teaching"], "administrators": ["head@x.org"]})
        with pytest.raises(PluginError, match=r"units cannot be \[Teaching\]: this API key is for some units alone"):
            plugin.create(inputs)
        assert collaborations(emulator) == {}
        assert emulator.state()["sram"]["mails"] == []
        id_, state, inputs = made(plugin)
    with Plugin(CollaborationProvider, emulator.environment()) as plugin:
        _, state, _ = plugin.read(id_, state)
        again, problems = plugin.check(AI, inputs)
        assert problems == {}
        assert plugin.diff(id_, state, again) == (False, [], True)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("administrators", ["ann@x.org", "bob@x.org;"], "1: must be one e-mail address alone, such as"),
        ("administrators", ["Bob <bob@x.org>"], "without a blank, '<', '>'"),
        ("support_email", "bob\u200b@x.org", "without U+200B ZERO WIDTH SPACE"),
        ("support_email", "b\u043eb@x.org", "U+043E CYRILLIC SMALL LETTER O stands in"),
    ],
)
def test_an_address_that_never_arrives(plugin: Plugin, name: str, value: Any, reason: str) -> None:
    """Wherever an address is declared, a preview names the character that is too many."""
    _, problems = plugin.check(AI | {name: value})
    assert list(problems) == [name]
    assert reason in problems[name]


def test_a_replacement_is_checked_twice(plugin: Plugin, emulator: Emulator) -> None:
    """The engine checks what is to be replaced once more as if it were new: the old one is not in its way."""
    id_, state, inputs = made(plugin)
    wanted = AI | {"description": "Other", "allow_replacement": True, "__declared": {"name": "ai", "token": "1"}}
    new, problems = plugin.check(wanted, inputs)
    assert problems == {}
    assert plugin.diff(id_, state, new) == (True, ["description"], True)
    new, problems = plugin.check(wanted)
    assert problems == {}
    plugin.delete(id_, state)
    second, _ = plugin.create(new)
    assert collaborations(emulator)["ai"]["identifier"] == second != id_


@pytest.mark.parametrize(
    ("other", "property_"),
    [
        ({"short_name": "ai"}, "short_name"),
        ({"name": "ai COMPUTING "}, "name"),
        ({"name": "AI computing", "short_name": "ai"}, "short_name"),
        ({}, None),
    ],
)
def test_two_of_one_name(emulator: Emulator, other: dict[str, Any], property_: str | None) -> None:
    """Two collaborations of one program with one name, or short name, fail at the first preview."""
    first, second = ({"__declared": {"name": name, "token": name}} for name in ("first", "second"))
    with Plugin(CollaborationProvider, emulator.environment()) as plugin:
        for _ in range(2):  # checked again, as for a replacement, it is no second one
            assert plugin.check(AI | first)[1] == {}
        _, problems = plugin.check({"name": "Other", "short_name": "other", "description": ""} | other | second)
        assert problems == ({property_: "is declared already, by the resource 'first'"} if property_ else {})


def test_a_service_twice_in_what_is_made_now(emulator: Emulator) -> None:
    """Two connections of one service to a collaboration that the same program makes fail at the first preview."""
    sources = {"from": {"collaboration": "ai"}}
    values = {"collaboration": UNKNOWN, "service_entity_id": MAIL}
    with Plugin(ServiceConnectionProvider, emulator.environment()) as plugin:
        assert plugin.check(values | {"__declared": {"name": "a", "token": "a"} | sources})[1] == {}
        again = {"__declared": {"name": "b", "token": "b"} | sources, "service_entity_id": MAIL.upper()}
        _, problems = plugin.check(values | again)
        assert problems == {"service_entity_id": "is declared already, by the resource 'a'"}
        elsewhere = {"__declared": {"name": "c", "token": "c", "from": {"collaboration": "other"}}}
        assert plugin.check(values | elsewhere)[1] == {}


def test_expired_at_each_preview(emulator: Emulator) -> None:
    """A collaboration that is not in force is told at each preview, of its services too, with what to do."""
    with Plugin(CollaborationProvider, emulator.environment()) as plugin:
        id_, _, inputs = made(plugin)
    service = {"collaboration": id_, "service_entity_id": MAIL}
    act(emulator, "edit", collaboration=id_, fields={"expiry_date": 1000000000})
    for provider, values, old in (
        (CollaborationProvider, AI, inputs),
        (ServiceConnectionProvider, service, None),
        (ServiceConnectionProvider, service, service),
    ):
        with Plugin(provider, emulator.environment()) as plugin:
            for _ in range(2):
                assert plugin.check(values, old)[1] == {}
        assert plugin.stderr.count("ai has expired (2001-09-09), so it is not in force: set a later expiry date") == 1


def test_what_is_taken_over_is_told(emulator: Emulator) -> None:
    """A preview of a new resource says what is there already, so that a rename does not read as something new."""
    with Plugin(CollaborationProvider, emulator.environment()) as plugin:
        id_, _, _ = made(plugin)
    path = f"collaborations_services/v1/connect_collaboration_service/{id_}"
    api(emulator, "PUT", path, {"service_entity_id": MAIL})
    for provider, values, told in (
        (CollaborationProvider, AI, "SRAM collaboration ai exists already and is taken over"),
        (
            CollaborationProvider,
            AI | {"units": ["Research"], "adopt": True},
            "ai exists already and is taken over; its units change: [] -> [Research]",
        ),
        (
            ServiceConnectionProvider,
            {"collaboration": id_, "service_entity_id": MAIL},
            f"service {MAIL} in SRAM collaboration {id_} is connected already: it is taken over",
        ),
    ):
        with Plugin(provider, emulator.environment()) as plugin:
            assert plugin.check(values)[1] == {}
        assert told in plugin.stderr


def test_values_that_few_expect(emulator: Emulator) -> None:
    """Whatever text people make of a collaboration is read, kept and shown on one line, and the next run goes on."""
    with Plugin(CollaborationProvider, emulator.environment()) as plugin:
        id_, state, inputs = made(plugin)
    odd = "half \ud83d \x1b[31m\u202e<{%fg 1%}>\nerror: forged"
    seed = emulator.state()
    seed["sram"]["collaborations"][0] |= {"name": odd, "description": odd, "expiry_date": 253402300799}
    emulator.seed(seed)
    with Plugin(CollaborationProvider, emulator.environment()) as plugin:
        _, seen, live = plugin.read(id_, state)
        assert seen["name"].startswith("half ")
        assert "\ud83d" not in seen["name"]
        again, problems = plugin.check(AI, live)
        assert set(problems) == {"name", "description"}
        _, problems = plugin.check(AI)
        assert set(problems) == {"name", "description"}
        assert "half \ufffd" in problems["name"]
        assert all(text.isprintable() and "<{%" not in text for text in problems.values())
        assert plugin.diff(id_, seen, again)[0]
        act(emulator, "edit", collaboration=id_, fields={"name": "AI computing", "description": "For all"})
        assert shown(plugin.read(id_, seen)[1]) == shown(state)
        assert plugin.check(AI, inputs)[1] == {}


def test_members_who_name_themselves_oddly(emulator: Emulator) -> None:
    """A member's own name is shown harmlessly where a destroy is refused, which says what comes back."""
    with Plugin(CollaborationProvider, emulator.environment()) as plugin:
        id_, state, _ = made(plugin, administrators=["head@x.org"])
        accept(emulator, id_, "head@x.org")
        act(emulator, "edit", uid="urn:head", fields={"name": "\x1b]0;x\x07\u202eHead\nerror: forged <{%reset%}>"})
        with pytest.raises(PluginError) as refused:
            plugin.delete(id_, state)
    told = str(refused.value).strip()
    assert "has members: " in told
    assert "error: forged" in told
    assert told.splitlines() == [told]
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "<{%" not in told
    assert "set force_destroy=True and run `pulumi up` before it is destroyed or replaced" in told
    assert "comes back with the next run" in told
    assert not [each for each in writes(emulator) if each.startswith("DELETE")]
