"""What people do in TeamHub's web interface: `POST /_emulator/teamhub/...`."""

from pulumi_collab.emulator.documents import ControlError, as_document, checked
from pulumi_collab.emulator.platform import Answer, Call, Handler, Strict
from pulumi_collab.emulator.teamhub.model import Collaborator, Role, World


class Edit(Strict):
    """What a manager does with a project. role: null removes the person; a role through a group stays."""

    project: str
    collaborator: str
    role: Role | None


def edit(call: Call[World]) -> Answer:
    """Adds a person, changes their direct role, or removes it."""
    wanted = checked(Edit, as_document(call.body))
    project = call.section.project(wanted.project)
    if project is None:
        raise ControlError(f"project: there is no project {wanted.project!r}")
    account = call.section.account(wanted.collaborator)
    if account is None or account.type != "collaborator":
        raise ControlError(f"collaborator: there is no collaborator account {wanted.collaborator!r}")
    present = project.direct(account.id)
    if wanted.role is None:
        if present is None:
            raise ControlError(f"collaborator: {account.id!r} has no direct role in the project")
        project.collaborators.remove(present)
    elif present is None:
        project.collaborators.append(Collaborator(collaborator=account.id, role=wanted.role))
    else:
        present.role = wanted.role
    return Answer.json({"status": "ok"})


CONTROLS: dict[str, Handler[World]] = {"edit": edit}
