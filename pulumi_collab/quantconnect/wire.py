"""What travels: QuantConnect's collaboration requests and responses as types. No I/O.

Source: API reference, "Project Collaboration"; where its pages disagree the most tolerant reading is taken.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from ..lifecycle import WholeNumber

NAME = "QuantConnect"

LARGEST = 2**53
"""A whole number beyond this is another one once the engine has kept it as a double."""

Permission = Literal["read", "write"]


def _readable(value: Any) -> Any:
    """A text that can be kept: half a character, which JSON can hold and UTF-8 cannot, becomes U+FFFD."""
    return re.sub("[\ud800-\udfff]", "\ufffd", value) if isinstance(value, str) else value


def _bounded(value: int) -> int:
    if abs(value) > LARGEST:
        raise ValueError("cannot be kept exactly")
    return value


Text = Annotated[str, BeforeValidator(_readable)]


class Collaborator(BaseModel):
    """One person on a project."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    # Everything may be missing, null or odd: one odd entry must not hide everybody else's.
    user: Text = Field(default="", alias="publicId", coerce_numbers_to_str=True)
    permission: Text = ""
    live_control: bool = Field(default=False, alias="liveControl")
    owner: bool = False
    uid: Annotated[WholeNumber, AfterValidator(_bounded)] | None = None
    email: Text | None = None
    display_name: Text | None = Field(default=None, alias="name")

    @field_validator("*", mode="wrap")
    @classmethod
    def _odd_is_missing(cls, value: Any, valid: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        try:
            return valid(value)
        except ValidationError:
            return cls.model_fields[str(info.field_name)].get_default()


class Project(BaseModel):
    """A project, as far as its people need it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: int = Field(alias="projectId")
    name: Text = ""


class Envelope(BaseModel):
    """The envelope of every response. Failures come in HTTP 200, and tell why in one of three places."""

    model_config = ConfigDict(extra="ignore")

    success: bool
    errors: Any = None
    messages: Any = None
    message: Any = Field(default=None, alias="Message")
    collaborators: list[Collaborator] | None = None
    projects: list[Project] | None = None

    @field_validator("collaborators", mode="before")
    @classmethod
    def _odd_is_somebody(cls, value: Any) -> Any:
        """An entry that is no object is a person whom nobody can tell."""
        return [each if isinstance(each, dict) else {} for each in value] if isinstance(value, list) else value

    @field_validator("projects", mode="before")
    @classmethod
    def _without_a_number_is_none(cls, value: Any) -> Any:
        """A project without a number is left out: nothing could be asked of it."""
        if not isinstance(value, list):
            return value
        return [each for each in value if isinstance(each, dict) and type(each.get("projectId")) is int]

    @property
    def reason(self) -> str:
        """Why it failed, in the service's words."""
        told = [
            str(each)
            for shape in (self.errors, self.messages, self.message)
            for each in (shape if isinstance(shape, list) else [shape])
            if each
        ]
        return "; ".join(told) or "no reason was given"


def with_owner(people: list[Collaborator], caller: str) -> list[Collaborator]:
    """Where no entry says who the owner is, it is the caller: only owners may manage collaborators."""
    if any(person.owner for person in people):
        return people
    return [p.model_copy(update={"owner": True}) if str(p.uid) == caller else p for p in people]


def read_body(project_id: int) -> dict[str, Any]:
    """The body of `projects/collaboration/read`."""
    return {"projectId": project_id}


def create_body(project_id: int, user: str, permission: str, live_control: bool) -> dict[str, Any]:
    """The body of `projects/collaboration/create`."""
    return {
        "projectId": project_id,
        "collaboratorUserId": user,
        "collaborationLiveControl": live_control,
        "collaborationWrite": permission == "write",
    }


def update_body(project_id: int, user: str, permission: str, live_control: bool) -> dict[str, Any]:
    """The body of `projects/collaboration/update`: other names than create's, and always both flags."""
    return {
        "projectId": project_id,
        "collaboratorUserId": user,
        "liveControl": live_control,
        "write": permission == "write",
    }


def delete_body(project_id: int, user: str) -> dict[str, Any]:
    """The body of `projects/collaboration/delete`: its documents disagree on the key, so both are sent."""
    return {"projectId": project_id, "collaboratorId": user, "collaboratorUserId": user}
