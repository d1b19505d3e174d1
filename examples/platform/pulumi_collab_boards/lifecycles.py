"""What a resource does: observe (directory), decide (access), apply (directory)."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ConfigDict, Field

from pulumi_collab.sdk import Action, Inputs, Lifecycle, NotFound, Notice, Problem, ignore_not_found

from . import access, wire
from .directory import Directory


class Declared(Inputs):
    """What a program declares."""

    board: str = Field(pattern="^[a-z0-9-]+$")
    user: str = Field(pattern="^[a-z0-9-]+$")
    role: wire.Role
    adopt: bool = False


class Kept(Declared):
    """What the state keeps: what is there."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    role: str = ""  # type: ignore[assignment]  # any role that the service names


class Membership(Lifecycle[Declared, Kept, Directory]):
    """One person's role on one board; the id is `plans/ann`."""

    inputs_model, state_model = Declared, Kept
    identity = ("board", "user")
    ignored_after_create = frozenset({"account", "adopt"})

    def about(self, inputs: Declared) -> str:
        return f"{inputs.user} on board {inputs.board}"

    def check(self, known: Mapping[str, Any], old: Declared | None) -> Iterable[Problem | Notice]:
        """What a preview can know, in the words of the write."""
        if known.keys() >= set(self.identity):
            try:
                there = self.directory.members(known["board"]).get(known["user"])
            except NotFound as error:
                yield Problem("board", str(error))
                return
            ours = old is not None and (old.board, old.user) == (known["board"], known["user"])
            who, adopt = self.about(Kept.model_construct(**known)), known.get("adopt", True)
            yield from access.give(who, known.get("role"), there, ours=ours, adopt=adopt).findings()

    def create(self, inputs: Declared) -> Kept:
        return self._give(inputs, ours=False)

    def read(self, state: Kept) -> Kept | None:
        """What is there. A board that does not show raises: it may only be hidden."""
        role = self.directory.members(state.board, state.user).get(state.user)
        return None if role is None else state.model_copy(update={"role": role})

    def update(self, old: Kept, inputs: Declared) -> Kept:
        return self._give(inputs, ours=True)

    def delete(self, state: Kept) -> None:
        """Take the person off the board. The service is always asked: a listing may be older."""
        with self.directory.lock(state.board):
            ignore_not_found(lambda: self.directory.delete(state.board, state.user))

    def _give(self, inputs: Declared, *, ours: bool) -> Kept:
        with self.directory.lock(inputs.board):
            there = self.directory.members(inputs.board, recent=True).get(inputs.user)
            decision = access.give(self.about(inputs), inputs.role, there, ours=ours, adopt=inputs.adopt)
            decision.raise_if_refused(self.about(inputs))
            if decision.action is not Action.NOTHING:
                self.directory.put(inputs.board, inputs.user, inputs.role)
            return Kept(**dict(inputs))
