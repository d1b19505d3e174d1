"""How TeamHub's emulator plays what nobody knows for sure."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.emulator import Emulator

from .caller import PEOPLE, Caller


def test_a_second_post(world: Emulator, boss: Caller) -> None:
    """Adding somebody who is there is refused and changes nothing, or changes the role."""
    assert boss.add("norris", "master").status_code == 409
    assert boss.people() == {"norris": "guest"}
    world.variants(teamhub={"duplicate_post": "upsert"})
    assert boss.add("norris", "master").status_code == 201
    assert boss.people() == {"norris": "master"}


@pytest.mark.parametrize(
    ("body", "start"), [("json", '{"api_status": 404'), ("empty", ""), ("html", "<!DOCTYPE html>")]
)
def test_bodies_of_a_404(world: Emulator, boss: Caller, body: str, start: str) -> None:
    """A 404 comes with JSON, without a body, or with a page, for projects, people and unknown paths alike."""
    world.variants(teamhub={"not_found_body": body})
    for path in ("projects/nowhere", f"{PEOPLE}/grouped", "nothing"):
        answer = boss.send("GET", path)
        assert answer.status_code == 404
        assert answer.text.startswith(start)
        assert start or not answer.text


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ("object", {"error": {"message": "Validation failed.", "fields": {"role": "is needed, as a string"}}}),
        ("message", {"message": "Validation failed."}),
        ("errors", {"errors": ["Validation failed.", "role: is needed, as a string"]}),
    ],
)
def test_shapes_of_errors(world: Emulator, boss: Caller, shape: str, told: dict[str, Any]) -> None:
    """A refusal's words come in one of these shapes, each with status and time."""
    world.variants(teamhub={"error_shape": shape})
    found = boss.send("POST", PEOPLE, json={"id": "grouped"}).json()
    assert found.pop("api_status") == 422
    assert found.pop("api_timestamp")
    assert found == told


def test_errors_as_text(world: Emulator, boss: Caller) -> None:
    """A refusal may be plain text as well."""
    world.variants(teamhub={"error_shape": "text"})
    assert boss.send("POST", PEOPLE, json={"id": "grouped"}).text == "Validation failed."


@pytest.mark.parametrize("size", ["100", "50", "7", "3", "2", "1"])
def test_page_sizes(emulator: Emulator, size: str) -> None:
    """No page is larger than the variant says, whatever `limit` asks for."""
    names = [f"person-{number:04d}" for number in range(1, 121)]
    members = [{"collaborator": name, "role": "guest"} for name in names]
    account = {"id": "boss", "type": "user", "key": "k", "company_admin": True}
    emulator.seed(
        {"teamhub": {"people": 120, "accounts": [account], "projects": [{"id": "platform", "collaborators": members}]}}
    )
    emulator.variants(teamhub={"page_size": size})
    with Caller(emulator) as caller:
        for limit in ({}, {"limit": 500}):
            assert len(caller.people(**limit)) == int(size)
        assert list(caller.people(limit=1, offset=119)) == ["person-0120"]


@pytest.mark.parametrize(("choice", "last"), [("count", [1]), ("null", [None]), ("absent", []), ("zero", [0])])
def test_the_last_pages_next_offset(world: Emulator, boss: Caller, choice: str, last: list[Any]) -> None:
    """Where there is no next page, `next_offset` is the end, null, missing or 0."""
    world.variants(teamhub={"last_next_offset": choice})
    metadata = boss.send("GET", PEOPLE).json()["metadata"]
    assert [metadata[name] for name in ("next_offset",) if name in metadata] == last


def test_what_count_counts(world: Emulator, boss: Caller) -> None:
    """`count` is that of all people, or that of the page."""
    boss.add("grouped", "guest")
    for choice, count in (("total", 2), ("page", 1)):
        world.variants(teamhub={"count": choice})
        assert boss.send("GET", f"{PEOPLE}?limit=1").json()["metadata"]["count"] == count


def test_orders(world: Emulator, boss: Caller) -> None:
    """People come as they were added, by id, or backwards."""
    boss.add("grouped", "guest")
    for order, people in (
        ("added", ["norris", "grouped"]),
        ("sorted", ["grouped", "norris"]),
        ("reversed", ["norris", "grouped"]),
    ):
        world.variants(teamhub={"list_order": order})
        assert list(boss.people()) == people


def test_references_as_strings(world: Emulator, boss: Caller) -> None:
    """The collaborator may be a bare id, but for where it is expanded."""
    world.variants(teamhub={"collaborator_shape": "string"})
    assert boss.send("GET", f"{PEOPLE}/norris").json()["collaborator"] == "norris"
    assert boss.send("GET", f"{PEOPLE}/norris?expand=collaborator").json()["collaborator"]["id"] == "norris"


def test_people_through_a_group(world: Emulator, boss: Caller) -> None:
    """Who is there through a group alone is unknown, or shown with a role that is null or missing."""
    path = f"{PEOPLE}/grouped"
    assert boss.send("GET", path).status_code == 404
    for choice, shown in (("null-role", {"role": None}), ("without-role", {})):
        world.variants(teamhub={"group_members": choice})
        found = boss.send("GET", path).json()
        assert found["highest_role"] == "developer"
        assert {name: value for name, value in found.items() if name == "role"} == shown
        assert boss.people() == {"norris": "guest", "grouped": None}
        assert [boss.send("DELETE", path).status_code, boss.send("PUT", path, json={"role": "guest"}).status_code] == [
            404,
            404,
        ]
    assert boss.add("grouped", "master").json()["highest_role"] == "master"
    assert boss.send("DELETE", path).json()["role"] == "master"
    assert boss.send("GET", path).json()["highest_role"] == "developer"


def test_letter_case_of_ids(world: Emulator, boss: Caller) -> None:
    """With `fold` another spelling means the same account, whose own spelling stays."""
    assert boss.send("GET", f"{PEOPLE}/Norris").status_code == 404
    world.variants(teamhub={"id_case": "fold"})
    assert boss.send("GET", f"{PEOPLE}/Norris").json()["collaborator"] == {"id": "norris"}
    assert boss.add("GROUPED", "guest").json()["collaborator"] == {"id": "grouped"}
    assert boss.send("DELETE", f"{PEOPLE}/Grouped").status_code == 200
    assert boss.people() == {"norris": "guest"}
