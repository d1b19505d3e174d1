"""A collaboration made and read, row by row of what the service does with one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pulumi_collab.errors import Hint, Refused, RequestError
from pulumi_collab.sram.lifecycles import CollaborationState

from .behind import accept, act, api, collaborations, invited, reads, writes
from .conftest import Ours, declared
from .whole import PICTURE, as_inputs, problems, reread, with_default_tags, with_units


def test_created_as_declared(ours: Ours) -> None:
    """All values reach the service, and read back as declared though it trims, rounds, reorders and redraws."""
    wanted = declared(
        disable_join_requests=True,
        disclose_member_information=False,
        disclose_email_information=False,
        administrators=["head@x.org"],
        message="Welcome",
        expiry_date="2030-06-15T21:00:00Z",
        logo=PICTURE,
        website_url=" https://ai.example.org ",
        tags=["zeta", "alpha"],
        units=["research"],
        support_email="help@x.org",
    )
    ai = ours.collaborations.create(wanted)
    live = collaborations(ours.emulator)["ai"]
    assert datetime.fromtimestamp(live["expiry_date"], UTC).isoformat() == "2030-06-16T00:00:00+00:00"
    assert live["website_url"] == "https://ai.example.org"
    assert live["units"] == ["Research"]
    assert live["support_email"] == "help@x.org"
    assert as_inputs(ai) == wanted
    assert (ai.global_urn, ai.status) == ("demo:ai", "active")
    assert ai.identifier == live["identifier"]
    assert invited(ours.emulator, ai.identifier)["head@x.org"]["intended_role"] == "admin"
    assert reread(ours, ai) == ai
    assert ours.collaborations.changed(ai, dict(wanted)) == set()


def test_the_organisations_own_tags_are_no_drift(ours: Ours) -> None:
    """Tags that the organisation adds are remembered as its own; others are drift."""
    seed = ours.emulator.state()["sram"]
    seed["organisations"][0]["default_tags"] = ["demo_all"]
    ours.emulator.seed({"sram": seed})
    ours.again()
    ai = ours.make(tags=["mine"])
    assert set(collaborations(ours.emulator)["ai"]["tags"]) == {"mine", "demo_all"}
    assert (ai.tags, ai.organisation_tags) == (["mine"], ["demo_all"])
    assert reread(ours, ai) == ai
    assert ours.collaborations.changed(ai, dict(declared(tags=["demo_all", "mine"]))) == set()
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"tags": ["mine", "demo_all", "more"]})
    assert reread(ours, ai).tags == ["mine", "more"]
    ours.again()
    assert ours.make(tags=["mine", "more"]).organisation_tags == ["demo_all"], "taken over with them"


def test_declaring_an_own_tag_of_the_organisation(ours: Ours) -> None:
    """Declaring a tag that the organisation has added is no change, before and after a refresh."""
    with_default_tags(ours, "dflt")
    ai = ours.make(tags=["a"])
    wanted = declared(tags=["a", "dflt"])
    assert problems(ours, wanted, ai) == {}
    assert ours.collaborations.changed(ai, dict(wanted)) == set()
    ai = reread(ours, ai)
    assert problems(ours, wanted, ai) == {}
    assert list(problems(ours, declared(tags=["a", "dflt", "more"]), ai)) == ["tags"]
    assert list(problems(ours, declared(tags=["dflt"]), ai)) == ["tags"]
    kept = reread(ours, ours.collaborations.update(ai, declared(tags=["a", "dflt"], force_destroy=True)))
    assert kept.tags == ["a", "dflt"]
    assert ours.collaborations.changed(kept, dict(wanted)) == {"force_destroy"}


def test_taking_out_an_own_tag_of_the_organisation(ours: Ours) -> None:
    """What is declared cannot be known as the organisation's own: taking it out fails, and says what to do."""
    with_default_tags(ours, "dflt")
    ai = ours.make(tags=["a", "dflt"])
    assert "stays declared" in problems(ours, declared(tags=["a"]), ai)["tags"]


def test_tags_changed_in_the_web_and_then_declared(ours: Ours) -> None:
    """Tags that are there already, without a refresh between, are remembered without a call."""
    ai = ours.make(tags=["a", "b"])
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"tags": ["a", "c"]})
    wanted = declared(tags=["a", "c"])
    assert problems(ours, wanted, ai) == {}
    ours.emulator.clear_journal()
    assert ours.collaborations.update(ai, wanted).tags == ["a", "c"]
    assert writes(ours.emulator) == []


def test_a_support_address_of_the_web_interface(ours: Ours) -> None:
    """Whatever people make of the support address there can be read, as drift."""
    ai = ours.make(support_email="help@x.org")
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"support_email": "the desk"})
    live = reread(ours, ai)
    assert CollaborationState.model_validate(live.model_dump()).support_email == "the desk"


MANAGED = {"website_url": "https://x.org", "units": [], "support_email": ""}
"""What is declared here, so that changes of it are drift."""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Other"),
        ("description", "Other"),
        ("website_url", "https://other.example.org"),
        ("disable_join_requests", True),
        ("disclose_member_information", False),
        ("disclose_email_information", False),
        ("tags", ["other"]),
        ("units", ["Research"]),
        ("support_email", "other@x.org"),
        ("short_name", "other"),
        ("website_url", ""),
    ],
)
def test_drift_shows_on_its_property(ours: Ours, name: str, value: Any) -> None:
    """What an admin changes in the web interface is that property's drift, and no other's."""
    ai = ours.make(**MANAGED)
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={name: None if value == "" else value})
    live = reread(ours, ai)
    assert getattr(live, name) == value
    assert ours.collaborations.changed(live, dict(declared(**MANAGED))) == {name}
    assert reread(ours, live) == live


def test_what_is_left_out_is_not_managed(ours: Ours) -> None:
    """Each value that may be left out is none at creation; what somebody sets after that stays, and is no drift."""
    with_units(ours, ["Research"])
    ai = ours.make()
    live = collaborations(ours.emulator)["ai"]
    assert [live[name] for name in ("website_url", "units", "support_email", "expiry_date")] == [None, [], None, None]
    by_hand = {"website_url": "https://x.org", "units": ["Research"], "support_email": "a@x.org", "logo": "another"}
    act(ours.emulator, "edit", collaboration=ai.identifier, fields=by_hand | {"expiry_date": 1907712000})
    seen = reread(ours, ai)
    assert seen == ai.model_copy(update={"logo_url": seen.logo_url})
    assert ours.collaborations.changed(seen, dict(declared())) == set()
    assert problems(ours, declared(), ai) == {}
    ours.emulator.clear_journal()
    ours.collaborations.update(seen, declared(force_destroy=True))
    ours.again()
    assert ours.make().identifier == ai.identifier, "taken over by the next program as it is"
    assert writes(ours.emulator) == []


def test_what_is_left_out_later_is_let_go(ours: Ours) -> None:
    """Leaving a value out changes nothing at the service, replaces nothing, is told, and ends its management."""
    ai = ours.make(website_url="https://x.org", units=["Research"], allow_replacement=True)
    wanted = declared(allow_replacement=True)
    changed = ours.collaborations.changed(ai, dict(wanted))
    assert changed == {"website_url", "units"}
    assert ours.collaborations.replaces(ai, changed, dict(wanted)) == set()
    assert list(ours.collaborations.warnings(ai, dict(wanted))) == [
        "units, website_url of SRAM collaboration ai: not managed any more; what is there stays"
    ]
    assert problems(ours, wanted, ai) == {}
    ours.emulator.clear_journal()
    new = ours.collaborations.update(ai, wanted)
    assert (new.website_url, new.units) == (None, None)
    assert writes(ours.emulator) == []
    assert collaborations(ours.emulator)["ai"]["units"] == ["Research"]
    assert reread(ours, new) == new


def test_what_was_set_by_hand_can_be_declared(ours: Ours) -> None:
    """What is there already is remembered without a call, though the API could not change it; else it is refused."""
    ai = ours.make()
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"website_url": "https://x.org"})
    wanted = declared(website_url="https://x.org")
    assert ours.collaborations.changed(ai, dict(wanted)) == {"website_url"}
    assert problems(ours, wanted, ai) == {}
    ours.emulator.clear_journal()
    assert ours.collaborations.update(ai, wanted).website_url == "https://x.org"
    assert writes(ours.emulator) == []
    assert list(problems(ours, declared(website_url="https://y.org"), ai)) == ["website_url"]
    assert list(problems(ours, declared(website_url=""), ai)) == ["website_url"], "declared as none"


def test_drift_of_the_expiry(ours: Ours) -> None:
    """Another day is drift, shown as a day; a lifted expiry as well; the same day in other words is none."""
    ai = ours.make(expiry_date="2030-06-15")
    assert ours.collaborations.changed(ai, dict(declared(expiry_date="2030-06-14T22:30:00+02:00"))) == set()
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"expiry_date": 1907712000 + 86400})
    assert reread(ours, ai).expiry_date == "2030-06-16"
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"expiry_date": None})
    assert reread(ours, ai).expiry_date is None


def test_a_server_in_another_zone(ours: Ours) -> None:
    """Dates told two hours off are no drift, neither the collaboration's nor a member's."""
    ours.emulator.variants(sram={"timezone": "amsterdam"})
    ai = ours.make(expiry_date="2030-06-15")
    assert reread(ours, ai) == ai
    bob = ours.invite(ai.identifier, membership_expiry_date="2030-06-15T12:00:00Z")
    accept(ours.emulator, ai.identifier, "bob@x.org")
    assert ours.refreshed(bob).membership_expiry_date == "2030-06-15T12:00:00Z"


def test_another_picture_is_no_drift_of_the_logo(ours: Ours) -> None:
    """A logo cannot be compared with what was sent; its address is an output that moves with the picture."""
    ai = ours.make(logo=PICTURE)
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"logo": "another"})
    live = reread(ours, ai)
    assert live.logo == PICTURE
    assert live.logo_url != ai.logo_url


def test_what_moves_by_itself_is_not_kept(ours: Ours) -> None:
    """Invitations and services move dates and counts of the collaboration, and none of its state."""
    ai = ours.make()
    ours.invite(ai.identifier)
    ours.connect(ai.identifier, "https://mail.example.org")
    accept(ours.emulator, ai.identifier, "bob@x.org")
    assert reread(ours, ai) == ai


def test_expired_by_the_nightly_job(ours: Ours) -> None:
    """An expired collaboration is still there; its status is an output, and each preview says what to do."""
    ai = ours.make(expiry_date="2030-06-15")
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"expiry_date": 1000000000})
    act(ours.emulator, "job", name="nightly")
    live = reread(ours, ai)
    assert (live.status, live.expiry_date) == ("expired", "2001-09-09")
    for state in (ai, live):
        ours.told.clear()
        assert problems(ours, as_inputs(state), state) == {}
        assert "has expired (2001-09-09), so it is not in force: set a later expiry date" in ours.told[0]
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"expiry_date": 1907712000})
    ours.told.clear()
    assert problems(ours, declared(expiry_date="2030-06-15"), live) == {}
    assert ours.told == []


def test_suspended(ours: Ours) -> None:
    """A collaboration that SRAM has suspended is told at each preview, with what to do."""
    ai = ours.make()
    seed = ours.emulator.state()
    seed["sram"]["collaborations"][0]["status"] = "suspended"
    ours.emulator.seed(seed)
    assert problems(ours, declared(), ai) == {}
    assert "ai is suspended, so it is not in force: somebody has to activate it" in ours.told[-1]
    assert reread(ours, ai).status == "suspended"


def test_a_gone_one(ours: Ours) -> None:
    """Deleted by somebody it is surely gone, and destroying it is no error."""
    ai = ours.make()
    api(ours.emulator, "DELETE", f"collaborations/v1/{ai.identifier}")
    ours.again()
    assert ours.collaborations.read(ai) is None
    ours.collaborations.delete(ai)


@pytest.mark.parametrize("kind", ["401", "403", "500", "html"])
def test_a_read_that_cannot_tell_raises(ours: Ours, kind: str) -> None:
    """Not allowed to look, or a failing service, is not gone."""
    ai = ours.make()
    ours.again()
    ours.emulator.fault("sram", "collaborations/read", kind, times=9)
    with pytest.raises(RequestError):
        ours.collaborations.read(ai)


def test_a_key_of_another_organisation(ours: Ours) -> None:
    """A foreign collaboration is not ours to see: that is an error, and does not drop it from the state."""
    ai = ours.make()
    seed = ours.emulator.state()["sram"]
    first = seed["organisations"][0]
    other = {**first, "id": 900, "name": "Other", "short_name": "other", "identifier": "other-id", "units": []}
    first["keys"], other["keys"] = [{**first["keys"][0], "token": "unused-token"}], first["keys"]
    seed["organisations"].insert(0, other)
    ours.emulator.seed({"sram": seed})
    ours.again()
    with pytest.raises(RequestError, match="does not allow this"):
        ours.collaborations.read(ai)
    with pytest.raises(Refused, match="does not allow this") as refused:
        ours.collaborations.delete(ai)
    assert refused.value.hint is Hint.FORGET


def test_several_are_checked_by_one_listing(ours: Ours) -> None:
    """Preview of many new collaborations asks for the organisation once."""
    for number in range(5):
        list(ours.collaborations.check(dict(declared(short_name=f"ai{number}", name=f"{number}")), None))
    assert reads(ours.emulator) == ["organisations"]
