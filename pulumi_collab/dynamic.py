"""The dynamic door: the only module that knows `pulumi.dynamic`. It turns engine calls into a lifecycle's operations.

Facts of the engine that shape it: numbers arrive as floats; what another resource will produce arrives as `Unknown`
at preview; an exception's whole traceback becomes the error text; one provider object serves four threads.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from secrets import token_hex
from types import FrameType
from typing import Annotated, Any, ClassVar, NoReturn
from weakref import WeakKeyDictionary

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown
from pulumi.runtime import settings as run_settings
from pydantic import ValidationError, create_model
from pydantic_core import ErrorDetails, to_jsonable_python

from .config import flag, needs_stack
from .errors import (
    CollabError,
    ConfigError,
    Differences,
    InvalidInput,
    Problem,
    Refused,
    RequestError,
    Unauthenticated,
    one_line,
)
from .holders import Ending, Holders
from .lifecycle import Inputs, Lifecycle
from .shared import Client, process_client

PROVIDER_KEY = "__provider"
MADE = "__made"  # marks one creation, in the outputs (`holders.py`)
TWIN = "__twin"  # names the resource that declares the same thing already; `check` takes it out of the inputs

STALE = (
    "; refresh and destroy use the stack configuration of the last `pulumi up`: after a change run that first, or add "
    "--run-program"
)

Properties = dict[str, Any]


class Error(Exception):
    """What the engine prints: `pulumi-collab: …`, where another module and name would show as a path."""

    __module__ = "builtins"
    __qualname__ = "pulumi-collab"


class LifecycleProvider(ResourceProvider):
    """Serves one lifecycle. Subclasses hold nothing: an importable class without state pickles to its name."""

    serialize_as_secret_always = False
    kind: ClassVar[type[Lifecycle[Any, Any, Any]]]
    client: ClassVar[type[Client]]

    def configure(self, req: ConfigureRequest) -> None:
        """Once per plugin process; credentials are looked at when they are first needed."""
        self._lifecycle = self.kind(lambda: process_client(self.client, req.config.get), pulumi.log.warn)
        self._holders = Holders()
        self._before: dict[str, Properties] = {}  # by URN: a replacement is checked once more, as if it were new
        debug = flag("PULUMI_COLLAB_DEBUG")
        if not debug:
            sys.tracebacklimit = 0  # else every error comes with the plugin's whole stack
        elif not logging.getLogger("pulumi_collab").handlers:
            logging.getLogger("pulumi_collab").addHandler(logging.StreamHandler(sys.stderr))
            logging.getLogger("pulumi_collab").setLevel(logging.DEBUG)

    def check(self, _olds: Properties, news: Properties) -> CheckResult:
        """Everything that can be known at preview, as failures on the property's name."""
        twin = news.get(TWIN)
        news = _declared_in(news)
        try:
            known, unknown = self._validated(news)
        except InvalidInput as invalid:
            return CheckResult(news, [CheckFailure(p.property, p.reason) for p in invalid.problems])
        problems: list[Problem] = []
        if twin is not None and not isinstance(twin, Unknown):
            problems.append(Problem(self.kind.identity[-1], f"is declared already, by the resource {twin!r}"))
        else:
            problems.extend(self._live_problems(known, _olds))
        return CheckResult(
            _plain(known) | {k: news[k] for k in unknown}, [CheckFailure(p.property, p.reason) for p in problems]
        )

    def _live_problems(self, known: Properties, olds: Properties) -> list[Problem]:
        """What the service says of valid inputs."""
        urn = _urn()
        try:
            with self._told():
                old = self._state(olds or self._before.get(urn, {})) if olds or urn in self._before else None
                if olds and urn:
                    self._before[urn] = olds
                    self._note_hold(old, known)
                if flag("PULUMI_COLLAB_OFFLINE"):
                    return []
                self._lifecycle.client  # noqa: B018  # a missing credential is told now, whatever is looked up
                return list(self._lifecycle.check(known, old))
        except Error as error:
            return [Problem("", str(error))]

    def diff(self, _id: str, _olds: Properties, _news: Properties) -> DiffResult:
        """Compare in the lifecycle's terms. A value not known yet counts as a change."""
        with self._told():
            news = _declared_in(_news)
            known, unknown = self._validated(news, self.kind.state_model)  # after a refresh, what is live comes here
            old, lifecycle = self._state(_olds), self._lifecycle
            self._note_hold(old, known, _olds.get(MADE))
            changed = lifecycle.changed(old, known) | (unknown - lifecycle.creation_only)
            replaces = lifecycle.replaces(old, changed)
            first = not unknown & set(lifecycle.identity) and lifecycle.delete_before_replace(old, known)
            return DiffResult(changes=bool(changed), replaces=sorted(replaces), delete_before_replace=first)

    def create(self, props: Properties) -> CreateResult:
        """Make it so, or take it over."""
        urn, inputs = _urn(), self._inputs(props)
        lifecycle, key = self._lifecycle, self._lifecycle.key_of(inputs)
        self._before.pop(urn, None)
        with self._told("create", inputs), self._holders.alone(key):
            try:
                state = lifecycle.create(inputs)
            except Exception:  # whatever it was: the one that is to be replaced must not go
                self._holders.failed(key, urn)
                raise
            creation = token_hex(4)
            self._holders.holds(key, urn, creation)
            return CreateResult(lifecycle.id_of(state), _plain(state) | {MADE: creation})

    def read(self, id_: str, props: Properties) -> ReadResult:
        """The live state, with the inputs it corresponds to: only so does drift show as that property."""
        with self._told("read", id_=id_):
            state = self._state(props | self._lifecycle.from_id(id_))
            live = self._lifecycle.read(state)
            if live is None:
                return ReadResult("", {})
            outs = _plain(live)
            inputs = {k: v for k, v in outs.items() if k in self.kind.inputs_model.model_fields}
            return ReadResult(id_, outs | _mark_of(props), inputs)

    def update(self, _id: str, _olds: Properties, _news: Properties) -> UpdateResult:
        """Change in place."""
        inputs = self._inputs(_news)
        with self._told("update", inputs):
            return UpdateResult(_plain(self._lifecycle.update(self._state(_olds), inputs)) | _mark_of(_olds))

    def delete(self, _id: str, _props: Properties) -> None:
        """End it, unless the program holds the same thing by another resource, or anew by this one (`holders.py`)."""
        urn = _urn()
        self._before.pop(urn, None)
        with self._told("delete", id_=_id):
            state = self._state(_props)
            key = self._lifecycle.key_of(state)
            with self._holders.alone(key):
                ending = self._holders.ending(key, urn, _props.get(MADE))
                if ending is Ending.REMOVE and self._holders.is_held(self._lifecycle.also_ends(state)):
                    ending = Ending.MOVED
                if ending is Ending.REMOVE:
                    self._lifecycle.delete(state)
                elif ending is Ending.REFUSE:
                    raise Refused(
                        f"{self._lifecycle.about(state)}: another resource of the program declares it and could not be "
                        "made, so nothing was removed; mend that and run `pulumi up` again"
                    )
                else:
                    now = "another resource" if ending is Ending.MOVED else "this resource anew"
                    more = self._lifecycle.left_behind(state)
                    pulumi.log.warn(f"{_id} is declared by {now} now, so nothing was removed{more}")

    def _note_hold(self, old: Any, known: Properties, creation: str | None = None) -> None:
        """A resource that stays what it is holds it, whatever else is changed."""
        if set(self.kind.identity) <= known.keys():
            key = self._lifecycle.key_of(self.kind.state_model.model_construct(**known))
            if key == self._lifecycle.key_of(old):
                self._holders.holds(key, _urn(), creation)

    def _validated(self, news: Properties, model: type[Inputs] | None = None) -> tuple[Properties, set[str]]:
        """The valid known inputs with their defaults, and the names of those that are not known yet."""
        unknown = {k for k, v in news.items() if _has_unknown(v)}
        model = model or self.kind.inputs_model
        blanks: dict[str, Any] = {k: (Any, None) for k in unknown if k in model.model_fields}
        partial = create_model(model.__name__, __base__=model, **blanks) if blanks else model
        try:
            valid = partial.model_validate(news)
        except ValidationError as error:
            raise InvalidInput(_problems(error)) from None
        return {k: getattr(valid, k) for k in self.kind.inputs_model.model_fields if k not in unknown}, unknown

    def _inputs(self, props: Properties) -> Any:
        try:
            return self.kind.inputs_model.model_validate(_declared_in(props))
        except ValidationError as error:
            raise Error(str(InvalidInput(_problems(error)))) from None

    def _state(self, props: Properties) -> Any:
        return self.kind.state_model.model_validate(_declared_in(props))

    @contextlib.contextmanager
    def _told(self, doing: str = "", inputs: Inputs | None = None, id_: str = "") -> Iterator[None]:
        """Turn whatever goes wrong into one line that says what was being done, and to whom."""
        try:
            yield
        except (ConfigError, Differences, InvalidInput) as error:
            raise Error(f"{error}{self._hint(doing, error)}") from self._cause(error)
        except ValidationError as error:  # inputs are told by `check`: this is about what is kept
            told = InvalidInput(_problems(error))
            raise Error(f"the state of {id_ or 'this resource'} cannot be read: {told}") from self._cause(error)
        except CollabError as error:
            if inputs is None and id_:
                with contextlib.suppress(ValueError):
                    inputs = self.kind.state_model.model_construct(**self._lifecycle.from_id(id_))
            about = self._lifecycle.about(inputs) if inputs is not None else id_
            prefix = f"could not {doing} {about}: " if doing and isinstance(error, RequestError) else ""
            raise Error(one_line(f"{prefix}{error}", limit=1000) + self._hint(doing, error)) from self._cause(error)

    def _hint(self, doing: str, error: CollabError) -> str:
        """What to do about credentials that were set, and seem not to be."""
        stale = doing in ("read", "delete") and isinstance(error, (ConfigError, Unauthenticated))
        return STALE if stale and needs_stack(self.client.settings) else ""

    @staticmethod
    def _cause(error: Exception) -> Exception | None:
        return error if flag("PULUMI_COLLAB_DEBUG") else None


def _declared_in(props: Properties) -> Properties:
    """The properties without what we and the SDK add to them."""
    return {k: v for k, v in props.items() if k not in (PROVIDER_KEY, TWIN, MADE)}


def _mark_of(props: Properties) -> Properties:
    return {MADE: props[MADE]} if MADE in props else {}


def _urn() -> str:
    """The URN of the resource being served, or "". The SDK does not hand it over: it stands in its servicer's frame."""
    frame: FrameType | None = sys._getframe(1)
    for _ in range(4):
        frame = frame.f_back if frame is not None else None
        if frame is None:
            return ""
        urn = getattr(frame.f_locals.get("request"), "urn", None)
        if isinstance(urn, str) and urn:
            return urn
    return ""


def _has_unknown(value: Any) -> bool:
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Mapping):
        return any(map(_has_unknown, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_has_unknown, value))


def _plain(values: Inputs | Mapping[str, Any]) -> Properties:
    """As the engine stores it: JSON values, and absent rather than null."""
    items = dict(values)  # field by field, for a model too
    return {k: to_jsonable_python(v) for k, v in items.items() if v is not None}


def _problems(error: ValidationError) -> list[Problem]:
    return [Problem(str(e["loc"][0]) if e["loc"] else "", _reason(e)) for e in error.errors(include_url=False)]


_REASONS = {
    "missing": "is required",
    "extra_forbidden": "is not an argument of this resource",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "finite_number": "must be a whole number",
}


def _reason(error: ErrorDetails) -> str:
    where = ".".join(map(str, error["loc"][1:]))
    if error["type"] == "literal_error":
        text = f"must be one of {error['ctx']['expected'].replace(' or ', ', ')}"
    else:
        text = _REASONS.get(error["type"]) or error["msg"].removeprefix("Value error, ").replace(
            "Input should be", "must be"
        )
    return f"{where}: {text}" if where else text


# --- in the program ---

_declared: WeakKeyDictionary[Any, dict[tuple[Any, ...], tuple[object, str]]] = WeakKeyDictionary()


def declare(
    provider: LifecycleProvider,
    name: str,
    inputs: Mapping[str, Any],
    opts: pulumi.ResourceOptions | None,
    outputs: Sequence[str] = (),
) -> dict[str, Any]:
    """What a resource registers: its inputs, its outputs, and a mark if the program declares the thing twice.

    A resource that is only read (`ResourceOptions(id=...)`) declares nothing, and whose identity `ignore_changes` keeps
    from the program may be anybody.
    """
    declares = opts is None or not (opts.id or set(opts.ignore_changes or ()) & set(provider.kind.identity))
    return {**inputs, **dict.fromkeys(outputs), **({TWIN: _twin(provider, name, inputs)} if declares else {})}


def _twin(provider: LifecycleProvider, name: str, inputs: Mapping[str, Any]) -> pulumi.Output[str | None]:
    """The name of an earlier resource of this run for the same thing, or None; each run has its own monitor."""
    token = object()
    lifecycle = provider.kind(_no_service, pulumi.log.warn)
    run = _declared.setdefault(run_settings.get_monitor(), {})

    def first(identity: Mapping[str, Any]) -> str | None:
        thing = provider.kind.state_model.model_construct(**{k: _same(v) for k, v in identity.items()})
        key = (type(provider), lifecycle.key_of(thing))
        holder, holder_name = run.setdefault(key, (token, name))
        return None if holder is token else holder_name

    return pulumi.Output.all(**{field: inputs[field] for field in provider.kind.identity}).apply(first)


def _no_service() -> NoReturn:
    raise ConfigError("a program declares; it calls no service")


def _same(value: Any) -> Any:
    """23456789, "23456789" and 23456789.0 name one project."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def stack_config(key: str) -> Any:
    """The stack's configuration as a program sees it, secrets in plain."""
    return pulumi.runtime.get_config(key)


def argument(kind: type[Inputs], name: str, value: Any) -> Any:
    """An argument of a data function, held to what the resource of this kind asks of it. Raises `InvalidInput`."""
    if isinstance(value, pulumi.Output):
        raise InvalidInput([Problem(name, "must be known when the program runs: call this inside Output.apply")])
    field = kind.model_fields[name]
    declared: dict[str, Any] = {name: (Annotated[(field.annotation, *field.metadata)], ...)}
    try:
        return getattr(create_model(kind.__name__, **declared).model_validate({name: value}), name)
    except ValidationError as error:
        raise InvalidInput(_problems(error)) from None


@contextlib.contextmanager
def data_function(what: str, *about: object) -> Iterator[None]:
    """Let a data function's error end the program with its one line, about its argument, instead of a traceback."""
    try:
        yield
    except CollabError as error:
        named = [f" {'(not known yet)' if isinstance(value, pulumi.Output) else value}" for value in about]
        prefix = "" if isinstance(error, ConfigError) else f"{what}{''.join(named)}: "
        told = pulumi.RunError(one_line(f"{prefix}{error}", limit=1000))
        raise told from (error if flag("PULUMI_COLLAB_DEBUG") else None)
