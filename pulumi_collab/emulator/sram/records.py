"""What SRAM's part of the world is made of."""

from typing import Annotated, Literal
from uuid import uuid4

from pydantic import Field

from pulumi_collab.emulator.platform import Moment, Strict, Text

Role = Literal["admin", "member"]

SEEDED = 1_735_689_600.0  # 2025-01-01: when what a seed names was made, unless it says otherwise


class ApiKey(Strict):
    """An organisation's API key. units: it reaches only collaborations of these units; none means all."""

    token: Text
    units: list[str] = Field(default_factory=list)


class Organisation(Strict):
    """An organisation.

    units: the names of its units. default_tags: added to the tags of every new collaboration.
    known_tags: tags that exist although no collaboration has them. admin_email: its first administrator's address.
    """

    id: int = 0
    identifier: str = ""
    uuid4: str = ""  # of its logo
    name: Text
    short_name: Text
    description: str = ""
    units: list[Text] = Field(default_factory=list)
    default_tags: list[Text] = Field(default_factory=list)
    known_tags: list[Text] = Field(default_factory=list)
    admin_email: str | None = None
    keys: list[ApiKey] = Field(default_factory=list)
    created_at: Moment = SEEDED


class User(Strict):
    """A person who logged in once. uid: what the API calls `platform_id` in an invitation."""

    id: int = 0
    uid: Text
    email: str = ""
    name: str = ""
    suspended: bool = False
    created_at: Moment = SEEDED


class ServiceGroup(Strict):
    """A group that every collaboration gets with the service."""

    name: Text
    short_name: Text
    description: str = ""
    auto_provision_members: bool = False


class Service(Strict):
    """A service. connection: what happens when a collaboration asks for it ("everyone": all have it anyway)."""

    id: int = 0
    entity_id: Text
    name: str = ""
    abbreviation: str = ""
    description: str = ""
    connection: Literal["automatic", "approval", "not_allowed", "everyone"] = "automatic"
    groups: list[ServiceGroup] = Field(default_factory=list)
    created_at: Moment = SEEDED


class Membership(Strict):
    """A user's membership of a collaboration. invitation_id: the number of the invitation that brought them."""

    id: int = 0
    uid: Text
    role: Role = "member"
    status: Literal["active", "expired"] = "active"
    expiry_date: Moment | None = None
    invitation_id: int | None = None
    created_at: Moment = SEEDED


class Group(Strict):
    """A group of a collaboration. members: uids. service_group: whether it came with a service."""

    id: int = 0
    identifier: str = ""
    name: str
    short_name: str
    description: str | None = ""
    auto_provision_members: bool = False
    members: list[Text] = Field(default_factory=list)
    service_group: bool = False
    created_at: Moment = SEEDED


class Invitation(Strict):
    """An invitation. by_api: made by the invitations call, not by a collaboration's creation.

    groups: identifiers. hash: with it the invitation is accepted; 64 hexadecimal digits. reminded: whether the daily
    job mailed again. message, sender_name and membership_expiry_date are never shown.
    """

    id: int = 0
    identifier: str = ""
    email: Text
    status: Literal["open", "accepted", "expired"] = "open"
    intended_role: Role = "member"
    by_api: bool = True
    groups: list[str] = Field(default_factory=list)
    message: str | None = None
    sender_name: str | None = None
    expiry_date: Moment = SEEDED + 15 * 86_400
    membership_expiry_date: Moment | None = None
    hash: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    reminded: bool = False
    created_at: Moment = SEEDED


class Collaboration(Strict):
    """A collaboration. organisation: a short name. services, requests: entity ids, connected and waiting."""

    id: int = 0
    identifier: str = ""
    uuid4: str = ""  # of its logo: another picture, another uuid
    organisation: Text
    name: str
    short_name: str
    description: str = ""
    disable_join_requests: bool = False
    disclose_member_information: bool = False
    disclose_email_information: bool = False
    expiry_date: Moment | None = None
    website_url: str | None = None
    support_email: str | None = None
    status: Literal["active", "expired", "suspended"] = "active"
    tags: list[str] = Field(default_factory=list)
    units: list[str] = Field(default_factory=list)
    services: list[str] = Field(default_factory=list)
    requests: list[str] = Field(default_factory=list)
    memberships: list[Membership] = Field(default_factory=list)
    invitations: list[Invitation] = Field(default_factory=list)
    groups: list[Group] = Field(default_factory=list)
    created_at: Moment = SEEDED
    updated_at: Moment = SEEDED
    last_activity_date: Moment = SEEDED

    def member(self, uid: str) -> Membership | None:
        """The membership of that user."""
        return next((each for each in self.memberships if each.uid == uid), None)

    def has_admin(self) -> bool:
        """Whether somebody is its administrator (an invited one is not)."""
        return any(each.role == "admin" for each in self.memberships)

    def group(self, name: str) -> Group | None:
        """The group of that identifier or short name."""
        return next((each for each in self.groups if name in (each.identifier, each.short_name)), None)

    def remove_member(self, membership: Membership) -> None:
        """Ends a membership, in the groups too; its invitation stays behind."""
        self.memberships.remove(membership)
        for group in self.groups:
            group.members = [uid for uid in group.members if uid != membership.uid]

    def remove_invitation(self, invitation: Invitation) -> None:
        """Deletes an invitation; who came by it stays a member."""
        self.invitations.remove(invitation)
        for membership in self.memberships:
            if membership.invitation_id == invitation.id:
                membership.invitation_id = None

    def touch(self, now: float) -> None:
        """Notes activity."""
        self.updated_at = self.last_activity_date = now


class Mail(Strict):
    """An invitation's mail. reason: "administrator" (of a new collaboration), "invite", "resend", or "reminder"."""

    email: str
    reason: Literal["administrator", "invite", "resend", "reminder"]
    collaboration: str
    invitation_id: str
    sent_at: Moment


def new_identifier() -> str:
    """An identifier for something new."""
    return str(uuid4())


def fold(text: str) -> str:
    """Text as the server's database compares it: case and blanks at the end make no difference."""
    return text.rstrip(" ").casefold()
