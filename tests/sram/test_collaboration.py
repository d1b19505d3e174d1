"""A collaboration, row by row of what the service does with one."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulumi_collab.errors import Refused, RequestError
from pulumi_collab.sram.lifecycles import CollaborationInputs, CollaborationState

from .behind import accept, act, api, collaborations, group, invited, mails, members, reads, writes
from .conftest import Ours, declared, properties

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def reread(ours: Ours, state: CollaborationState) -> CollaborationState:
    """What the next process reads."""
    ours.again()
    live = ours.collaborations.read(state)
    assert live is not None
    return live


def as_inputs(state: CollaborationState) -> CollaborationInputs:
    """The inputs that are in the state."""
    return CollaborationInputs(**{name: getattr(state, name) for name in CollaborationInputs.model_fields})


def problems(ours: Ours, wanted: CollaborationInputs, old: CollaborationState | None = None) -> dict[str, str]:
    """What preview says in the next process."""
    ours.again()
    return properties(ours.collaborations.check(dict(wanted), as_inputs(old) if old else None))


# --- Create and read ---


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


def with_default_tags(ours: Ours, *tags: str) -> None:
    """Let the organisation add these to every new collaboration."""
    seed = ours.emulator.state()["sram"]
    seed["organisations"][0]["default_tags"] = list(tags)
    ours.emulator.seed({"sram": seed})
    ours.again()


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
    ai = ours.make()
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"support_email": "the desk"})
    live = reread(ours, ai)
    assert CollaborationState.model_validate(live.model_dump()).support_email == "the desk"


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
    ],
)
def test_drift_shows_on_its_property(ours: Ours, name: str, value: Any) -> None:
    """What an admin changes in the web interface is that property's drift, and no other's."""
    ai = ours.make()
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={name: value})
    live = reread(ours, ai)
    assert getattr(live, name) == value
    assert ours.collaborations.changed(live, dict(declared())) == {name}


def test_drift_of_the_expiry(ours: Ours) -> None:
    """Another day is drift, shown as a day; a lifted expiry as well; the same day in other words is none (6)."""
    ai = ours.make(expiry_date="2030-06-15")
    assert ours.collaborations.changed(ai, dict(declared(expiry_date="2030-06-14T22:30:00+02:00"))) == set()
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"expiry_date": 1907712000 + 86400})
    assert reread(ours, ai).expiry_date == "2030-06-16"
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"expiry_date": None})
    assert reread(ours, ai).expiry_date is None


def test_a_server_in_another_zone(ours: Ours) -> None:
    """Dates told two hours off are no drift, neither the collaboration's nor a member's (6)."""
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
    """An expired collaboration is still there; its status is an output."""
    ai = ours.make(expiry_date="2030-06-15")
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"expiry_date": 1000000000})
    act(ours.emulator, "job", name="nightly")
    live = reread(ours, ai)
    assert (live.status, live.expiry_date) == ("expired", "2001-09-09")


def test_a_gone_one(ours: Ours) -> None:
    """Deleted by somebody it is surely gone, and destroying it is no error (404)."""
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


# --- preview of a new one ---


def test_unknown_units_and_taken_names(ours: Ours) -> None:
    """A unit that does not exist and a name that is taken in any case fail at preview."""
    assert "there is Research" in problems(ours, declared(units=["Nope"]))["units"]
    ours.make()
    assert "ai already" in problems(ours, declared(name="ai COMPUTING ", short_name="other"))["name"]


def test_taken_over_when_it_is_the_same(ours: Ours) -> None:
    """A collaboration of this short name with these values is taken over without a write."""
    first = ours.make(tags=["b", "a"], website_url="https://x", units=["Research"])
    wanted = declared(tags=["a", "b"], website_url="https://x ", units=["research"])
    assert problems(ours, wanted) == {}
    ours.emulator.clear_journal()
    assert ours.collaborations.create(wanted).identifier == first.identifier
    assert writes(ours.emulator) == []


@pytest.mark.parametrize("adopt", [False, True])
def test_refused_when_fixed_values_differ(ours: Ours, adopt: bool) -> None:
    """What the API cannot change fails at preview on each property, naming both values, adopt or not."""
    first = ours.make(tags=["a"])
    accept_somebody(ours, first)
    wanted = declared(description="Other", tags=["b"], name="Other", adopt=adopt)
    found = problems(ours, wanted)
    assert sorted(found) == ["description", "name", "tags"]
    assert "'For all'" in found["description"]
    assert "'Other'" in found["description"]
    with pytest.raises(Refused, match=r"name is 'AI computing'.*description is 'For all'.*tags is \[a\]"):
        ours.collaborations.create(wanted)


def test_adopt_changes_units(ours: Ours) -> None:
    """Other units are refused, naming both, unless adopt=True, which sets them."""
    first = ours.make()
    assert "adopt=True" in problems(ours, declared(units=["Research"]))["units"]
    wanted = declared(units=["Research"], adopt=True)
    assert problems(ours, wanted) == {}
    assert ours.collaborations.create(wanted).identifier == first.identifier
    assert collaborations(ours.emulator)["ai"]["units"] == ["Research"]


@pytest.mark.parametrize(
    ("change", "property_"),
    [
        ({"short_name": "other"}, "name"),
        ({"name": "Other"}, "name"),
        ({"name": "New"}, "expiry_date"),
    ],
)
def test_a_replacement_that_cannot_be_made(ours: Ours, change: dict[str, str], property_: str) -> None:
    """What the new one could not have fails at preview, while the old one is still there."""
    ours.make(name="Other", short_name="other")
    past = (datetime.now(UTC) - timedelta(days=2)).date().isoformat() if property_ == "expiry_date" else None
    old = ours.make(allow_replacement=True).model_copy(update={"expiry_date": past})
    wanted = as_inputs(old).model_copy(update=change)
    assert property_ in problems(ours, wanted, old)
    assert problems(ours, wanted.model_copy(update={"name": "New", "short_name": "ai", "expiry_date": None}), old) == {}


# --- create that fails half-way ---


@pytest.mark.parametrize("kind", ["reset", "500", "garbage", "html", "refuse"])
def test_a_lost_answer(ours: Ours, kind: str) -> None:
    """When it was made and the answer is lost or says otherwise, a look finds it: one collaboration, one mail (2)."""
    ours.emulator.fault("sram", "collaborations/create", kind, when="after")
    ai = ours.make(administrators=["head@x.org"], tags=["new"])
    assert collaborations(ours.emulator)["ai"]["identifier"] == ai.identifier
    assert mails(ours.emulator, "head@x.org") == 1


def test_killed_after_the_create(ours: Ours) -> None:
    """Killed before the answer, the next `up` takes it over, and previews without a failure."""
    wanted = declared(administrators=["head@x.org"], tags=["new"])
    ours.emulator.fault("sram", "collaborations/create", "reset", when="after")
    ours.emulator.fault("sram", "*", "reset", times=10, skip=1)
    with pytest.raises(RequestError):
        ours.collaborations.create(wanted)
    ours.emulator.clear_faults()
    assert problems(ours, wanted) == {}
    ours.collaborations.create(wanted)
    assert list(collaborations(ours.emulator)) == ["ai"]
    assert mails(ours.emulator, "head@x.org") == 1


def test_a_refusal_is_not_repeated(ours: Ours) -> None:
    """An outright no is not asked again."""
    ours.make()
    ours.again()
    ours.emulator.clear_journal()
    with pytest.raises(RequestError, match="already exists within organisation"):
        ours.make(short_name="other")
    assert writes(ours.emulator) == ["POST collaborations"]


def test_half_made_without_tags(ours: Ours) -> None:
    """A `Database error` that leaves it without tags: made again within one create, with its tags (2)."""
    ours.emulator.variants(sram={"database_error": "on-shared-new-tag"})
    wanted = [declared(short_name=f"ai{n}", name=f"AI {n}", tags=["shared"]) for n in range(4)]
    others = [Ours(ours.emulator) for _ in wanted]  # four processes, which no lock of ours keeps apart
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda pair: pair[0].collaborations.create(pair[1]), zip(others, wanted, strict=True)))
    assert {name: each["tags"] for name, each in collaborations(ours.emulator).items()} == {
        f"ai{n}": ["shared"] for n in range(4)
    }


def test_killed_when_half_made(ours: Ours) -> None:
    """Left without tags by a killed run, the next preview passes, and `up` makes it whole (2)."""
    ours.make()
    wanted = declared(administrators=["head@x.org"], tags=["new"])
    assert problems(ours, wanted) == {}
    assert "`pulumi up` deletes it and makes it again" in ours.told[-1]
    ai = ours.collaborations.create(wanted)
    live = collaborations(ours.emulator)
    assert list(live) == ["ai"]
    assert live["ai"]["tags"] == ["new"]
    assert set(invited(ours.emulator, ai.identifier)) == {"head@x.org"}
    assert mails(ours.emulator, "head@x.org") == 1


def test_what_is_in_it_is_not_deleted(ours: Ours) -> None:
    """One without tags that has a unit, a group or an invitation to our own administrator is nobody's left-over."""
    wanted = declared(tags=["new"])
    for more in ({"units": ["Research"]}, {"administrators": ["head@x.org"]}, {}):
        ours.emulator.reset()
        ours.again()
        ai = ours.make(**more)
        if not more:
            group(ours.emulator, ai.identifier, "one")
        assert "tags" in problems(ours, wanted)
        with pytest.raises(Refused, match=r"tags is \[\] on SRAM"):
            ours.collaborations.create(wanted)
        assert collaborations(ours.emulator)["ai"]["identifier"] == ai.identifier


def test_tags_beside_the_declared_ones_are_told(ours: Ours) -> None:
    """One that is taken over with other tags besides says so at preview; with a group in it, it is a conflict."""
    ai = ours.make(tags=["mine", "theirs"])
    assert problems(ours, declared(tags=["mine"])) == {}
    assert "its tags theirs are not declared" in ours.told[-1]
    group(ours.emulator, ai.identifier, "one")
    ours.make(name="Other", short_name="other")
    assert list(problems(ours, declared(tags=["mine"]))) == ["tags"]


def test_an_administrator_of_the_organisation_is_invited_too(ours: Ours) -> None:
    """SRAM drops the organisation's first admin from a create without a word: invited by a call of its own."""
    world = ours.emulator.state()
    email = "first@x.org"
    world["sram"]["organisations"][0]["admin_email"] = email
    ours.emulator.seed(world)
    ours.again()
    ai = ours.make(administrators=[email, "head@x.org"])
    assert set(invited(ours.emulator, ai.identifier)) == {email, "head@x.org"}
    assert mails(ours.emulator, "head@x.org") == mails(ours.emulator, email) == 1


def test_somebody_elses_is_not_taken_for_half_made(ours: Ours) -> None:
    """One without tags that somebody is in, or is invited to, is not ours to delete."""
    ai = ours.make(administrators=["head@x.org"])
    ours.invite(ai.identifier, "bob@x.org")
    wanted = declared(administrators=["head@x.org"], tags=["new"])
    assert list(problems(ours, wanted)) == ["tags"]
    accept(ours.emulator, ai.identifier, "bob@x.org")
    assert list(problems(ours, wanted)) == ["tags"]


def test_missing_administrators_are_invited(ours: Ours) -> None:
    """Half-made without invitations: the administrators who are neither in nor asked are invited, once (2)."""
    ours.make()
    ours.again()
    ai = ours.make(administrators=["head@x.org", "ann@x.org"], message="Welcome")
    assert {each["intended_role"] for each in invited(ours.emulator, ai.identifier).values()} == {"admin"}
    assert mails(ours.emulator, "head@x.org") == mails(ours.emulator, "ann@x.org") == 1
    accept(ours.emulator, ai.identifier, "ann@x.org")
    ours.again()
    ours.make(administrators=["head@x.org", "ann@x.org"])
    assert mails(ours.emulator, "head@x.org") == mails(ours.emulator, "ann@x.org") == 1


def test_four_in_parallel(ours: Ours) -> None:
    """Four creates at once with a new shared tag are all made, none twice."""
    ours.emulator.variants(sram={"database_error": "on-shared-new-tag"})
    wanted = [
        declared(short_name=f"ai{n}", name=f"AI {n}", tags=["shared", "new"], administrators=["head@x.org"])
        for n in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ours.collaborations.create, wanted))
    assert mails(ours.emulator, "head@x.org") == 4, "one mail each, though the first was made twice"
    assert [set(each["tags"]) for each in collaborations(ours.emulator).values()] == [{"shared", "new"}] * 4


# --- change ---


def test_units_change_in_place(ours: Ours) -> None:
    """Units are the one thing that the API changes; an unknown one fails at preview."""
    ai = ours.make()
    wanted = declared(units=["research"])
    changed = ours.collaborations.changed(ai, dict(wanted))
    assert changed == {"units"}
    assert ours.collaborations.replaces(ai, changed) == set()
    assert problems(ours, wanted, ai) == {}
    assert "units" in problems(ours, declared(units=["Nope"]), ai)
    ours.emulator.fault("sram", "collaborations/units", "reset", when="after")
    new = ours.collaborations.update(ai, wanted)
    assert collaborations(ours.emulator)["ai"]["units"] == ["Research"]
    assert reread(ours, new) == new
    assert reread(ours, ours.collaborations.update(new, declared())).units == []


FIXED_CHANGES: list[tuple[str, Any]] = [
    ("name", "Other"),
    ("short_name", "other"),
    ("description", "Other"),
    ("website_url", "https://other"),
    ("expiry_date", "2030-06-15"),
    ("logo", PICTURE),
    ("disable_join_requests", True),
    ("disclose_member_information", False),
    ("disclose_email_information", False),
    ("tags", ["other"]),
    ("support_email", "o@x.org"),
]


@pytest.mark.parametrize(("name", "value"), FIXED_CHANGES)
def test_what_cannot_change_fails_at_preview(ours: Ours, name: str, value: Any) -> None:
    """Each such change names what a replacement would lose and the two ways on, and never replaces by itself (1)."""
    ai = ours.make()
    accept_somebody(ours, ai)
    ours.invite(ai.identifier, "eve@x.org")
    wanted = declared(**{name: value})
    found = problems(ours, wanted, ai)
    assert list(found) == [name]
    assert "1 member and 1 open invitation" in found[name]
    assert "web interface" in found[name]
    assert "allow_replacement=True" in found[name]
    assert ours.collaborations.replaces(ai, ours.collaborations.changed(ai, dict(wanted))) == set()
    with pytest.raises(Refused, match=name):
        ours.collaborations.update(ai, wanted)


def test_replacement_by_permission(ours: Ours) -> None:
    """With allow_replacement it replaces; with members only after force_destroy is in the state (design 1)."""
    ai = ours.make()
    wanted = declared(description="Other", allow_replacement=True)
    assert problems(ours, wanted, ai) == {}
    changed = ours.collaborations.changed(ai, dict(wanted))
    assert ours.collaborations.replaces(ai, changed) == {"description"}
    assert ours.collaborations.delete_before_replace(ai, dict(wanted))
    accept_somebody(ours, ai)
    found = problems(ours, declared(description="Other", allow_replacement=True, force_destroy=True), ai)
    assert list(found) == ["force_destroy"]
    assert "Bob <bob@x.org>" in found["force_destroy"]
    forced = ours.collaborations.update(ai, declared(force_destroy=True, allow_replacement=True))
    assert problems(ours, declared(description="Other", allow_replacement=True, force_destroy=True), forced) == {}
    kept = ours.collaborations.changed(forced, dict(declared(description="Other", allow_replacement=True)))
    assert ours.collaborations.replaces(forced, kept) == {"description"}
    taken_back = ours.collaborations.changed(forced, dict(declared(description="Other", force_destroy=True)))
    assert ours.collaborations.replaces(forced, taken_back) == set()


def test_administrators_act_at_creation_alone(ours: Ours) -> None:
    """Another list later is no difference, calls nothing, and is told in a warning."""
    ai = ours.make(administrators=["head@x.org"])
    wanted = declared(administrators=["ann@x.org"])
    assert ours.collaborations.changed(ai, dict(wanted)) == set()
    ours.emulator.clear_journal()
    assert problems(ours, wanted, ai) == {}
    assert "CollaborationInvite" in ours.told[-1]
    assert ours.emulator.journal() == []


# --- destroy ---


def test_members_are_not_lost_by_surprise(ours: Ours) -> None:
    """Deleting one with members needs force_destroy in the state; the error says who is in it."""
    ai = ours.make()
    accept_somebody(ours, ai)
    ours.again()
    with pytest.raises(Refused, match=r"Bob <bob@x\.org>.*force_destroy=True.*`pulumi up` sends them again"):
        ours.collaborations.delete(ai)
    assert members(ours.emulator, ai.identifier) == {"urn:bob": "member"}
    ours.collaborations.delete(ai.model_copy(update={"force_destroy": True}))
    assert collaborations(ours.emulator) == {}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["reset", "500", "html", "garbage", "refuse"])
def test_a_lost_delete(ours: Ours, kind: str, when: str) -> None:
    """A delete whose answer is lost is looked after and repeated; deleting again is no error (404)."""
    ai = ours.make()
    ours.emulator.fault("sram", "collaborations/delete", kind, when=when)
    ours.collaborations.delete(ai)
    assert collaborations(ours.emulator) == {}


def test_made_again_after_a_delete(ours: Ours) -> None:
    """In one process, the deleted one is not taken for there: its names are free at once."""
    ai = ours.make()
    wanted = dict(declared(description="Other", allow_replacement=True))
    assert list(ours.collaborations.check(wanted, as_inputs(ai))) == []
    assert list(ours.collaborations.check(wanted, None)) == [], "the engine checks a replacement again, as new"
    ours.collaborations.delete(ai)
    assert ours.make(description="Other").identifier != ai.identifier


def test_several_are_checked_by_one_listing(ours: Ours) -> None:
    """Preview of many new collaborations asks for the organisation once."""
    for number in range(5):
        list(ours.collaborations.check(dict(declared(short_name=f"ai{number}", name=f"{number}")), None))
    assert reads(ours.emulator) == ["organisations"]


def accept_somebody(ours: Ours, ai: CollaborationState) -> None:
    """Bob becomes a member."""
    ours.invite(ai.identifier)
    accept(ours.emulator, ai.identifier, "bob@x.org")


def test_a_key_for_some_units(ours: Ours) -> None:
    """A key that is for units sets them whatever is declared, which is told; it cannot change them."""
    seed = ours.emulator.state()["sram"]
    seed["organisations"][0]["keys"][0]["units"] = ["Research"]
    ours.emulator.seed({"sram": seed})
    ours.again()
    ai = ours.make()
    assert ai.units == ["Research"]
    assert "has set the units Research" in ours.told[-1]
    with pytest.raises(RequestError, match="scoped with units"):
        ours.collaborations.update(ai, declared())
    ours.again()
    assert ours.make(units=["Research"]).identifier == ai.identifier


def test_a_key_of_another_organisation(ours: Ours) -> None:
    """A foreign collaboration is not ours to see: that is an error, and does not drop it from the state (2: 403)."""
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
