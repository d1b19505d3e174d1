"""The adapter alone, in process, with a lifecycle that stops where the test wants it to."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any, ClassVar

from pulumi.dynamic import Config, ConfigureRequest

from pulumi_collab.engine.dynamic import LifecycleProvider
from pulumi_collab.lifecycle import Inputs, Lifecycle
from pulumi_collab.platform import Kind, Platform
from pulumi_collab.settings import Schema, Setting


class Person(Inputs):
    """All there is."""

    user: str


class Nobody:
    """A directory of nothing."""

    origin = "nowhere:443"


class Slow(Lifecycle[Person, Person, Nobody]):
    """Takes somebody over when told to go on."""

    inputs_model = state_model = Person
    identity = ("user",)
    entered, go_on = threading.Event(), threading.Event()
    removed: ClassVar[list[str]] = []

    def about(self, inputs: Person) -> str:
        return inputs.user

    id_of = about

    def from_id(self, id_: str) -> dict[str, Any]:
        return {"user": id_}

    def create(self, inputs: Person) -> Person:
        self.entered.set()
        assert self.go_on.wait(30)
        return inputs

    def read(self, state: Person) -> Person:
        return state

    update = None  # type: ignore[assignment]  # not asked for

    def delete(self, state: Person) -> None:
        self.removed.append(state.user)


class SlowProvider(LifecycleProvider):
    """Serves it."""

    platform = Platform(
        name="slow",
        title="Slow",
        schema=Schema("slow", (Setting("base_url", "baseUrl", "the base URL", default="https://nowhere"),)),
        connect=lambda _: Nobody(),
        kinds=(Kind("Person", Slow, f"{__name__}:SlowProvider"),),
        roles=(),
    )
    kind = "Person"


def test_a_deletion_waits_for_the_creation() -> None:
    """While somebody is being taken over, deleting the older resource waits, and then leaves the access."""
    Slow.entered.clear()
    Slow.go_on.clear()
    Slow.removed.clear()
    provider = SlowProvider()
    provider.configure(ConfigureRequest(Config({}, "test")))
    creating = threading.Thread(target=provider.create, args=({"user": "mia"},))
    deleting = threading.Thread(target=provider.delete, args=("mia", {"user": "mia", "__made": "earlier"}))
    creating.start()
    assert Slow.entered.wait(30)
    deleting.start()
    deleting.join(0.3)  # without a lock it would be done by now
    Slow.go_on.set()
    creating.join(30)
    deleting.join(30)
    assert Slow.removed == []


def test_only_our_own_errors_lose_their_frames() -> None:
    """What people read is one line; a traceback of somebody else in the same process has all its frames."""
    script = """
import sys, traceback
from pulumi_collab.engine.sentences import Error
from pulumi_collab.engine.tracebacks import show_no_frames_of_ours
show_no_frames_of_ours()
for error in (Error("told to people"), ValueError("somebody else's")):
    try:
        raise error
    except Exception:
        print(traceback.format_exc())
        print("---")
"""
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60)
    ours, theirs, _ = run.stdout.split("---")
    assert ours.strip() == "pulumi-collab: told to people"
    assert 'File "<string>", line' in theirs
    assert "ValueError: somebody else's" in theirs
