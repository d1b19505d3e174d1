"""Collaborations and services while the service shows the world as it was before the last change."""

from __future__ import annotations

import pytest

from pulumi_collab.errors import Hint, Refused

from .behind import accept, act, api, collaborations, invited, mails, members, writes
from .conftest import Ours, declared
from .whole import problems, reread

MAIL, VAULT = "https://mail.example.org", "https://vault.example.org"
READS = ["organisation/read", "collaborations/read", "*"]


def stale(ours: Ours, operation: str, times: int = 1) -> None:
    """The next reads of the next process show what was."""
    ours.again()
    ours.emulator.fault("sram", operation, "stale", times=times)


@pytest.mark.parametrize("operation", READS)
def test_made_by_somebody_just_now(ours: Ours, operation: str) -> None:
    """One that no listing shows yet is taken over, and nobody is mailed twice."""
    Ours(ours.emulator).make(administrators=["head@x.org"], tags=["a"])
    identifier = collaborations(ours.emulator)["ai"]["identifier"]
    stale(ours, operation)
    assert ours.make(administrators=["head@x.org"], tags=["a"]).identifier == identifier
    assert list(collaborations(ours.emulator)) == ["ai"]
    assert mails(ours.emulator, "head@x.org") == 1


@pytest.mark.parametrize("operation", READS)
def test_read_just_after_it_was_made(ours: Ours, operation: str) -> None:
    """One that a response does not show yet is not gone, and no preview wants to make it again."""
    ai = ours.make()
    stale(ours, operation)
    assert ours.collaborations.read(ai) == ai
    ours.emulator.clear_faults()
    stale(ours, "organisation/read")
    assert problems(ours, declared(force_destroy=True), ai) == {}


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("operation", READS)
def test_destroyed_just_after_it_was_made(ours: Ours, operation: str, times: int) -> None:
    """One that no response shows is deleted all the same: the service is asked, whatever a look tells."""
    ai = ours.make()
    stale(ours, operation, times)
    ours.collaborations.delete(ai)
    ours.emulator.clear_faults()
    assert collaborations(ours.emulator) == {}


@pytest.mark.parametrize("operation", READS)
def test_destroyed_just_after_somebody_came(ours: Ours, operation: str) -> None:
    """A member who is in since a moment is not lost: two looks have to agree that nobody is in it."""
    ai = ours.make()
    ours.invite(ai.identifier)
    accept(ours.emulator, ai.identifier, "bob@x.org")
    stale(ours, operation)
    with pytest.raises(Refused, match="has members: Bob") as refused:
        ours.collaborations.delete(ai)
    assert refused.value.hint is Hint.FORCE
    assert members(ours.emulator, ai.identifier) == {"urn:bob": "member"}


@pytest.mark.parametrize("operation", READS)
def test_what_looked_like_a_left_over(ours: Ours, operation: str) -> None:
    """One that was without anything in it until a moment ago is not deleted as what a failed create leaves."""
    ai = ours.make()
    ours.invite(ai.identifier)
    stale(ours, operation)
    with pytest.raises(Refused, match=r"just been changed by somebody|tags is \[\] on SRAM"):
        ours.make(tags=["new"])
    assert list(invited(ours.emulator, ai.identifier)) == ["bob@x.org"]


def test_units_that_somebody_added(ours: Ours) -> None:
    """Units that no refresh has seen, and that a change of units takes away, are told before."""
    seed = ours.emulator.state()["sram"]
    seed["organisations"][0]["units"] = ["Research", "Teaching", "Library"]
    ours.emulator.seed({"sram": seed})
    ours.again()
    ai = ours.make(units=["Research"])
    act(ours.emulator, "edit", collaboration=ai.identifier, fields={"units": ["Research", "Library"]})
    wanted = declared(units=["Research", "Teaching"])
    assert problems(ours, wanted, ai) == {}
    assert ours.told[-1] == "SRAM collaboration ai also loses the units Library, which somebody added"
    assert reread(ours, ours.collaborations.update(ai, wanted)).units == ["Research", "Teaching"]


@pytest.mark.parametrize("operation", READS)
def test_disconnected_just_after_it_was_connected(ours: Ours, operation: str) -> None:
    """A service that no response shows as connected is disconnected all the same, approved ones too."""
    ai = ours.make(administrators=["head@x.org"]).identifier
    accept(ours.emulator, ai, "head@x.org")
    ours.again()
    mail, vault = ours.connect(ai, MAIL), ours.connect(ai, VAULT)
    stale(ours, operation, 3)
    ours.services.delete(mail)
    act(ours.emulator, "decide", collaboration=ai, service_entity_id=VAULT, decision="approve")
    ours.emulator.clear_faults()
    stale(ours, operation, 3)
    ours.services.delete(vault)
    ours.emulator.clear_faults()
    assert collaborations(ours.emulator)["ai"]["services"] == []


def test_connected_again(ours: Ours) -> None:
    """One old response does not drop it from the state; dropped by two, it is connected anew, which changes nothing."""
    ai = ours.make().identifier
    mail = ours.connect(ai, MAIL)
    for operation in READS:
        stale(ours, operation)
        assert ours.services.read(mail) == mail
        ours.emulator.clear_faults()
    stale(ours, "*", 2)
    assert ours.services.read(mail) is None
    ours.again()
    assert ours.connect(ai, MAIL) == mail
    api(ours.emulator, "GET", f"collaborations/v1/{ai}")
    assert [each["entity_id"] for each in collaborations(ours.emulator)["ai"]["services"]] == [MAIL]


@pytest.mark.parametrize("operation", ["collaborations/create", "invitations/create", "collaborations/delete"])
def test_slowed_down_after_the_effect(ours: Ours, operation: str) -> None:
    """A limiter's answer after the effect makes nothing twice and mails nobody twice."""
    ours.emulator.fault("sram", operation, "429", when="after")
    ai = ours.make(administrators=["head@x.org"], tags=["new"])
    assert mails(ours.emulator, "head@x.org") == 1
    ours.collaborations.delete(ai)
    assert collaborations(ours.emulator) == {}
    assert writes(ours.emulator).count("POST collaborations") == 1
