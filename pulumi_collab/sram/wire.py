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


FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
_LAST_SECOND = LAST.timestamp()


def same_email(one: str, other: str) -> bool:
    """Addresses that the service takes for one: it ignores case."""
    return one.casefold() == other.casefold()


def seconds(moment: datetime) -> int:
    """Epoch seconds: what `expiry_date` of a collaboration wants, and what every answer holds."""
    return int(moment.timestamp())


def milliseconds(moment: datetime) -> int:
    """Epoch milliseconds: what both dates of an invitation want."""
    return seconds(moment) * 1000


def _moment(value: Any) -> datetime | None:
    """Seconds, or an ISO date. What is beyond all calendars is their first or last day; what is no date is none."""
    if isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str):
            told = datetime.fromisoformat(value)
            return told.replace(tzinfo=told.tzinfo or UTC)
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError):
        return LAST if value > 0 else FIRST
    except (ValueError, TypeError):  # ValueError also for a year of five digits
        beyond = isinstance(value, (int, float)) and abs(value) > _LAST_SECOND
        return (LAST if value > 0 else FIRST) if beyond else None


def _text(value: Any) -> Any:
    """Numbers where text is promised are kept as their digits, so that one odd person hides nobody."""
    return str(value) if isinstance(value, (int, float)) else value


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _names(key: str) -> BeforeValidator:
    """Units come as names or as objects, services as objects of which one field counts."""

    def fold(value: Any) -> Any:
        items = value if isinstance(value, list) else []
        named = [item.get(key) if isinstance(item, dict) else item for item in items]
        return [name for name in named if isinstance(name, str)]

    return BeforeValidator(fold)


Moment = Annotated[datetime | None, BeforeValidator(_moment)]
"""A date of a response, which is in seconds everywhere."""
Text = Annotated[str, BeforeValidator(_text)]
TextOrNone = Annotated[str | None, BeforeValidator(_text_or_none)]


Word = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, (str, int, float)) else "")]
"""A text that is always there; what is none is shown as nothing, so that it hides nothing else."""
Flag = Annotated[bool | None, BeforeValidator(lambda value: value if isinstance(value, bool) else None)]
"""True, false, or not told."""
Count = Annotated[int, BeforeValidator(lambda value: value if isinstance(value, int) else 1)]
"""How many; what is no number may be some."""


class _Answer(BaseModel):
    """Unknown fields are dropped: some, such as an invitation's `hash`, must go no further."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class Member(_Answer):
    """One member of a collaboration."""

    uid: Text = Field(validation_alias=AliasChoices("uid", AliasPath("user", "uid")))
    email: TextOrNone = Field(default=None, validation_alias=AliasChoices("email", AliasPath("user", "email")))
    name: TextOrNone = Field(default=None, validation_alias=AliasChoices("name", AliasPath("user", "name")))
    role: Text
    """`member` or `admin`, or a word that is new to us."""
    status: TextOrNone = None
    """`active`, or `expired` once the service's daily job has seen to it."""
    since: Moment = Field(default=None, validation_alias=AliasChoices("since", "created_at"))
    expires: Moment = Field(default=None, validation_alias=AliasChoices("expires", "expiry_date"))

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
    short_name: Word = ""
    name: Word = ""
    description: TextOrNone = None
    global_urn: TextOrNone = None
    status: TextOrNone = None
    website_url: TextOrNone = None
    expiry_date: Moment = None
    logo: TextOrNone = None
    """Where the picture can be fetched; not what was sent."""
    disable_join_requests: Flag = None
    disclose_member_information: Flag = None
    disclose_email_information: Flag = None
    support_email: TextOrNone = None
    created_by: TextOrNone = None
    tags: Annotated[list[str], _names("tag_value")] = []
    units: Annotated[list[str], _names("name")] = []
    services: Annotated[list[str], _names("entity_id")] = []
    """The entity ids of the connected services."""
    groups: list[Group] | None = None
    invitations_count: Count = 0
    """How many were ever invited."""
    members: list[Member] = Field(default=[], validation_alias=AliasChoices("members", "collaboration_memberships"))

    def who(self, uid: str | None, email: str) -> Member | None:
        """Who has this uid, whatever the address; without a uid, who has this address."""
        return self.user(uid) if uid else self.holder(email)

    def user(self, uid: str | None) -> Member | None:
        """The member of this uid."""
        return next((member for member in self.members if member.uid == uid), None)

    def holder(self, email: str) -> Member | None:
        """The member who has this e-mail address, in any spelling of case."""
        return next((member for member in self.members if member.email and same_email(member.email, email)), None)


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
    intended_role: Text = "member"
    groups: list[Group] = []
    identifier: str = Field(validation_alias=AliasChoices("identifier", AliasPath("invitation", "identifier")))
    email: str = Field(validation_alias=AliasChoices("email", AliasPath("invitation", "email")))
    expires: Moment = Field(
        default=None, validation_alias=AliasChoices("expires", AliasPath("invitation", "expiry_date"))
    )
    uid: TextOrNone = Field(default=None, validation_alias=AliasChoices("uid", AliasPath("user", "platform_id")))
    """Who accepted it, under whatever address."""

    @classmethod
    def of(cls, sent: Invited, role: str, groups: Iterable[str]) -> Self:
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


def of_person(invitations: Iterable[Invitation], invitation_id: str | None, email: str) -> Invitation | None:
    """The invitation of this identifier, else one to this address."""
    found = list(invitations)
    mine = [each for each in found if each.identifier == invitation_id]
    return next(iter([*mine, *of_address(found, email)]), None)


class CollaborationDetails(Collaboration):
    """A collaboration and whom it waits for."""

    open_invitations: list[Invitation] = []


class Invited(_Answer):
    """One line of the answer to an invitation call."""

    email: str
    identifier: str = Field(validation_alias=AliasChoices("identifier", "invitation_id"))
    expires: Moment = Field(default=None, validation_alias=AliasChoices("expires", "invitation_expiry_date"))


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
    intended_role: str,
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


def invitation_body(intended_role: str, groups: list[str]) -> dict[str, Any]:
    """The body of `PATCH invitations/v1/update`: always both, as what is missing is reset."""
    return {"intended_role": intended_role, "groups": groups}
