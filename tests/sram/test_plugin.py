"""SRAM through the plugin's own gRPC server: what the engine is told, call by call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.engine.claims import Claims
from pulumi_collab.engine.dynamic import LifecycleProvider
from pulumi_collab.engine.operations import Operations
from pulumi_collab.sram.platform import PLATFORM
from pulumi_collab.sram.resources import (
    CollaborationInviteProvider,
    CollaborationProvider,
    ServiceConnectionProvider,
)

from ..provider.plugin import UNKNOWN, Plugin, PluginError
from .behind import accept, act, api


def emulator_stack(emulator: Emulator) -> Callable[[str], str | None]:
    """A stack configuration that leads to the emulator."""
    given = emulator.environment()
    return {"sram:baseUrl": given["SRAM_BASE_URL"], "sram:apiToken": given["SRAM_API_TOKEN"]}.get


NOWHERE = "00000000-0000-4000-8000-000000000000"
COLLABORATION = {"name": "AI computing", "short_name": "ai", "description": "For all", "identifier": NOWHERE}
INVITATION = {"collaboration": NOWHERE, "email": "bob@x.org", "status": "open"}
CONNECTION = {"collaboration": NOWHERE, "service_entity_id": "https://mail.example.org", "status": "connected"}


@pytest.mark.parametrize("elsewhere", ["organisation", "server"])
@pytest.mark.parametrize(
    ("provider", "id_", "state"),
    [
        (CollaborationProvider, NOWHERE, COLLABORATION),
        (CollaborationInviteProvider, f"{NOWHERE}/bob@x.org", INVITATION),
        (ServiceConnectionProvider, f"{NOWHERE}/https://mail.example.org", CONNECTION),
    ],
)
def test_another_organisation_cannot_tell(
    emulator: Emulator, provider: type[LifecycleProvider], id_: str, state: dict[str, Any], elsewhere: str
) -> None:
    """What another organisation, or server, does not know is not gone; in the one where it was made it is."""
    host = emulator.url.removeprefix("http://")
    made = f"{host}/other" if elsewhere == "organisation" else "sram.example.org:443/demo"
    there = f"{host}/demo" if elsewhere == "organisation" else host
    with Plugin(provider, emulator.environment()) as plugin:
        for call in (plugin.read, plugin.delete):
            with pytest.raises(PluginError, match=f"was made at {made}, and SRAM_BASE_URL leads to {there}: "):
                call(id_, state | {"__origin": made})
        assert plugin.read(id_, state | {"__origin": f"{host}/demo"}) == ("", {}, {})
        plugin.delete(id_, state | {"__origin": f"{host}/demo"})


@pytest.fixture
def invites(emulator: Emulator) -> Iterator[Plugin]:
    """A plugin that serves invitations of the emulator."""
    with Plugin(CollaborationInviteProvider, emulator.environment()) as running:
        yield running


def made(emulator: Emulator) -> str:
    """A collaboration that somebody has made."""
    body = {"name": "AI", "short_name": "ai", "description": "", "administrators": []}
    booleans = ("disable_join_requests", "disclose_member_information", "disclose_email_information")
    found: str = api(emulator, "POST", "collaborations/v1", body | dict.fromkeys(booleans, False))["identifier"]
    return found


def declared(name: str, collaboration: str = "a1", **more: Any) -> dict[str, Any]:
    """What a program registers whose collaboration is not made yet."""
    by = {"name": name, "token": name, "from": {"collaboration": collaboration}}
    return {"collaboration": UNKNOWN, "email": f"{name}@x.org", "__declared": by, **more}


def test_twice_in_what_is_not_made_yet(invites: Plugin) -> None:
    """One person twice in a collaboration that the same program makes fails at the first preview, two people do not."""
    assert invites.check(declared("bob"))[1] == {}
    assert invites.check(declared("eve"))[1] == {}
    assert invites.check(declared("bob", "b2") | {"__declared": declared("other", "b2")["__declared"]})[1] == {}
    _, failures = invites.check(declared("robert", email="BOB@x.org"))
    assert failures == {"email": "is declared already, by the resource 'bob'"}


@pytest.mark.parametrize(
    ("more", "failing"),
    [
        ({}, ["intended_role"]),
        ({"intended_role": "admin"}, []),
        ({"intended_role": "admin", "groups": ["g"]}, ["groups"]),
    ],
)
def test_an_administrator_beside_an_invitation(emulator: Emulator, more: dict[str, Any], failing: list[str]) -> None:
    """Whom the collaboration will have invited as an admin cannot be declared as anything else, at first preview."""
    made = {"name": "AI", "short_name": "ai", "description": "", "administrators": ["Head@x.org"]}
    operations = {
        kind.name: Operations(
            PLATFORM, kind, emulator_stack(emulator), lambda text: pytest.fail(f"warned: {text}"), Claims()
        )
        for kind in PLATFORM.kinds
    }
    by = {"__declared": {"name": "ai", "token": "made"}}
    assert operations["Collaboration"].check({}, made | by, frozenset())[1] == []
    news = declared("head", "made", **more) | {"collaboration": None}
    found = operations["CollaborationInvite"].check({}, news, frozenset({"collaboration"}))[1]
    assert [problem.property for problem in found] == failing


def test_a_target_that_hangs_on_what_is_not_made(invites: Plugin) -> None:
    """What is left out under `--target` is told as that; what a program leaves out is still required."""
    news = declared("bob")
    del news["collaboration"]
    assert "name that with --target too" in invites.check(news)[1]["collaboration"]
    assert invites.check({"email": "bob@x.org"})[1] == {"collaboration": "is required"}


def test_what_a_refresh_has_seen_is_known_to_the_next_preview(emulator: Emulator) -> None:
    """Who accepted under another address is known by uid: the last admin is not lowered, the new holder is told."""
    ai = made(emulator)
    wanted = {"collaboration": ai, "email": "bob@x.org", "intended_role": "admin"}
    with Plugin(CollaborationInviteProvider, emulator.environment()) as first:
        id_, state = first.create(first.check(wanted)[0])
    accept(emulator, ai, "bob@x.org", as_email="robert@home.org")
    with Plugin(CollaborationInviteProvider, emulator.environment()) as second:
        _, state, inputs = second.read(id_, state)
        assert (state["user"], state["accepted_as"]) == ("urn:bob", "robert@home.org")
        _, failures = second.check(wanted | {"intended_role": "member"}, inputs)
        assert "is the last admin of the collaboration" in failures["intended_role"]
        inputs, failures = second.check(wanted | {"resend_limit": 0}, inputs)
        assert failures == {}
    act(emulator, "remove-member", collaboration=ai, uid="urn:bob")
    invite = {"collaboration_identifier": ai, "invites": ["rob@x.org"]}
    api(emulator, "PUT", "invitations/v1/collaboration_invites", invite)
    accept(emulator, ai, "rob@x.org", as_email="bob@x.org")
    with Plugin(CollaborationInviteProvider, emulator.environment()) as third:
        _, failures = third.check(wanted | {"resend_limit": 0}, inputs)
    assert "was the user urn:bob, who is no member any more, and is Rob <bob@x.org> (urn:rob)" in failures["email"]


def test_who_is_gone_is_forgotten(emulator: Emulator, invites: Plugin) -> None:
    """Removed and invited again, another user who then accepts is nobody else's successor."""
    ai = made(emulator)
    wanted = {"collaboration": ai, "email": "bob@x.org"}
    id_, state = invites.create(invites.check(wanted)[0])
    accept(emulator, ai, "bob@x.org")
    _, state, inputs = invites.read(id_, state)
    act(emulator, "remove-member", collaboration=ai, uid="urn:bob")
    with Plugin(CollaborationInviteProvider, emulator.environment()) as later:
        _, state, inputs = later.read(id_, state)
        inputs, _ = later.check(wanted, inputs)
        state = later.update(id_, state, inputs)
        accept(emulator, ai, "bob@x.org", uid="urn:new")
    with Plugin(CollaborationInviteProvider, emulator.environment()) as last:
        assert last.check(wanted, inputs)[1] == {}
        assert last.read(id_, state)[1]["user"] == "urn:new"
