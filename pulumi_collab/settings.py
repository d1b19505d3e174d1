"""Where settings come from: whole from the environment, or whole from the stack's configuration. No I/O.

The environment comes first because a credential in stack configuration is also kept in the state: after a rotation,
`refresh` and `destroy` would still be given the old one from there. A base URL and a credential of two sources never
meet: a token must not travel to a server that it was not given for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .addresses import checked_base_url, origin_of
from .errors import ConfigError

StackConfig = Callable[[str], Any]
"""Answers a stack configuration key such as `quantconnect:apiToken`, or None. An explicit provider's inputs as well."""

BASE_URL = "base_url"
"""The one setting that every platform has: where its service is."""

FORMER_BASE_URL = "former_base_url"
"""Where its service was before it moved on purpose."""

_ACCOUNT = re.compile(r"[a-z][a-z0-9_]*")


def flag(name: str) -> bool:
    """Whether a switch such as `PULUMI_COLLAB_DEBUG` is on."""
    return os.environ.get(name, "").strip().lower() not in ("", "0", "false", "no")


# --- what a platform asks for ---


def token_complaint(token: str) -> str | None:
    """Why no header can hold this token; None where one can."""
    if not token.isascii() or not token.isprintable() or " " in token:
        return "must be the token alone, without `Bearer`, blanks or line breaks"
    return None


@dataclass(frozen=True)
class Setting:
    """One value that a platform needs. `check` says what is wrong with a value, without showing it."""

    name: str
    """The name by which the client asks for it: `api_token`."""
    key: str
    """Its name in the stack's configuration, without the namespace: `apiToken`."""
    meaning: str
    """What it is, for messages: `the QuantConnect API token`."""
    credential: bool = False
    """Whether it says who calls. One of these in the environment makes the environment the source of all."""
    secret: bool = False
    default: str | None = None
    check: Callable[[str], str | None] = field(default=lambda _: None)


@dataclass(frozen=True)
class Schema:
    """What a platform asks for, and under which names."""

    platform: str
    values: tuple[Setting, ...]

    def environment(self, name: str, account: str | None = None) -> str:
        """The variable of a setting: `QUANTCONNECT_API_TOKEN`, or `QUANTCONNECT_TRADING_API_TOKEN` of an account."""
        return "_".join(filter(None, (self.platform, account, name))).replace("-", "_").upper()

    def key(self, setting: Setting, account: str | None = None) -> str:
        """The stack's key of a setting: `quantconnect:apiToken`, or `quantconnect-trading:apiToken` of an account."""
        return f"{'-'.join(filter(None, (self.platform, account)))}:{setting.key}"

    @property
    def all(self) -> tuple[Setting, ...]:
        """What the platform asks for, and where its server was before it moved."""
        base_url = next(each for each in self.values if each.name == BASE_URL)
        former = Setting(FORMER_BASE_URL, "formerBaseUrl", f"the former {base_url.meaning.removeprefix('the ')}")
        return (*self.values, former)

    def setting(self, name: str) -> Setting:
        """The setting of that name."""
        return next(each for each in self.all if each.name == name)


@dataclass(frozen=True)
class Settings:
    """The settings of one platform and account, all of one source."""

    values: Mapping[str, str] = field(repr=False)
    places: Mapping[str, str] = field(default_factory=dict)
    """Where each was, or would be, set: `QUANTCONNECT_API_TOKEN` or `quantconnect:apiToken`."""
    account: str | None = None
    from_stack: bool = False
    """Whether they are the stack configuration's, of which `refresh` and `destroy` know the last `up`'s only."""
    warnings: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def place(self, name: str) -> str:
        """Where a setting was set, for messages."""
        return self.places.get(name, name)

    def where(self, *names: str) -> str:
        """The places of several settings, for messages."""
        return " and ".join(map(self.place, names))

    @property
    def origin(self) -> str:
        """Host and port of the server."""
        return origin_of(self.values[BASE_URL])

    @property
    def former_origin(self) -> str | None:
        """Host and port where the server was before it moved on purpose."""
        former = self.values.get(FORMER_BASE_URL)
        return origin_of(former) if former else None

    def lead_to(self, origin: str) -> bool:
        """Whether what was made at this host and port is here."""
        return origin in (self.origin, self.former_origin)


# --- finding them ---


def resolve(schema: Schema, stack: StackConfig, account: str | None = None) -> Settings:
    """The settings of a platform, whole from one source. Raises `ConfigError`, before anything is sent anywhere."""
    if account is not None and (complaint := account_complaint(account)):
        raise ConfigError(f"account {account!r} {complaint}")
    every = schema.all
    environment = {s.name: os.environ.get(schema.environment(s.name, account), "").strip() for s in every}
    configured = {s.name: _text(stack(schema.key(s, account))) for s in every}
    credentials = [s.name for s in schema.values if s.credential]
    from_stack = uses_stack(schema, account)
    chosen, other = (configured, environment) if from_stack else (environment, configured)
    variables = {s.name: schema.environment(s.name, account) for s in every}
    keys = {s.name: schema.key(s, account) for s in every}
    here, there = (keys, variables) if from_stack else (variables, keys)
    if any(chosen[name] for name in credentials):
        _one_server(schema, chosen, other, here, there)
    else:
        chosen = {name: configured[name] or environment[name] for name in chosen}  # nothing is sent: all is missing
    if missing := [s for s in schema.values if s.default is None and not chosen[s.name]]:
        raise _missing(missing, variables, keys, from_stack, any(chosen[name] for name in credentials))
    values = {s.name: chosen[s.name] or s.default or "" for s in every if chosen[s.name] or s.default is not None}
    for setting in schema.values:
        if complaint := setting.check(values[setting.name]):
            raise ConfigError(f"{setting.meaning} ({here[setting.name]}) {complaint}")
    for name in (BASE_URL, FORMER_BASE_URL):
        if name in values:
            values[name] = checked_base_url(values[name], f"{schema.setting(name).meaning} ({here[name]})")
    differ = [name for name in credentials if other[name] and other[name] != chosen[name]]
    warnings = tuple(
        f"{schema.setting(name).meaning} is set by {here[name]}, which is used, and differently by {there[name]}"
        for name in differ[:1]
    )
    return Settings(values, here, account, from_stack, warnings)


def uses_stack(schema: Schema, account: str | None = None) -> bool:
    """Whether the settings are taken from the stack configuration: no credential is in the environment."""
    return not any(
        os.environ.get(schema.environment(s.name, account), "").strip() for s in schema.values if s.credential
    )


def account_complaint(account: str) -> str | None:
    """Why no account can have this name; None where one can."""
    if not _ACCOUNT.fullmatch(account):
        return "must be lower-case letters, digits and underscores, beginning with a letter"
    return "is a word of the settings' own: choose another name" if account == "former" else None


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # the engine hands numbers over as floats
    return "" if value is None else str(value).strip()


def _missing(
    missing: list[Setting], variables: Mapping[str, str], keys: Mapping[str, str], from_stack: bool, some: bool
) -> ConfigError:
    """Names all that is not set, and where to set it: in the source that gives the rest, or in either."""
    by_variable = " and ".join(f"{s.meaning} ({variables[s.name]})" for s in missing)
    commands = ", ".join(f"`pulumi config set {'--secret ' if s.secret else ''}{keys[s.name]} VALUE`" for s in missing)
    if not some:
        return ConfigError(f"not set: {by_variable}; set this in the environment, or run {commands}")
    if from_stack:
        by_key = " and ".join(f"{s.meaning} ({keys[s.name]})" for s in missing)
        return ConfigError(
            f"not set in the stack configuration, which gives the other settings: {by_key}; run {commands}"
        )
    return ConfigError(f"not set in the environment, which gives the other settings: {by_variable}; set this there")


def _one_server(
    schema: Schema,
    chosen: Mapping[str, str],
    other: Mapping[str, str],
    here: Mapping[str, str],
    there: Mapping[str, str],
) -> None:
    """No credential goes to a server that the other source names."""
    if not other[BASE_URL]:
        return
    meaning = schema.setting(BASE_URL).meaning
    if not chosen[BASE_URL]:
        raise ConfigError(
            f"{meaning} is set by {there[BASE_URL]} alone, and the credentials by {_first(schema, chosen, here)}: "
            f"nothing was sent; set {here[BASE_URL]} as well, or take {there[BASE_URL]} away"
        )
    if _comparable(chosen[BASE_URL]) != _comparable(other[BASE_URL]):
        raise ConfigError(
            f"{here[BASE_URL]} and {there[BASE_URL]} lead to different servers ({_comparable(chosen[BASE_URL])} and "
            f"{_comparable(other[BASE_URL])}): nothing was sent; make them agree, or take one away"
        )


def _first(schema: Schema, chosen: Mapping[str, str], here: Mapping[str, str]) -> str:
    return next((here[s.name] for s in schema.values if s.credential and chosen[s.name]), "the other source")


def _comparable(url: str) -> str:
    """Host and port, also of what is no good address: it is never shown with what may be secret in it."""
    try:
        return origin_of(url)
    except ValueError:
        return "an address that cannot be used"
