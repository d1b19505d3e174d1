"""A collaboration that is changed, replaced and destroyed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulumi_collab.errors import Hint, Refused

from .behind import collaborations, members, writes
from .conftest import Ours, declared
from .whole import PICTURE, accept_somebody, as_inputs, problems, reread


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
    assert reread(ours, ours.collaborations.update(new, declared(units=[]))).units == []
    assert collaborations(ours.emulator)["ai"]["units"] == []


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
    """Each such change names what a replacement would lose and the two ways on, and never replaces by itself."""
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
    """With allow_replacement it replaces; with members only after force_destroy is in the state."""
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


def test_administrators_act_at_creation_alone(ours: Ours) -> None:
    """Another list later is no difference, calls nothing, and is told in a warning."""
    ai = ours.make(administrators=["head@x.org"])
    wanted = declared(administrators=["ann@x.org"])
    assert ours.collaborations.changed(ai, dict(wanted)) == set()
    ours.emulator.clear_journal()
    assert problems(ours, wanted, ai) == {}
    assert "CollaborationInvite" in ours.told[-1]
    assert writes(ours.emulator) == []


def test_made_again_after_a_delete(ours: Ours) -> None:
    """In one process, the deleted one is not taken for there: its names are free at once."""
    ai = ours.make()
    wanted = dict(declared(description="Other", allow_replacement=True))
    assert list(ours.collaborations.check(wanted, as_inputs(ai))) == []
    ours.collaborations.delete(ai)
    assert ours.make(description="Other").identifier != ai.identifier


def test_members_are_not_lost_by_surprise(ours: Ours) -> None:
    """Deleting one with members needs force_destroy in the state; the error says who is in it."""
    ai = ours.make()
    accept_somebody(ours, ai)
    ours.again()
    with pytest.raises(Refused, match=r"has members: Bob <bob@x\.org>,.*comes back with the next run") as refused:
        ours.collaborations.delete(ai)
    assert refused.value.hint is Hint.FORCE
    assert members(ours.emulator, ai.identifier) == {"urn:bob": "member"}
    ours.collaborations.delete(ai.model_copy(update={"force_destroy": True}))
    assert collaborations(ours.emulator) == {}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["reset", "500", "html", "garbage", "refuse"])
def test_a_lost_delete(ours: Ours, kind: str, when: str) -> None:
    """A delete whose answer is lost is looked after and repeated; deleting again is no error."""
    ai = ours.make()
    ours.emulator.fault("sram", "collaborations/delete", kind, when=when)
    ours.collaborations.delete(ai)
    assert collaborations(ours.emulator) == {}
