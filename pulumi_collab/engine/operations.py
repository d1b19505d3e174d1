"""What the engine asks of one kind of resource, in plain values: check, diff, create, read, update, delete.

Numbers may arrive as floats; what another resource will produce is not known at preview. Properties that begin with two
underscores are ours: they are kept in the state and shown to nobody.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from ..errors import Forbidden, HalfDone, InvalidInput, NotFound, Problem, Refused
from ..lifecycle import Lifecycle, Memory, Notice, Warn
from ..platform import Kind, Platform
from ..settings import StackConfig, flag
from .claims import Claims, Ending, Other
from .properties import DECLARED, MADE, MEMORY, ORIGIN, Properties, as_of, kept, plain, without_ours
from .sentences import Error, Told, hinted, told
from .served import Served
from .validation import validated

_declared: dict[str, Properties] = {}
"""What is declared of each resource that others hang on, by its token."""


@dataclass(frozen=True)
class Difference:
    """What a program's inputs and a state have apart."""

    changed: frozenset[str]
    replaces: frozenset[str]
    delete_before_replace: bool


class Operations:
    """One kind of resource of one platform, for one operation of the engine."""

    def __init__(self, platform: Platform, kind: Kind, stack: StackConfig, warn: Warn, claims: Claims) -> None:
        self._served = Served(platform, kind, stack, warn)
        self._claims = claims
        self._before: dict[str, Properties] = {}  # by token: a replacement is checked once more, as if it were new
        self._kept: dict[str, Any] = {}  # by grant: the last state of what is there, and may be made anew

    # --- the six ---

    def check(self, olds: Properties, news: Properties, unknown: frozenset[str]) -> tuple[Properties, list[Problem]]:
        """The inputs to go on with, and everything that can be known at preview to be wrong with them."""
        declared = news.get(DECLARED) or {}
        values = without_ours(news)
        olds = olds or self._before.get(declared.get("token", ""), {})
        if declared.get("token"):
            self._before[declared["token"]] = olds
        try:
            valid = validated(self._served.kind.inputs_model, values, unknown)
        except InvalidInput as invalid:
            self._failed(values, unknown, declared)
            return values, [hinted(_not_made(each, values, declared)) for each in invalid.problems]
        known = self._served.known(valid, unknown)
        inputs = plain(known) | {name: values[name] for name in unknown if name in values}
        try:
            with told(self._served.about(known), Told.NOTHING):
                found, ours = self._live_problems(known, unknown, olds, declared)
        except Error as error:
            found, ours = [Problem("", str(error))], kept(olds, ORIGIN, MEMORY)
        if found:
            grants = self._served.grants(known, unknown, declared)
            self._claims.fail(self._served.names(known, grants), self._served.within(known, unknown, declared))
        return inputs | ours, [hinted(problem) for problem in found]

    def diff(self, olds: Properties, news: Properties, unknown: frozenset[str]) -> Difference:
        """Compare in the lifecycle's terms. A value not known yet counts as a change."""
        with self._served.telling(Told.NOTHING, olds):
            # after a refresh, what is live comes here, which may be nothing that can be declared
            valid = validated(self._served.kind.state_model, without_ours(news), unknown)
            known = self._served.known(valid, unknown)
            old, lifecycle = self._served.state(olds), self._served.lifecycle(known.get("account"))
            changed = lifecycle.changed(old, known) | (unknown - lifecycle.ignored_after_create)
            if MADE in olds and not changed & set(lifecycle.identity):
                kept = lifecycle.grants(old) & lifecycle.grants(old.model_copy(update=known))
                self._claims.hold(self._served.names(known, kept), olds[MADE], self._served.within(known))
            if known.get("account") != old.account:
                changed |= {"account"}  # the service is not asked; the state has to know whose settings lead there
            for text in lifecycle.warnings(old, known):
                self._served.tell(text)
            first = not unknown & set(lifecycle.identity) and lifecycle.delete_before_replace(old, known)
            return Difference(frozenset(changed), frozenset(lifecycle.replaces(old, changed, known)), first)

    def create(self, props: Properties) -> tuple[str, Properties]:
        """Make it so, or take it over: the id and the state."""
        inputs = self._served.inputs(props)
        lifecycle = self._served.lifecycle(inputs.account)
        names, within = self._served.names(inputs, lifecycle.grants(inputs)), self._served.within(inputs)
        with self._served.telling(Told.CREATE, inputs), self._claims.lock(names, within):
            try:
                self._served.must_lead_here(props, inputs.account)
                before = next((self._kept[name] for name in names if name in self._kept), None)
                state = lifecycle.create(inputs) if before is None else lifecycle.recreate(before, inputs)
            except Exception as error:  # whatever it was: the one that is to be replaced must not go
                self._claims.fail(names, within)
                if isinstance(error, HalfDone):
                    error.made = lifecycle.id_of(error.state), self._outputs(error.state, props, inputs, token_hex(4))
                raise
            mark = token_hex(4)
            self._claims.hold(self._served.names(inputs, lifecycle.grants(state)) | names, mark, within)
            return lifecycle.id_of(state), self._outputs(state, props, inputs, mark)

    def read(self, id_: str, props: Properties) -> tuple[Properties, Properties] | None:
        """The live state and the inputs it corresponds to: only so does drift show as that property. None: gone."""
        with self._served.telling(Told.READ, props, id_):
            state = self._served.state(props, id_)
            self._served.must_lead_here(props, state.account)
            live = self._read(state, props)
            if live is None:
                return None
            self._keep(live)
            origin = {ORIGIN: self._served.origin(props, state.account)}
            outs = as_of(live, state.account)
            memory = {MEMORY: kept(outs, *self._served.kind.remembered)} if self._served.kind.remembered else {}
            inputs = kept(outs, *self._served.kind.inputs_model.model_fields)
            return outs | origin | kept(props, MADE), inputs | origin | memory

    def update(self, olds: Properties, news: Properties) -> Properties:
        """Change in place: the state."""
        inputs = self._served.inputs(news)
        with self._served.telling(Told.UPDATE, inputs):
            self._served.must_lead_here(olds, inputs.account)
            lifecycle, state = self._served.lifecycle(inputs.account), self._served.state(olds)
            try:
                changed = lifecycle.changed(state, dict(inputs))
                state = lifecycle.update(state, inputs) if changed else state.model_copy(update=dict(inputs))
            except HalfDone as error:
                error.made = lifecycle.id_of(error.state), self._outputs(error.state, olds, inputs, olds.get(MADE))
                raise
            return self._outputs(state, olds, inputs, olds.get(MADE))

    def delete(self, id_: str, props: Properties) -> None:
        """End it, or what of it no other resource of the program holds."""
        with self._served.telling(Told.DELETE, props, id_):
            state = self._served.state(props, id_)
            self._served.must_lead_here(props, state.account)
            lifecycle = self._served.lifecycle(state.account)
            self._served.must_be_of_the_world(props, state.account)
            names = self._served.names(state, lifecycle.grants(state) | lifecycle.ends(state))
            within = self._served.within(state)
            with self._claims.lock(names, within):
                first = lifecycle.replaced_first
                endings = self._claims.endings(names, props.get(MADE), within, replaced_first=first)
                if Ending.REFUSE in endings.values():
                    raise Refused(
                        f"{lifecycle.about(state)}: another resource of the program declares it and could not be made, "
                        "so nothing was removed; mend that and run `pulumi up` again"
                    )
                held = frozenset(names[name] for name, ending in endings.items() if ending is Ending.HELD)
                rest = lifecycle.without(state, held) if held else state
                if held:
                    self._keep(state)
                    self._served.tell(
                        f"{id_} is held by another resource of the program, or by this one anew, so nothing was removed"
                        f"{lifecycle.left_behind(state)}"
                    )
                else:
                    self._kept = {name: kept for name, kept in self._kept.items() if name not in names}
                if rest is not None:
                    lifecycle.delete(rest)

    # --- what the six share ---

    def _live_problems(
        self, known: Properties, unknown: frozenset[str], olds: Properties, declared: Mapping[str, Any]
    ) -> tuple[list[Problem], Properties]:
        """What the service and the rest of the program say of valid inputs, and what of ours goes with them."""
        if declared:
            twice = self._declared_twice(known, unknown, declared)
            if twice is not None:
                return [twice], {}
            _declared[declared["token"]] = known
        beside = {name: _declared.get(token, {}) for name, token in declared.get("from", {}).items() if name in unknown}
        found = [*self._served.lifecycle(None).beside(known, beside)] if beside else []
        if flag("PULUMI_COLLAB_OFFLINE"):
            return found, kept(olds, ORIGIN, MEMORY)
        account = known.get("account")
        self._served.must_lead_here(olds, account)
        lifecycle = self._served.lifecycle(account)
        origin = lifecycle.directory.origin
        self._served.must_be_of_the_world(olds, account)
        memory: Properties = olds.get(MEMORY, {})
        for each in lifecycle.check(known, self._served.state(olds | memory) if olds else None):
            if isinstance(each, Notice):
                self._served.tell(each.text)
            elif isinstance(each, Memory):
                memory = plain(each.outputs)
            else:
                found.append(each)
        return found, {ORIGIN: origin} | ({MEMORY: memory} if memory else {})

    def _declared_twice(
        self, known: Properties, unknown: frozenset[str], declared: Mapping[str, Any]
    ) -> Problem | None:
        """Whether another resource of the program declares the same thing, or what only one thing can have."""
        token, own = declared["token"], declared["name"]
        names, within = (
            self._served.names(known, self._served.grants(known, unknown, declared)),
            self._served.within(known, unknown, declared),
        )
        if (other := self._claims.declare(names, token, own, within)) is not None:
            return Problem(self._served.kind.identity[-1], _twice(other, self._served.kind))
        for name, value in self._served.lifecycle(None).unique(known).items():
            if (other := self._claims.declare(self._served.names(known, {f"{name}\n{value}"}), token, own)) is not None:
                return Problem(name, _twice(other, self._served.kind))
        return None

    def _read(self, state: Any, props: Mapping[str, Any]) -> Any:
        """The live state. Another world's "not found" or "not allowed" says nothing, so that is seen to before."""
        lifecycle = self._served.lifecycle(state.account)
        try:
            live = lifecycle.read(state)
        except (Forbidden, NotFound):
            self._served.must_be_of_the_world(props, state.account)
            raise
        if live is None:
            self._served.must_be_of_the_world(props, state.account)
            live = lifecycle.read(state)  # one response may be old or odd, and the state would be lost by it
        return live

    def _outputs(self, state: Any, props: Mapping[str, Any], inputs: Any, mark: str | None) -> Properties:
        made = {MADE: mark} if mark else {}
        return as_of(state, inputs.account) | made | {ORIGIN: self._served.origin(props, inputs.account)}

    def _keep(self, state: Any) -> None:
        """Remember what a state tells: one that is made anew in the same operation goes on from there."""
        self._kept |= dict.fromkeys(self._served.names(state, self._served.lifecycle(None).grants(state)), state)

    def _failed(self, values: Properties, unknown: frozenset[str], declared: Mapping[str, Any]) -> None:
        """A declaration that is wrong elsewhere than in what it is about still declares it."""
        identity = set(self._served.kind.identity)
        if unknown & identity or not declared:
            return
        others = frozenset(self._served.kind.inputs_model.model_fields) - identity
        with contextlib.suppress(InvalidInput):
            mine = {name: value for name, value in values.items() if name in identity}
            valid = validated(self._served.kind.inputs_model, mine, others)
            names = self._served.names(valid, self._served.grants(dict(valid), frozenset()))
            within = self._served.within(valid)
            self._claims.declare(names, declared["token"], declared["name"], within)
            self._claims.fail(names, within)


def _not_made(problem: Problem, values: Mapping[str, Any], declared: Mapping[str, Any]) -> Problem:
    """Under `--target` the id of what is not made and not targeted either is left out, as if nobody had given it."""
    if problem.property in values or problem.property not in declared.get("from", {}):
        return problem
    return Problem(
        problem.property, "is not known, as the resource that it comes from is not made: name that with --target too"
    )


def _twice(other: Other, kind: type[Lifecycle[Any, Any, Any]]) -> str:
    if other.whole and not kind.whole:
        return (
            f"is for the resource {other.name!r} to say, which declares everybody's access there: list the person in "
            "it, or keep one of the two"
        )
    if kind.whole and not other.whole:
        return (
            f"is granted to by the resource {other.name!r} as well, where this one declares everybody's access: list "
            "the person here, or keep one of the two"
        )
    return f"is declared already, by the resource {other.name!r}"
