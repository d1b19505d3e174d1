"""What people give to the emulator: taken, or refused in one line."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

ModelT = TypeVar("ModelT", bound=BaseModel)


class ControlError(ValueError):
    """A control, a seed or a state file that cannot be used; its text is one line for people."""


def explain(error: ValidationError, where: str = "") -> str:
    """A validation error as one line: the first three places, each with what is wrong there."""
    lines = []
    for problem in error.errors(include_url=False, include_input=False)[:3]:
        place = ".".join([where, *map(str, problem["loc"])]).strip(".")
        text = problem["msg"].removeprefix("Value error, ")
        lines.append(f"{place}: {text}" if place else text)
    more = error.error_count() - len(lines)
    return "; ".join(lines) + (f"; and {more} more" if more > 0 else "")


def as_document(text: str | bytes) -> Any:
    """JSON that was sent or stored by people."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise ControlError(f"this is not JSON: {error}") from None


def checked(model: type[ModelT], document: Any, where: str = "") -> ModelT:
    """A document, or the part of one that is named, as a model."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise ControlError(explain(error, where)) from None


def only(document: Any, name: str) -> Any:
    """The value of an object's only field."""
    if not isinstance(document, Mapping) or set(document) != {name}:
        raise ControlError(f'an object with just "{name}" is needed')
    return document[name]
