"""Text of others is harmless in everything that a person gets to see."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_collab.engine.claims import Claims
from pulumi_collab.engine.operations import Operations
from pulumi_collab.engine.sentences import Error
from pulumi_collab.errors import (
    CollabError,
    Differences,
    HalfDone,
    InvalidInput,
    NoResponse,
    Problem,
    Refused,
    harmless,
    one_line,
)
from pulumi_collab.lifecycle import Inputs, Lifecycle, Notice
from pulumi_collab.platform import Kind, Platform, platforms
from pulumi_collab.settings import Schema, Setting

BAD = (
    "\x1b[31m\x07\r\nerror: forged\x9b2J\u202eg\u2066\u2028\u2029\x85\u200b\ufeff\x00\ud83d\x1b]0;title\x07<{%reset%}>"
)
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

odd = st.text(st.characters() | st.sampled_from(BAD + BIDI + "<{%}>") | st.characters(categories=["Cc", "Cf", "Cs"]))


def is_harmless(text: str) -> bool:
    """Whether a terminal shows it on one line, and the engine finds no markup in it."""
    return text.isprintable() and "<{%" not in text and not set(BIDI) & set(text)


@settings(deadline=None)
@given(odd)
def test_any_text(text: str) -> None:
    """Whatever it is, it becomes one line without anything that is obeyed, and stays that."""
    shown = harmless(text)
    assert is_harmless(shown)
    assert harmless(shown) == shown
    assert is_harmless(one_line(text, limit=7))
    assert len(one_line(text, limit=7)) <= 7
    assert shown.encode().decode() == shown


@given(st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="<{%"), min_size=1))
def test_text_that_is_shown_as_it_is(text: str) -> None:
    """Letters, digits and signs of any script stay as they are, with single blanks between them."""
    assert harmless(f"  {text}\t{text}\n") == f"{text} {text}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a\ufffd[31mb"),
        ("a\x9b31mb", "a\ufffd31mb"),
        ("a\u202eb", "a\ufffdb"),
        ("a\nerror: b", "a error: b"),
        ("a\u2028b\u2029c\x85d\x0be", "a b c d e"),
        ("\ud83d", "\ufffd"),
        ("<{%fg 1%}>", "<{ %fg 1%}>"),
        ("<<{%%", "<<{ %%"),
        ("müller-İstanbul 名前 😀 +1%", "müller-İstanbul 名前 😀 +1%"),
    ],
)
def test_kinds_of_harm(text: str, shown: str) -> None:
    """Control sequences, direction marks, line breaks of every kind, half characters, and the engine's markup."""
    assert harmless(text) == shown


def test_a_page_of_text() -> None:
    """A very long text is cut, whatever it is made of, without looking at all of it."""
    assert one_line("a" * 50_000_000, limit=10) == "aaaaaaaaa…"
    assert one_line("\x1b" * 50_000_000, limit=10) == "\ufffd" * 9 + "…"


def errors(kind: type[CollabError] = CollabError) -> Iterator[type[CollabError]]:
    """Every kind of error of the package."""
    yield kind
    for each in kind.__subclasses__():
        yield from errors(each)


def made(kind: type[CollabError], text: str) -> CollabError:
    """An error of this kind with this text."""
    if issubclass(kind, InvalidInput):
        return kind([Problem(text, text), Problem("", text)])
    if issubclass(kind, HalfDone):
        return kind(CollabError(text), None)
    return kind(text, [text, text]) if issubclass(kind, Differences) else kind(text)


def test_every_error() -> None:
    """An error's text is one harmless line, and of differences a line each, whoever wrote what is in it."""
    assert platforms()  # whose own errors are known by now
    kinds = [kind for kind in errors() if kind.__module__.startswith("pulumi_collab")]
    assert len(kinds) > 15
    for kind in kinds:
        lines = str(made(kind, f"they said {BAD}")).split("\n")
        assert all(map(is_harmless, lines)), kind
        assert len(lines) == (3 if issubclass(kind, Differences) else 1), kind


# --- the last gate before the engine ---


class Thing(Inputs):
    """What is declared."""

    name: str
    role: str = ""


class Hostile(Lifecycle[Thing, Thing, Any]):
    """Says what the service says."""

    inputs_model = Thing
    state_model = Thing
    identity = ("name",)
    raised: ClassVar[Callable[[], Exception]] = lambda: NoResponse(BAD)

    def about(self, inputs: Thing) -> str:
        """Whoever it is."""
        return inputs.name

    def id_of(self, inputs: Thing) -> str:
        """Its name."""
        return inputs.name

    def from_id(self, id_: str) -> dict[str, Any]:
        """Its name."""
        return {"name": id_}

    def check(self, known: Mapping[str, Any], old: Thing | None) -> Iterable[Problem | Notice]:
        """A problem and a notice in the service's words."""
        return [Problem("name", f"is taken: {BAD}"), Notice(f"seen: {BAD}")]

    def warnings(self, old: Thing, known: Mapping[str, Any]) -> Iterable[str]:
        """One in the service's words."""
        return [f"late: {BAD}"]

    def create(self, inputs: Thing) -> Thing:
        """Fails."""
        raise type(self).raised()

    def read(self, state: Thing) -> Thing | None:
        """Fails."""
        raise type(self).raised()

    def update(self, old: Thing, inputs: Thing) -> Thing:
        """Fails."""
        raise type(self).raised()

    def delete(self, state: Thing) -> None:
        """Fails."""
        raise type(self).raised()


class Place:
    """A directory."""

    origin = "service.example:443"


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Operations, list[str]]:
    """The engine's operations on what is hostile, and the warnings that they give."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    told: list[str] = []
    kind = Kind("Thing", Hostile, "somewhere:Thing")
    schema = Schema("odd", (Setting("base_url", "baseUrl", "the URL", default="https://service.example"),))
    platform = Platform("odd", "Odd", schema, lambda _: Place(), (kind,), ())
    return Operations(platform, kind, lambda _: None, told.append, Claims()), told


@pytest.mark.parametrize("name", ["mia", BAD.replace("\ud83d", "")])
def test_what_a_check_and_a_difference_say(gate: tuple[Operations, list[str]], name: str) -> None:
    """A check failure and a warning are one harmless line each."""
    operations, told = gate
    _, problems = operations.check({}, {"name": name}, frozenset())
    operations.diff({"name": name}, {"name": name}, frozenset())
    _, wrong = operations.check({}, {"name": name, BAD: 1}, frozenset())
    texts = [problem.reason for problem in [*problems, *wrong]] + told
    assert len(texts) == 4
    assert all(map(is_harmless, texts))


@pytest.mark.parametrize(
    "raised",
    [lambda: NoResponse(BAD), lambda: Refused(BAD), lambda: InvalidInput([Problem(BAD, BAD)])],
)
@pytest.mark.parametrize("name", ["mia", BAD.replace("\ud83d", "")])
def test_what_an_operation_says(
    gate: tuple[Operations, list[str]], monkeypatch: pytest.MonkeyPatch, raised: Callable[[], Exception], name: str
) -> None:
    """An error of whichever operation is one harmless line, whomever it is about."""
    operations, _ = gate
    monkeypatch.setattr(Hostile, "raised", raised)
    props = {"name": name}
    calls: list[Callable[[], Any]] = [
        lambda: operations.create(props),
        lambda: operations.read(name, props),
        lambda: operations.update(props, props | {"role": "admin"}),
        lambda: operations.delete(name, props),
    ]
    for call in calls:
        with pytest.raises(Error) as error:
            call()
        assert is_harmless(str(error.value))


def test_differences_keep_their_lines(gate: tuple[Operations, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """What people have to do is told line by line, and no line is forged."""
    operations, _ = gate
    monkeypatch.setattr(Hostile, "raised", lambda: Differences(BAD, [BAD, "one", BAD]))
    with pytest.raises(Error) as error:
        operations.create({"name": "mia"})
    lines = str(error.value).split("\n")
    assert len(lines) == 4
    assert lines[2] == "- one"
    assert all(map(is_harmless, lines))
