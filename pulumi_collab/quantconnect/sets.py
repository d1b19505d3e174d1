"""Everybody's access to one QuantConnect project as one resource (`..sets`)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from ..errors import CollabError, Hint, Problem, Refused, RequestError
from ..grants import Grant
from ..lifecycle import Notice
from ..sets import Keep, Removals, SetInputs, SetLifecycle, SetState
from . import access, wire
from .client import Declined
from .directory import Directory
from .grants import LIVE_CONTROL, grants_of
from .lifecycles import ProjectCollaboratorLifecycle
from .values import ProjectCollaboratorState, ProjectId, User

NAME = wire.NAME


class Access(BaseModel):
    """What somebody may do, as it is there: also a word that is new to us."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    permission: str = "read"
    live_control: bool = False


class DeclaredAccess(Access):
    """What somebody may do, as a program declares it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    permission: wire.Permission = "read"
    live_control: StrictBool = False


class Member(Access):
    """Somebody whom the set declares and who is in."""

    uid: int | None = None


class ProjectCollaboratorsInputs(SetInputs):
    """What is declared about everybody on a project."""

    project_id: ProjectId
    collaborators: dict[User, DeclaredAccess]
    keep: Keep
    max_removals: Removals = None


class ProjectCollaboratorsState(ProjectCollaboratorsInputs, SetState):
    """What is kept about everybody on a project."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    collaborators: dict[str, Access] = Field(default_factory=dict)  # type: ignore[assignment]  # what is there
    members: dict[str, Member] = Field(default_factory=dict)


class ProjectCollaboratorsLifecycle(SetLifecycle[ProjectCollaboratorsInputs, ProjectCollaboratorsState, Directory]):
    """Everybody's access to one project. The owner is never touched."""

    inputs_model = ProjectCollaboratorsInputs
    state_model = ProjectCollaboratorsState
    identity = ("project_id",)
    single = ProjectCollaboratorLifecycle

    def about(self, inputs: ProjectCollaboratorsInputs) -> str:
        """What it concerns."""
        return f"the collaborators of {NAME} project {inputs.project_id}"

    def id_of(self, inputs: ProjectCollaboratorsInputs) -> str:
        """`23456789`."""
        return str(inputs.project_id)

    def from_id(self, id_: str) -> dict[str, Any]:
        """The project of an id."""
        return {"project_id": id_}

    def observed(
        self, inputs: ProjectCollaboratorsInputs, *, reader: str | None = None, recent: bool = False
    ) -> list[Grant]:
        """Everybody on the project, the owner included."""
        return self._grants(inputs.project_id, self.directory.people(inputs.project_id, reader, recent=recent))

    def held(self, inputs: ProjectCollaboratorsInputs) -> list[Grant] | None:
        """The same, without asking."""
        people = self.directory.people_held(inputs.project_id)
        return self._grants(inputs.project_id, people) if people is not None else None

    def declared(self, inputs: ProjectCollaboratorsInputs, key: str, access: Access, uid: str | None = None) -> Grant:
        """A line of the map as a grant."""
        person = wire.Collaborator.model_construct(
            user=key, permission=access.permission, live_control=access.live_control, uid=int(uid) if uid else None
        )
        return grants_of(inputs.project_id, [person])[0]

    def person(self, inputs: ProjectCollaboratorsInputs, grant: Grant) -> ProjectCollaboratorState:
        """A grant as one collaborator."""
        return ProjectCollaboratorState.model_construct(
            account=inputs.account,
            project_id=inputs.project_id,
            user=grant.principal.key,
            permission=grant.role,
            live_control=LIVE_CONTROL in grant.privileges,
            adopt=True,
            uid=int(grant.principal.uid) if grant.principal.uid else None,
        )

    def entry(self, grant: Grant) -> Access:
        """A grant as a line of the map."""
        return Access(permission=grant.role, live_control=LIVE_CONTROL in grant.privileges)

    def member(self, grant: Grant) -> Member:
        """A grant as an entry of `members`."""
        uid = int(grant.principal.uid) if grant.principal.uid else None
        return Member(permission=grant.role, live_control=LIVE_CONTROL in grant.privileges, uid=uid)

    def uid(self, member: Member) -> str | None:
        """The person's user id."""
        return str(member.uid) if member.uid is not None else None

    def unseen(self, inputs: ProjectCollaboratorsInputs, error: RequestError) -> CollabError:
        """A project that does not show itself may be gone, or only hidden."""
        if not isinstance(error, Declined):
            return error
        return Refused(
            f"cannot tell who are {self.about(inputs)}: it does not show itself to user {self.directory.user_id} "
            f"({error}); check its id and the credentials",
            Hint.TAKE_OUT,
        )

    def hidden(self, inputs: ProjectCollaboratorsInputs, error: RequestError, *, unchanged: bool) -> Problem | Notice:
        """What a preview tells of such a project: where the program asks for nothing new, it stands in nobody's way."""
        if not isinstance(error, Declined):
            raise error
        nobody = ProjectCollaboratorState.model_construct(project_id=inputs.project_id, user="")
        rights = access.rights_of(nobody)
        kept = nobody if unchanged else None
        return access.hidden(inputs.project_id, self.directory.user_id, error, kept, rights)

    @staticmethod
    def _grants(project_id: int, people: access.People) -> list[Grant]:
        found = grants_of(project_id, people)
        if any(person.owner for person in people):
            return found
        maybe = {"fixed": "nobody is marked as the owner, and this may be the one"}  # an owner may write
        return [each.model_copy(update=maybe) if each.role != "read" else each for each in found]
