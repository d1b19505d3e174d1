"""What travels: APS apps and their collaborators, pages and refusals, as types. No I/O.

Source: Application Management API reference, "Get All Collaborators"; the authentication guide's error bodies.
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ..errors import harmless
from ..responses import error_text

NAME = "Autodesk APS"
SCOPE = "application:client:read"

AccessLevel = Literal["VIEWER", "EDITOR", "OWNER"]
ACCESS_LEVELS: tuple[str, ...] = get_args(AccessLevel)

Shown = Annotated[str, AfterValidator(harmless)]
"""Text of others. It comes to states, messages and tables from here on: half an emoji in a name would let no state be
kept, and an ESC in an address would reach the terminal."""

T = TypeVar("T")


class _Received(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Collaborator(_Received):
    """One person on an app."""

    user_id: Shown = Field(alias="userId")
    email: Shown
    first_name: Shown | None = Field(default=None, alias="firstName")
    last_name: Shown | None = Field(default=None, alias="lastName")
    access_level: Shown = Field(alias="accessLevel")  # any text: the reference's list of levels was not seen whole
    created_at: Shown | None = Field(default=None, alias="createdAt")  # when the invitation was accepted

    @property
    def key(self) -> str:
        """What the person is found by: the address, whatever the case of its letters."""
        return self.email.casefold()

    @property
    def name(self) -> str:
        """First and last name, as far as the service tells them."""
        return " ".join(filter(None, (self.first_name, self.last_name)))


class App(_Received):
    """One app that the caller is on."""

    client_id: Shown = Field(alias="clientId")
    name: Shown | None = None


class Pagination(_Received):
    """Where the next page is: absent, null or empty on the last one."""

    next_url: str | None = Field(default=None, alias="nextUrl")


class Page(_Received, Generic[T]):
    """One page of a list."""

    pagination: Pagination | None = None
    results: list[T]

    @property
    def next(self) -> str | None:
        """The next page's address; None on the last one."""
        return (self.pagination.next_url if self.pagination else None) or None


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
