"""Everything that can go wrong, as one small tree. Every message is one line that people can act on.

CollabError
├── ConfigError            a credential or base URL is missing or unusable
├── InvalidInput           arguments that cannot work; carries one `Problem` per property
├── Refused                a lifecycle says no: the owner, other people's access, a conflict
├── Differences            reality is not as declared, and people have to change it: the only one of several lines
├── HalfDone               one of the others, with the state of what was done before
└── RequestError           a call to a service failed
    ├── Unreachable        no connection was made: surely without effect
    ├── NoResponse         sent, or perhaps sent, but no response came
    │   └── TimedOut       ... in the time we wait
    ├── Unauthenticated    the credentials are wrong or expired
    ├── Forbidden          the credentials are good, the right is missing
    ├── NotFound           the service knows no such thing, or hides it
    ├── Rejected           understood and refused
    ├── TooManyRequests    asked to come back later
    ├── ServerError        the service failed
    └── BadResponse        not what the documents promise, such as a proxy's page, or beyond our limits
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

HINT = "; check whose they are and what they may do"
"""What to do about credentials that do not suffice, where nobody knows better."""


def harmless(text: str) -> str:
    """Text of others, fit to be shown: no terminal obeys anything in it, nor does Pulumi its markup (`<{%...%}>`).

    What is not printable (ESC, direction marks, half an emoji) becomes U+FFFD. Line breaks become blanks: a forged
    second line reads like an error of the engine's.
    """
    shown = " ".join(text.split())
    if not shown.isprintable():
        shown = "".join(each if each.isprintable() else "\ufffd" for each in shown)
    return shown.replace("<{%", "<{ %")


def one_line(text: str, limit: int = 600) -> str:
    """Harmless, on one line, and cut: what a service says may be megabytes long."""
    folded = harmless(text[: 100 * limit])
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"


class Listed(str):
    """A headline and a line for each thing to do, every one of them harmless: no other text is of several lines."""

    __slots__ = ()

    def __new__(cls, headline: str, lines: Iterable[str]) -> Self:
        """Put it together."""
        return super().__new__(cls, "\n".join([one_line(headline), *(f"- {one_line(line)}" for line in lines)]))


class CollabError(Exception):
    """Base of every error this package raises; `str()` is one harmless line, but for `Differences`."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message, limit=2000))


class ConfigError(CollabError):
    """A credential or base URL is missing or unusable; the message says how to set it."""


class Hint(Enum):
    """What to do next, where only the adapter knows how that is written: Python, a command, a button."""

    ADOPT = "adopt"
    """Say that access of others may be taken over and changed."""
    FORGET = "forget"
    """Take the resource out of the state: nobody can tell any more whether it is there."""
    TAKE_OUT = "take out"
    """Declare it no longer, where what it is about is gone for good."""
    REFRESH = "refresh"
    """Read what is there into the state."""
    AGAIN = "again"
    """Run the operation again."""
    REPLACE = "replace"
    """Say that a thing that cannot be changed may be replaced, with what is in it."""
    FORCE = "force"
    """Say, before it is ended, that it may be ended with what is in it."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one property, `""` when with none in particular, and what to do next."""

    property: str
    reason: str
    hint: Hint | None = None


class InvalidInput(CollabError):
    """Arguments that cannot work, told property by property."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{p.property}: {p.reason}" if p.property else p.reason for p in self.problems))


class Refused(CollabError):
    """A lifecycle declines to act, because acting would surprise somebody; `hint` is the way on, if it has one."""

    def __init__(self, reason: str, hint: Hint | None = None) -> None:
        super().__init__(reason)
        self.hint = hint


class Differences(CollabError):
    """Reality is not as declared, and only people can change it."""

    def __init__(self, headline: str, lines: Iterable[str]) -> None:
        super().__init__(headline)
        self.listed = Listed(headline, lines)
        self.args = (self.listed,)


class HalfDone(CollabError):
    """Some of it was done before `error`, and `state` is what there is now."""

    made: tuple[str, dict[str, Any]] | None = None
    """The same as an adapter keeps it: the id and the outputs."""

    def __init__(self, error: CollabError, state: Any) -> None:
        super().__init__(str(error))
        self.error = error
        self.state = state


class RequestError(CollabError):
    """A call to a service failed.

    `ambiguous` tells whether the call may have had its effect all the same; lifecycles look before they decide.
    `status` is the HTTP status where there was one, `retry_after` the seconds that the service asks to wait.
    """

    ambiguous = False

    def __init__(self, message: str, *, status: int | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after

    def plus(self, more: str) -> Self:
        """The same error with more words, in place of the hint that holds for every service."""
        told = str(self).removesuffix(HINT).rstrip(".")
        return type(self)(f"{told}{more}", status=self.status, retry_after=self.retry_after)


class Unreachable(RequestError):
    """No connection was made, so nothing was sent."""


class NoResponse(RequestError):
    """The request was sent, as far as we know, and the response never came."""

    ambiguous = True


class TimedOut(NoResponse):
    """The request was sent, and we stopped waiting for the response."""


class Unauthenticated(RequestError):
    """The service does not accept the credentials."""


class Forbidden(RequestError):
    """The credentials are good but do not give this right."""


class NotFound(RequestError):
    """The service knows no such thing, or hides it from these credentials."""


class Rejected(RequestError):
    """The service understood the request and refused it."""


class TooManyRequests(RequestError):
    """The service asks to come back later. Most limiters refuse before the service acts, and one need not."""

    ambiguous = True


class ServerError(RequestError):
    """The service failed while it worked on the request."""

    ambiguous = True


class BadResponse(RequestError):
    """The response is not what the documents promise."""

    ambiguous = True
