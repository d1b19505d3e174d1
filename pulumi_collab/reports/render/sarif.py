"""SARIF 2.1.0, as code scanning reads it."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from ..._version import __version__
from ..model import Report, Result
from ..text import sarif as message

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(report: Report) -> str:
    """The findings of a report."""
    rules = [
        {
            "id": rule.id,
            "name": rule.name,
            "shortDescription": {"text": message(rule.text)},
        }
        for rule in report.rules
    ]
    index = {rule.id: number for number, rule in enumerate(report.rules)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "pulumi-collab",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": rules,
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, index) for each in report.results],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(result: Result, index: dict[str, int]) -> dict[str, Any]:
    region = {"startLine": result.line or 1}
    found: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": index[result.rule],
        "level": result.level,
        "message": {"text": message(result.message)},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": result.file}, "region": region}},
        ],
        "partialFingerprints": {"pulumiCollab/v1": sha256(result.fingerprint.encode()).hexdigest()},
    }
    if result.suppressed is not None:
        found["suppressions"] = [{"kind": "external", "justification": message(result.suppressed)}]
    return found
