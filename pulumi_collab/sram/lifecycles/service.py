"""A service connected to a collaboration, or waiting for the person who may allow it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from ...converge import converge
from ...decisions import Action
from ...errors import BadResponse, Forbidden, Hint, NotFound, Problem, Refused, Rejected
from ...lifecycle import Lifecycle, Notice
from .. import wire
from ..access import service as access
from ..access.collaboration import not_in_force
from ..access.service import ServiceConnectionInputs, ServiceConnectionState, stored
from ..client import DatabaseError
from ..directory import Directory
from ..wire import NAME


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
        return frozenset({f"{inputs.collaboration}/{access.folded(inputs.service_entity_id)}".casefold()})

    def from_id(self, id_: str) -> dict[str, Any]:
        """Collaboration and entity id of an id."""
        collaboration, _, entity_id = id_.partition("/")
        return {"collaboration": collaboration, "service_entity_id": entity_id}

    def check(self, known: Mapping[str, Any], old: ServiceConnectionInputs | None) -> Iterable[Problem | Notice]:
        """Whether there is such a collaboration, whether it is in force, and whether the service is connected."""
        if "collaboration" not in known or "service_entity_id" not in known:
            return
        wanted, now = ServiceConnectionInputs(**known), self.directory.now()
        listed = self._listed(wanted.collaboration)
        if old is None or self.grants(old) != self.grants(wanted):
            live = listed or self._live(wanted, "check it")
            yield from access.connecting(self.about(wanted), wanted.service_entity_id, live, now).findings()
        elif listed is not None:
            yield from map(Notice, not_in_force(listed, now))

    def changed(self, old: ServiceConnectionState, known: Mapping[str, Any]) -> set[str]:
        """Another collaboration or service; spelling does not count."""
        return {
            name
            for name, value in known.items()
            if name in self.identity and access.folded(getattr(old, name)) != access.folded(value)
        }

    def warnings(self, old: ServiceConnectionState, known: Mapping[str, Any]) -> Iterable[str]:
        """That it still waits."""
        return () if self.changed(old, known) else access.waiting(self.about(old), old)

    def create(self, inputs: ServiceConnectionInputs) -> ServiceConnectionState:
        """Connect it, or ask for it; what is connected already is taken over without a call."""
        about = self.about(inputs)
        with self.directory.lock(inputs.collaboration):
            live = self._live(inputs, f"create {inputs.service_entity_id}")
            decision = access.connecting(about, inputs.service_entity_id, live, self.directory.now())
            decision.raise_if_refused(about, named=True)
            if live is not None and decision.action is Action.NOTHING:
                return _state(inputs, "connected", stored(live, inputs.service_entity_id))
            state = converge(lambda: self._asked(inputs), lambda: self._connected(inputs))
            for text in access.waiting(about, state):
                self.warn(text)
            return state

    def read(self, state: ServiceConnectionState) -> ServiceConnectionState | None:
        """Connected as the collaboration shows it; a request that waits stays so until it is."""
        try:
            live = self.directory.collaboration(state.collaboration, f"read {self.id_of(state)}")
        except NotFound:
            return None
        there = stored(live, state.service_entity_id)
        if there is None and state.status == "connected":  # one response may be an old one, or an odd one
            listed = self._listed(state.collaboration, f"read {self.id_of(state)}")
            there = stored(listed, state.service_entity_id) if listed is not None else None
        if there is not None:
            return _state(state, "connected", there)
        return state if state.status == "pending" else None

    def update(self, old: ServiceConnectionState, inputs: ServiceConnectionInputs) -> ServiceConnectionState:
        """Nothing can be changed in place but the spelling."""
        return _state(inputs, old.status, old.entity_id)

    def delete(self, state: ServiceConnectionState) -> None:
        """Disconnect it, whatever a listing shows; a request that waits can only be left."""
        with self.directory.lock(state.collaboration):
            try:
                converge(lambda: self._disconnected(state), lambda: self._is_gone(state))
            except Forbidden as error:
                raise Refused(f"{self.about(state)}: {error}", Hint.FORGET) from error

    def _listed(self, identifier: str, reader: str | None = None) -> wire.Collaboration | None:
        """The collaboration as the listing of all of them has it, which a preview asks for anyway."""
        return self.directory.organisation(reader).by_identifier(identifier)

    def _live(self, inputs: ServiceConnectionInputs, reader: str) -> wire.Collaboration | None:
        try:
            return self.directory.collaboration(inputs.collaboration, reader, recent=True)
        except NotFound:
            return None

    def _asked(self, inputs: ServiceConnectionInputs) -> ServiceConnectionState:
        try:
            answer = self.directory.connect_service(inputs.collaboration, inputs.service_entity_id.strip())
        except DatabaseError:
            raise
        except (Forbidden, NotFound, Rejected) as error:
            if isinstance(error, Rejected) and "request already exists" in str(error):
                return _state(inputs, "pending", None)
            raise error.plus(f". {access.advice(error)}") from error
        if answer.status not in ("connected", "pending"):
            raise BadResponse(f"{NAME} answered with the unknown status {answer.status!r}; look in the web interface")
        return _state(inputs, "connected" if answer.status == "connected" else "pending", answer.entity_id)

    def _connected(self, inputs: ServiceConnectionInputs) -> ServiceConnectionState | None:
        there = stored(self.directory.collaboration_now(inputs.collaboration), inputs.service_entity_id)
        return _state(inputs, "connected", there) if there is not None else None

    def _disconnected(self, state: ServiceConnectionState) -> bool:
        try:
            self.directory.disconnect_service(state.collaboration, state.entity_id or state.service_entity_id.strip())
        except Rejected as error:
            if error.status != 409:  # 409: it is not connected, which is what we want
                raise
            if state.status == "pending":
                self.warn(access.left_waiting(self.about(state)))
        return True

    def _is_gone(self, state: ServiceConnectionState) -> bool | None:
        try:
            live = self.directory.collaboration_now(state.collaboration)
        except NotFound:
            return True
        return True if stored(live, state.service_entity_id) is None else None


def _state(
    inputs: ServiceConnectionInputs, status: Literal["connected", "pending"], there: str | None
) -> ServiceConnectionState:
    return ServiceConnectionState(
        collaboration=inputs.collaboration,
        service_entity_id=inputs.service_entity_id,
        account=inputs.account,
        status=status,
        entity_id=there,
    )
