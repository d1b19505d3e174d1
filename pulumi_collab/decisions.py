"""What may be done about one thing, as a value: decided once, shown by a preview and carried out by a write. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from .errors import Problem, Refused
from .lifecycle import Notice


class Action(Enum):
    """What has to be done."""

    NOTHING = auto()
    """It is so already, or not ours to end."""
    ADD = auto()
    CHANGE = auto()
    END = auto()


@dataclass(frozen=True)
class Decision:
    """What has to be done, or why it must not be; and what people should know before it is."""

    action: Action
    problems: tuple[Problem, ...] = ()
    """Why it is refused, property by property; where there is one, nothing is done."""
    warnings: tuple[str, ...] = ()

    def findings(self) -> Iterator[Problem | Notice]:
        """As a lifecycle's `check` tells it."""
        yield from self.problems
        yield from map(Notice, self.warnings)

    def raise_if_refused(self, about: str, *, named: bool = False) -> None:
        """As a write tells it: `Refused`, with the same sentences; `named`: after the name of the property each."""
        if self.problems:
            told = "; ".join(f"{p.property} {p.reason}" if named else p.reason for p in self.problems)
            hint = next((p.hint for p in self.problems if p.hint), None)
            raise Refused(f"{about}{':' if named else ''} {told}", hint)


def has_already(about: str) -> Decision:
    """What is declared is there already: it is taken over as it is."""
    return Decision(Action.NOTHING, warnings=(f"{about} has this access already, nothing is sent",))


def refuse(*problems: Problem) -> Decision:
    """Nothing may be done."""
    return Decision(Action.NOTHING, problems)
