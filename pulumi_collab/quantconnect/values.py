"""What may be declared about a QuantConnect collaborator, and what is kept in the state. No I/O."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StrictBool

from ..lifecycle import Inputs, WholeNumber
from . import names, wire


def _name(value: str) -> str:
    if complaint := names.complaint(value):
        raise ValueError(complaint)
    return value


def _keepable(value: int) -> int:
    if value > wire.LARGEST:
        raise ValueError(f"must be at most {wire.LARGEST}: a larger number cannot be kept exactly")
    return value


ProjectId = Annotated[WholeNumber, Field(gt=0), AfterValidator(_keepable)]
User = Annotated[str, AfterValidator(_name)]


class ProjectCollaboratorInputs(Inputs):
    """What is declared about one collaborator."""

    project_id: ProjectId
    user: User
    permission: wire.Permission = "read"
    live_control: StrictBool = False
    adopt: StrictBool = False


class ProjectCollaboratorState(ProjectCollaboratorInputs):
    """What is kept about one collaborator: what is there, which may be nothing that can be declared."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    user: str
    permission: str = "read"  # type: ignore[assignment]  # the service's word, also one that is new to us
    uid: int | None = None
    """What a rename does not change."""
    email: str | None = None
    display_name: str | None = None
    project_owner: int | None = None
    """The uid of the project's owner: nobody else's credentials can tell that the project is gone."""
    former_users: tuple[str, ...] | None = None
    """Names that this person had while the program knew them; none of these in the program is somebody else."""
    taken_by: int | None = None
    """The uid of somebody else who goes by this name, while the person of this state has no access any more."""
