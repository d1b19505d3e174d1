"""What may be declared about a QuantConnect collaborator, and what is kept in the state. No I/O."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StrictBool

from ..lifecycle import Inputs, WholeNumber
from . import wire


def _slug(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty: it is the last part of the person's profile address, such as mia-ai")
    if value != value.strip():
        raise ValueError("must not begin or end with blanks")
    if any(c.isspace() or not c.isprintable() or c == "/" for c in value):
        raise ValueError("must be the last part of the person's profile address, without blanks or slashes")
    if len(value) > 255:
        raise ValueError(f"must have at most 255 characters, not {len(value)}")
    return value


class ProjectCollaboratorInputs(Inputs):
    """What is declared about one collaborator."""

    project_id: Annotated[WholeNumber, Field(gt=0)]
    user: Annotated[str, AfterValidator(_slug)]
    permission: wire.Permission = "read"
    live_control: StrictBool = False
    adopt: StrictBool = False


class ProjectCollaboratorState(ProjectCollaboratorInputs):
    """What is kept about one collaborator."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    uid: int | None = None
    email: str | None = None
    display_name: str | None = None
