"""What programs read has the shape that is shipped with the package."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from sarif_pydantic import Sarif

from pulumi_collab.reports import preview, schema
from pulumi_collab.reports.access import access_report
from pulumi_collab.reports.drift import compare
from pulumi_collab.reports.drift_report import drift_report
from pulumi_collab.reports.ignore import read
from pulumi_collab.reports.live import Live, NotChecked
from pulumi_collab.reports.model import Report
from pulumi_collab.reports.render import KINDS
from pulumi_collab.reports.review import review
from pulumi_collab.reports.review_report import review_report

from .people import HOSTILE, WEB, grant, held, previewed, step, teamhub

NOW = datetime(2026, 11, 25, tzinfo=UTC)
MISSING = [NotChecked("aps:demo", "HTTP 401: no", 401, "set a token")]


def _reports() -> dict[str, Report]:
    live = [grant("jo", "master", ends=NOW, since=NOW), grant(HOSTILE), grant("bot", status="invited")]
    entries = read("- {grant: teamhub/web/bot, reason: known, until: 2027-01-01}", "i.yaml")
    found = compare(
        held(teamhub("jo", "jo", "guest"), teamhub("x", "x", "guest")), Live({WEB: live}, MISSING), NOW, entries
    )
    change = previewed(
        step("delete", old=teamhub("jo", "jo", "guest")), step("create", new=teamhub("x", "x", "master"))
    )
    return {
        "access": access_report(live, MISSING, NOW),
        "drift": drift_report(found, NOW),
        "review": review_report(review(preview.of(change), ["lose-access"]), {}),
    }


@pytest.mark.parametrize("command", list(schema.SHAPES))
def test_the_schemas_are_those_of_the_models(command: str) -> None:
    """The file that is shipped is what the models say; `python -m pulumi_collab.reports.schema` writes it."""
    assert schema.path(command).read_text() == schema.text(command)
    Draft202012Validator.check_schema(schema.schema(command))


@pytest.mark.parametrize("command", list(schema.SHAPES))
def test_every_document_is_valid(command: str) -> None:
    """What a command says has the shape of its schema, and nothing beside it."""
    shape: Any = json.loads(schema.path(command).read_text())
    document = json.loads(KINDS["json"](_reports()[command]))
    validator = Draft202012Validator(shape, format_checker=FormatChecker())
    assert [error.message for error in validator.iter_errors(document)] == []
    assert list(validator.iter_errors({**document, "more": 1}))
    assert list(validator.iter_errors({name: value for name, value in document.items() if name != "counts"}))


def test_sarif_is_valid() -> None:
    """Findings are SARIF 2.1.0: each has its rule, a place and a fingerprint, and what is suppressed says why."""
    document = json.loads(KINDS["sarif"](_reports()["drift"]))
    Sarif.model_validate(document)
    (run,) = document["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["PC001", "PC002", "PC003", "PC004", "PC005"]
    assert sorted(each["ruleId"] for each in run["results"]) == ["PC001", "PC001", "PC002", "PC003", "PC005"]
    for each in run["results"]:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]
        assert each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "Pulumi.yaml"
    (suppressed,) = [each for each in run["results"] if "suppressions" in each]
    assert 'i.yaml:1 "known", until 2027-01-01' in suppressed["suppressions"][0]["justification"]
    prints = [each["partialFingerprints"]["pulumiCollab/v1"] for each in run["results"]]
    assert len(set(prints)) == len(prints)


def test_a_fingerprint_is_of_the_finding() -> None:
    """It is the same in every run, whatever else is found and however the words change."""

    def prints(*live: str) -> set[str]:
        found = compare([], Live({WEB: [grant(key) for key in live]}), NOW)
        results = json.loads(KINDS["sarif"](drift_report(found, NOW)))["runs"][0]["results"]
        return {each["partialFingerprints"]["pulumiCollab/v1"] for each in results}

    assert prints("jo") < prints("jo", "mia")
    assert prints("jo") == prints("JO")
