"""The server's ways to say no."""


class Refused(Exception):
    """An error answer of the server's. bare: without the class, URL and address that most messages begin with."""

    def __init__(self, status: int, text: str, *, bare: bool = False) -> None:
        super().__init__(text)
        self.status = status
        self.bare = bare


class Broken(Refused):
    """What the server's code stumbles over: 500 with Python's own words."""

    def __init__(self, text: str) -> None:
        super().__init__(500, text, bare=True)


class NoRow(Refused):
    """What is not in the database."""

    def __init__(self) -> None:
        super().__init__(404, "No row was found when one was required", bare=True)


class DatabaseError(Refused):
    """A constraint of the database; the server says nothing more."""

    def __init__(self) -> None:
        super().__init__(400, "Database error", bare=True)


class MissingKey(Refused):
    """A field that the body lacks."""

    def __init__(self, name: str) -> None:
        super().__init__(400, f"Missing key {name!r}", bare=True)
