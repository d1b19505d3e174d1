"""SRAM as a program sees it: classes under mocks, and functions that look."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from pulumi_collab import sram
from pulumi_collab.sram import resources

from .behind import accept, act
from .conftest import Ours

MOCKED = """
from datetime import date, datetime, timedelta, timezone
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name + "-id", args.inputs
    def call(self, args):
        return {}, None

pulumi.runtime.set_mocks(Mocks())
from pulumi_collab import sram

noon = datetime(2030, 6, 15, 12, tzinfo=timezone(timedelta(hours=2)))

@pulumi.runtime.test
def test():
    ai = sram.Collaboration("ai", name="AI", short_name="ai", description="", expiry_date=date(2030, 6, 15))
    later = pulumi.Output.from_input("x").apply(lambda _: noon)
    bob = sram.CollaborationInvite("bob", collaboration=ai.identifier, email="b@x.org", invitation_expiry_date=noon,
                                   membership_expiry_date=later)
    wiki = sram.ServiceConnection("wiki", collaboration=ai.identifier, service_entity_id="https://wiki")
    def look(seen):
        text = "2030-06-15T12:00:00+02:00"
        assert seen == ["ai-id", "ai-id", "2030-06-15", text, text, "ai-id"], seen
        print("looked")
    return pulumi.Output.all(ai.identifier, bob.collaboration, ai.expiry_date, bob.invitation_expiry_date,
                             bob.membership_expiry_date, wiki.collaboration).apply(look)

test()
"""


def test_mocks_and_dates() -> None:
    """The classes work under Pulumi's mocks; days and moments, later ones too, become text; identifier is the id."""
    done = subprocess.run([sys.executable, "-c", MOCKED], capture_output=True, text=True, check=False)
    assert done.stdout == "looked\n", done.stderr


@pytest.mark.parametrize("name", ["Collaboration", "CollaborationInvite", "ServiceConnection"])
def test_providers_are_references(name: str) -> None:
    """What is kept of a provider is a short reference to a class that can be imported."""
    provider = getattr(resources, f"{name}Provider")
    pickled = pickle.dumps(provider())
    assert len(pickled) < 200
    assert b"pulumi_collab.sram.resources" in pickled


def test_the_data_functions(ours: Ours, monkeypatch: pytest.MonkeyPatch) -> None:
    """get_organisation and get_collaboration tell members, services and open invitations, and no secret."""
    for name, value in ours.emulator.environment().items():
        monkeypatch.setenv(name, value)
    ai = ours.make(administrators=["head@x.org"], units=["Research"])
    accept(ours.emulator, ai.identifier, "head@x.org")
    ours.invite(ai.identifier)
    ours.connect(ai.identifier, "https://mail.example.org")
    organisation = sram.get_organisation()
    assert (organisation.short_name, organisation.units) == ("demo", ["Research"])
    assert [each.short_name for each in organisation.collaborations] == ["ai"]
    found = sram.get_collaboration(ai.identifier)
    assert [(each.uid, each.email, each.name, each.role) for each in found.members] == [
        ("urn:head", "head@x.org", "Head", "admin")
    ]
    assert found.services == ["https://mail.example.org"]
    assert [each.email for each in found.open_invitations] == ["bob@x.org"]
    secrets = {each["hash"] for co in ours.emulator.state()["sram"]["collaborations"] for each in co["invitations"]}
    assert secrets
    assert not [secret for secret in secrets if secret in repr(organisation) + repr(found)]


def test_the_client_can_resend(ours: Ours) -> None:
    """Sending once more gives an open invitation past its date 15 days, and a mail."""
    ai = ours.make().identifier
    bob = ours.invite(ai)
    assert bob.invitation_id is not None
    act(ours.emulator, "age-invitation", invitation_id=bob.invitation_id, days=20)
    ours.directory.client.resend_invitation(bob.invitation_id)
    found = ours.directory.open_invitations(ai)[0].expires
    assert found is not None
    assert found > ours.directory.now()
