"""A service connected to a collaboration, or waiting for the person who may allow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ConfigDict

from ...converge import converge
from ...errors import BadResponse, Forbidden, NotFound, Refused, Rejected
from ...lifecycle import Inputs, Lifecycle
from .. import wire
from ..client import DatabaseError
from ..directory import Directory
from ..values import EntityId, Identifier
from ..wire import NAME


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


class ServiceConnectionLifecycle(Lifecycle[ServiceConnectionInputs, ServiceConnectionState, Directory]):
    """One service in one collaboration. A request that waits is remembered: the API does not show it."""

    inputs_model = ServiceConnectionInputs
    state_model = ServiceConnectionState
    identity = ("collaboration", "service_entity_id")

    def about(self, inputs: ServiceConnectionInputs) -> str:
        """Which service, and where."""
        return f"service {inputs.service_entity_id.strip()} in {NAME} collaboration {inputs.collaboration}"

    def id_of(self, inputs: ServiceConnectionInputs) -> str:
        """`3b5c…/https://wiki.example.org`."""
        return f"{inputs.collaboration}/{inputs.service_entity_id}"

    def grants(self, inputs: ServiceConnectionInputs) -> frozenset[str]:
        """The id, for which case and blanks at the end do not matter."""
        return frozenset({f"{inputs.collaboration}/{_folded(inputs.service_entity_id)}".casefold()})

    def from_id(self, id_: str) -> dict[str, Any]:
        """Collaboration and entity id of an id."""
        collaboration, _, entity_id = id_.partition("/")
        return {"collaboration": collaboration, "service_entity_id": entity_id}

    def changed(self, old: ServiceConnectionState, known: Mapping[str, Any]) -> set[str]:
        """Another collaboration or service; spelling does not count."""
        differing = {
            name
            for name, value in known.items()
            if name in self.identity and _folded(getattr(old, name)) != _folded(value)
        }
        if old.status == "pending" and not differing:
            self._tell_pending(old)
        return differing

    def create(self, inputs: ServiceConnectionInputs) -> ServiceConnectionState:
        """Connect it, or ask for it; what is connected already is taken over without a call."""
        with self.directory.lock(inputs.collaboration):
            try:
                reader = f"create {inputs.service_entity_id}"
                live = self.directory.collaboration(inputs.collaboration, reader, recent=True)
            except NotFound as error:
                raise Refused(f"{self.about(inputs)}: there is no such collaboration ({error})") from error
            stored = _stored(live, inputs)
            if stored is not None:
                return _state(inputs, "connected", stored)
            state = converge(lambda: self._asked(inputs), lambda: self._connected(inputs))
            if state.status == "pending":
                self._tell_pending(state)
            return state

    def read(self, state: ServiceConnectionState) -> ServiceConnectionState | None:
        """Connected as the collaboration shows it; a request that waits stays so until it is."""
        try:
            live = self.directory.collaboration(state.collaboration, f"read {self.id_of(state)}")
        except NotFound:
            return None
        stored = _stored(live, state)
        if stored is not None:
            return _state(state, "connected", stored)
        return state if state.status == "pending" else None

    def update(self, old: ServiceConnectionState, inputs: ServiceConnectionInputs) -> ServiceConnectionState:
        """Nothing can be changed in place but the spelling."""
        if old.status == "pending":
            self._tell_pending(old)
        return _state(inputs, old.status, old.entity_id)

    def delete(self, state: ServiceConnectionState) -> None:
        """Disconnect it; a request that waits can only be left."""
        with self.directory.lock(state.collaboration):
            try:
                reader = f"delete {self.id_of(state)}"
                live = self.directory.collaboration(state.collaboration, reader, recent=True)
                if state.status == "pending" and _stored(live, state) is None:
                    live = self.directory.collaboration_now(state.collaboration)  # it may have been approved just now
            except NotFound:
                return
            stored = _stored(live, state)
            if stored is not None:
                converge(lambda: self._disconnected(state, stored), lambda: self._is_gone(state))
            elif state.status == "pending":
                self.warn(
                    f"{self.about(state)}: the request still waits; only a person can cancel it, in the web "
                    "interface, or it goes with the collaboration"
                )

    def _asked(self, inputs: ServiceConnectionInputs) -> ServiceConnectionState:
        try:
            answer = self.directory.connect_service(inputs.collaboration, inputs.service_entity_id.strip())
        except DatabaseError:
            raise
        except (Forbidden, NotFound, Rejected) as error:
            if isinstance(error, Rejected) and "request already exists" in str(error):
                return _state(inputs, "pending", None)
            raise error.plus(f". {_what_to_do(error)}") from error
        if answer.status not in ("connected", "pending"):
            raise BadResponse(f"{NAME} answered with the unknown status {answer.status!r}; look in the web interface")
        return _state(inputs, "connected" if answer.status == "connected" else "pending", answer.entity_id)

    def _connected(self, inputs: ServiceConnectionInputs) -> ServiceConnectionState | None:
        stored = _stored(self.directory.collaboration_now(inputs.collaboration), inputs)
        return _state(inputs, "connected", stored) if stored is not None else None

    def _disconnected(self, state: ServiceConnectionState, stored: str) -> bool:
        try:
            self.directory.disconnect_service(state.collaboration, stored)
        except Rejected as error:
            if error.status != 409:  # 409: it is not connected, which is what we want
                raise
        return True

    def _is_gone(self, state: ServiceConnectionState) -> bool | None:
        try:
            live = self.directory.collaboration_now(state.collaboration)
        except NotFound:
            return True
        return True if _stored(live, state) is None else None

    def _tell_pending(self, state: ServiceConnectionState) -> None:
        self.warn(
            f"{self.about(state)} is not connected yet: the owner of the service has to approve it; `pulumi refresh` "
            "sees when that was done"
        )


def _folded(value: str) -> str:
    return value.strip().casefold()


def _stored(live: wire.Collaboration, inputs: ServiceConnectionInputs) -> str | None:
    """The service's own spelling of its entity id, if it is connected."""
    wanted = _folded(inputs.service_entity_id)
    return next((entity_id for entity_id in live.services if _folded(entity_id) == wanted), None)


def _state(
    inputs: ServiceConnectionInputs, status: Literal["connected", "pending"], stored: str | None
) -> ServiceConnectionState:
    return ServiceConnectionState(
        collaboration=inputs.collaboration,
        service_entity_id=inputs.service_entity_id,
        status=status,
        entity_id=stored,
    )


def _what_to_do(error: Exception) -> str:
    said = str(error)
    if "has no administrator" in said:
        return (
            "The owner of this service has to approve, and asks an admin of the collaboration: somebody has to accept "
            "an invitation as admin first; run `pulumi up` again then"
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
