"""What a resource gives access to, as grants: read off its inputs or its state, without its service. No I/O.

Reviews and drift read states and previews, where a property may be missing, unknown as yet or a secret, so nothing here
raises for what it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .grants import Grant, Principal, Scope, rank_of

Properties = Mapping[str, Any]
"""Inputs, or inputs and outputs, as JSON has them."""


OUTPUTS = "__outputs"
"""The outputs of a state alone, as an output may have an input's name."""
REMEMBERED = "__remembered"
"""What a check has found, in the inputs that it gives back."""


@dataclass(frozen=True)
class Holding:
    """What one resource says about access to one scope."""

    scope: Scope
    grants: tuple[Grant, ...] = ()
    """Who has access by it."""
    strangers: tuple[Grant, ...] = ()
    """Who was there when it was last read, and is not declared: a set removes them."""
    there: tuple[Grant, ...] | None = None
    """Who of them was there when a preview looked, with what they had; None where it has not looked."""
    whole: bool = False
    """Whether it says of everybody in the scope whether they have access."""
    kept: frozenset[str] = frozenset()
    """Whom a set leaves alone, whatever they have, by key."""
    invited: tuple[Grant, ...] = ()
    """Who is asked in when it is made, and never after: they are no strangers, and nothing holds their access."""
    is_scope: bool = False
    """Whether it is the scope itself: everybody's access ends with it."""
    enforced: bool = True
    """Whether `pulumi up` gives and ends this access. What can only be verified is changed by people."""
    any_name: bool = False
    """Whether whoever has the uid is meant, whatever the name: an invitation may be accepted under another address."""
    outlives: bool = False
    """Whether the access stays when the resource goes."""


@dataclass(frozen=True)
class Ladder:
    """What a platform's grants have in common."""

    platform: str
    kind: str
    """The kind of scope: `project`."""
    roles: tuple[str, ...]
    privileged: frozenset[str] = frozenset()
    """The roles that are privileged; whatever comes beside a role is."""

    def scope(self, id_: Any, name: str | None = None) -> Scope:
        """A scope, by its id in whatever form JSON has it."""
        return Scope(id=text(id_), kind=self.kind, name=name)

    def grant(
        self, scope: Scope, who: str | Principal, role: Any, privileges: Iterable[str] = (), **more: Any
    ) -> Grant:
        """One person's access to it."""
        word, beside = text(role), tuple(privileges)
        return Grant(
            platform=self.platform,
            scope=scope,
            principal=who if isinstance(who, Principal) else Principal(key=who),
            role=word,
            rank=rank_of(word, self.roles),
            privileges=beside,
            privileged=bool(beside) or word in self.privileged,
            **more,
        )


def text(value: Any) -> str:
    """A value as its platform writes it: the engine has numbers as floats."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def text_or_none(value: Any) -> str | None:
    """The same, and None for what is not there."""
    return text(value) or None


def moment(value: Any) -> datetime | None:
    """A date or a moment of a state; None for what is none."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def mapping(value: Any) -> Mapping[str, Any]:
    """A map of people; an empty one for what is none, such as a value that is not known yet."""
    return value if isinstance(value, Mapping) else {}


def keys(value: Any) -> frozenset[str]:
    """A list of people."""
    return frozenset(text(each) for each in value) if isinstance(value, (list, tuple)) else frozenset()


def by_words(ladder: Ladder, words: Mapping[str, str], props: Properties) -> Holding:
    """A resource that is one person's access, told by the common words and its own: `{"user": "collaborator"}`."""
    scope = ladder.scope(props.get(words["project"]))
    privileges = [word for word in words if word not in ("project", "user", "role") and props.get(words[word]) is True]
    who = Principal(
        key=text(props.get(words["user"])),
        name=text_or_none(props.get("display_name")),
        email=text_or_none(props.get("email")),
        uid=text_or_none(props.get("uid")),
    )
    role = props.get(words.get("role", "role"))
    return Holding(scope, (ladder.grant(scope, who, role, privileges),))


def of_set(
    ladder: Ladder, scope: Scope, listed: Any, props: Properties, grant: Callable[[Principal, Any], Grant] | None = None
) -> Holding:
    """A set: whom it lists, and who else was there when it was last read.

    Its output `members` says whom the program declared; after a refresh the map of people shows everybody who is there.
    """
    make = grant or (lambda who, access: ladder.grant(scope, who, access))
    listed, state = mapping(listed), mapping(props.get(OUTPUTS))
    members = mapping(state.get("members"))
    seen = mapping(props.get(REMEMBERED)).get("members")
    mine = {key.casefold() for key in (members if "members" in state else listed)}
    found = [(key, make(_principal(key, members.get(key)), access)) for key, access in listed.items()]
    here = {key.casefold() for key in listed}
    gone = [make(_principal(key, member), member) for key, member in members.items() if key.casefold() not in here]
    return Holding(
        scope,
        (*(each for key, each in found if key.casefold() in mine), *gone),
        tuple(each for key, each in found if key.casefold() not in mine),
        there=tuple(make(_principal(key, each), each) for key, each in seen.items()) if seen is not None else None,
        whole=True,
        kept=keys(props.get("keep")),
    )


def _principal(key: str, member: Any) -> Principal:
    known = mapping(member)
    uid = known.get("uid", known.get("user"))
    return Principal(key=key, uid=text_or_none(uid))
