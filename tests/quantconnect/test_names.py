"""Which names and numbers can be declared, as tables."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from pulumi_collab.quantconnect import names, wire
from pulumi_collab.quantconnect.values import ProjectCollaboratorInputs


@pytest.mark.parametrize(
    "name", ["mia-ai", "johnny_walker", "jo", "007", "a.b", "m\u00fcller", "\u043c\u0430\u0440\u0438\u044f", "x" * 255]
)
def test_names_that_can_be(name: str) -> None:
    """A slug in whatever script is a name."""
    assert names.complaint(name) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "must not be empty"),
        (" ", "must not be empty"),
        (" jo", "must not begin or end with blanks"),
        ("jo ", "must not begin or end with blanks"),
        ("j o", "without blanks, slashes or an @"),
        ("@mia-ai", "is written without an @: write mia-ai"),
        ("mia@example.org", "without blanks, slashes or an @"),
        ("https://www.quantconnect.com/u/mia-ai", "is a whole address: write mia-ai"),
        ("www.quantconnect.com/u/mia-ai/", "is a whole address: write mia-ai"),
        ("https://www.quantconnect.com/u/mia-ai?tab=1#top", "is a whole address: write mia-ai"),
        ("u/mia-ai", "is a whole address: write mia-ai"),
        ("/u/mia-ai", "is a whole address: write mia-ai"),
        ("a/b", "without blanks, slashes or an @"),
        ("mia\u200b-ai", "without U+200B ZERO WIDTH SPACE"),
        ("mia-ai\n", "without U+000A"),
        ("mia\u202eai", "without U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("mia\u00adai", "without U+00AD SOFT HYPHEN"),
        ("mia\u00a0ai", "without U+00A0 NO-BREAK SPACE"),
        ("mia\u3164", "without U+3164 HANGUL FILLER"),
        ("mia\ufe0f", "without U+FE0F VARIATION SELECTOR-16"),
        ("mia\ufffd", "without U+FFFD REPLACEMENT CHARACTER"),
        ("mia\x1b[31m", "without U+001B"),
        ("\uff4dia-ai", "must be written 'mia-ai': U+FF4D FULLWIDTH LATIN SMALL LETTER M only looks so"),
        ("mia\u2010ai", "without U+2010 HYPHEN"),
        ("mia-a\u0456", "U+0456 CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I is one of the other script"),
        ("mu\u0308ller", "must be written 'm\u00fcller': an accent stands apart"),
        ("x" * 300, "is 300 characters long, and names have at most 255"),
    ],
)
def test_names_that_cannot_be(name: str, reason: str) -> None:
    """What only looks like a name is refused, with the character by its number and name, or with what to write."""
    told = names.complaint(name)
    assert told is not None
    assert reason in told
    assert told.isprintable()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (2**53 + 1, "must be at most 9007199254740992"),
        (10**30, "must be at most 9007199254740992"),
        (1e300, "exceeded maximum size"),
        (0, "greater than 0"),
        (True, "not true or false"),
    ],
)
def test_numbers_that_cannot_be(value: Any, reason: str) -> None:
    """A project's number that the engine could not keep exactly is none."""
    with pytest.raises(ValidationError, match=reason):
        ProjectCollaboratorInputs(project_id=value, user="jo")


@pytest.mark.parametrize(
    ("field", "told", "kept"),
    [
        ("uid", 10**30, None),
        ("uid", 2**53 + 1, None),
        ("uid", 2**53, 2**53),
        ("uid", True, None),
        ("uid", "1002", 1002),
        ("uid", 1002.5, None),
        ("name", "Mia \ud83d", "Mia \ufffd"),
        ("email", "\udc00@example.org", "\ufffd@example.org"),
        ("publicId", "mia\ud83d", "mia\ufffd"),
        ("permission", "\ud83d", "\ufffd"),
        ("permission", ["write"], ""),
        ("name", "\x1b]0;title\x07", "\x1b]0;title\x07"),  # what shows it makes it harmless
    ],
)
def test_odd_values_can_be_kept(field: str, told: Any, kept: Any) -> None:
    """Whatever a list shows is read, and can be kept as UTF-8 and as the engine's numbers, or counts as missing."""
    person = wire.Collaborator.model_validate({"publicId": "jo", field: told})
    values = person.model_dump(by_alias=True)
    assert values[field] == kept
    assert json.loads(json.dumps(values, ensure_ascii=False).encode()) == values


@pytest.mark.parametrize("odd", [None, 7, "jo", ["jo"]])
def test_an_entry_that_is_no_object_hides_nobody(odd: Any) -> None:
    """Such an entry is a person whom nobody can tell, and everybody else is read."""
    body = {"success": True, "collaborators": [odd, {"publicId": "jo"}]}
    assert [person.user for person in wire.Envelope.model_validate(body).collaborators or ()] == ["", "jo"]


def test_a_project_without_a_number_is_left_out() -> None:
    """What has no number cannot be asked for, and hides no other project."""
    body = {
        "success": True,
        "projects": [{"name": "odd"}, None, {"projectId": "7"}, {"projectId": 8, "name": "\ud83d"}],
    }
    assert [(each.id, each.name) for each in wire.Envelope.model_validate(body).projects or ()] == [(8, "\ufffd")]
