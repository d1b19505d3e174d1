"""What one kind of resource does, told without Pulumi: its inputs, its state, and five operations against a directory.

An adapter (today the dynamic provider, one day a native plugin) turns engine calls into these.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StrictStr

from .errors import Problem
from .settings import account_complaint

Warn = Callable[[str], None]
"""Says something to the person who runs the operation."""


def _account(value: str) -> str:
    if complaint := account_complaint(value):
        raise ValueError(complaint)
    return value


class Inputs(BaseModel):
    """What a program declares about one resource. Unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: Annotated[StrictStr, AfterValidator(_account)] | None = None
    """Whose settings are used. Another account that leads to the same server changes nothing."""


def _no_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a whole number, not true or false")
    return value


WholeNumber = Annotated[int, BeforeValidator(_no_bool)]
"""An int that may arrive as `23456789.0`, as the engine sends it, but not as a truth value."""


@dataclass(frozen=True)
class Notice:
    """What a person should know before it is done, found while something was checked."""

    text: str


@dataclass(frozen=True)
class Memory:
    """Outputs that the next check should find in `old` beside the inputs, as of now: whose an address is."""

    outputs: Mapping[str, Any]


I = TypeVar("I", bound=Inputs)
S = TypeVar("S", bound=Inputs)
D = TypeVar("D")


class Lifecycle(ABC, Generic[I, S, D]):
    """One kind of resource. `connect` gives the directory once the service is needed, `warn` tells the person."""

    inputs_model: ClassVar[type[Inputs]]
    """The model of what is declared; its field names are the arguments of the resource."""
    state_model: ClassVar[type[Inputs]]
    """What is kept: a subclass that adds the outputs, each with a default, and ignores unknown names."""
    identity: ClassVar[tuple[str, ...]]
    """Inputs that say *which* thing it is: another value is another thing, so a replacement."""
    ignored_after_create: ClassVar[frozenset[str]] = frozenset({"account"})
    """Inputs that act at creation alone, or change nothing at the service: changing them later is no change."""

    remembered: ClassVar[frozenset[str]] = frozenset()
    """Outputs that checks need to find in `old` (`Memory`), so that what is read is remembered as well."""

    whole: ClassVar[bool] = False
    """Whether it says of everybody in its scope whether they have access: nothing else of a program may do so there."""

    replaced_first: ClassVar[bool] = False
    """Whether the old one has to go before the new one can be made, as names are unique."""

    def __init__(self, connect: Callable[[], D], warn: Warn) -> None:
        self._connect = connect
        self.warn = warn

    @property
    def directory(self) -> D:
        """What is there, as this process knows it. Raises `ConfigError` where a credential is missing."""
        return self._connect()

    @abstractmethod
    def about(self, inputs: I) -> str:
        """Whom and what it concerns, for messages: `mia-ai on project 23456789`."""

    def id_of(self, inputs: I) -> str:
        """The resource's id: its identity, such as `23456789/mia-ai`."""
        return "/".join(str(getattr(inputs, name)) for name in self.identity)

    def from_id(self, id_: str) -> dict[str, Any]:
        """The identity inputs that an id stands for, so that a resource can be looked up by it."""
        return dict(zip(self.identity, id_.split("/", len(self.identity) - 1), strict=False))

    def grants(self, inputs: I) -> frozenset[str]:
        """What it holds, as names that are the same in whichever kind of resource: `23456789/mia-ai`.

        Two resources with a name in common are one thing declared twice, and what another resource holds is not taken
        away. From the identity inputs alone; a state may tell more.
        """
        return frozenset({self.id_of(inputs).casefold()})

    def unique(self, known: Mapping[str, Any]) -> Mapping[str, str]:
        """What no two things can have in common beside what they hold, by the input that gives it: `{"name": "ai"}`."""
        return {}

    def scope(self, inputs: I) -> str | None:
        """What its grants give access to, by a name that is the same in each kind: `23456789`. From identity inputs.

        None where no set says who has access there.
        """
        return None

    def ends(self, state: S) -> frozenset[str]:
        """What deleting it would end, by the names of `grants`, as it is at that moment. May ask the service."""
        return self.grants(state)  # type: ignore[arg-type]  # S extends I

    def check(self, known: Mapping[str, Any], old: I | None) -> Iterable[Problem | Notice | Memory]:
        """Compare valid inputs with what is there, at preview; what is not known yet is not in `known`.

        `old` are the inputs so far, without any output but what is `remembered`; None for a new resource. Checks run
        one by one, so at most a shared listing may be asked for.
        """
        return ()

    def beside(self, known: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]]) -> Iterable[Problem]:
        """Compare with what is declared of the resources that unknown identity inputs come from. Pure."""
        return ()

    def changed(self, old: S, known: Mapping[str, Any]) -> set[str]:
        """Which known inputs differ from the state in a way that matters. Pure: it is asked more than once."""
        ignored = self.ignored_after_create
        return {name for name, value in known.items() if name not in ignored and value != getattr(old, name)}

    def warnings(self, old: S, known: Mapping[str, Any]) -> Iterable[str]:
        """What to tell beside the difference, where the state is needed to see it. Pure."""
        return ()

    def replaces(self, old: S, changed: set[str], known: Mapping[str, Any] | None = None) -> set[str]:
        """Which of the changed inputs cannot be changed in place. `known`: the new values."""
        return changed & set(self.identity)

    def delete_before_replace(self, old: S, known: Mapping[str, Any]) -> bool:
        """Whether the old one goes first: names are unique, or old and new are one thing to the service."""
        if self.replaced_first:
            return True
        fields = type(old).model_fields
        new = old.model_copy(update={k: v for k, v in known.items() if k in fields})
        return self.id_of(new).casefold() == self.id_of(old).casefold()  # type: ignore[arg-type]  # S extends I

    @abstractmethod
    def create(self, inputs: I) -> S:
        """Make it so, or take over what is there; repeating it after a crash converges."""

    def recreate(self, old: S, inputs: I) -> S:
        """Make it anew, knowing what the state that goes in the same operation tells of the same thing."""
        return self.create(inputs)

    @abstractmethod
    def read(self, state: S) -> S | None:
        """The live state; None only when it is surely gone."""

    @abstractmethod
    def update(self, old: S, inputs: I) -> S:
        """Change it in place."""

    def without(self, state: S, held: frozenset[str]) -> S | None:
        """What is left to delete when other resources hold some of it; None when nothing is."""
        return None

    def left_behind(self, state: S) -> str:
        """What to tell when this resource ends because another one holds the same thing; mostly nothing."""
        return ""

    @abstractmethod
    def delete(self, state: S) -> None:
        """End it; ending what is gone already succeeds."""
