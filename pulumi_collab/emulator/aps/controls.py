"""What people do in APS's portal: `POST /_emulator/aps/...`."""

from collections.abc import Iterator
from itertools import count
from typing import Self

from pydantic import model_validator

from pulumi_collab.emulator.aps.model import Collaborator, Email, World, made_id
from pulumi_collab.emulator.documents import ControlError, as_document, checked
from pulumi_collab.emulator.platform import Answer, Call, Handler, Strict, Text


class Edit(Strict):
    """What somebody does in the portal.

    access_level: null removes the person; it may be left out where there is a `new_email`.
    pending: invited, not accepted yet. new_email: the person's address from now on, everywhere; the user id stays.
    user_id: of a new person, made from the address if left out.
    """

    client_id: str
    email: str
    access_level: Text | None = None
    pending: bool = False
    new_email: Email | None = None
    user_id: Text | None = None

    @model_validator(mode="after")
    def _clear(self) -> Self:
        if "access_level" not in self.model_fields_set and self.new_email is None:
            raise ValueError("access_level: this field is needed; null removes the person")
        return self


def edit(call: Call[World]) -> Answer:
    """Puts a person on an app, changes level or address, accepts an open invitation, or removes the person."""
    world, wanted = call.section, checked(Edit, as_document(call.body))
    app = world.app(wanted.client_id)
    if app is None:
        raise ControlError(f"client_id: there is no app {wanted.client_id!r}")
    person = app.person(wanted.email)
    if person is None:
        if wanted.access_level is None or wanted.new_email is not None:
            raise ControlError(f"email: {wanted.email!r} is not on the app")
        person = _somebody_new(world, wanted)
        app.collaborators.append(person)
    elif wanted.user_id not in (None, person.user_id):
        raise ControlError(f"user_id: {wanted.email!r} is {person.user_id!r} until that person is removed")
    if wanted.new_email is not None:
        _move(world, person, wanted.new_email)
    if wanted.access_level is not None:
        person.access_level = wanted.access_level
        person.accepted = None if wanted.pending else person.accepted or call.now
    elif "access_level" in wanted.model_fields_set:
        app.collaborators.remove(person)
    return Answer.json({"status": "ok"})


def _somebody_new(world: World, wanted: Edit) -> Collaborator:
    """A person of that address, who is the same on all apps, and not who had the address before."""
    person = checked(Collaborator, {"email": wanted.email, "user_id": wanted.user_id or "", "accepted": None})
    others: set[str] = set()
    for each in _everybody(world):
        if each.email.casefold() != person.email.casefold():
            others.add(each.user_id)
        elif wanted.user_id is None:
            person.user_id = each.user_id
    if wanted.user_id in others:
        raise ControlError(f"user_id: {wanted.user_id!r} is somebody else")
    ids = (made_id(f"{person.email} {number}") for number in count(2))
    while person.user_id in others:
        person.user_id = next(ids)
    return person


def _move(world: World, person: Collaborator, new_email: str) -> None:
    """Another address for a person, on all apps and for the tokens that they signed in for."""
    old = person.email.casefold()
    for each in _everybody(world):
        if each.email.casefold() == new_email.casefold() and each.user_id != person.user_id:
            raise ControlError(f"new_email: {new_email!r} is somebody else's address")
    mine = [each for each in _everybody(world) if each.user_id == person.user_id]
    for each in mine:
        each.email = new_email
    for token in world.tokens:
        if token.user is not None and token.user.casefold() == old:
            token.user = new_email


def _everybody(world: World) -> Iterator[Collaborator]:
    return (each for app in world.apps for each in app.collaborators)


CONTROLS: dict[str, Handler[World]] = {"edit": edit}
