"""Who must be on an APS app, as a resource. The service can only be read, so this verifies and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict

from ..errors import Differences, NotFound, Problem, Refused, RequestError
from ..lifecycle import Inputs, Lifecycle
from . import wire
from .client import NAME, Client

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


class ClientCollaboratorsLifecycle(Lifecycle[ClientCollaboratorsInputs, ClientCollaboratorsState, Client]):
    """Everybody on one app. Who is on it and not declared is a difference, but for its owner."""

    inputs_model = ClientCollaboratorsInputs
    state_model = ClientCollaboratorsState
    identity = ("client_id",)

    def about(self, inputs: ClientCollaboratorsInputs) -> str:
        """Whom and what it concerns."""
        return f"the collaborators of {NAME} app {inputs.client_id}"

    def id_of(self, inputs: ClientCollaboratorsInputs) -> str:
        """The app's Client ID."""
        return inputs.client_id

    def from_id(self, id_: str) -> dict[str, Any]:
        """The app of an id."""
        return {"client_id": id_}

    def check(self, known: Mapping[str, Any], old: ClientCollaboratorsInputs | None) -> Iterable[Problem]:
        """The app is visible, and its people are as declared.

        A difference is a failure, unless the declaration differs from the state as well (after a refresh, or when the
        program changed): a failure would hide that from the preview, so there it is a warning, and `up` fails.
        """
        if "client_id" not in known:
            return
        client_id = known["client_id"]
        try:
            live = self.directory.collaborators(client_id)
        except NotFound as error:
            yield Problem("client_id", str(error))
            return
        except RequestError as error:
            raise self._unread(client_id, error) from error
        if "collaborators" not in known:
            return
        lines = differences(known["collaborators"], live)
        if not lines:
            return
        if old is None or old.client_id != client_id or _same(old.collaborators, known["collaborators"]):
            yield Problem("collaborators", self._told(client_id, lines))
        else:
            self.warn(f"{self._told(client_id, lines)}\n`pulumi up` fails until then")

    def changed(self, old: ClientCollaboratorsState, known: Mapping[str, Any]) -> set[str]:
        """As for any resource; the case of letters in addresses and an owner who is left out make no difference."""
        names = super().changed(old, known)
        return names - ({"collaborators"} if _same(old.collaborators, known.get("collaborators", {})) else set())

    def create(self, inputs: ClientCollaboratorsInputs) -> ClientCollaboratorsState:
        """Verify that the app's people are as declared."""
        return self._verified(inputs)

    def read(self, state: ClientCollaboratorsState) -> ClientCollaboratorsState:
        """Who is on the app now. An app that is not shown raises: it may only be hidden."""
        try:
            live = self.directory.collaborators(state.client_id, "read")
        except NotFound as error:
            raise Refused(
                f"cannot tell who is on {NAME} app {state.client_id}: {error}; if the app is gone for good remove the "
                "resource with `pulumi state delete`"
            ) from error
        except RequestError as error:
            raise self._unread(state.client_id, error) from error
        return state.model_copy(update={"collaborators": as_declared(state.collaborators, live)})

    def update(self, old: ClientCollaboratorsState, inputs: ClientCollaboratorsInputs) -> ClientCollaboratorsState:
        """Verify that the app's people are as declared."""
        return self._verified(inputs)

    def delete(self, state: ClientCollaboratorsState) -> None:
        """Forget the declaration. Everybody keeps what they have."""

    def _verified(self, inputs: ClientCollaboratorsInputs) -> ClientCollaboratorsState:
        try:
            live = self.directory.collaborators_now(inputs.client_id)
        except RequestError as error:
            raise self._unread(inputs.client_id, error) from error
        if lines := differences(inputs.collaborators, live):
            raise Differences(_headline(inputs.client_id), lines)
        listed = {person.key for person in live}
        for email, level in inputs.collaborators.items():
            if level == "OWNER" and email.casefold() not in listed:
                self.warn(
                    f"{NAME} lists no owner of app {inputs.client_id}: whether {email} is its OWNER could not be seen"
                )
        return ClientCollaboratorsState(client_id=inputs.client_id, collaborators=inputs.collaborators)

    @staticmethod
    def _unread(client_id: str, error: RequestError) -> Refused:
        return Refused(f"cannot tell who is on {NAME} app {client_id}: {error}")

    @staticmethod
    def _told(client_id: str, lines: Iterable[str]) -> str:
        return str(Differences(_headline(client_id), lines))


def differences(declared: Mapping[str, str], live: Iterable[wire.Collaborator]) -> list[str]:
    """What a person has to do in the portal, one line each, so that the app's people are as declared; by address."""
    people = list(live)
    wanted = {email.casefold(): (email, level) for email, level in declared.items()}
    listed = {person.key for person in people}
    owner = next((person for person in people if person.access_level == "OWNER"), None)
    lines: list[tuple[str, str]] = []
    for key, (email, level) in wanted.items():
        if key in listed:
            continue
        if level != "OWNER":
            lines.append(
                (key, f"invite {email} as {level} (not listed: an invitation that is still open does not show either)")
            )
        elif owner is not None:
            lines.append((key, f"make {email} the OWNER, or correct the program: the OWNER is {owner.email}"))
    for person in people:
        is_ = f"{person.name}, {person.access_level}" if person.name else person.access_level
        if person.key not in wanted:
            if person.access_level != "OWNER":
                lines.append((person.key, f"remove {person.email} ({is_}; not declared)"))
        elif person.access_level != (level := wanted[person.key][1]):
            lines.append((person.key, f"change {person.email} from {person.access_level} to {level}"))
    return [line for _, line in sorted(lines)]


def as_declared(declared: Mapping[str, str], live: Iterable[wire.Collaborator]) -> dict[str, str]:
    """The app's people as a declaration: spelled as in `declared`, and without an owner if it names none."""
    people = list(live)
    spelled = {email.casefold(): email for email in declared}
    owner = next((email for email, level in declared.items() if level == "OWNER"), None)
    found: dict[str, str] = {}
    for person in people:
        if person.access_level == "OWNER" and owner is None and person.key not in spelled:
            continue
        email = spelled.get(person.key, person.email)
        if email not in found or person.access_level != declared.get(email):  # two accounts may have one address
            found[email] = person.access_level
    if owner is not None and not any(person.access_level == "OWNER" for person in people):
        found.setdefault(owner, "OWNER")  # the list may leave the owner out
    return found


def _headline(client_id: str) -> str:
    return f"the people on {NAME} app {client_id} are not as declared; in the developer portal (or change the program):"


def _same(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Whether two declarations ask for the same; an owner whom the new one leaves out may be who they are."""
    folded = {email.casefold(): level for email, level in new.items()}
    return folded == {
        email.casefold(): level for email, level in old.items() if level != "OWNER" or email.casefold() in folded
    }
