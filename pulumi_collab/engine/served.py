"""One kind of resource as this process serves it: its lifecycle, its settings, and the names of what it holds."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from ..errors import CollabError, ConfigError, InvalidInput
from ..lifecycle import Inputs, Lifecycle, Warn
from ..platform import Kind, Platform
from ..settings import Settings, StackConfig, resolve
from .claims import Within
from .properties import MADE, ORIGIN, Properties, without_ours
from .sentences import Told, elsewhere, fit, told
from .validation import problems, validated

_directories: dict[tuple[Any, ...], Any] = {}
_making = threading.Lock()


def directory_of(platform: Platform, settings: Settings) -> Any:
    """The directory that this process has for these settings. Raises `ConfigError`."""
    key = (platform.name, settings.account, tuple(sorted(settings.values.items())))
    with _making:
        if key not in _directories:
            _directories[key] = platform.connect(settings)
        return _directories[key]


class Served:
    """What the six operations share. `warn` is given each text once."""

    def __init__(self, platform: Platform, kind: Kind, stack: StackConfig, warn: Warn) -> None:
        self.platform = platform
        self.kind = kind.lifecycle
        self._stack = stack
        self._warn = warn
        self._warned: set[str] = set()

    def lifecycle(self, account: str | None) -> Lifecycle[Any, Any, Any]:
        """The lifecycle with an account's settings; it connects when the service is first needed."""
        return self.kind(lambda: directory_of(self.platform, self.settings(account)), self.tell)

    def settings(self, account: str | None) -> Settings:
        """An account's settings. Raises `ConfigError`."""
        settings = resolve(self.platform.schema, self._stack, account)
        for text in settings.warnings:
            self.tell(text)
        return settings

    def tell(self, text: str) -> None:
        """A difference is computed twice, and twenty people may have one thing in common: it is said once."""
        if text not in self._warned:
            self._warned.add(text)
            self._warn(fit(text))

    def must_lead_here(self, props: Mapping[str, Any], account: str | None) -> None:
        """Before anything is asked: the settings lead to the server where it was made. Raises `ConfigError`."""
        try:
            settings = self.settings(account)
        except ConfigError:
            return  # who asks the service raises the same, and who does not, such as APS's deletion, needs no settings
        kept = props.get(ORIGIN)
        if kept and not settings.lead_to(kept.partition("/")[0]):
            raise elsewhere(self.about(without_ours(props)), kept, settings.origin, settings)

    def must_be_of_the_world(self, props: Mapping[str, Any], account: str | None) -> None:
        """Where one server has several worlds, such as organisations: it was made in this one. Raises `ConfigError`."""
        kept = props.get(ORIGIN) or ""
        if kept.partition("/")[2]:
            origin = self.lifecycle(account).directory.origin
            if not _same_world(kept, origin):
                raise elsewhere(self.about(without_ours(props)), kept, origin, self.settings(account))

    def origin(self, props: Mapping[str, Any], account: str | None) -> str:
        """Where it is now: the server of these settings, and what was known of it beside that."""
        kept = props.get(ORIGIN)
        if not kept:
            return str(self.lifecycle(account).directory.origin)
        _, slash, world = kept.partition("/")
        return f"{self.settings(account).origin}{slash}{world}"

    def grants(
        self, known: Mapping[str, Any], unknown: frozenset[str], declared: Mapping[str, Any] | None = None
    ) -> frozenset[str]:
        """What is declared, by the resource that an unknown id comes from where that is known; else nothing."""
        about = self._identified(known, unknown, declared)
        return self.lifecycle(None).grants(about) if about is not None else frozenset()

    def within(
        self,
        known: Inputs | Mapping[str, Any],
        unknown: frozenset[str] = frozenset(),
        declared: Mapping[str, Any] | None = None,
    ) -> Within | None:
        """Which scope that is in, where sets may say who has access."""
        about = self._identified(dict(known), unknown, declared)
        scope = self.lifecycle(None).scope(about) if about is not None else None
        return Within(next(iter(self.names(known, {scope}))), whole=self.kind.whole) if scope else None

    def _identified(
        self, known: Mapping[str, Any], unknown: frozenset[str], declared: Mapping[str, Any] | None
    ) -> Any | None:
        sources = (declared or {}).get("from", {})
        stand_ins: Properties = {name: f"({sources[name]})" for name in unknown if name in sources}
        if (unknown - stand_ins.keys()) & set(self.kind.identity):
            return None
        return self.kind.state_model.model_construct(**known, **stand_ins)

    def names(self, about: Inputs | Mapping[str, Any], grants: Iterable[str]) -> dict[str, str]:
        """The grants by their names among those of all platforms and servers."""
        account = about.account if isinstance(about, Inputs) else about.get("account")
        try:
            server = resolve(self.platform.schema, self._stack, account).origin
        except ConfigError:
            server = ""  # nothing can be made or removed then
        return {f"{self.platform.name}\n{server}\n{grant}": grant for grant in grants}

    def known(self, valid: Inputs, unknown: frozenset[str]) -> Properties:
        """The declared values that are known."""
        return {name: getattr(valid, name) for name in self.kind.inputs_model.model_fields if name not in unknown}

    def inputs(self, props: Properties) -> Any:
        """What is declared, as the lifecycle's model. Raises `InvalidInput`."""
        return validated(self.kind.inputs_model, without_ours(props))

    def state(self, props: Properties, id_: str = "") -> Any:
        """What is kept, as the lifecycle's model. Raises `ConfigError` for what another version or person wrote."""
        named = self.lifecycle(None).from_id(id_) if id_ else {}
        kept = without_ours(props)
        kept = named | kept if MADE in props else kept | named  # a state may know a newer name than the id, which stays
        try:
            return self.kind.state_model.model_validate(kept)
        except ValidationError as error:
            wrong = InvalidInput(problems(error))
            raise ConfigError(f"the state of {id_ or 'this resource'} cannot be read: {wrong}") from error

    def about(self, props: Mapping[str, Any] | Inputs, id_: str = "") -> str:
        """Whom and what it concerns, as far as that can be told."""
        with contextlib.suppress(Exception):  # for a message alone: what is missing is no reason for another error
            if isinstance(props, Inputs):
                return str(self.lifecycle(None).about(props))
            with contextlib.suppress(CollabError):
                return str(self.lifecycle(None).about(self.state(dict(props), id_)))
            named = without_ours(props) | (self.lifecycle(None).from_id(id_) if id_ else {})
            return str(self.lifecycle(None).about(self.kind.state_model.model_construct(**named)))
        return id_

    def telling(
        self, doing: Told, props: Properties | Inputs, id_: str = ""
    ) -> contextlib.AbstractContextManager[None]:
        """Errors inside become one line that says what was being done, and to whom."""
        account = props.account if isinstance(props, Inputs) else props.get("account")
        return told(self.about(props, id_), doing, self.platform.schema, account if isinstance(account, str) else None)


def _same_world(kept: str, now: str) -> bool:
    """Whether two origins agree in what is known of both beside the host: the organisation, where there are some."""
    one, other = kept.partition("/")[2], now.partition("/")[2]
    return not one or not other or one.casefold() == other.casefold()
