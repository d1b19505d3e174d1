"""What people do in APS's portal: `POST /_emulator/aps/...`."""

from pulumi_collab.emulator.aps.model import Collaborator, Text, World
from pulumi_collab.emulator.documents import ControlError, as_document, checked
from pulumi_collab.emulator.platform import Answer, Call, Handler, Strict


class Edit(Strict):
    """What somebody does in the portal. access_level: null removes the person. pending: invited, not accepted yet."""

    client_id: str
    email: str
    access_level: Text | None
    pending: bool = False


def edit(call: Call[World]) -> Answer:
    """Puts a person on an app, changes the level, accepts an open invitation, or removes the person."""
    wanted = checked(Edit, as_document(call.body))
    app = call.section.app(wanted.client_id)
    if app is None:
        raise ControlError(f"client_id: there is no app {wanted.client_id!r}")
    person = app.person(wanted.email)
    if wanted.access_level is None:
        if person is None:
            raise ControlError(f"email: {wanted.email!r} is not on the app")
        app.collaborators.remove(person)
        return Answer.json({"status": "ok"})
    if person is None:
        person = checked(Collaborator, {"email": wanted.email, "accepted": None})
        app.collaborators.append(person)
    person.access_level = wanted.access_level
    if wanted.pending:
        person.accepted = None
    elif person.accepted is None:
        person.accepted = call.now
    return Answer.json({"status": "ok"})


CONTROLS: dict[str, Handler[World]] = {"edit": edit}
