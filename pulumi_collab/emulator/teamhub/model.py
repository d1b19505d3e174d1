"""TeamHub's part of the world: one company, its accounts, projects, and who is in them, directly or through a group."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from pulumi_collab.emulator.platform import Strict, Text

RANKS = ("guest", "developer", "master", "manager", "admin")  # from the lowest on
MANAGERS = ("manager", "admin")  # who may change a project's members

AccountId = Text  # the documents know only word characters, dots, dashes and plus signs: a client must survive others
ProjectId = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{2,100}$")]
Role = Literal["guest", "developer", "master"]
AnyRole = Literal["guest", "developer", "master", "manager", "admin"]


class Account(Strict):
    """Somebody with an account.

    type: a "collaborator" is external and only in projects they were added to; a "user" is the company's own.
    first_name, last_name, email: made from the id if left out. key: the account key; who has none cannot call.
    company_admin: may do everything in every project.
    """

    id: AccountId
    type: Literal["collaborator", "user"] = "collaborator"
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    key: Text | None = None
    company_admin: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Self:
        first, _, last = self.id.replace(".", " ").replace("-", " ").replace("_", " ").title().partition(" ")
        made = {"first_name": first, "last_name": last, "email": f"{self.id}@example.org"}
        for field, value in made.items():
            if field not in self.model_fields_set:
                setattr(self, field, value)
        return self


class Collaborator(Strict):
    """A collaborator's direct role in a project."""

    collaborator: AccountId
    role: Role


class Member(Strict):
    """A user's role in a project. A manager or admin may change who is in it."""

    user: AccountId
    role: AnyRole


class Group(Strict):
    """A group in a project, and who is in the group: users and collaborators."""

    id: AccountId
    role: AnyRole
    members: list[AccountId] = Field(default_factory=list)


class Project(Strict):
    """A project. visibility: the whole company sees it, or only its members."""

    id: ProjectId
    name: str = ""
    visibility: Literal["company", "members"] = "members"
    collaborators: list[Collaborator] = Field(default_factory=list)
    users: list[Member] = Field(default_factory=list)
    groups: list[Group] = Field(default_factory=list)

    def direct(self, account: str) -> Collaborator | None:
        """A collaborator's direct role, where there is one."""
        return next((each for each in self.collaborators if each.collaborator == account), None)

    def highest(self, account: str) -> str | None:
        """The highest of an account's roles, direct and through groups; None for who is not in the project."""
        roles = [each.role for each in self.groups if account in each.members]
        roles += [each.role for each in self.users if each.user == account]
        roles += [each.role for each in self.collaborators if each.collaborator == account]
        return max(roles, key=RANKS.index, default=None)

    def accounts(self) -> Iterable[str]:
        """Everybody in the project, however they got there."""
        named = [each.collaborator for each in self.collaborators]
        named += [each.user for each in self.users]
        return dict.fromkeys([*named, *(member for group in self.groups for member in group.members)])


class World(Strict):
    """TeamHub's section of a seed.

    company: its id; company_key: the key that calls name it by.
    people: how many more collaborator accounts there are, `person-0001` and so on, who need not be written out.
    """

    company: ProjectId = "demo-company"
    company_key: Text = "demo-company-key"
    people: Annotated[int, Field(ge=0, le=9999)] = 0
    accounts: list[Account] = Field(default_factory=list)
    projects: list[Project] = Field(default_factory=list)

    _by_id: dict[str, Account] = PrivateAttr(default_factory=dict)
    _by_folded_id: dict[str, Account] = PrivateAttr(default_factory=dict)
    _projects: dict[str, Project] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        everybody = [*self.accounts, *_people(self.people)]
        self._by_id = {account.id: account for account in everybody}
        self._by_folded_id = {account.id.casefold(): account for account in everybody}
        self._projects = {project.id: project for project in self.projects}
        if len(self._by_id) < len(everybody):
            raise ValueError("two accounts have the same id")
        if len(self._projects) < len(self.projects):
            raise ValueError("two projects have the same id")
        keys = [account.key for account in self.accounts if account.key]
        if len(set(keys)) < len(keys):
            raise ValueError("two accounts have the same key")
        for project in self.projects:
            self._check(project)
        return self

    def _check(self, project: Project) -> None:
        for id_ in project.accounts():
            if id_ not in self._by_id:
                raise ValueError(f"project {project.id} names {id_!r}, who has no account")
        pairs = [(each.collaborator, "collaborator") for each in project.collaborators]
        pairs += [(each.user, "user") for each in project.users]
        for id_, wanted in pairs:
            if self._by_id[id_].type != wanted:
                raise ValueError(f"project {project.id} has {id_!r} among its {wanted}s, who is none")
        if len(set(pairs)) < len(pairs):
            raise ValueError(f"project {project.id} names somebody twice")

    def account(self, id_: str, *, fold: bool = False) -> Account | None:
        """The account of that id; with `fold`, also where only the letters' case differs."""
        return self._by_id.get(id_) or (self._by_folded_id.get(id_.casefold()) if fold else None)

    def everybody(self) -> Iterable[Account]:
        """Every account."""
        return self._by_id.values()

    def project(self, id_: str) -> Project | None:
        """The project of that id."""
        return self._projects.get(id_)


def _people(count: int) -> Iterator[Account]:
    for number in range(1, count + 1):
        yield Account(id=f"person-{number:04d}")


def default() -> World:
    """One project, an administrator who can call, three collaborator accounts, and a thousand more."""
    return World(
        people=1000,
        accounts=[
            Account(id="admin", type="user", key="demo-account-key", company_admin=True),
            Account(id="jane.doe"),
            Account(id="jo"),
            Account(id="auditor"),
        ],
        projects=[Project(id="web", name="Web")],
    )
