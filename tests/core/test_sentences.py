"""The catalogue of sentences: a rule and its words stand once."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pulumi_collab

PACKAGE = Path(pulumi_collab.__file__).parent
WORDS = 6
"""From so many words on a text is a sentence, which can be written differently in two places."""


def sentences(path: Path) -> Iterator[tuple[str, int]]:
    """Every text of a module that people may read, with its line; values that are put into it are `{}`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    parts: set[int] = set()
    for function in ast.walk(tree):  # Python's own sentence about a module's attribute
        if isinstance(function, ast.FunctionDef) and function.name == "__getattr__":
            documentation |= {id(node) for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and id(node) not in documentation:
            parts |= {id(value) for value in node.values}
            yield "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values), node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts | documentation:
            yield node.value, node.lineno


def test_no_sentence_stands_twice() -> None:
    """A message of the package is written in one place; who needs it twice asks the same function."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        if "emulator" in path.relative_to(PACKAGE).parts:  # it plays services, which repeat themselves
            continue
        for text, line in sentences(path):
            folded = " ".join(text.split())
            if len(folded.split()) >= WORDS:
                places[folded].append(f"{path.relative_to(PACKAGE)}:{line}")
    assert len(places) > 100
    assert {text: where for text, where in places.items() if len(where) > 1} == {}
