"""Services of a collaboration: connected, waiting, refused, and let go."""

from __future__ import annotations

import pytest

from pulumi_collab.errors import Hint, Refused, RequestError
from pulumi_collab.sram.lifecycles import ServiceConnectionInputs, ServiceConnectionState

from .behind import accept, act, api, collaborations, reads, writes
from .conftest import Ours
from .whole import said

MAIL, WIKI, VAULT, CLOSED = (f"https://{name}.example.org" for name in ("mail", "wiki", "vault", "closed"))


def with_admin(ours: Ours) -> str:
    """A collaboration that somebody administers."""
    ai = ours.make(administrators=["head@x.org"]).identifier
    accept(ours.emulator, ai, "head@x.org")
    ours.again()
    return ai


def connected(ours: Ours) -> list[str]:
    """The services that the collaboration has."""
    return [each["entity_id"] for each in collaborations(ours.emulator)["ai"]["services"]]


def reread(ours: Ours, state: ServiceConnectionState) -> ServiceConnectionState | None:
    """What the next process reads."""
    ours.again()
    return ours.services.read(state)


def test_connected_at_once(ours: Ours) -> None:
    """A service that connects automatically is connected, read back, and disconnected."""
    ai = ours.make().identifier
    mail = ours.connect(ai, MAIL)
    assert (mail.status, mail.entity_id) == ("connected", MAIL)
    assert reread(ours, mail) == mail
    ours.services.delete(mail)
    assert connected(ours) == []
    ours.services.delete(mail)
    assert reread(ours, mail) is None


def test_what_is_connected_is_taken_over(ours: Ours) -> None:
    """A service that is connected already costs no call."""
    ai = ours.make().identifier
    ours.connect(ai, MAIL)
    ours.again()
    ours.emulator.clear_journal()
    assert ours.connect(ai, MAIL).status == "connected"
    assert writes(ours.emulator) == []


def test_case_and_blanks_do_not_count(ours: Ours) -> None:
    """The entity id matches in any case, blanks at its end dropped; the stored form is kept."""
    ai = ours.make().identifier
    mail = ours.connect(ai, "HTTPS://Mail.Example.ORG ")
    assert (mail.status, mail.entity_id) == ("connected", MAIL)
    assert reread(ours, mail) == mail
    assert ours.services.changed(mail, {"collaboration": ai, "service_entity_id": MAIL}) == set()
    assert ours.services.changed(mail, {"collaboration": ai, "service_entity_id": WIKI}) == {"service_entity_id"}
    inputs = ServiceConnectionInputs(collaboration=ai, service_entity_id=MAIL)
    assert ours.services.grants(mail) == ours.services.grants(inputs)
    ours.services.delete(mail)
    assert connected(ours) == []


def test_pending_until_somebody_approves(ours: Ours) -> None:
    """A service that needs approval is pending and told; no drift while it waits; approval is seen."""
    ai = with_admin(ours)
    vault = ours.connect(ai, VAULT)
    assert vault.status == "pending"
    assert "owner of the service has to approve" in ours.told[-1]
    assert reread(ours, vault) == vault
    known = {"collaboration": ai, "service_entity_id": VAULT}
    assert ours.services.changed(vault, known) == set()
    assert "has to approve" in next(iter(ours.services.warnings(vault, known))), "each preview says it again"
    act(ours.emulator, "decide", collaboration=ai, service_entity_id=VAULT, decision="approve")
    live = reread(ours, vault)
    assert live is not None
    assert live.status == "connected"


def test_asked_again_while_pending(ours: Ours) -> None:
    """A request that exists already is pending, not an error."""
    ai = with_admin(ours)
    ours.connect(ai, VAULT)
    ours.again()
    assert ours.connect(ai, VAULT).status == "pending"


def test_denied_is_not_asked_again_by_itself(ours: Ours) -> None:
    """A denial cannot be seen: the state stays pending, and no second request is made."""
    ai = with_admin(ours)
    vault = ours.connect(ai, VAULT)
    act(ours.emulator, "decide", collaboration=ai, service_entity_id=VAULT, decision="deny")
    ours.emulator.clear_journal()
    assert reread(ours, vault) == vault
    assert writes(ours.emulator) == []


def test_destroying_what_waits(ours: Ours) -> None:
    """Destroying a pending one asks the service, which has nothing to end, and says who alone can cancel it."""
    ai = with_admin(ours)
    vault = ours.connect(ai, VAULT)
    ours.emulator.clear_journal()
    ours.services.delete(vault)
    assert writes(ours.emulator) == ["PUT collaborations_services disconnect_collaboration_service"]
    assert "only a person can cancel it" in ours.told[-1]


def test_approved_since_the_last_refresh(ours: Ours) -> None:
    """Destroying one that state remembers as pending disconnects it when it was approved meanwhile."""
    ai = with_admin(ours)
    vault = ours.connect(ai, VAULT)
    act(ours.emulator, "decide", collaboration=ai, service_entity_id=VAULT, decision="approve")
    ours.again()
    ours.services.delete(vault)
    assert connected(ours) == []


def test_approved_while_it_is_destroyed(ours: Ours) -> None:
    """Approved between refresh and delete of one process, it is disconnected all the same."""
    ai = with_admin(ours)
    vault = reread(ours, ours.connect(ai, VAULT))
    assert vault is not None
    assert vault.status == "pending"
    act(ours.emulator, "decide", collaboration=ai, service_entity_id=VAULT, decision="approve")
    ours.services.delete(vault)
    assert connected(ours) == []


@pytest.mark.parametrize(
    ("entity_id", "advice"),
    [
        (CLOSED, "ask its owner to allow it"),
        ("https://unknown.example.org", "No service has this entity id"),
        (VAULT, "accept an invitation as admin first"),
    ],
)
def test_refusals_say_what_to_do(ours: Ours, entity_id: str, advice: str) -> None:
    """Not allowed, unknown, and no administrator each say what to do next."""
    ai = ours.make(administrators=["head@x.org"]).identifier
    with pytest.raises(RequestError, match=advice):
        ours.connect(ai, entity_id)


def test_an_unknown_collaboration(ours: Ours) -> None:
    """An unknown collaboration is told as such, at preview on its property too, though connecting would be a 403."""
    nowhere = "00000000-0000-4000-8000-000000000000"
    told = said(ours.services.check({"collaboration": nowhere, "service_entity_id": MAIL}, None), ours.told)
    assert "is not known, or not one that this API key may see" in told["collaboration"]
    with pytest.raises(Refused, match="collaboration is not known, or not one that this API key may see"):
        ours.connect(nowhere, MAIL)


def test_disconnected_by_somebody(ours: Ours) -> None:
    """A connection that is gone shows as gone, and destroying it is no error."""
    ai = ours.make().identifier
    mail = ours.connect(ai, MAIL)
    path = f"collaborations_services/v1/disconnect_collaboration_service/{ai}"
    api(ours.emulator, "PUT", path, {"service_entity_id": MAIL})
    ours.services.delete(mail)  # this process still holds the old listing: the service answers 409
    assert reread(ours, mail) is None


def test_gone_with_its_collaboration(ours: Ours) -> None:
    """With its collaboration a connection is surely gone."""
    ai = ours.make().identifier
    mail = ours.connect(ai, MAIL)
    api(ours.emulator, "DELETE", f"collaborations/v1/{ai}")
    assert reread(ours, mail) is None
    ours.services.delete(mail)


@pytest.mark.parametrize("entity_id", [MAIL, VAULT])
@pytest.mark.parametrize("kind", ["reset", "500", "html"])
def test_a_lost_answer(ours: Ours, entity_id: str, kind: str) -> None:
    """A connect whose answer is lost converges, connected or pending."""
    ai = with_admin(ours)
    ours.emulator.fault("sram", "services/connect", kind, when="after")
    assert ours.connect(ai, entity_id).status == ("connected" if entity_id == MAIL else "pending")
    assert len(collaborations(ours.emulator)["ai"]["services"]) == (entity_id == MAIL)


def test_parallel_connects_that_meet(ours: Ours) -> None:
    """`Database error` of a parallel connect is looked after."""
    ai = ours.make().identifier
    ours.emulator.fault("sram", "services/connect", "refuse", when="after")
    assert ours.connect(ai, MAIL).status == "connected"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["reset", "500", "garbage", "html", "refuse"])
def test_a_lost_disconnect(ours: Ours, kind: str, when: str) -> None:
    """A disconnect whose answer is lost converges."""
    ai = ours.make().identifier
    mail = ours.connect(ai, MAIL)
    ours.emulator.fault("sram", "services/disconnect", kind, when=when)
    ours.services.delete(mail)
    assert connected(ours) == []


def test_a_read_that_cannot_tell_raises(ours: Ours) -> None:
    """Not allowed to look is not gone."""
    ai = ours.make().identifier
    mail = ours.connect(ai, MAIL)
    ours.again()
    ours.emulator.fault("sram", "collaborations/read", "403")
    with pytest.raises(RequestError):
        ours.services.read(mail)


def test_a_delete_that_is_not_allowed(ours: Ours) -> None:
    """Where the key may neither end nor see it, the refusal has a way on."""
    mail = ours.connect(ours.make().identifier, MAIL)
    ours.emulator.fault("sram", "*", "403", times=2)
    with pytest.raises(Refused, match="does not allow this") as refused:
        ours.services.delete(mail)
    assert refused.value.hint is Hint.FORGET


def test_several_are_read_by_one_call(ours: Ours) -> None:
    """The connections of one collaboration are read by one call."""
    ai = ours.make().identifier
    both = [ours.connect(ai, MAIL), ours.connect(ai, WIKI)]
    ours.again()
    ours.emulator.clear_journal()
    for each in both:
        ours.services.read(each)
    assert reads(ours.emulator) == ["collaborations"]
