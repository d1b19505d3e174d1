"""What travels: QuantConnect's collaboration requests and answers as types. No I/O.

Source: API reference, "Project Collaboration"; where its pages disagree the most tolerant reading is taken.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Permission = Literal["read", "write"]


class Collaborator(BaseModel):
    """One person on a project."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    user: str = Field(alias="publicId")
    permission: str  # any, so that one odd entry does not hide everybody else's
    live_control: bool = Field(default=False, alias="liveControl")
    owner: bool = False  # older answers leave it out for everybody else
    uid: int | None = None  # may be null
    email: str | None = None
    display_name: str | None = Field(default=None, alias="name")


class Answer(BaseModel):
    """The envelope of every answer. Failures come in HTTP 200, and tell why in one of three places."""

    model_config = ConfigDict(extra="ignore")

    success: bool
    errors: list[Any] = []
    messages: list[Any] = []
    message: Any = Field(default=None, alias="Message")
    collaborators: list[Collaborator] | None = None

    @property
    def reason(self) -> str:
        """Why it failed, in the service's words."""
        told = [*self.errors, *self.messages, *([self.message] if self.message else [])]
        return "; ".join(map(str, told)) or "no reason was given"


def read_body(project_id: int) -> dict[str, Any]:
    """The body of `projects/collaboration/read`."""
    return {"projectId": project_id}


def create_body(project_id: int, user: str, permission: Permission, live_control: bool) -> dict[str, Any]:
    """The body of `projects/collaboration/create`."""
    return {
        "projectId": project_id,
        "collaboratorUserId": user,
        "collaborationLiveControl": live_control,
        "collaborationWrite": permission == "write",
    }


def update_body(project_id: int, user: str, permission: Permission, live_control: bool) -> dict[str, Any]:
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
