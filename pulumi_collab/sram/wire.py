"""What travels: SRAM's requests and answers as types, and its two units of time. No I/O.

Source: SRAM "External API" page and the published server (SURFscz/SBS), which is newer than the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, AliasPath, BaseModel, BeforeValidator, ConfigDict, Field

NAME = "SRAM"
"""The service in messages."""

Role = Literal["member", "admin"]


def same_email(one: str, other: str) -> bool:
    """Addresses that the service takes for one: it ignores case."""
    return one.casefold() == other.casefold()


def seconds(moment: datetime) -> int:
    """Epoch seconds: what `expiry_date` of a collaboration wants, and what every answer holds."""
    return int(moment.timestamp())


def milliseconds(moment: datetime) -> int:
    """Epoch milliseconds: what both dates of an invitation want."""
    return seconds(moment) * 1000


def _moment(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (OverflowError, OSError):
            raise ValueError("must be a time in seconds") from None
    return value


def _names(key: str) -> BeforeValidator:
    """Units come as names or as objects, services as objects of which one field counts."""

    def fold(value: Any) -> Any:
        items = value if isinstance(value, list) else []
        return [item.get(key) if isinstance(item, dict) else item for item in items]

    return BeforeValidator(fold)


Moment = Annotated[datetime, BeforeValidator(_moment)]
"""A date of an answer, which is in seconds everywhere."""


class _Answer(BaseModel):
    """Unknown fields are dropped: some, such as an invitation's `hash`, must go no further."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class Member(_Answer):
    """One member of a collaboration."""

    uid: str = Field(validation_alias=AliasChoices("uid", AliasPath("user", "uid")))
    email: str | None = Field(default=None, validation_alias=AliasChoices("email", AliasPath("user", "email")))
    name: str | None = Field(default=None, validation_alias=AliasChoices("name", AliasPath("user", "name")))
    role: Role
    expires: Moment | None = Field(default=None, validation_alias=AliasChoices("expires", "expiry_date"))

    @property
    def words(self) -> str:
        """The person for messages: `Erin <erin@people.test>`."""
        if self.name and self.email:
            return f"{self.name} <{self.email}>"
        return self.email or self.name or self.uid


class Group(_Answer):
    """A group of a collaboration, as the collaboration or an invitation names it."""

    identifier: str
    short_name: str = ""
    auto_provision_members: bool = False
    """Whether the service puts everybody in it who is a member or invited."""

    @property
    def names(self) -> set[str]:
        """What a program may call it."""
        return {self.identifier, self.short_name} - {""}


class Collaboration(_Answer):
    """A collaboration as GET shows it."""

    identifier: str
    short_name: str
    name: str
    description: str | None = None
    global_urn: str | None = None
    status: str | None = None
    website_url: str | None = None
    expiry_date: Moment | None = None
    logo: str | None = None
    """Where the picture can be fetched; not what was sent."""
    disable_join_requests: bool = False
    disclose_member_information: bool = False
    disclose_email_information: bool = False
    support_email: str | None = None
    created_by: str | None = None
    tags: Annotated[list[str], _names("tag_value")] = []
    units: Annotated[list[str], _names("name")] = []
    services: Annotated[list[str], _names("entity_id")] = []
    """The entity ids of the connected services."""
    groups: list[Group] | None = None
    invitations_count: int = 0
    """How many were ever invited."""
    members: list[Member] = Field(default=[], validation_alias=AliasChoices("members", "collaboration_memberships"))

    def member(self, uid: str | None, email: str) -> Member | None:
        """Who has this uid, else who has this e-mail address in any spelling of case."""
        for member in self.members:
            if uid and member.uid == uid:
                return member
        return next((m for m in self.members if m.email and m.email.casefold() == email.casefold()), None)

    def is_last_admin(self, member: Member) -> bool:
        """Whether nobody would administer the collaboration without this member."""
        return [m.uid for m in self.members if m.role == "admin"] == [member.uid]


class Organisation(_Answer):
    """The organisation of the API key, and all its collaborations."""

    name: str
    short_name: str | None = None
    identifier: str | None = None
    units: Annotated[list[str], _names("name")] = []
    collaborations: list[Collaboration] = []

    def find(self, short_name: str) -> Collaboration | None:
        """The collaboration of this short name."""
        return next((each for each in self.collaborations if each.short_name == short_name), None)

    def by_identifier(self, identifier: str) -> Collaboration | None:
        """The collaboration of this identifier, for which case does not matter."""
        wanted = identifier.lower()
        return next((each for each in self.collaborations if each.identifier.lower() == wanted), None)


class Invitation(_Answer):
    """An invitation, open or not."""

    status: str
    intended_role: Role = "member"
    groups: list[Group] = []
    identifier: str = Field(validation_alias=AliasChoices("identifier", AliasPath("invitation", "identifier")))
    email: str = Field(validation_alias=AliasChoices("email", AliasPath("invitation", "email")))
    expires: Moment | None = Field(
        default=None, validation_alias=AliasChoices("expires", AliasPath("invitation", "expiry_date"))
    )
    uid: str | None = Field(default=None, validation_alias=AliasChoices("uid", AliasPath("user", "platform_id")))
    """Who accepted it, under whatever address."""

    @classmethod
    def of(cls, sent: Invited, role: Role, groups: Iterable[str]) -> Self:
        """What was just sent, as the list of open invitations will show it."""
        given = [Group(identifier=group, short_name=group) for group in groups]
        return cls(
            status="open",
            intended_role=role,
            groups=given,
            identifier=sent.identifier,
            email=sent.email,
            expires=sent.expires,
        )


def of_address(invitations: Iterable[Invitation], email: str) -> list[Invitation]:
    """The invitations to an address; the service can hold several."""
    return [each for each in invitations if same_email(each.email, email)]


class CollaborationDetails(Collaboration):
    """A collaboration and whom it waits for."""

    open_invitations: list[Invitation] = []


class Invited(_Answer):
    """One line of the answer to an invitation call."""

    email: str
    identifier: str = Field(validation_alias=AliasChoices("identifier", "invitation_id"))
    expires: Moment | None = Field(default=None, validation_alias=AliasChoices("expires", "invitation_expiry_date"))


class Connection(_Answer):
    """The answer to a service call."""

    status: str
    entity_id: str | None = Field(
        default=None, validation_alias=AliasChoices("entity_id", AliasPath("service", "entity_id"))
    )


def collaboration_body(
    *,
    name: str,
    short_name: str,
    description: str,
    disable_join_requests: bool,
    disclose_member_information: bool,
    disclose_email_information: bool,
    administrators: list[str],
    message: str | None = None,
    expiry_date: datetime | None = None,
    logo: str | None = None,
    website_url: str | None = None,
    tags: list[str] | None = None,
    units: list[str] | None = None,
    support_email: str | None = None,
) -> dict[str, Any]:
    """The body of `POST collaborations/v1`. What is not given is left out: null is an HTTP 500 for most fields."""
    given = {
        "message": message,
        "expiry_date": seconds(expiry_date) if expiry_date is not None else None,
        "logo": logo,
        "website_url": website_url,
        "tags": tags,
        "units": units,
        "support_email": support_email,
    }
    return {
        "name": name,
        "short_name": short_name,
        "description": description,
        "disable_join_requests": disable_join_requests,
        "disclose_member_information": disclose_member_information,
        "disclose_email_information": disclose_email_information,
        "administrators": administrators,
    } | {key: value for key, value in given.items() if value}


def invite_body(
    collaboration: str,
    emails: list[str],
    *,
    intended_role: Role,
    message: str | None = None,
    sender_name: str | None = None,
    invitation_expiry_date: datetime | None = None,
    membership_expiry_date: datetime | None = None,
    groups: list[str] | None = None,
) -> dict[str, Any]:
    """The body of `PUT invitations/v1/collaboration_invites`; its dates are milliseconds, unlike all others."""
    given = {
        "message": message,
        "sender_name": sender_name,
        "invitation_expiry_date": milliseconds(invitation_expiry_date) if invitation_expiry_date else None,
        "membership_expiry_date": milliseconds(membership_expiry_date) if membership_expiry_date else None,
        "groups": groups,
    }
    return {"collaboration_identifier": collaboration, "invites": emails, "intended_role": intended_role} | {
        key: value for key, value in given.items() if value
    }


def invitation_body(intended_role: Role, groups: list[str]) -> dict[str, Any]:
    """The body of `PATCH invitations/v1/update`: always both, as what is missing is reset."""
    return {"intended_role": intended_role, "groups": groups}
