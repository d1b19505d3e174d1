"""The JSON Schemas of what reports say to programs, made of the models. They are shipped as files beside this one.

`python -m pulumi_collab.reports.schema` writes the files anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model

from ..grants import Grant
from .access import COUNTS
from .drift import TOLD
from .review import KINDS, RULES

FOLDER = Path(__file__).parent / "schemas"
Severity = Literal["error", "warning", "note"]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NotChecked(_Shape):
    """A scope, or a part of one, of which nothing is known."""

    scope: str
    why: str
    status: int | None
    do: str


class Suppression(_Shape):
    """Why a finding is accepted, and until when."""

    kind: str
    where: str
    reason: str
    until: str


def _counts(name: str, words: tuple[str, ...]) -> Any:
    fields: dict[str, Any] = {word: (int, Field(ge=0)) for word in words}
    return create_model(name, __base__=_Shape, **fields)


def _shape(name: str, fields: dict[str, Any]) -> type[BaseModel]:
    made: type[BaseModel] = create_model(name, __base__=_Shape, **fields)
    return made


DriftKind = Annotated[str, Field(json_schema_extra={"enum": [*TOLD]})]
ReviewKind = Annotated[str, Field(json_schema_extra={"enum": [*KINDS]})]
ReviewRule = Annotated[str, Field(json_schema_extra={"enum": [*RULES]})]


class DriftFinding(_Shape):
    """One grant that is not as declared."""

    kind: DriftKind
    id: str
    severity: Severity
    live: Grant | None
    declared: Grant | None
    where: str | None
    do: str
    suppressed: Suppression | None = None


class ReviewFinding(_Shape):
    """What happens to one person's access to one thing."""

    kind: ReviewKind
    grant: str
    before: Grant | None
    after: Grant | None
    keeps: str | None
    where: str
    rules: list[ReviewRule]


AccessReport = _shape(
    "AccessReport",
    {
        "schema_": (Literal["pulumi-collab/access/1"], Field(alias="schema")),
        "now": (AwareDatetime, ...),
        "counts": (_counts("AccessCounts", COUNTS), ...),
        "grants": (list[Grant], ...),
        "not_checked": (list[NotChecked], ...),
    },
)
DriftReport = _shape(
    "DriftReport",
    {
        "schema_": (Literal["pulumi-collab/drift/1"], Field(alias="schema")),
        "now": (AwareDatetime, ...),
        "verdict": (Literal["in-sync", "drift", "not-checked", "drift-and-not-checked"], ...),
        "exit": (Literal[0, 1, 2, 3], ...),
        "counts": (_counts("DriftCounts", (*TOLD, "not_checked", "in_sync")), ...),
        "coverage": (float, Field(ge=0, le=1)),
        "findings": (list[DriftFinding], ...),
        "not_checked": (list[NotChecked], ...),
        "notes": (list[str], ...),
    },
)
ReviewReport = _shape(
    "ReviewReport",
    {
        "schema_": (Literal["pulumi-collab/review/1"], Field(alias="schema")),
        "stack": (str, ...),
        "verdict": (Literal["ok", "blocked"], ...),
        "blocked": (list[ReviewRule], ...),
        "counts": (_counts("ReviewCounts", KINDS), ...),
        "findings": (list[ReviewFinding], ...),
        "notes": (list[str], ...),
        "digest": (str, Field(pattern="^[0-9a-f]{64}$")),
    },
)
SHAPES: dict[str, type[BaseModel]] = {"access": AccessReport, "drift": DriftReport, "review": ReviewReport}


def schema(command: str) -> dict[str, Any]:
    """The JSON Schema of a command's JSON."""
    found = SHAPES[command].model_json_schema(mode="serialization", by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:pulumi-collab:schema:{command}:1",
        **found,
        "title": f"pulumi-collab {command}",
    }


def text(command: str) -> str:
    """The schema as the file has it."""
    return json.dumps(schema(command), indent=2, sort_keys=True) + "\n"


def path(command: str) -> Path:
    """Where the file is."""
    return FOLDER / f"{command}-1.schema.json"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in SHAPES:
        path(each).write_text(text(each), encoding="utf-8")
