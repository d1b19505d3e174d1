"""A collaboration that is to be made: what is in the way, what is taken over, and what fails half-way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_collab.errors import Refused, RequestError

from .behind import accept, collaborations, group, invited, mails, writes
from .conftest import Ours, declared
from .whole import accept_somebody, problems, reread, with_units


def test_unknown_units_and_taken_names(ours: Ours) -> None:
    """A unit that does not exist and a name that is taken in any case fail at preview."""
    assert "there is Research" in problems(ours, declared(units=["Nope"]))["units"]
    ours.make()
    assert "ai already" in problems(ours, declared(name="ai COMPUTING ", short_name="other"))["name"]


def test_taken_over_when_it_is_the_same(ours: Ours) -> None:
    """A collaboration of this short name with these values is taken over without a write."""
    first = ours.make(tags=["b", "a"], website_url="https://x", units=["Research"], support_email="a@x.org")
    wanted = declared(tags=["a", "b"], website_url="https://x ", units=["research"])
    assert problems(ours, wanted) == {}
    assert ours.told == ["SRAM collaboration ai exists already and is taken over"]
    ours.emulator.clear_journal()
    assert ours.collaborations.create(wanted).identifier == first.identifier
    assert writes(ours.emulator) == []
    assert list(problems(ours, declared(tags=["a", "b"], support_email=""))) == ["support_email"], "declared as none"


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
    told = problems(ours, declared(units=["Research"]))["units"]
    assert "is [] on SRAM" in told
    assert "the program asks for [Research]; set adopt=True" in told
    wanted = declared(units=["Research"], adopt=True)
    assert problems(ours, wanted) == {}
    assert ours.told[-1].endswith("is taken over; its units change: [] -> [Research]")
    assert ours.collaborations.create(wanted).identifier == first.identifier
    assert collaborations(ours.emulator)["ai"]["units"] == ["Research"]


def test_tags_beside_the_declared_ones_are_told(ours: Ours) -> None:
    """One that is taken over with other tags besides says so at preview; with a group in it, it is a conflict."""
    ai = ours.make(tags=["mine", "theirs"])
    assert problems(ours, declared(tags=["mine"])) == {}
    assert "its tags theirs are not declared" in ours.told[-1]
    group(ours.emulator, ai.identifier, "one")
    ours.make(name="Other", short_name="other")
    assert list(problems(ours, declared(tags=["mine"]))) == ["tags"]


@pytest.mark.parametrize("kind", ["reset", "500", "garbage", "html", "refuse"])
def test_a_lost_answer(ours: Ours, kind: str) -> None:
    """When it was made and the answer is lost or says otherwise, a look finds it: one collaboration, one mail."""
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
    """An outright no is not asked again: here somebody takes the name between the look and the call."""
    ours.directory.organisation()
    Ours(ours.emulator).make(short_name="theirs")
    ours.emulator.clear_journal()
    with pytest.raises(RequestError, match="already exists within organisation"):
        ours.make()
    assert writes(ours.emulator) == ["POST collaborations"]


def test_a_name_that_is_taken(ours: Ours) -> None:
    """What a preview refuses, a write refuses with the same sentence and without a call."""
    ours.make()
    ours.emulator.clear_journal()
    with pytest.raises(Refused, match="name is that of the collaboration ai already; names are unique"):
        ours.make(short_name="other")
    assert writes(ours.emulator) == []


def test_half_made_without_tags(ours: Ours) -> None:
    """A `Database error` that leaves it without tags: made again within one create, with its tags."""
    ours.emulator.variants(sram={"database_error": "on-shared-new-tag"})
    wanted = [declared(short_name=f"ai{n}", name=f"AI {n}", tags=["shared"]) for n in range(4)]
    others = [Ours(ours.emulator) for _ in wanted]  # four processes, which no lock of ours keeps apart
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda pair: pair[0].collaborations.create(pair[1]), zip(others, wanted, strict=True)))
    assert {name: each["tags"] for name, each in collaborations(ours.emulator).items()} == {
        f"ai{n}": ["shared"] for n in range(4)
    }


def test_killed_when_half_made(ours: Ours) -> None:
    """Left without tags by a killed run, the next preview passes, and `up` makes it whole."""
    ours.make()
    wanted = declared(administrators=["head@x.org"], tags=["new"])
    assert problems(ours, wanted) == {}
    assert "It is deleted and made again" in ours.told[-1]
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


def test_somebody_elses_is_not_taken_for_half_made(ours: Ours) -> None:
    """One without tags that somebody is in, or is invited to, is not ours to delete."""
    ai = ours.make(administrators=["head@x.org"])
    ours.invite(ai.identifier, "bob@x.org")
    wanted = declared(administrators=["head@x.org"], tags=["new"])
    assert list(problems(ours, wanted)) == ["tags"]
    accept(ours.emulator, ai.identifier, "bob@x.org")
    assert list(problems(ours, wanted)) == ["tags"]


def test_missing_administrators_are_invited(ours: Ours) -> None:
    """Half-made without invitations: the administrators who are neither in nor asked are invited, once."""
    ours.make()
    ours.again()
    ai = ours.make(administrators=["head@x.org", "ann@x.org"], message="Welcome")
    assert {each["intended_role"] for each in invited(ours.emulator, ai.identifier).values()} == {"admin"}
    assert mails(ours.emulator, "head@x.org") == mails(ours.emulator, "ann@x.org") == 1
    accept(ours.emulator, ai.identifier, "ann@x.org")
    ours.again()
    ours.make(administrators=["head@x.org", "ann@x.org"])
    assert mails(ours.emulator, "head@x.org") == mails(ours.emulator, "ann@x.org") == 1


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


# --- a key for some units ---


def test_units_that_the_key_sets(ours: Ours) -> None:
    """A key for some units sets them by itself: left out they are not managed, and the next run is clean."""
    with_units(ours, ["Research", "Teaching"], key=["Research"])
    ai = ours.make(administrators=["head@x.org"])
    assert collaborations(ours.emulator)["ai"]["units"] == ["Research"]
    assert ai.units is None
    assert reread(ours, ai) == ai
    wanted = declared(administrators=["head@x.org"])
    assert problems(ours, wanted, ai) == {}
    assert ours.collaborations.changed(ai, dict(wanted)) == set()
    ours.again()
    assert ours.make(units=["research"]).identifier == ai.identifier, "these may be declared"


@pytest.mark.parametrize("units", [["Teaching"], ["Research", "Teaching"], []])
@pytest.mark.parametrize("lost", [False, True])
def test_units_that_the_key_may_not_give(ours: Ours, units: list[str], lost: bool) -> None:
    """Others cannot be given, which no preview can know: refused, with nothing made, nobody mailed, and a way on."""
    with_units(ours, ["Research", "Teaching"], key=["Research"])
    wanted = declared(units=units, administrators=["head@x.org"], tags=["new"])
    assert problems(ours, wanted) == {}
    if lost:
        ours.emulator.fault("sram", "collaborations/create", "reset", when="after")
    with pytest.raises(Refused, match=r"units cannot be .* for some units alone, .*Research.* leave units out"):
        ours.collaborations.create(wanted)
    assert collaborations(ours.emulator) == {}
    assert mails(ours.emulator, "head@x.org") == 0
    ours.again()
    ours.make(tags=["new"])


def test_units_that_the_key_may_not_change(ours: Ours) -> None:
    """In one that exists, such a key changes no units: refused with the same way on, and nothing is changed."""
    with_units(ours, ["Research", "Teaching"], key=["Research"])
    ai = ours.make()
    for units in (["Teaching"], []):
        with pytest.raises(Refused, match=r"units cannot be .*\[Research\].* leave units out"):
            ours.collaborations.update(ai, declared(units=units))
        with pytest.raises(Refused, match="units cannot be"):
            ours.make(units=units, adopt=True)
    assert collaborations(ours.emulator)["ai"]["units"] == ["Research"]
