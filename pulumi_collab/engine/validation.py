"""Declared values against a lifecycle's models, as far as they are known, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

from pydantic import ValidationError, create_model
from pydantic_core import ErrorDetails

from ..errors import InvalidInput, Problem, one_line
from ..lifecycle import Inputs

_REASONS = {
    "missing": "is required",
    "extra_forbidden": "is not an argument of this resource",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "finite_number": "must be a whole number",
}


def validated(model: type[Inputs], values: Mapping[str, Any], unknown: frozenset[str] = frozenset()) -> Inputs:
    """The valid values with their defaults; what is not known yet is None. Raises `InvalidInput`."""
    try:
        return _partial(model, frozenset(unknown & model.model_fields.keys())).model_validate(dict(values))
    except ValidationError as error:
        raise InvalidInput(problems(error)) from None


@lru_cache(maxsize=64)
def _partial(model: type[Inputs], unknown: frozenset[str]) -> type[Inputs]:
    blanks: dict[str, Any] = dict.fromkeys(unknown, (Any, None))
    return create_model(model.__name__, __base__=model, **blanks) if blanks else model


def valid_argument(model: type[Inputs], name: str, value: Any) -> Any:
    """One value alone, held to what the model asks of it. Raises `InvalidInput`."""
    field = model.model_fields[name]
    declared: dict[str, Any] = {name: (Annotated[(field.annotation, *field.metadata)], ...)}
    try:
        return getattr(create_model(model.__name__, **declared).model_validate({name: value}), name)
    except ValidationError as error:
        raise InvalidInput(problems(error)) from None


def problems(error: ValidationError) -> list[Problem]:
    """What is wrong, property by property."""
    return [Problem(str(e["loc"][0]) if e["loc"] else "", _reason(e)) for e in error.errors(include_url=False)]


def _reason(error: ErrorDetails) -> str:
    where = ".".join(str(part) for part in error["loc"][1:] if part != "[key]")
    if error["type"] == "literal_error":
        text = f"must be one of {error['ctx']['expected'].replace(' or ', ', ')}"
    else:
        text = _REASONS.get(error["type"]) or error["msg"].removeprefix("Value error, ").replace(
            "Input should be", "must be"
        )
    text += _given(error)
    return f"{where}: {text}" if where else text


def _given(error: ErrorDetails) -> str:
    """The value, where Pulumi does not show what it is: "true" as {true}, and 15000000.5 as {1.50000005e+07}."""
    given = error["input"]
    if error["type"] == "bool_type" and isinstance(given, str):
        return f", and is the text {one_line(given, limit=30)!r}"
    if error["type"] == "int_from_float" and abs(given) >= 1e6:
        return f", not {given!r}"
    return ""
