"""What travels: Helix TeamHub's requests and responses as types. No I/O.

Source: TeamHub API v1, "Project Collaborator". Its attributes call a reference a string where its examples show an
object with an `id`, so both are read. The status and time that every object repeats are left out.
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)

from ..addresses import segment

NAME = "Helix TeamHub"

Role = Literal["guest", "developer", "master"]

ACCEPT = "application/vnd.hth.v1"
"""The version of the API; without it the server answers as its newest one."""
PAGE_LIMIT = 100
"""People asked for per page; the server may give fewer, and its own maximum is not documented."""

T = TypeVar("T")


def _id(reference: Any) -> Any:
    return reference.get("id") if isinstance(reference, dict) else reference


def _text_or_none(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _or_none(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


Text = Annotated[str, AfterValidator(lambda value: value.encode("utf-8", "replace").decode())]
"""Text that a state can keep: half an emoji (`"\\ud83d"`) becomes a question mark."""


class Account(BaseModel):
    """A collaborator's account, without what changes by itself."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Annotated[Text, Field(min_length=1)]
    type: Annotated[str | None, BeforeValidator(_text_or_none)] = None


class Project(BaseModel):
    """A project; that it is there is all we ask."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Text


class Collaborator(BaseModel):
    """One person in a project."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    collaborator: Annotated[Text, Field(min_length=1), BeforeValidator(_id)]
    role: Text | None = None
    """The role given directly; None where the person is in the project only through a group."""
    highest_role: Annotated[Text | None, BeforeValidator(_text_or_none)] = None
    """The highest of all the person's roles in the project, those through groups among them."""

    @field_validator("role", "highest_role")
    @classmethod
    def _given(cls, role: str | None) -> str | None:
        return role or None


class Metadata(BaseModel):
    """Where a page ends. `count` is left out: whether it is the page's or the total is not documented."""

    model_config = ConfigDict(extra="ignore")

    more_results: StrictBool
    next_offset: Annotated[StrictInt | None, WrapValidator(_or_none)] = None


class Page(BaseModel, Generic[T]):
    """One page of a listing. An entry that cannot be read is None, and is in nobody's way."""

    model_config = ConfigDict(extra="ignore")

    metadata: Metadata
    results: list[Annotated[T | None, WrapValidator(_or_none)]]

    def following(self, offset: int) -> int | None:
        """The offset of the page after this one, which began at `offset`; None at the end.

        An offset that is named on the last page too is no end mark. One that does not grow counts as this page's own.
        """
        if not self.metadata.more_results:
            return None
        named = self.metadata.next_offset
        return max(offset, offset + len(self.results) if named is None else named)


def create_body(collaborator: str, role: Role) -> dict[str, Any]:
    """The body of a POST; `id` is the collaborator's."""
    return {"id": collaborator, "role": role}


def update_body(role: Role) -> dict[str, Any]:
    """The body of a PUT."""
    return {"role": role}


def project_path(project: str) -> str:
    """A project's path below `/api`."""
    return f"projects/{segment(project)}"


def collaborators_path(project: str) -> str:
    """The path of a project's collaborators."""
    return f"{project_path(project)}/project_collaborators"


def collaborator_path(project: str, collaborator: str) -> str:
    """The path of one collaborator of a project."""
    return f"{collaborators_path(project)}/{segment(collaborator)}"


def account_path(collaborator: str) -> str:
    """The path of a collaborator's account."""
    return f"collaborators/{segment(collaborator)}"
