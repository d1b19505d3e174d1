"""What travels: the collaborators of an APS app, its pages and its refusals, as types. No I/O.

Source: Application Management API reference, "Get All Collaborators"; the authentication guide's error bodies.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from ..responses import error_text

AccessLevel = Literal["VIEWER", "EDITOR", "OWNER"]
ACCESS_LEVELS: tuple[str, ...] = get_args(AccessLevel)


class Collaborator(BaseModel):
    """One person on an app."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    user_id: str = Field(alias="userId")
    email: str
    first_name: str | None = Field(default=None, alias="firstName")
    last_name: str | None = Field(default=None, alias="lastName")
    access_level: str = Field(alias="accessLevel")  # any text: the reference's list of levels was not seen whole
    created_at: str | None = Field(default=None, alias="createdAt")  # when the invitation was accepted

    @property
    def key(self) -> str:
        """What the person is found by: the address, whatever the case of its letters."""
        return self.email.casefold()

    @property
    def name(self) -> str:
        """First and last name, as far as the service tells them."""
        return " ".join(filter(None, (self.first_name, self.last_name)))


class Pagination(BaseModel):
    """Where the next page is: absent, null or empty on the last one."""

    model_config = ConfigDict(extra="ignore")

    next_url: str | None = Field(default=None, alias="nextUrl")


class Page(BaseModel):
    """One page of an app's collaborators."""

    model_config = ConfigDict(extra="ignore")

    pagination: Pagination | None = None
    results: list[Collaborator]


def refusal(body: Any) -> str:
    """What an error body says, in one line: message, code and where to read on. Empty if it says nothing."""
    if not isinstance(body, dict):
        return error_text(body)

    def said(*names: str) -> str:
        return next((str(body[name]).strip() for name in names if str(body.get(name) or "").strip()), "")

    text = said("developerMessage", "userMessage")
    if not text:
        return error_text(body)  # not the gateway's shape: what the service itself sends was never seen
    user_message, where = said("userMessage"), said("more info", "moreInfo")
    notes = [said("errorCode"), user_message if user_message != text else "", f"see {where}" if where else ""]
    note = ", ".join(filter(None, notes))
    return f"{text} ({note})" if note else text
