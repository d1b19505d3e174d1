"""Properties as the engine hands them over and keeps them, and those among them that are ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_jsonable_python

from ..lifecycle import Inputs

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


def without_ours(props: Mapping[str, Any]) -> Properties:
    """The properties without what we and the SDK add to them."""
    return {name: value for name, value in props.items() if name not in OURS}


def as_of(state: Inputs, account: str | None) -> Properties:
    """What is kept of a state: whose settings lead to it is ours to say, and no service's."""
    return plain(state) | ({"account": account} if account else {})


def kept(props: Mapping[str, Any], *names: str) -> Properties:
    """Those of the named properties that there are."""
    return {name: props[name] for name in names if name in props}


def plain(values: Inputs | Mapping[str, Any]) -> Properties:
    """As the engine stores it: JSON values, and absent rather than null."""
    items = dict(values)  # field by field, for a model too
    return {k: to_jsonable_python(v) for k, v in items.items() if v is not None}
