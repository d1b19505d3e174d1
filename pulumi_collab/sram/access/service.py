"""What may be done about a service of a collaboration, and why not: for previews and for writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from pydantic import ConfigDict

from ...decisions import Action, Decision, refuse
from ...errors import Forbidden, NotFound, Problem, RequestError
from ...lifecycle import Inputs
from .. import wire
from ..values import EntityId, Identifier
from .collaboration import not_in_force


class ServiceConnectionInputs(Inputs):
    """What is declared about a service of a collaboration."""

    collaboration: Identifier
    service_entity_id: EntityId


class ServiceConnectionState(ServiceConnectionInputs):
    """What is kept about a service of a collaboration."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    status: Literal["connected", "pending"] = "connected"
    entity_id: str | None = None
    """The entity id as the service spells it."""


def connecting(about: str, entity_id: str, live: wire.Collaboration | None, now: datetime) -> Decision:
    """It is declared and in no state: connect it (`ADD`), take over what is connected, or refuse."""
    if live is None:
        return refuse(
            Problem("collaboration", "is not known, or not one that this API key may see: check the identifier")
        )
    told = tuple(not_in_force(live, now))
    if stored(live, entity_id) is None:
        return Decision(Action.ADD, warnings=told)
    return Decision(Action.NOTHING, warnings=(f"{about} is connected already: it is taken over", *told))


def stored(live: wire.Collaboration, entity_id: str) -> str | None:
    """The service's own spelling of its entity id, if it is connected."""
    return next((each for each in live.services if folded(each) == folded(entity_id)), None)


def folded(entity_id: str) -> str:
    """An entity id as the service compares it."""
    return entity_id.strip().casefold()


def waiting(about: str, old: ServiceConnectionState) -> Iterator[str]:
    """What to tell while a request waits."""
    if old.status == "pending":
        yield f"{about} is not connected yet: the owner of the service has to approve it; a refresh sees it"


def left_waiting(about: str) -> str:
    """What to tell of a request that is destroyed."""
    return (
        f"{about}: if the request still waits, only a person can cancel it, in the web interface, or it goes with the "
        "collaboration"
    )


def advice(error: RequestError) -> str:
    """What to do about a refusal of the service's."""
    said = str(error)
    if "has no administrator" in said:
        return (
            "The owner of this service has to approve, and asks an admin of the collaboration: somebody has to accept "
            "an invitation as admin first; connect it after that"
        )
    if "not_allowed_organisation" in said:
        return "The service is not open to this organisation: ask its owner to allow it, or take it out of the program"
    if "Connection not allowed" in said:
        return "The service is connected to every collaboration already: take it out of the program"
    if isinstance(error, NotFound):
        return "No service has this entity id: check its spelling, or ask the owner of the service"
    if isinstance(error, Forbidden):
        return "The collaboration is not one of this API key's organisation: check its identifier and the key"
    return "Look at the service's connection settings in the web interface"
