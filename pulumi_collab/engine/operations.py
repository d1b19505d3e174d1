"""What the engine asks of one kind of resource, in plain values: check, diff, create, read, update, delete.

Numbers may arrive as floats; what another resource will produce is not known at preview. Properties that begin with two
underscores are ours: they are kept in the state and shown to nobody.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from ..errors import CollabError, ConfigError, Forbidden, InvalidInput, NotFound, Problem, Refused, one_line
from ..lifecycle import Inputs, Lifecycle, Memory, Notice, Warn
from ..platform import Kind, Platform
from ..settings import Settings, StackConfig, flag, resolve
from .claims import Claims, Ending
from .sentences import Error, Told, elsewhere, hinted, told
from .validation import problems, validated

Properties = dict[str, Any]

MADE = "__made"
"""Marks one creation, in the outputs (`claims.py`)."""
ORIGIN = "__origin"
"""Where it was made, in inputs and outputs: `check` sees inputs alone."""
DECLARED = "__declared"
"""Tells who declares it, `{"name", "token", "from"}`; `check` takes it out of the inputs.

`from`: the token of the resource whose id an input is, by the input's name: that is known before the id itself.
"""
MEMORY = "__remembered"
"""Outputs that checks need, among the inputs: `check` sees inputs alone."""
OURS = frozenset({"__provider", MADE, ORIGIN, DECLARED, MEMORY})

_directories: dict[tuple[Any, ...], Any] = {}
_declared: dict[str, Properties] = {}
"""What is declared of each resource that others hang on, by its token."""
_making = threading.Lock()


@dataclass(frozen=True)
class Difference:
    """What a program's inputs and a state have apart."""

    changed: frozenset[str]
    replaces: frozenset[str]
    delete_before_replace: bool


def directory_of(platform: Platform, settings: Settings) -> Any:
    """The directory that this process has for these settings. Raises `ConfigError`."""
    key = (platform.name, settings.account, tuple(sorted(settings.values.items())))
    with _making:
        if key not in _directories:
            _directories[key] = platform.connect(settings)
        return _directories[key]


class Operations:
    """One kind of resource of one platform, for one operation of the engine. `warn` is given each text once."""

    def __init__(self, platform: Platform, kind: Kind, stack: StackConfig, warn: Warn, claims: Claims) -> None:
        self.platform = platform
        self.kind = kind.lifecycle
        self._stack = stack
        self._claims = claims
        self._warn = warn
        self._warned: set[str] = set()
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
            valid = validated(self.kind.inputs_model, values, unknown)
        except InvalidInput as invalid:
            self._failed(values, unknown, declared)
            return values, [hinted(_not_made(each, values, declared)) for each in invalid.problems]
        known = {name: getattr(valid, name) for name in self.kind.inputs_model.model_fields if name not in unknown}
        inputs = plain(known) | {name: values[name] for name in unknown if name in values}
        try:
            with told(self._about(known), Told.NOTHING):
                found, ours = self._live_problems(known, unknown, olds, declared)
        except Error as error:
            found, ours = [Problem("", str(error))], _kept(olds, ORIGIN, MEMORY)
        if found:
            self._claims.fail(self._names(known, self._grants(known, unknown, declared)))
        return inputs | ours, [hinted(problem) for problem in found]

    def diff(self, olds: Properties, news: Properties, unknown: frozenset[str]) -> Difference:
        """Compare in the lifecycle's terms. A value not known yet counts as a change."""
        with self._telling(Told.NOTHING, olds):
            # after a refresh, what is live comes here, which may be nothing that can be declared
            valid = validated(self.kind.state_model, without_ours(news), unknown)
            known = {name: getattr(valid, name) for name in self.kind.inputs_model.model_fields if name not in unknown}
            old, lifecycle = self._state(olds), self._lifecycle(known.get("account"))
            changed = lifecycle.changed(old, known) | (unknown - lifecycle.ignored_after_create)
            if MADE in olds and not changed & set(lifecycle.identity):
                kept = lifecycle.grants(old) & lifecycle.grants(old.model_copy(update=known))
                self._claims.hold(self._names(known, kept), olds[MADE])
            if known.get("account") != old.account:
                changed |= {"account"}  # the service is not asked; the state has to know whose settings lead there
            for text in lifecycle.warnings(old, known):
                self._tell(text)
            first = not unknown & set(lifecycle.identity) and lifecycle.delete_before_replace(old, known)
            return Difference(frozenset(changed), frozenset(lifecycle.replaces(old, changed, known)), first)

    def create(self, props: Properties) -> tuple[str, Properties]:
        """Make it so, or take it over: the id and the state."""
        inputs = self._inputs(props)
        lifecycle = self._lifecycle(inputs.account)
        names = self._names(inputs, lifecycle.grants(inputs))
        with self._telling(Told.CREATE, inputs), self._claims.lock(names):
            try:
                self._must_lead_here(props, inputs.account)
                before = next((self._kept[name] for name in names if name in self._kept), None)
                state = lifecycle.create(inputs) if before is None else lifecycle.recreate(before, inputs)
            except Exception:  # whatever it was: the one that is to be replaced must not go
                self._claims.fail(names)
                raise
            mark = token_hex(4)
            self._claims.hold(self._names(inputs, lifecycle.grants(state)) | names, mark)
            origin = self._origin(props, inputs.account)
            return lifecycle.id_of(state), _as_of(state, inputs.account) | {MADE: mark, ORIGIN: origin}

    def read(self, id_: str, props: Properties) -> tuple[Properties, Properties] | None:
        """The live state and the inputs it corresponds to: only so does drift show as that property. None: gone."""
        with self._telling(Told.READ, props, id_):
            state = self._state(props, id_)
            self._must_lead_here(props, state.account)
            live = self._read(state, props)
            if live is None:
                return None
            self._keep(live)
            origin = {ORIGIN: self._origin(props, state.account)}
            outs = _as_of(live, state.account)
            memory = {MEMORY: _kept(outs, *self.kind.remembered)} if self.kind.remembered else {}
            inputs = _kept(outs, *self.kind.inputs_model.model_fields)
            return outs | origin | _kept(props, MADE), inputs | origin | memory

    def update(self, olds: Properties, news: Properties) -> Properties:
        """Change in place: the state."""
        inputs = self._inputs(news)
        with self._telling(Told.UPDATE, inputs):
            self._must_lead_here(olds, inputs.account)
            lifecycle, state = self._lifecycle(inputs.account), self._state(olds)
            if lifecycle.changed(state, dict(inputs)):
                state = lifecycle.update(state, inputs)
            else:
                state = state.model_copy(update=dict(inputs))
            return _as_of(state, inputs.account) | _kept(olds, MADE) | {ORIGIN: self._origin(olds, inputs.account)}

    def delete(self, id_: str, props: Properties) -> None:
        """End it, or what of it no other resource of the program holds."""
        with self._telling(Told.DELETE, props, id_):
            state = self._state(props, id_)
            self._must_lead_here(props, state.account)
            lifecycle = self._lifecycle(state.account)
            self._must_be_of_the_world(props, state.account)
            names = {self._name(state, grant): grant for grant in lifecycle.grants(state) | lifecycle.ends(state)}
            with self._claims.lock(names):
                first = lifecycle.replaced_first
                endings = {name: self._claims.ending(name, props.get(MADE), replaced_first=first) for name in names}
                if Ending.REFUSE in endings.values():
                    raise Refused(
                        f"{lifecycle.about(state)}: another resource of the program declares it and could not be made, "
                        "so nothing was removed; mend that and run `pulumi up` again"
                    )
                held = frozenset(names[name] for name, ending in endings.items() if ending is Ending.HELD)
                rest = lifecycle.without(state, held) if held else state
                if held:
                    self._keep(state)
                    self._tell(
                        f"{id_} is held by another resource of the program, or by this one anew, so nothing was removed"
                        f"{lifecycle.left_behind(state)}"
                    )
                else:
                    self._kept = {name: kept for name, kept in self._kept.items() if name not in names}
                if rest is not None:
                    lifecycle.delete(rest)

    # --- what the six share ---

    def _lifecycle(self, account: str | None) -> Lifecycle[Any, Any, Any]:
        return self.kind(lambda: directory_of(self.platform, self._settings(account)), self._tell)

    def _settings(self, account: str | None) -> Settings:
        settings = resolve(self.platform.schema, self._stack, account)
        for text in settings.warnings:
            self._tell(text)
        return settings

    def _tell(self, text: str) -> None:
        """A difference is computed twice, and twenty people may have one thing in common: it is said once."""
        if text not in self._warned:
            self._warned.add(text)
            self._warn(one_line(text, limit=1000))

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
        found = [*self._lifecycle(None).beside(known, beside)] if beside else []
        if flag("PULUMI_COLLAB_OFFLINE"):
            return found, _kept(olds, ORIGIN, MEMORY)
        account = known.get("account")
        self._must_lead_here(olds, account)
        lifecycle = self._lifecycle(account)
        origin = lifecycle.directory.origin
        self._must_be_of_the_world(olds, account)
        memory: Properties = olds.get(MEMORY, {})
        for each in lifecycle.check(known, self._state(olds | memory) if olds else None):
            if isinstance(each, Notice):
                self._tell(each.text)
            elif isinstance(each, Memory):
                memory = plain(each.outputs)
            else:
                found.append(each)
        return found, {ORIGIN: origin} | ({MEMORY: memory} if memory else {})

    def _declared_twice(
        self, known: Properties, unknown: frozenset[str], declared: Mapping[str, Any]
    ) -> Problem | None:
        """Whether another resource of the program declares the same thing, or what only one thing can have."""
        held = {self.kind.identity[-1]: self._names(known, self._grants(known, unknown, declared))}
        unique = self._lifecycle(None).unique(known).items()
        for name, names in (held | {name: {self._name(known, f"{name}\n{value}")} for name, value in unique}).items():
            other = self._claims.declare(names, declared["token"], declared["name"])
            if other is not None:
                return Problem(name, f"is declared already, by the resource {other!r}")
        return None

    def _must_lead_here(self, props: Mapping[str, Any], account: str | None) -> None:
        """Before anything is asked: the settings lead to the server where it was made. Raises `ConfigError`."""
        try:
            settings = self._settings(account)
        except ConfigError:
            return  # who asks the service raises the same, and who does not, such as APS's deletion, needs no settings
        kept = props.get(ORIGIN)
        if kept and not settings.lead_to(kept.partition("/")[0]):
            raise elsewhere(self._about(without_ours(props)), kept, settings.origin, settings)

    def _must_be_of_the_world(self, props: Mapping[str, Any], account: str | None) -> None:
        """Where one server has several worlds, such as organisations: it was made in this one. Raises `ConfigError`."""
        kept = props.get(ORIGIN) or ""
        if kept.partition("/")[2]:
            origin = self._lifecycle(account).directory.origin
            if not _same_world(kept, origin):
                raise elsewhere(self._about(without_ours(props)), kept, origin, self._settings(account))

    def _read(self, state: Any, props: Mapping[str, Any]) -> Any:
        """The live state. Another world's "not found" or "not allowed" says nothing, so that is seen to before."""
        lifecycle = self._lifecycle(state.account)
        try:
            live = lifecycle.read(state)
        except (Forbidden, NotFound):
            self._must_be_of_the_world(props, state.account)
            raise
        if live is None:
            self._must_be_of_the_world(props, state.account)
            live = lifecycle.read(state)  # one response may be old or odd, and the state would be lost by it
        return live

    def _origin(self, props: Mapping[str, Any], account: str | None) -> str:
        """Where it is now: the server of these settings, and what was known of it beside that."""
        kept = props.get(ORIGIN)
        if not kept:
            return str(self._lifecycle(account).directory.origin)
        _, slash, world = kept.partition("/")
        return f"{self._settings(account).origin}{slash}{world}"

    def _keep(self, state: Any) -> None:
        """Remember what a state tells: one that is made anew in the same operation goes on from there."""
        self._kept |= dict.fromkeys(self._names(state, self._lifecycle(None).grants(state)), state)

    def _failed(self, values: Properties, unknown: frozenset[str], declared: Mapping[str, Any]) -> None:
        """A declaration that is wrong elsewhere than in what it is about still declares it."""
        identity = set(self.kind.identity)
        if unknown & identity or not declared:
            return
        others = frozenset(self.kind.inputs_model.model_fields) - identity
        with contextlib.suppress(InvalidInput):
            mine = {name: value for name, value in values.items() if name in identity}
            valid = validated(self.kind.inputs_model, mine, others)
            names = self._names(valid, self._grants(dict(valid), frozenset()))
            self._claims.declare(names, declared["token"], declared["name"])
            self._claims.fail(names)

    def _grants(
        self, known: Mapping[str, Any], unknown: frozenset[str], declared: Mapping[str, Any] | None = None
    ) -> frozenset[str]:
        """What is declared, by the resource that an unknown id comes from where that is known; else nothing."""
        sources = (declared or {}).get("from", {})
        stand_ins: Properties = {name: f"({sources[name]})" for name in unknown if name in sources}
        if (unknown - stand_ins.keys()) & set(self.kind.identity):
            return frozenset()
        return self._lifecycle(None).grants(self.kind.state_model.model_construct(**known, **stand_ins))

    def _names(self, about: Inputs | Mapping[str, Any], grants: frozenset[str]) -> set[str]:
        return {self._name(about, grant) for grant in grants}

    def _name(self, about: Inputs | Mapping[str, Any], grant: str) -> str:
        """A grant's name among those of all platforms and servers."""
        account = about.account if isinstance(about, Inputs) else about.get("account")
        try:
            server = resolve(self.platform.schema, self._stack, account).origin
        except ConfigError:
            server = ""  # nothing can be made or removed then
        return "\n".join((self.platform.name, server, grant))

    def _inputs(self, props: Properties) -> Any:
        return validated(self.kind.inputs_model, without_ours(props))

    def _state(self, props: Properties, id_: str = "") -> Any:
        named = self._lifecycle(None).from_id(id_) if id_ else {}
        kept = without_ours(props)
        kept = named | kept if MADE in props else kept | named  # a state may know a newer name than the id, which stays
        try:
            return self.kind.state_model.model_validate(kept)
        except ValidationError as error:
            wrong = InvalidInput(problems(error))
            raise ConfigError(f"the state of {id_ or 'this resource'} cannot be read: {wrong}") from error

    def _about(self, props: Mapping[str, Any] | Inputs, id_: str = "") -> str:
        with contextlib.suppress(Exception):  # for a message alone: what is missing is no reason for another error
            if isinstance(props, Inputs):
                return str(self._lifecycle(None).about(props))
            with contextlib.suppress(CollabError):
                return str(self._lifecycle(None).about(self._state(dict(props), id_)))
            named = without_ours(props) | (self._lifecycle(None).from_id(id_) if id_ else {})
            return str(self._lifecycle(None).about(self.kind.state_model.model_construct(**named)))
        return id_

    def _telling(
        self, doing: Told, props: Properties | Inputs, id_: str = ""
    ) -> contextlib.AbstractContextManager[None]:
        account = props.account if isinstance(props, Inputs) else props.get("account")
        return told(self._about(props, id_), doing, self.platform.schema, account if isinstance(account, str) else None)


def _not_made(problem: Problem, values: Mapping[str, Any], declared: Mapping[str, Any]) -> Problem:
    """Under `--target` the id of what is not made and not targeted either is left out, as if nobody had given it."""
    if problem.property in values or problem.property not in declared.get("from", {}):
        return problem
    return Problem(
        problem.property, "is not known, as the resource that it comes from is not made: name that with --target too"
    )


def _same_world(kept: str, now: str) -> bool:
    """Whether two origins agree in what is known of both beside the host: the organisation, where there are some."""
    one, other = kept.partition("/")[2], now.partition("/")[2]
    return not one or not other or one.casefold() == other.casefold()


def without_ours(props: Mapping[str, Any]) -> Properties:
    """The properties without what we and the SDK add to them."""
    return {name: value for name, value in props.items() if name not in OURS}


def _as_of(state: Inputs, account: str | None) -> Properties:
    """What is kept of a state: whose settings lead to it is ours to say, and no service's."""
    return plain(state) | ({"account": account} if account else {})


def _kept(props: Mapping[str, Any], *names: str) -> Properties:
    return {name: props[name] for name in names if name in props}


def plain(values: Inputs | Mapping[str, Any]) -> Properties:
    """As the engine stores it: JSON values, and absent rather than null."""
    items = dict(values)  # field by field, for a model too
    return {k: to_jsonable_python(v) for k, v in items.items() if v is not None}
