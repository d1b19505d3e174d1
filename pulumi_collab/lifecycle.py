"""What one kind of resource does, told without Pulumi: its inputs, its state, and five operations against a client.

A door (today the dynamic provider, one day a native plugin) turns engine calls into these.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from .errors import LONGEST_WAIT, Problem, RequestError

ATTEMPTS = 3
"""How often a write whose answer is lost is sent before we give up; in between we look."""

PAUSE = 0.5
"""Seconds between a lost answer and the look that follows, times the attempt; tests have none."""

Tell = Callable[[str], None]
"""Says something to the person who runs the operation, as a warning."""


class Inputs(BaseModel):
    """What a program declares about one resource. Unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _no_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a whole number, not true or false")
    return value


WholeNumber = Annotated[int, BeforeValidator(_no_bool)]
"""An int that may arrive as `23456789.0`, as the engine sends it, but not as a truth value."""

I = TypeVar("I", bound=Inputs)
S = TypeVar("S", bound=Inputs)
C = TypeVar("C")


class Lifecycle(ABC, Generic[I, S, C]):
    """One kind of resource. `connect` gives the client once the service is needed, `tell` warns the person."""

    inputs_model: ClassVar[type[Inputs]]
    """The model of what is declared; its field names are the arguments of the resource."""
    state_model: ClassVar[type[Inputs]]
    """What is kept: a subclass that adds the outputs, each with a default, and ignores unknown names."""
    identity: ClassVar[tuple[str, ...]]
    """Inputs that say *which* thing it is: another value is another thing, so a replacement."""
    creation_only: ClassVar[frozenset[str]] = frozenset()
    """Inputs that act at creation alone: changing them later changes nothing."""

    def __init__(self, connect: Callable[[], C], tell: Tell) -> None:
        self._connect = connect
        self.tell = tell

    @property
    def client(self) -> C:
        """What calls the service. Raises `ConfigError` where a credential is missing."""
        return self._connect()

    @abstractmethod
    def about(self, inputs: I) -> str:
        """Whom and what it concerns, for messages: `mia-ai on project 23456789`."""

    @abstractmethod
    def id_of(self, inputs: I) -> str:
        """The resource's id."""

    def key_of(self, inputs: I) -> str:
        """What tells, from the identity inputs alone, that two resources are one thing; mostly the id."""
        return self.id_of(inputs)

    @abstractmethod
    def from_id(self, id_: str) -> dict[str, Any]:
        """The identity inputs that an id stands for, so that a resource can be looked up by it."""

    def check(self, known: Mapping[str, Any], old: I | None) -> Iterable[Problem]:
        """Compare valid inputs with the live service, at preview; what is not known yet is not in `known`.

        `old` are the inputs so far, without any output; None for a new resource. Checks run one by one, so at most a
        shared listing may be asked for.
        """
        return ()

    def changed(self, old: S, known: Mapping[str, Any]) -> set[str]:
        """Which known inputs differ from the state in a way that matters."""
        return {name for name, value in known.items() if name not in self.creation_only and value != getattr(old, name)}

    def replaces(self, old: S, changed: set[str]) -> set[str]:
        """Which of the changed inputs cannot be changed in place."""
        return changed & set(self.identity)

    def delete_before_replace(self, old: S, known: Mapping[str, Any]) -> bool:
        """Whether old and new are one thing to the service: creating first and deleting then would leave neither."""
        fields = type(old).model_fields
        new = old.model_copy(update={k: v for k, v in known.items() if k in fields})
        return self.id_of(new).casefold() == self.id_of(old).casefold()  # type: ignore[arg-type]  # S extends I

    @abstractmethod
    def create(self, inputs: I) -> S:
        """Make it so, or take over what is there; repeating it after a crash converges."""

    @abstractmethod
    def read(self, state: S) -> S | None:
        """The live state; None only when it is surely gone."""

    @abstractmethod
    def update(self, old: S, inputs: I) -> S:
        """Change it in place."""

    def also_ends(self, state: S) -> str:
        """The key of what deleting it would end besides, as it is at that moment; mostly nothing."""
        return ""

    def left_behind(self, state: S) -> str:
        """What to tell when this resource ends because another one declares the same thing; mostly nothing."""
        return ""

    @abstractmethod
    def delete(self, state: S) -> None:
        """End it; ending what is gone already succeeds."""


T = TypeVar("T")


def settle(write: Callable[[], T], look: Callable[[], T | None]) -> T:
    """Write until it is so: after a failure `look` tells whether the wanted state is there all the same.

    A refusal is final, unless the wanted state is there; a lost answer is repeated, at most `ATTEMPTS` times in all and
    after a pause, for a service that shows its writes late, or after the time that the service asks for. Where that is
    beyond `LONGEST_WAIT`, nothing is repeated.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return write()
        except RequestError as error:
            wait = error.wait or 0
            last = not error.ambiguous or wait > LONGEST_WAIT or attempt == ATTEMPTS
            if error.ambiguous:
                time.sleep(max(PAUSE * attempt, wait if wait <= LONGEST_WAIT else 0))
            try:
                found = look()
            except RequestError:
                raise error from None
            if found is not None:
                return found
            if last:
                raise
    raise AssertionError("unreachable")
