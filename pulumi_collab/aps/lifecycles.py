"""Who must be on an APS app, as a resource. The service can only be read, so this verifies and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict

from ..errors import Hint, NotFound, Problem, Refused, RequestError
from ..lifecycle import Inputs, Lifecycle, Memory, Notice
from . import access, wire
from .directory import Directory
from .wire import NAME

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_LONGEST_EMAIL = 254  # as the reference has it


def _client_id(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty: it is the app's Client ID in the developer portal")
    if value in (".", "..") or any(c.isspace() or not c.isprintable() or c in "/\\" for c in value):
        raise ValueError("must be the app's Client ID from the developer portal, without blanks or slashes")
    return value


def _people(value: Mapping[str, str]) -> Mapping[str, str]:
    problems = []
    spelled: dict[str, str] = {}
    for email, level in sorted(value.items()):
        if not _EMAIL.fullmatch(email) or not email.isprintable() or len(email) > _LONGEST_EMAIL:
            problems.append(f"{email!r} is no e-mail address")
        if (other := spelled.setdefault(email.casefold(), email)) != email:
            problems.append(f"{other!r} and {email!r} are one address, declared twice")
        if not level:
            problems.append(f"{email}: needs a level: one of {', '.join(map(repr, wire.ACCESS_LEVELS))}")
        elif level not in wire.ACCESS_LEVELS:
            problems.append(f"{email}: must be one of {', '.join(map(repr, wire.ACCESS_LEVELS))}, not {level!r}")
    owners = sorted(email for email, level in value.items() if level == "OWNER")
    if len(owners) > 1:
        problems.append(f"an app has one OWNER, not {len(owners)}: {', '.join(owners)}")
    if problems:
        raise ValueError("; ".join(problems))
    return value


class ClientCollaboratorsInputs(Inputs):
    """What is declared about one app."""

    client_id: Annotated[str, AfterValidator(_client_id)]
    collaborators: Annotated[Mapping[str, str], AfterValidator(_people)]


class ClientCollaboratorsState(ClientCollaboratorsInputs):
    """What is kept about one app: who is on it, with any level that the service may name."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    client_id: str
    collaborators: Mapping[str, str] = {}
    user_ids: Mapping[str, str] = {}
    """Whose the declared addresses were when they were verified: an address can become somebody else's."""


class ClientCollaboratorsLifecycle(Lifecycle[ClientCollaboratorsInputs, ClientCollaboratorsState, Directory]):
    """Everybody on one app. Who is on it and not declared is a difference, but for its owner."""

    inputs_model = ClientCollaboratorsInputs
    state_model = ClientCollaboratorsState
    identity = ("client_id",)
    remembered = frozenset({"user_ids"})

    def about(self, inputs: ClientCollaboratorsInputs) -> str:
        """Whom and what it concerns."""
        return f"the collaborators of {NAME} app {inputs.client_id}"

    def check(
        self, known: Mapping[str, Any], old: ClientCollaboratorsInputs | None
    ) -> Iterable[Problem | Notice | Memory]:
        """The app is visible, and its people are as declared.

        A difference is a failure, unless the declaration differs from the state as well (after a refresh, or when the
        program changed): a failure would hide that from the preview, so there it is told, and the update fails.
        """
        if "client_id" not in known:
            return
        client_id = known["client_id"]
        try:
            live = self.directory.collaborators(client_id)
        except RequestError as error:
            absent = isinstance(error, NotFound)
            yield Problem("client_id" if absent else "", str(error) if absent else _unread(client_id, error))
            return
        if "collaborators" not in known:
            return
        declared = known["collaborators"]
        before = old if old is not None and old.client_id == client_id else None
        user_ids = before.user_ids if isinstance(before, ClientCollaboratorsState) else {}
        decision = access.verify(declared, live, user_ids)
        if decision.problems:
            if before is None or access.same(before.collaborators, declared):
                yield Problem("collaborators", access.differences(client_id, decision).listed)
            else:
                yield Notice(access.differences(client_id, decision, ", and until they are an update fails").listed)
        yield Memory({"user_ids": access.user_ids_of(declared, live, user_ids)})

    def changed(self, old: ClientCollaboratorsState, known: Mapping[str, Any]) -> set[str]:
        """As for any resource; the case of letters in addresses and an owner who is left out make no difference."""
        names = super().changed(old, known)
        same = access.same(old.collaborators, known.get("collaborators", {}))
        return names - ({"collaborators"} if same else set())

    def create(self, inputs: ClientCollaboratorsInputs) -> ClientCollaboratorsState:
        """Verify that the app's people are as declared."""
        return self._verified(inputs, {})

    def read(self, state: ClientCollaboratorsState) -> ClientCollaboratorsState:
        """Who is on the app now. An app that is not shown raises: it may only be hidden."""
        try:
            live = self.directory.collaborators(state.client_id, "read")
        except NotFound as error:
            raise Refused(_unread(state.client_id, error), Hint.FORGET) from error
        people = access.as_declared(state.collaborators, live, state.user_ids)
        user_ids = access.followed(state.user_ids, live) or access.user_ids_of(people, live, {})
        return state.model_copy(update={"collaborators": people, "user_ids": user_ids})

    def update(self, old: ClientCollaboratorsState, inputs: ClientCollaboratorsInputs) -> ClientCollaboratorsState:
        """Verify that the app's people are as declared."""
        return self._verified(inputs, old.user_ids)

    def delete(self, state: ClientCollaboratorsState) -> None:
        """Forget the declaration. Everybody keeps what they have."""

    def _verified(self, inputs: ClientCollaboratorsInputs, before: Mapping[str, str]) -> ClientCollaboratorsState:
        try:
            live = self.directory.collaborators_now(inputs.client_id)
        except RequestError as error:
            raise Refused(_unread(inputs.client_id, error)) from error
        decision = access.verify(inputs.collaborators, live, before)
        if decision.problems:
            raise access.differences(inputs.client_id, decision)
        for text in decision.warnings:
            self.warn(f"{self.about(inputs)}: {text}")
        user_ids = access.user_ids_of(inputs.collaborators, live, before)
        return ClientCollaboratorsState(**dict(inputs), user_ids=user_ids)


def _unread(client_id: str, error: RequestError) -> str:
    return f"cannot tell who is on {NAME} app {client_id}: {error}"
