"""The ignore file of drift: what is known to differ, why that is accepted, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from re import Pattern, escape
from re import compile as compiled
from typing import Any

import yaml

from ..errors import ConfigError, one_line
from .clock import end_of

_FIELDS = ("grant", "reason", "until")


@dataclass(frozen=True)
class Entry:
    """One line of the file. `until` is the last day on which it suppresses, or a moment."""

    where: str
    grant: str
    reason: str
    until: str
    ends: datetime
    pattern: Pattern[str]

    def fits(self, id_: str) -> bool:
        """Whether it is about this grant."""
        return self.pattern.fullmatch(id_.casefold()) is not None

    @property
    def words(self) -> str:
        """For people: where it is, why, and until when."""
        return f'{self.where} "{self.reason}", until {self.until}'


def read(text: str, file: str) -> list[Entry]:
    """The entries of a file. Raises `ConfigError`, which names what is wrong by line."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ConfigError(f"{file} is no YAML: {one_line(str(error))}") from error
    if node is None:
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise ConfigError(f"{file} must be a list of entries with grant, reason and until")
    return [_entry(each, f"{file}:{each.start_mark.line + 1}") for each in node.value]


def _entry(node: Any, where: str) -> Entry:
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"{where}: an entry has grant, reason and until")
    values: dict[str, str] = {}
    for key, value in node.value:  # as they are written: YAML would make a date of a date, and false of no
        if key.value not in _FIELDS or key.value in values or not isinstance(value, yaml.ScalarNode):
            raise ConfigError(
                f"{where}: {one_line(str(key.value))!r} must be one of grant, reason and until, once, as text"
            )
        values[key.value] = value.value.strip()
    for field in _FIELDS:
        if not values.get(field):
            raise ConfigError(f"{where}: {field!r} is missing, so it suppresses nothing: add it")
    wanted = ".*".join(escape(part) for part in values["grant"].casefold().split("*"))
    ends = end_of(values["until"], f"{where}: 'until'")
    return Entry(where, values["grant"], values["reason"], values["until"], ends, compiled(wanted))


class Ignored:
    """The file at work: what it suppresses at a moment, and which of its entries did nothing."""

    def __init__(self, entries: Iterable[Entry], now: datetime) -> None:
        self._entries = list(entries)
        self._now = now
        self._used: set[str] = set()
        self._over: set[str] = set()

    def reason(self, id_: str) -> Entry | None:
        """The entry that suppresses this grant."""
        for entry in self._entries:
            if entry.fits(id_):
                if entry.ends > self._now:
                    self._used.add(entry.where)
                    return entry
                self._over.add(entry.where)
        return None

    def notes(self) -> list[str]:
        """What to tell about entries that suppress nothing."""
        return [
            f"{entry.where} ran out on {entry.until}: {entry.grant} is told again"
            if entry.ends <= self._now
            else f"{entry.where} matches nothing: take {entry.grant} out"
            for entry in self._entries
            if entry.where not in self._used
        ]
