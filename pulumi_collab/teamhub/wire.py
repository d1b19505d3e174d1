"""What travels: Helix TeamHub's project collaborator requests and answers as types. No I/O.

Source: TeamHub API v1, "Project Collaborator". Its attributes call a reference a string where its examples show an
object with an `id`, so both are read. The status and time that every object repeats are left out.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator, model_validator

from ..addresses import segment

Role = Literal["guest", "developer", "master"]

ACCEPT = "application/vnd.hth.v1"
"""The version of the API; without it the server answers as its newest one."""
PAGE_LIMIT = 100
"""People asked for per page; the server may give fewer, and its own maximum is not documented."""


def _id(reference: Any) -> Any:
    return reference.get("id") if isinstance(reference, dict) else reference


def _object(reference: Any) -> Any:
    return {"id": reference} if isinstance(reference, str) else reference


class Account(BaseModel):
    """An account as `expand=collaborator` shows it, without what changes by itself."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    type: str | None = None
    email: str | None = None
    display_name: str | None = None


class Project(BaseModel):
    """A project; without `expand=project` only its id is there."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    name: str | None = None
    visibility: str | None = None


class Collaborator(BaseModel):
    """One person in a project."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    collaborator: Annotated[str, BeforeValidator(_id)]
    role: str | None = None
    """The role given directly; None where the person is in the project only through a group."""
    highest_role: str | None = None
    """The highest of all the person's roles in the project, those through groups among them."""

    @field_validator("role", "highest_role")
    @classmethod
    def _given(cls, role: str | None) -> str | None:
        return role or None


class ExpandedCollaborator(Collaborator):
    """One person in a project, with the account and the project in full where they were asked for."""

    account: Annotated[Account, BeforeValidator(_object)]
    project: Annotated[Project, BeforeValidator(_object)]

    @model_validator(mode="before")
    @classmethod
    def _both(cls, body: Any) -> Any:
        return {**body, "account": body.get("collaborator")} if isinstance(body, dict) else body


class Metadata(BaseModel):
    """Where a page ends. `count` is left out: whether it is the page's or the total is not documented."""

    model_config = ConfigDict(extra="ignore")

    more_results: bool
    next_offset: int | None = None


class Listing(BaseModel):
    """One page of a listing of anything."""

    model_config = ConfigDict(extra="ignore")

    metadata: Metadata


class Page(Listing):
    """One page of a project's collaborators."""

    results: list[Collaborator]


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
