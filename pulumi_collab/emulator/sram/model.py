"""SRAM's part of the world: organisations with their keys, users, services, collaborations and the mails sent."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Annotated, Self
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field, PrivateAttr, model_validator

from pulumi_collab.emulator.platform import Strict
from pulumi_collab.emulator.sram.records import (
    ApiKey,
    Collaboration,
    Group,
    Invitation,
    Mail,
    Membership,
    Organisation,
    Service,
    User,
    fold,
)


class World(Strict):
    """SRAM's section of a seed. Ids, identifiers and hashes that a seed leaves out are made, the same every time."""

    organisations: list[Organisation] = Field(default_factory=list)
    users: list[User] = Field(default_factory=list)
    services: list[Service] = Field(default_factory=list)
    collaborations: list[Collaboration] = Field(default_factory=list)
    mails: list[Mail] = Field(default_factory=list)
    last_id: Annotated[int, Field(ge=0)] = 0

    _organisations: dict[str, Organisation] = PrivateAttr(default_factory=dict)
    _users: dict[str, User] = PrivateAttr(default_factory=dict)
    _services: dict[str, Service] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        numbered = list(self._numbered())
        self.last_id = max([self.last_id, *(thing.id for thing in numbered)])
        for thing in numbered:
            thing.id = thing.id or self.new_id()
        self._name_the_unnamed()
        self._organisations = {each.short_name: each for each in self.organisations}
        self._users = {each.uid: each for each in self.users}
        self._services = {fold(each.entity_id): each for each in self.services}
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _unique("organisations have the same short_name", (each.short_name for each in self.organisations))
        _unique("users have the same uid", (each.uid for each in self.users))
        _unique("services have the same entity_id", (fold(each.entity_id) for each in self.services))
        _unique("API keys have the same token", (key.token for each in self.organisations for key in each.keys))
        _unique("things of a kind have the same id", (f"{type(each)} {each.id}" for each in self._numbered()))
        _unique("collaborations have the same identifier", (each.identifier.lower() for each in self.collaborations))
        names = [(each.organisation, each.short_name) for each in self.collaborations]
        _unique("collaborations of an organisation have the same short_name", (str(name) for name in names))
        for organisation in self.organisations:
            for name in {name for key in organisation.keys for name in key.units} - {*organisation.units}:
                raise ValueError(f"organisation {organisation.short_name!r} has a key of unit {name!r}, which is none")
        for each in self.collaborations:
            self._check(each)
        return self

    def _check(self, co: Collaboration) -> None:
        """Whether all that a collaboration names is there."""
        organisation = self._organisations.get(co.organisation)
        if organisation is None:
            raise ValueError(f"collaboration {co.short_name!r} names no organisation: {co.organisation!r}")
        uids = [each.uid for each in co.memberships]
        _unique(f"memberships of collaboration {co.short_name!r} have the same uid", iter(uids))
        known = {
            "has a member": (uids, self._users),
            "is of a unit": (co.units, organisation.units),
            "has or wants a service": ([fold(each) for each in (*co.services, *co.requests)], self._services),
        }
        for text, (names, there) in known.items():
            for name in names:
                if name not in there:
                    raise ValueError(f"collaboration {co.short_name!r} {text} {name!r}, which does not exist")

    def _numbered(self) -> Iterator["Organisation | User | Service | Collaboration | Membership | Invitation | Group"]:
        yield from self.organisations
        yield from self.users
        yield from self.services
        for each in self.collaborations:
            yield each
            yield from each.memberships
            yield from each.invitations
            yield from each.groups

    def _name_the_unnamed(self) -> None:
        for user in self.users:
            user.name = user.name or user.uid
        for service in self.services:
            service.name = service.name or service.entity_id
        for organisation in self.organisations:
            organisation.identifier = organisation.identifier or _made("organisation", organisation.id)
            organisation.uuid4 = organisation.uuid4 or _made("logo", organisation.id)
        for each in self.collaborations:
            each.identifier = each.identifier or _made("collaboration", each.id)
            each.uuid4 = each.uuid4 or _made("logo", each.id)
            for group in each.groups:
                group.identifier = group.identifier or _made("group", group.id)
            for invitation in each.invitations:
                invitation.identifier = invitation.identifier or _made("invitation", invitation.id)
                invitation.hash = invitation.hash or sha256(invitation.identifier.encode()).hexdigest()

    def new_id(self) -> int:
        """A number that nothing here has had."""
        self.last_id += 1
        return self.last_id

    def organisation(self, short_name: str) -> Organisation:
        """The organisation of that short name, which is known to exist."""
        return self._organisations[short_name]

    def service(self, entity_id: str) -> Service | None:
        """The service of that entity id; case and blanks at its end make no difference."""
        return self._services.get(fold(entity_id))

    def user(self, uid: str) -> User | None:
        """The user of that uid."""
        return self._users.get(uid)

    def add_user(self, user: User) -> None:
        """Somebody logs in for the first time."""
        self.users.append(user)
        self._users[user.uid] = user

    def collaboration(self, identifier: str) -> Collaboration | None:
        """The collaboration of that identifier; case makes no difference."""
        wanted = identifier.lower()
        return next((each for each in self.collaborations if each.identifier.lower() == wanted), None)

    def invitation(self, identifier: str) -> tuple[Collaboration, Invitation] | None:
        """The invitation of that identifier, and where it leads."""
        wanted = identifier.lower()
        for each in self.collaborations:
            for invitation in each.invitations:
                if invitation.identifier.lower() == wanted:
                    return each, invitation
        return None

    def group(self, identifier: str) -> tuple[Collaboration, Group] | None:
        """The group of that identifier, and where it is."""
        wanted = identifier.lower()
        for each in self.collaborations:
            for group in each.groups:
                if group.identifier.lower() == wanted:
                    return each, group
        return None

    def of(self, organisation: Organisation) -> list[Collaboration]:
        """The collaborations of an organisation."""
        return [each for each in self.collaborations if each.organisation == organisation.short_name]


def _made(kind: str, number: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"{kind}/{number}"))


def _unique(problem: str, values: Iterator[str]) -> None:
    found = list(values)
    if len(set(found)) < len(found):
        raise ValueError(f"two {problem}")


def default() -> World:
    """One organisation with a unit, and four services that answer a connection in four ways."""
    return World(
        organisations=[
            Organisation(
                name="Demo",
                short_name="demo",
                description="The organisation of the demo",
                units=["Research"],
                keys=[ApiKey(token="demo-sram-token")],  # noqa: S106  # opens nothing real
            )
        ],
        services=[
            Service(entity_id="https://mail.example.org", name="Mail", abbreviation="mail"),
            Service(entity_id="https://wiki.example.org", name="Wiki", abbreviation="wiki"),
            Service(entity_id="https://vault.example.org", name="Vault", abbreviation="vault", connection="approval"),
            Service(
                entity_id="https://closed.example.org", name="Closed", abbreviation="closed", connection="not_allowed"
            ),
        ],
    )
