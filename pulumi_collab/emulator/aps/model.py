"""APS's part of the world: access tokens, apps and who is on them."""

from hashlib import sha256
from typing import Annotated, Self

from pydantic import Field, model_validator

from pulumi_collab.emulator.platform import Moment, Strict, Text

SCOPE = "application:client:read"

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]


class Token(Strict):
    """An access token.

    user: the e-mail address of who signed in (three-legged); None is an app's own token (two-legged).
    scopes: what was asked for at the sign-in. expires: seconds since the epoch; None is never.
    """

    token: Text
    user: Text | None = None
    scopes: list[Text] = Field(default_factory=lambda: [SCOPE])
    expires: Moment | None = None


class Collaborator(Strict):
    """One person on an app.

    user_id: made from the address if left out, so that one person has one id on all apps.
    first_name, last_name: made from the address too. accepted: when the invitation was, in seconds since the epoch;
    None while it is open, and then the person is not listed.
    """

    email: Email
    access_level: Text = "VIEWER"  # any text: the service may know more levels than the documents that were seen
    user_id: str = ""
    first_name: str | None = None
    last_name: str | None = None
    accepted: Moment | None = 1_735_689_600.0  # 2025-01-01

    @model_validator(mode="after")
    def _complete(self) -> Self:
        name, _, rest = self.email.partition("@")[0].partition(".")
        if not self.user_id:
            self.user_id = made_id(self.email.casefold())
        if self.first_name is None:
            self.first_name = name.title()
        if self.last_name is None:
            self.last_name = rest.title()
        return self


class App(Strict):
    """An app. client_id: by which calls name it. Its owner is a collaborator with the level OWNER."""

    client_id: Text
    name: str = ""
    collaborators: list[Collaborator] = Field(default_factory=list)

    def person(self, email: str) -> Collaborator | None:
        """Who has that address, in whatever case."""
        return next((each for each in self.collaborators if each.email.casefold() == email.casefold()), None)


class World(Strict):
    """APS's section of a seed."""

    tokens: list[Token] = Field(default_factory=list)
    apps: list[App] = Field(default_factory=list)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len({token.token for token in self.tokens}) < len(self.tokens):
            raise ValueError("two tokens are the same")
        if len({app.client_id for app in self.apps}) < len(self.apps):
            raise ValueError("two apps have the same client_id")
        for app in self.apps:
            if len({each.email.casefold() for each in app.collaborators}) < len(app.collaborators):
                raise ValueError(f"app {app.client_id} has two people of one address")
            if len({each.user_id for each in app.collaborators}) < len(app.collaborators):
                raise ValueError(f"app {app.client_id} has two people of one user_id")
        return self

    def app(self, client_id: str) -> App | None:
        """The app of that client id."""
        return next((app for app in self.apps if app.client_id == client_id), None)


def made_id(text: str) -> str:
    """A user id as the service's: twelve capitals and digits."""
    return sha256(text.encode()).hexdigest()[:12].upper()


def default() -> World:
    """One app with three people, and its owner's token."""
    return World(
        tokens=[Token(token="demo-aps-token", user="owner@example.org")],  # noqa: S106  # opens nothing real
        apps=[
            App(
                client_id="demo-app",
                name="Demo app",
                collaborators=[
                    Collaborator(email="owner@example.org", access_level="OWNER"),
                    Collaborator(email="jane@example.org", access_level="EDITOR"),
                    Collaborator(email="jo@example.org", access_level="VIEWER"),
                ],
            )
        ],
    )
