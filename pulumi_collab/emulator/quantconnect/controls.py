"""What people do in QuantConnect's web interface: `POST /_emulator/quantconnect/...`."""

from typing import Literal

from pulumi_collab.emulator.documents import ControlError, as_document, checked
from pulumi_collab.emulator.platform import Answer, Call, Handler, Strict, Text
from pulumi_collab.emulator.quantconnect.model import Collaborator, User, World


class Edit(Strict):
    """What an owner does with a project.

    permission: null removes the person. live_control: left out or null, it stays as it is, and nobody new gets it.
    """

    project_id: int
    user: Text
    permission: Literal["read", "write"] | None
    live_control: bool | None = None


class Rename(Strict):
    """Somebody gives their account another name."""

    user: Text
    to: Text


def edit(call: Call[World]) -> Answer:
    """Adds a person, changes what they may do, or removes them."""
    wanted = checked(Edit, as_document(call.body))
    project = call.section.project(wanted.project_id)
    if project is None:
        raise ControlError(f"project_id: there is no project {wanted.project_id}")
    person = _person(call, wanted.user)
    if person.public_id == project.owner:
        raise ControlError(f"user: {wanted.user!r} owns the project")
    present = project.collaborator(person)
    if wanted.permission is None:
        if present is None:
            raise ControlError(f"user: {wanted.user!r} is no collaborator of the project")
        project.collaborators.remove(present)
        return Answer.json({"status": "ok"})
    if present is None:
        if not person.member:
            raise ControlError(f"user: {wanted.user!r} is no member of the organisation")
        present = Collaborator(user=person.public_id)
        project.collaborators.append(present)
    present.permission = wanted.permission
    if wanted.live_control is not None:
        present.live_control = wanted.live_control
    return Answer.json({"status": "ok"})


def rename(call: Call[World]) -> Answer:
    """Another public id for the same person; the old one is free then."""
    wanted = checked(Rename, as_document(call.body))
    person, holder = _person(call, wanted.user), call.section.user(wanted.to)
    if holder is not None and holder is not person:
        raise ControlError(f"to: {wanted.to!r} is somebody else's name")
    call.section.rename(person, wanted.to)
    return Answer.json({"status": "ok", "uid": person.id})


def _person(call: Call[World], public_id: str) -> User:
    found = call.section.user(public_id)
    if found is None:
        raise ControlError(f"user: there is no user {public_id!r}")
    return found


CONTROLS: dict[str, Handler[World]] = {"edit": edit, "rename": rename}
