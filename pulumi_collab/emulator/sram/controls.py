"""What the controls of SRAM share: how one is read, what it may be about, and how it says that something cannot be."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

from pulumi_collab.emulator.documents import ControlError, as_document, checked
from pulumi_collab.emulator.platform import Answer, Call, Handler
from pulumi_collab.emulator.sram.errors import Refused
from pulumi_collab.emulator.sram.model import World
from pulumi_collab.emulator.sram.records import Collaboration

WantedT = TypeVar("WantedT", bound=BaseModel)


class Impossible(Exception):
    """What the web interface would refuse. status: 404 for what is not there, 409 for what cannot be now."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def control(model: type[WantedT], act: Callable[[World, float, WantedT], Any]) -> Handler[World]:
    """`act` as a control whose body is a `model`."""

    def handle(call: Call[World]) -> Answer:
        wanted = checked(model, as_document(call.body))
        try:
            return Answer.json({"status": "ok", **act(call.section, call.now, wanted)})
        except Impossible as error:
            return Answer.json({"error": str(error)}, error.status)
        except Refused as error:
            raise ControlError(str(error)) from None

    return handle


def named(world: World, name: str) -> Collaboration:
    """The collaboration of an identifier, or of a short name that one organisation only has."""
    found = world.collaboration(name)
    fitting = [found] if found else [each for each in world.collaborations if each.short_name == name]
    if not fitting:
        raise Impossible(404, f"there is no collaboration {name}")
    if len(fitting) > 1:
        raise Impossible(409, f"several organisations have a collaboration {name}: use the identifier")
    return fitting[0]
