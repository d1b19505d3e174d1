"""QuantConnect's part of the world: users, one organisation, projects and who may do what in them."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from pulumi_collab.emulator.platform import Moment, Strict, Text

PositiveInt = Annotated[int, Field(gt=0)]


class User(Strict):
    """An account.

    id: the numeric user id. public_id: the slug in the profile's address, by which calls name a person.
    name, email, profile_image: made from the slug if left out. token: the API token; who has none cannot call.
    member: whether they belong to the organisation.
    """

    id: PositiveInt
    public_id: Text
    name: str = ""
    email: str = ""
    bio: str = ""
    profile_image: str = ""
    token: Text | None = None
    member: bool = True

    @model_validator(mode="after")
    def _complete(self) -> Self:
        made = {
            "name": self.public_id.replace("-", " ").replace("_", " ").title(),
            "email": f"{self.public_id}@example.org",
            "profile_image": f"https://www.example.org/profile/{self.public_id}.jpeg",
        }
        for field, value in made.items():
            if field not in self.model_fields_set:
                setattr(self, field, value)
        return self


class Collaborator(Strict):
    """One person's access to a project. user: the public id. permission: "read" or "write"."""

    user: Text
    permission: Literal["read", "write"] = "read"
    live_control: bool = False


class Project(Strict):
    """A project. owner: a public id, who is not among `collaborators`. created: seconds since the epoch."""

    id: PositiveInt
    name: Text
    owner: Text
    language: Literal["Py", "C#"] = "Py"
    created: Moment = 1_735_689_600.0  # 2025-01-01
    collaborators: list[Collaborator] = Field(default_factory=list)

    def collaborator(self, user: User) -> Collaborator | None:
        """The access of `user`, where there is any beside the owner's."""
        return next((each for each in self.collaborators if each.user == user.public_id), None)


class World(Strict):
    """QuantConnect's section of a seed.

    organisation: its id. people: how many more members there are, `person-0001` and so on, who need not be written out;
    one whose id is among `users` is written out there.
    """

    organisation: Text = "demo-organisation"
    people: Annotated[int, Field(ge=0, le=9999)] = 0
    users: list[User] = Field(default_factory=list)
    projects: list[Project] = Field(default_factory=list)

    _by_public_id: dict[str, User] = PrivateAttr(default_factory=dict)
    _by_folded_id: dict[str, User] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        written = {user.id for user in self.users}
        everybody = [*self.users, *(user for user in _people(self.people) if user.id not in written)]
        self._name(everybody)
        if len(self._by_public_id) < len(everybody):
            raise ValueError("two users have the same public_id")
        if len(written) < len(self.users):
            raise ValueError("two users have the same id")
        if len({project.id for project in self.projects}) < len(self.projects):
            raise ValueError("two projects have the same id")
        for project in self.projects:
            named = [project.owner, *(each.user for each in project.collaborators)]
            for public_id in named:
                if public_id not in self._by_public_id:
                    raise ValueError(f"project {project.id} names {public_id!r}, who is no user")
            if len(set(named)) < len(named):
                raise ValueError(f"project {project.id} names somebody twice (the owner is no collaborator)")
        return self

    def _name(self, everybody: Iterable[User]) -> None:
        self._by_public_id = {user.public_id: user for user in everybody}
        self._by_folded_id = {name.casefold(): user for name, user in self._by_public_id.items()}

    def rename(self, user: User, public_id: str) -> None:
        """Another public id for `user`, in all projects; who was not written out is from now on."""
        if all(each is not user for each in self.users):
            self.users.append(user)
        for project in self.projects:
            mine = project.collaborator(user)
            if mine:
                mine.user = public_id
            if project.owner == user.public_id:
                project.owner = public_id
        everybody = [*self._by_public_id.values()]
        user.public_id = public_id
        self._name(everybody)

    def user(self, public_id: str, *, fold: bool = False) -> User | None:
        """The user of that public id; with `fold`, also where only the letters' case differs."""
        return self._by_public_id.get(public_id) or (self._by_folded_id.get(public_id.casefold()) if fold else None)

    def project(self, project_id: int) -> Project | None:
        """The project of that id."""
        return next((project for project in self.projects if project.id == project_id), None)


def _people(count: int) -> Iterator[User]:
    for number in range(1, count + 1):
        yield User(id=500_000 + number, public_id=f"person-{number:04d}", name=f"Person {number}")


def default() -> World:
    """One project with an owner, four colleagues, and a thousand more people in the organisation."""
    return World(
        people=1000,
        users=[
            User(id=1001, public_id="owner-ola", token="demo-quantconnect-token"),  # noqa: S106  # opens nothing real
            User(id=1002, public_id="mia-ai"),
            User(id=1003, public_id="johnny_walker"),
            User(id=1004, public_id="jo"),
            User(id=1005, public_id="auditor"),
        ],
        projects=[Project(id=23_456_789, name="Strategy", owner="owner-ola")],
    )
