"""Sets: one resource that declares everybody's access to one scope. What those of all platforms have in common.

A set observes who is there, as grants; decides by a plan; and has the lifecycle of a single person carry out each
change, so that what holds for one person stands once. Who is added comes before who is changed, and both before who is
removed.
"""

from __future__ import annotations

import contextvars
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StrictStr, ValidationInfo, field_validator

from .errors import CollabError, HalfDone, Problem, RequestError
from .grants import Grant
from .lifecycle import Inputs, Lifecycle, Memory, Notice, Warn
from .plan import Change, Plan, diff, has_access, is_fixed, is_owner, pairs, people, plan, removals_complaint

MOST = 8
"""How many people of one set are written at the same time."""


LONG = 20
"""Beyond so many people a comparison, which shows all of them, hides the few that change: those are told."""


def _removals(value: float | None) -> float | None:
    if value is not None and (complaint := removals_complaint(value)):
        raise ValueError(complaint)
    return value


def _no_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


Keep = Annotated[list[StrictStr], Field(default_factory=list)]
"""People who are left alone."""
Removals = Annotated[float | None, BeforeValidator(_no_bool), AfterValidator(_removals)]
"""How many one run may remove: below 1 a share, from 1 on a count."""


class SetInputs(Inputs):
    """What is declared about a set: a subclass has the map of people, and after it `keep` and `max_removals`."""

    listed: ClassVar[str] = "collaborators"
    """The argument that lists people: a map from their names to what they may do."""

    @field_validator("collaborators", "members", check_fields=False)
    @classmethod
    def _each_once(cls, value: Any) -> Any:
        if issubclass(cls, SetState):  # what is live may be more than can be declared
            return value
        seen: dict[str, str] = {}
        for key in value if isinstance(value, Mapping) else ():
            if (other := seen.setdefault(key.casefold(), key)) != key:
                raise ValueError(f"lists {other} and {key}, who may be one person: keep one of the two")
        return value

    @field_validator("keep", check_fields=False)
    @classmethod
    def _in_one_of_the_two(cls, value: list[str], info: ValidationInfo) -> list[str]:
        listed = set() if issubclass(cls, SetState) else {key.casefold() for key in info.data.get(cls.listed) or ()}
        if both := [key for key in value if key.casefold() in listed]:
            raise ValueError(
                f"names {', '.join(both)}, whom `{cls.listed}` lists as well: who is kept is left alone, so name each "
                "person in one of the two"
            )
        return value


class SetState(SetInputs):
    """What is kept about a set."""

    members: Mapping[str, Any] = Field(default_factory=dict)
    """Whom it declares and who are in, with what they have. Deleting the set removes these and nobody else."""
    kept: list[str] = Field(default_factory=list)
    """Who is there and left alone."""


I = TypeVar("I", bound=SetInputs)
S = TypeVar("S", bound=SetState)
D = TypeVar("D")


class SetLifecycle(Lifecycle[I, S, D]):
    """Everybody's access to one scope."""

    inputs_model: ClassVar[type[SetInputs]]
    state_model: ClassVar[type[SetState]]
    whole = True
    ignored_after_create = frozenset({"account", "max_removals"})
    remembered = frozenset({"members"})

    single: ClassVar[type[Lifecycle[Any, Any, Any]]]
    """The kind of resource that is one person of it."""
    last: ClassVar[str | None] = None
    """A role whose last holder has to stay."""

    def __init__(self, connect: Callable[[], D], warn: Warn) -> None:
        super().__init__(connect, warn)
        self._single = self.single(connect, warn)

    # --- what a platform says ---

    @abstractmethod
    def observed(self, inputs: Any, *, reader: str | None = None, recent: bool = False) -> list[Grant]:
        """Who has access to its scope, from the process's shared listing."""

    @abstractmethod
    def held(self, inputs: Any) -> list[Grant] | None:
        """The same as far as this process knows it already; None where it has not asked yet. Asks nobody."""

    @abstractmethod
    def declared(self, inputs: Any, key: str, access: Any, uid: str | None = None) -> Grant:
        """A line of the map, or of the output `members`, as a grant."""

    @abstractmethod
    def person(self, inputs: Any, grant: Grant) -> Any:
        """A grant as the state of a single resource, which takes over what is there."""

    @abstractmethod
    def entry(self, grant: Grant) -> Any:
        """What the map says of a grant."""

    @abstractmethod
    def member(self, grant: Grant) -> Any:
        """What the output `members` says of a grant."""

    def uid(self, member: Any) -> str | None:
        """What a rename does not change, of an entry of `members`."""
        return None

    def unseen(self, inputs: Any, error: RequestError) -> CollabError:
        """What a write or a read tells when its scope cannot be observed."""
        return error

    def hidden(self, inputs: Any, error: RequestError, *, unchanged: bool) -> Problem | Notice:
        """What a preview tells of that; `unchanged`: the program asks for nothing new there."""
        raise error

    # --- the contract ---

    def scope(self, inputs: Any) -> str:
        """What it is about, which is its id."""
        return self.id_of(inputs)

    def grants(self, inputs: Any) -> frozenset[str]:
        """Whom it lists and whom it keeps, by the names that single resources hold."""
        listed = getattr(inputs, self._listed, None) or ()
        return frozenset(self._name(inputs, key) for key in (*listed, *(inputs.keep or ())))

    def ends(self, state: S) -> frozenset[str]:
        """Deleting it removes whom it declares, and nobody else."""
        return frozenset(self._name(state, key) for key in state.members)

    def check(self, known: Mapping[str, Any], old: I | None) -> Iterable[Problem | Notice | Memory]:
        """Who must not be touched and how many may go; of a new set, who loses access."""
        if not known.keys() >= set(self.identity):
            return
        inputs: Any = self.state_model.model_construct(**known)
        old = old if old is not None and self.id_of(old) == self.id_of(inputs) else None
        all_known = self._all_known(known)
        try:
            existing = self.observed(inputs)
        except RequestError as error:
            unchanged = old is not None and all_known and not diff(self._lines(old), self._lines(inputs))
            yield self.hidden(inputs, error, unchanged=unchanged)
            return
        if not all_known:
            return
        would = self._judged(inputs, old, existing)
        yield from would.problems
        if old is None:
            yield from map(Notice, self._told(inputs, would.of("change"), would))
        members: Mapping[str, Any] = getattr(old, "members", {})
        yield Memory({"members": self._seen(inputs, self._lines(inputs, members), existing).members})

    def changed(self, old: S, known: Mapping[str, Any]) -> set[str]:
        """What differs from the state, or from what this process has seen since."""
        found = super().changed(old, {k: v for k, v in known.items() if k not in (self._listed, "keep")})
        old_: Any = old
        new: Any = old.model_copy(update=dict(known))
        if {key.casefold() for key in new.keep} != {key.casefold() for key in old_.keep}:
            found.add("keep")
        would = self._would(old, known)
        if diff(self._lines(old), self._lines(new)) or (would and would.changes):
            found.add(self._listed)
        return found

    def warnings(self, old: S, known: Mapping[str, Any]) -> Iterable[str]:
        """Who loses access, and what changes that a comparison with the state does not show."""
        would = self._would(old, known)
        if would is None:
            return
        new = old.model_copy(update=dict(known))
        shown = {change.grant.principal.key for change in diff(self._lines(old), self._lines(new))}
        if len(getattr(new, self._listed)) > LONG:
            shown = set()
        unseen = [change for change in would.of("add", "change") if change.grant.principal.key not in shown]
        yield from self._told(new, would.of("rename", "repoint") or unseen, would)

    def create(self, inputs: I) -> S:
        """Make it so; who has access already is taken over."""
        return self._reach(inputs, None)

    def read(self, state: S) -> S:
        """Everybody who is there: strangers are in the map, and whom the set declares is in `members`."""
        return self._seen(state, self._members(state), self._there(state, reader=f"{self.scope(state)}/*"))

    def update(self, old: S, inputs: I) -> S:
        """Write the differences."""
        return self._reach(inputs, old)

    def without(self, state: S, held: frozenset[str]) -> S | None:
        """The members that no other resource holds."""
        rest = {key: member for key, member in state.members.items() if self._name(state, key) not in held}
        return state.model_copy(update={"members": rest}) if rest else None

    def delete(self, state: S) -> None:
        """Remove whom it declares; strangers and whom it keeps stay."""
        self._carry_out(state, [Change("remove", grant, None) for grant in self._members(state)], [])

    # --- what they rest on ---

    @property
    def _listed(self) -> str:
        return self.inputs_model.listed

    def _all_known(self, known: Mapping[str, Any]) -> bool:
        return known.keys() >= {*self.identity, self._listed, "keep", "max_removals"}

    def _name(self, inputs: Any, key: str) -> str:
        return f"{self.scope(inputs)}/{key}".casefold()

    def _lines(self, inputs: Any, members: Mapping[str, Any] | None = None) -> list[Grant]:
        """What is declared, each person with the uid that the state knows."""
        uids = {key: self.uid(member) for key, member in (members or {}).items()}
        listed: Mapping[str, Any] = getattr(inputs, self._listed)
        return [self.declared(inputs, key, access, uids.get(key)) for key, access in listed.items()]

    def _there(self, inputs: Any, *, reader: str | None = None, recent: bool = False) -> list[Grant]:
        try:
            return self.observed(inputs, reader=reader, recent=recent)
        except RequestError as error:
            raise self.unseen(inputs, error) from error

    def _members(self, state: S) -> list[Grant]:
        return [self.declared(state, key, member, self.uid(member)) for key, member in state.members.items()]

    def _plan(self, inputs: Any, members: Mapping[str, Any], existing: Iterable[Grant]) -> Plan:
        return plan(
            self._lines(inputs, members),
            existing,
            inputs.keep,
            listed=self._listed,
            max_removals=inputs.max_removals,
            last=self.last,
        )

    def _would(self, old: S, known: Mapping[str, Any]) -> Plan | None:
        """What an update would do as far as this process knows; None where it cannot tell without asking."""
        if not self._all_known(known) or any(known[name] != getattr(old, name) for name in self.identity):
            return None
        new = old.model_copy(update=dict(known))
        existing = self.held(new)
        return self._plan(new, old.members, existing) if existing is not None else None

    def _judged(self, inputs: Any, old: Any, existing: Sequence[Grant]) -> Plan:
        """The plan, with what the platform has against people who are listed newly, or not there as they are spelled.

        `old` is the state, or as much of it as a check remembers.
        """
        members: Mapping[str, Any] = getattr(old, "members", {})
        would = self._plan(inputs, members, existing)
        spelled = {grant.principal.key for grant in existing}
        told = {c.grant.principal.key for c in would.of("rename", "repoint")}
        told |= {grant.principal.key for grant in existing if is_owner(grant)}
        before = getattr(old, self._listed) if old is not None else {}
        problems = list(would.problems)
        for line in self._lines(inputs, members):
            key = line.principal.key
            if key in told or (key in before and key in spelled):
                continue
            person = self.person(inputs, line)
            known = {name: getattr(person, name) for name in self.single.inputs_model.model_fields}
            found = self._single.check(known, person if key in before else None)
            wrong = (each for each in found if isinstance(each, Problem))
            problems += [Problem(self._listed, f"{key} {each.reason}", each.hint) for each in wrong]
        return replace(would, problems=tuple(problems))

    def _told(self, inputs: Any, changes: Iterable[Change], would: Plan) -> Iterator[str]:
        about = self.about(inputs)
        if told := "; ".join(change.sentence for change in changes):
            yield f"{about}: {told}"
        if gone := would.loses:
            yield f"{about}: {f'{len(gone)} people lose' if len(gone) > 1 else '1 person loses'} access: {people(gone)}"

    def _reach(self, inputs: I, old: S | None) -> S:
        would = self._judged(inputs, old, self._there(inputs, recent=True))
        would.raise_if_refused(self.about(inputs))
        lines = self._lines(inputs, old.members if old is not None else None)
        done: list[Change] = []
        try:
            self._carry_out(inputs, would.changes, done)
        except CollabError as error:
            try:
                halfway = self._seen(inputs, lines, self._there(inputs)) if done else None
            except CollabError:  # what is there now cannot be told either: the next read finds it
                halfway = None
            if halfway is None:
                raise
            raise HalfDone(error, halfway) from error
        return self._seen(inputs, lines, self._there(inputs))

    def _carry_out(self, inputs: Any, changes: Sequence[Change], done: list[Change]) -> None:
        """Each kind of change after the one before it, so that nobody is removed before everybody is added."""
        for kind in ("add", "change", "remove"):
            now = [change for change in changes if change.kind == kind]
            try:
                side_by_side([partial(self._write, inputs, change, done) for change in now])
            except RequestError as error:
                raise error.plus(f"; {len(done)} of {len(changes)} changes were made, the next run goes on") from error

    def _write(self, inputs: Any, change: Change, done: list[Change]) -> None:
        if change.kind == "remove":
            self._single.delete(self.person(inputs, change.grant))
        elif change.kind == "change" and change.before is not None:
            self._single.update(self.person(inputs, change.before), self.person(inputs, change.grant))
        else:
            self._single.create(self.person(inputs, change.grant))
        done.append(change)

    def _seen(self, inputs: Any, lines: Iterable[Grant], existing: Iterable[Grant]) -> S:
        """The state: everybody who is there, but for those who are kept and those whom nobody can change."""
        forms = {key.casefold() for key in inputs.keep}
        there: dict[str, Any] = {}
        members: dict[str, Any] = {}
        kept: list[str] = []
        for grant, line in pairs(existing, lines):
            if grant is None or not has_access(grant) or is_owner(grant) or (line is None and is_fixed(grant)):
                continue
            key = grant.principal.key
            if key.casefold() in forms:
                kept.append(key)
                continue
            if line is None:
                there[key] = self.entry(grant)
                continue
            mine = line.principal
            same = grant.principal.kind == "unknown" or key.casefold() == mine.key.casefold()
            there[mine.key if same else key] = self.entry(grant)
            somebody_else = None not in (mine.uid, grant.principal.uid) and mine.uid != grant.principal.uid
            members[mine.key] = self.member(line if somebody_else else grant)
        values = {name: getattr(inputs, name) for name in self.inputs_model.model_fields}
        found: Any = self.state_model(**values | {self._listed: there, "members": members, "kept": sorted(kept)})
        return found  # type: ignore[no-any-return]  # it is of the class's own state_model


def side_by_side(tasks: Sequence[Callable[[], object]]) -> None:
    """Do them, up to `MOST` at a time. After a failure no more are begun; raises the first one's error."""
    failed = threading.Event()

    def run(task: Callable[[], object]) -> None:
        if failed.is_set():
            return
        try:
            task()
        except BaseException:
            failed.set()
            raise

    if len(tasks) == 1:
        return run(tasks[0])
    with ThreadPoolExecutor(max_workers=MOST) as pool:
        begun = [pool.submit(contextvars.copy_context().run, run, task) for task in tasks]
    for each in begun:
        each.result()
    return None
