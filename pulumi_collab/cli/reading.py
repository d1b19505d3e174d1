"""Reading the services: each scope once, many at a time, and on past what cannot be read."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pulumi_collab.errors import CollabError, ConfigError, one_line
from pulumi_collab.grants import Grant
from pulumi_collab.platform import Platform, platform, platforms
from pulumi_collab.reports.live import Live, NotChecked
from pulumi_collab.reports.resources import ScopeRef
from pulumi_collab.settings import Settings, StackConfig, resolve

AT_A_TIME = 8
ALL = "*"
_SCOPE = re.compile(r"(?P<platform>[^@:]+)(?:@(?P<account>[^:]*))?:(?P<id>.+)", re.DOTALL)

Progress = Callable[[str], None]


def scope_ref(text: str) -> ScopeRef:
    """A scope as people write it: `quantconnect@trading:23456789`. Raises `ConfigError`."""
    match = _SCOPE.fullmatch(text.strip())
    if match is None:
        known = ", ".join(platforms())
        raise ConfigError(f"{text!r} is no SCOPE: write <platform>:<id>, with a platform of {known}")
    platform(match["platform"])
    return ScopeRef(match["platform"], match["id"], match["account"])


class Services:
    """The services, each through one directory for each account."""

    def __init__(self, config: StackConfig, progress: Progress, warn: Progress) -> None:
        self._config = config
        self._progress = progress
        self._warn = warn
        self._directories: dict[tuple[str, str | None], Any] = {}
        self._lock = threading.Lock()

    def read(
        self,
        scopes: Iterable[ScopeRef],
        named: Iterable[ScopeRef] = (),
        origins: Mapping[ScopeRef, Collection[str]] | None = None,
    ) -> Live:
        """Who has access to these scopes, and to those that people named, unless they are the same.

        `origins` says where what a state holds of a scope was made: no other server is asked about it.
        """
        found: dict[ScopeRef, Sequence[Grant]] = {}
        missing: list[NotChecked] = []
        self._read(list(dict.fromkeys(scopes)), origins or {}, found, missing)
        known = {_folded(ScopeRef(scope.platform, name, scope.account)) for scope, name in _names(found)}
        more = [each for scope in named for each in self._expanded(scope, missing)]
        rest = [scope for scope in dict.fromkeys(more) if _folded(scope) not in known and scope not in found]
        tried = {each.scope for each in missing}
        self._read([scope for scope in rest if str(scope) not in tried], origins or {}, found, missing)
        return Live(found, sorted(missing, key=lambda each: each.scope))

    def _read(
        self,
        scopes: Sequence[ScopeRef],
        origins: Mapping[ScopeRef, Collection[str]],
        found: dict[ScopeRef, Sequence[Grant]],
        missing: list[NotChecked],
    ) -> None:
        done = 0

        def one(scope: ScopeRef) -> Sequence[Grant] | NotChecked:
            nonlocal done
            try:
                return self._grants(scope, origins.get(scope, ()))
            except CollabError as error:
                return NotChecked.because(scope, error)
            except Exception as error:  # noqa: BLE001 - a platform of somebody else's must not end the whole report
                return NotChecked(str(scope), one_line(f"{type(error).__name__}: {error}"), do="tell who makes it")
            finally:
                with self._lock:
                    done += 1
                    self._progress(f"{done} of {len(scopes)} scopes")

        with ThreadPoolExecutor(max_workers=AT_A_TIME) as pool:
            for scope, result in zip(scopes, pool.map(one, scopes), strict=True):
                if isinstance(result, NotChecked):
                    missing.append(result)
                else:
                    found[scope] = result

    def _grants(self, scope: ScopeRef, origins: Collection[str]) -> Sequence[Grant]:
        service = platform(scope.platform)
        if service.grants is None:
            raise ConfigError(f"{service.title} does not tell who has access")
        settings = self._settings(service, scope.account)
        for origin in origins:
            if not settings.lead_to(origin.partition("/")[0]):
                raise ConfigError(
                    f"it was made at {origin}, and the settings lead to {settings.origin}: nothing was asked"
                )
        directory = self._directory(service, scope.account)
        for origin in origins:
            world = origin.partition("/")[2].casefold()
            here = str(directory.origin).partition("/")[2].casefold() if world else ""
            if world and here and world != here:
                raise ConfigError(f"it was made at {origin}, and the settings lead to {directory.origin}")
        return service.grants(directory, scope.id)

    def _expanded(self, scope: ScopeRef, missing: list[NotChecked]) -> list[ScopeRef]:
        """`quantconnect:*` is every scope that the credentials can list."""
        if scope.id != ALL:
            return [scope]
        service = platform(scope.platform)
        if service.scopes is None:
            missing.append(NotChecked(str(scope), f"{service.title} does not list its scopes", do="name each of them"))
            return []
        try:
            listed = service.scopes(self._directory(service, scope.account))
            return [ScopeRef(scope.platform, each.id, scope.account) for each in listed]
        except CollabError as error:
            missing.append(NotChecked.because(scope, error))
            return []

    def _settings(self, service: Platform, account: str | None) -> Settings:
        return resolve(service.schema, self._config, account)

    def _directory(self, service: Platform, account: str | None) -> Any:
        with self._lock:
            key = (service.name, account)
            if key not in self._directories:
                settings = self._settings(service, account)
                for text in settings.warnings:
                    self._warn(text)
                self._directories[key] = service.connect(settings)
            return self._directories[key]


def _names(found: Mapping[ScopeRef, Sequence[Grant]]) -> Iterable[tuple[ScopeRef, str]]:
    for scope, grants in found.items():
        yield scope, scope.id
        for grant in grants[:1]:
            yield scope, grant.scope.id
            if grant.scope.name:
                yield scope, grant.scope.name


def _folded(scope: ScopeRef) -> tuple[str, str, str | None]:
    return scope.platform, scope.id.casefold(), scope.account
