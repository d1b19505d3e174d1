"""Boards prove what every platform has to prove, and a table shows each decision."""

import pytest
import requests
from pulumi_collab_boards import access
from pulumi_collab_boards.platform import PLATFORM

from pulumi_collab.emulator import Emulator
from pulumi_collab.sdk import Action
from pulumi_collab.testing.conformance import Access, CollaboratorContract


class TestBoards(CollaboratorContract):
    """One person on the default world's board."""

    platform = PLATFORM
    kind = PLATFORM.kind("ProjectCollaborator")
    low = {"role": "viewer"}
    high = {"role": "editor"}
    person = "ann"
    other = "bob"
    crowd = tuple(f"person-{number}" for number in range(10))
    operations = {"create": "put", "update": "put", "delete": "delete"}
    reads = ("get",)

    def who(self, person: str) -> Access:
        """On the board."""
        return {"board": "plans", "user": person}

    def give(self, emulator: Emulator, person: str, access: Access) -> None:
        """By the API."""
        self.call(emulator, "PUT", person, access)

    def take(self, emulator: Emulator, person: str) -> None:
        """By the API."""
        self.call(emulator, "DELETE", person)

    def held(self, emulator: Emulator) -> dict[str, Access]:
        """From the emulator's world."""
        people = emulator.state()["boards"]["boards"]["plans"]
        return {user: {"role": role} for user, role in people.items()}

    def call(self, emulator: Emulator, method: str, person: str, params: Access | None = None) -> None:
        environment = emulator.environment()
        url = f"{environment['BOARDS_BASE_URL']}/boards/plans/members/{person}"
        token = {"Authorization": f"Bearer {environment['BOARDS_API_TOKEN']}"}
        assert requests.request(method, url, params=params, headers=token, timeout=10).ok


@pytest.mark.parametrize(
    ("wanted", "there", "ours", "adopt", "action", "problem"),
    [
        ("viewer", None, False, False, Action.ADD, ""),
        ("viewer", "viewer", False, False, Action.NOTHING, ""),
        ("viewer", "editor", False, False, Action.NOTHING, "is editor already, and the program asks for viewer"),
        ("viewer", "editor", False, True, Action.CHANGE, ""),
        ("viewer", "editor", True, False, Action.CHANGE, ""),
    ],
)
def test_decisions(wanted: str, there: str | None, ours: bool, adopt: bool, action: Action, problem: str) -> None:
    """Declared x there x ours -> what is done, or why it is not."""
    decision = access.give("ann on board plans", wanted, there, ours=ours, adopt=adopt)
    assert decision.action is action
    assert [each.reason for each in decision.problems] == [problem] * bool(problem)
    assert decision.warnings == (("ann on board plans is taken over: editor -> viewer",) if adopt else ())
