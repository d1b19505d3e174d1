import json
import re
from pathlib import Path
from typing import Any

import pytest

from pulumi_collab.emulator import ControlError, Emulator
from pulumi_collab.emulator.sram.edits import Fields, MembershipFields, PersonFields
from pulumi_collab.emulator.sram.jobs import JOBS
from pulumi_collab.emulator.sram.model import World
from pulumi_collab.emulator.sram.people import CONTROLS

from .client import Api
from .conftest import TWO_ORGANISATIONS

ORGANISATION = {"name": "Demo", "short_name": "demo", "units": ["Research"], "keys": [{"token": "t"}]}
WHOLE: dict[str, Any] = {
    "organisations": [ORGANISATION],
    "users": [{"uid": "urn:ann"}],
    "services": [{"entity_id": "https://mail.example.org"}],
    "collaborations": [
        {
            "organisation": "demo",
            "name": "AI",
            "short_name": "ai",
            "units": ["Research"],
            "services": ["https://mail.example.org"],
            "memberships": [{"uid": "urn:ann", "role": "admin"}],
            "invitations": [{"email": "bob@people.test", "expiry_date": 4_000_000_000}],
            "groups": [{"name": "G", "short_name": "g", "members": ["urn:ann"]}],
        }
    ],
}


def test_the_default_world(emulator: Emulator, api: Api) -> None:
    """The default world has one organisation with a unit, four services, and no collaboration yet."""
    section = emulator.state()["sram"]
    assert [each["short_name"] for each in section["organisations"]] == ["demo"]
    assert section["organisations"][0]["units"] == ["Research"]
    assert {each["entity_id"]: each["connection"] for each in section["services"]} == {
        "https://mail.example.org": "automatic",
        "https://wiki.example.org": "automatic",
        "https://vault.example.org": "approval",
        "https://closed.example.org": "not_allowed",
    }
    assert (section["collaborations"], section["mails"]) == ([], [])
    assert emulator.environment()["SRAM_API_TOKEN"] == "demo-sram-token"
    assert emulator.environment()["SRAM_BASE_URL"] == f"{emulator.url}/sram"
    assert api.listed() == []


@pytest.mark.parametrize("document", [{"sram": WHOLE}, TWO_ORGANISATIONS])
def test_a_seed_is_the_same_every_time(emulator: Emulator, document: dict[str, Any]) -> None:
    """What a seed leaves out is made, the same after every reset; and the state is a seed of the same world."""
    emulator.seed(document)
    seeded = emulator.state()
    emulator.reset()
    assert emulator.state() == seeded
    emulator.seed(seeded)
    assert emulator.state() == seeded


def test_a_seeded_world_can_be_used(emulator: Emulator) -> None:
    """What is seeded is there, and new things get numbers of their own."""
    emulator.seed({"sram": WHOLE})
    with Api(emulator) as api:
        [co] = api.listed()
        [waiting] = api.open(co)
        api.act("accept", invitation_id=waiting["invitation"]["identifier"], uid="urn:bob")
        api.create()
        read = api.read(co)
        assert [each["user"]["uid"] for each in read["collaboration_memberships"]] == ["urn:ann", "urn:bob"]
        assert len({each["id"] for each in (*api.listed(), *read["collaboration_memberships"])}) == 4


def _with(**change: Any) -> dict[str, Any]:
    whole = json.loads(json.dumps(WHOLE))
    whole["collaborations"][0] |= change
    return {"sram": whole}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (_with(organisation="nope"), "names no organisation: 'nope'"),
        (_with(services=["nope"]), "has or wants a service 'nope'"),
        (_with(requests=["nope"]), "has or wants a service 'nope'"),
        (_with(units=["Nope"]), "is of a unit 'Nope'"),
        (_with(memberships=[{"uid": "urn:nobody"}]), "has a member 'urn:nobody'"),
        (_with(memberships=[{"uid": "urn:ann"}] * 2), "have the same uid"),
        (_with(memberships=[{"uid": "urn:ann", "role": "owner"}]), "memberships.0.role"),
        (_with(colour="red"), "colour: Extra inputs"),
        (_with(status="closed"), "status"),
        (_with(invitations=[{"email": "a@x", "hash": "secret"}]), "hash"),
        ({"sram": {**WHOLE, "collaborations": WHOLE["collaborations"] * 2}}, "the same short_name"),
        ({"sram": {**WHOLE, "users": WHOLE["users"] * 2}}, "two users have the same uid"),
        ({"sram": {**WHOLE, "users": [{"uid": "a", "id": 5}, {"uid": "b", "id": 5}]}}, "the same id"),
        (
            {"sram": {**WHOLE, "organisations": [{**ORGANISATION, "keys": [{"token": "t", "units": ["Nope"]}]}]}},
            "has a key of unit 'Nope'",
        ),
        ({"sram": {**WHOLE, "services": WHOLE["services"] * 2}}, "two services"),
    ],
)
def test_contradictions_are_refused(emulator: Emulator, document: dict[str, Any], why: str) -> None:
    """A seed that names what does not exist, or the same thing twice, is refused in one line."""
    with pytest.raises(ControlError, match=re.escape(why)):
        emulator.seed(document)


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    """Collaborations, people, requests, mails and the counter are in the state file."""
    file = tmp_path / "state.json"
    with Emulator(state_file=file) as emulator, Api(emulator) as api:
        made = api.create(administrators=["a@x.test"], expiry_date=1_907_712_000)
        api.member(made, intended_role="admin")
        api.connect(made, "https://vault.example.org")
        before = emulator.state()["sram"]
    with Emulator(state_file=file) as emulator, Api(emulator) as api:
        assert emulator.state()["sram"] == before
        api.act(
            "decide", collaboration="ai_computing", service_entity_id="https://vault.example.org", decision="approve"
        )
        assert api.read(made)["services"][0]["name"] == "Vault"


def test_the_page_is_complete(emulator: Emulator) -> None:
    """The SRAM section of the emulator's page has a seed that works, and names every control, job and field."""
    page = (Path(__file__).parents[3] / "docs" / "emulator.md").read_text(encoding="utf-8").partition("\n## SRAM\n")[2]
    example = re.search(r"```\n(\"sram\".*?)```", page, re.DOTALL)
    assert example
    emulator.seed(json.loads(f"{{{example[1]}}}"))
    assert emulator.state()["sram"]["collaborations"][0]["groups"][0]["members"] == ["urn:ann"]
    for name in CONTROLS:
        assert f"`POST /_emulator/sram/{name}`" in page
    shown = (Fields, MembershipFields, PersonFields, World)
    for name in (*JOBS, *(name for model in shown for name in model.model_fields)):
        assert f"`{name}" in page
