"""TeamHub's emulator, called as the documents say, with no code of the package's client."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_collab.emulator import ControlError, Emulator

from .caller import PEOPLE, SEED, Caller


def as_(world: Emulator, person: str) -> Caller:
    """Somebody else."""
    return Caller(world, f"key-of-{person}")


def bare(body: Any) -> Any:
    """A body without the noise, which must be there."""
    if isinstance(body, list):
        return [bare(each) for each in body]
    assert isinstance(body, dict)
    assert body["api_timestamp"].endswith("Z")
    assert 200 <= body["api_status"] < 500
    return {name: value for name, value in body.items() if not name.startswith("api_")}


def entry(person: str, role: str, highest: str) -> dict[str, Any]:
    """One person of the project, as documented."""
    return {"project": {"id": "platform"}, "collaborator": {"id": person}, "role": role, "highest_role": highest}


def test_a_life(boss: Caller) -> None:
    """Added with 201, shown, listed, changed, removed with the removed object: each in the documented shape."""
    made = boss.add("jane.doe+ext", "guest")
    assert (made.status_code, made.json()["api_status"]) == (201, 201)
    assert bare(made.json()) == entry("jane.doe+ext", "guest", "guest")
    path = f"{PEOPLE}/jane.doe%2Bext"
    assert bare(boss.send("GET", path).json()) == entry("jane.doe+ext", "guest", "guest")
    listed = boss.send("GET", PEOPLE).json()
    assert listed["metadata"] == {"more_results": False, "next_offset": 2, "count": 2}
    assert bare(listed["results"]) == [entry("norris", "guest", "developer"), entry("jane.doe+ext", "guest", "guest")]
    changed = boss.send("PUT", path, json={"role": "master"})
    assert (changed.status_code, bare(changed.json())) == (200, entry("jane.doe+ext", "master", "master"))
    removed = boss.send("DELETE", path)
    assert (removed.status_code, bare(removed.json())) == (200, entry("jane.doe+ext", "master", "master"))
    assert [boss.send(method, path).status_code for method in ("GET", "DELETE")] == [404, 404]
    assert boss.send("PUT", path, json={"role": "guest"}).status_code == 404
    assert boss.people() == {"norris": "guest"}


def test_expanded_objects(boss: Caller) -> None:
    """With `expand` account and project are shown in full, with noise of their own; nothing else can be expanded."""
    found = boss.send("GET", f"{PEOPLE}/norris?expand=collaborator,project").json()
    account, project = bare(found["collaborator"]), bare(found["project"])
    assert (account["id"], account["type"], account["display_name"]) == ("norris", "collaborator", "Chuck Norris")
    assert account["email"] == "norris@example.org"
    assert (project["id"], project["name"], project["visibility"]) == ("platform", "Platform", "members")
    assert project.keys() == bare(boss.send("GET", "projects/platform").json()).keys()
    assert boss.send("GET", f"{PEOPLE}/norris?expand=collaborator").json()["project"] == {"id": "platform"}
    listed = boss.send("GET", f"{PEOPLE}?expand=project").json()["results"][0]["project"]
    assert listed["name"] == "Platform"
    assert boss.send("GET", f"{PEOPLE}/norris?expand=role").status_code == 400


def test_accounts(boss: Caller) -> None:
    """Collaborator accounts are listed by pages and shown; a user is not among them."""
    listed = boss.send("GET", "collaborators?limit=2").json()
    assert listed["metadata"] == {"more_results": True, "next_offset": 2, "count": 3}
    assert [each["id"] for each in listed["results"]] == ["norris", "jane.doe+ext"]
    assert bare(boss.send("GET", "collaborators/norris").json())["type"] == "collaborator"
    assert [boss.send("GET", f"collaborators/{id_}").status_code for id_ in ("lead", "nobody")] == [404, 404]


@pytest.mark.parametrize("size", ["2", "7", "100"])
def test_all_accounts_by_pages(emulator: Emulator, size: str) -> None:
    """Page after page, everybody who may be added is listed once, those who need not be written out too."""
    seed = {**SEED["teamhub"], "people": 20}
    emulator.seed({"teamhub": seed})
    emulator.variants(teamhub={"page_size": size})
    found: list[str] = []
    with Caller(emulator) as boss:
        more = True
        while more:
            page = boss.send("GET", "collaborators", params={"offset": len(found)}).json()
            assert 0 < len(page["results"]) <= int(size)
            found += [each["id"] for each in page["results"]]
            more = page["metadata"]["more_results"]
    assert found == ["norris", "jane.doe+ext", "grouped", *(f"person-{number:04d}" for number in range(1, 21))]


def test_the_highest_role_follows(world: Emulator, boss: Caller) -> None:
    """It is the higher one of the direct role and those through groups, whatever changes."""
    state = world.state()
    state["teamhub"]["projects"][0]["groups"].append({"id": "leads", "role": "manager", "members": ["jane.doe+ext"]})
    world.seed(state)
    path = f"{PEOPLE}/norris"
    for role, highest in (("guest", "developer"), ("developer", "developer"), ("master", "master")):
        assert boss.send("PUT", path, json={"role": role}).json()["highest_role"] == highest
    assert boss.add("jane.doe+ext", "guest").json()["highest_role"] == "manager"


@pytest.mark.parametrize(
    ("query", "status", "people", "more"),
    [
        ("", 200, ["norris", "p1", "p2"], False),
        ("?limit=2", 200, ["norris", "p1"], True),
        ("?limit=2&offset=2", 200, ["p2"], False),
        ("?limit=3", 200, ["norris", "p1", "p2"], False),
        ("?offset=9", 200, [], False),
        ("?limit=1000", 200, ["norris", "p1", "p2"], False),
        ("?limit=0", 400, [], False),
        ("?limit=-1", 400, [], False),
        ("?limit=two", 400, [], False),
        ("?offset=-1", 400, [], False),
        ("?page=2", 400, [], False),
    ],
)
def test_pages(world: Emulator, boss: Caller, query: str, status: int, people: list[str], more: bool) -> None:
    """`limit` and `offset` cut pages; what is no number, or no parameter, is refused."""
    seed = {**SEED["teamhub"], "accounts": [*SEED["teamhub"]["accounts"], {"id": "p1"}, {"id": "p2"}]}
    world.seed({"teamhub": seed})
    boss.add("p1", "guest")
    boss.add("p2", "guest")
    answer = boss.send("GET", PEOPLE + query)
    assert answer.status_code == status
    if status == 200:
        assert [each["collaborator"]["id"] for each in answer.json()["results"]] == people
        assert answer.json()["metadata"]["more_results"] is more


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "hth.company_key='demo-company-key'"},
        {"Authorization": "hth.account_key='key-of-boss',company_key='demo-company-key'"},
        {"Authorization": "hth.company_key='demo-company-key', account_key='key-of-boss'"},
        {"Authorization": "hth.company_key='demo-company-key',account_key='wrong'"},
        {"Authorization": "hth.company_key='wrong',account_key='key-of-boss'"},
        {"Authorization": "hth.company_key='demo-company-key',account_key=''"},
        {"Authorization": "Basic Ym9zczprZXk="},
        {"Authorization": b"hth.company_key='\xe9',account_key='key-of-boss'"},
    ],
)
def test_both_keys_are_checked(boss: Caller, headers: dict[str, Any]) -> None:
    """A wrong, missing or misspelled key is a 401, and nothing is read or changed."""
    for method, path in (("GET", PEOPLE), ("DELETE", f"{PEOPLE}/norris"), ("GET", "projects/nowhere")):
        assert boss.send(method, path, headers=headers).status_code == 401
    assert boss.people() == {"norris": "guest"}


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/vnd.hth.v2"])
def test_the_version_has_to_be_named(boss: Caller, accept: str) -> None:
    """Another `Accept` than that of version 1 is refused, once the keys are known."""
    assert boss.send("GET", PEOPLE, headers={"Accept": accept}).status_code == 406
    assert boss.send("GET", PEOPLE, headers={"Accept": accept, "Authorization": ""}).status_code == 401


def test_who_may_do_what(world: Emulator, boss: Caller) -> None:
    """Managers and company admins change access, members read it, others see nothing but open projects."""
    body = {"role": "developer"}
    for person, status in (("lead", 200), ("dev", 403), ("norris", 403), ("passer-by", 403)):
        with as_(world, person) as caller:
            assert caller.send("PUT", f"{PEOPLE}/norris", json=body).status_code == status
            assert caller.send("GET", PEOPLE).status_code == (403 if person == "passer-by" else 200)
            assert caller.send("GET", "projects/open").status_code == (403 if person == "norris" else 200)
            assert caller.send("GET", "collaborators/norris").status_code == (403 if person == "norris" else 200)
            assert caller.send("GET", "projects/nowhere").status_code == 404
    world.variants(teamhub={"forbidden_as": "404"})
    with as_(world, "passer-by") as caller:
        hidden, gone = (caller.send("GET", f"projects/{name}").json() for name in ("platform", "nowhere"))
        assert bare(hidden) == bare(gone)
    with as_(world, "dev") as caller:
        assert caller.send("PUT", f"{PEOPLE}/norris", json=body).status_code == 404


@pytest.mark.parametrize(
    ("request_", "status", "why"),
    [
        ({"json": {"id": "grouped"}}, 422, "role: is needed"),
        ({"json": {"role": "guest"}}, 422, "id: is needed"),
        ({"json": {"id": "grouped", "role": "admin"}}, 422, "role: is not one of"),
        ({"json": {"id": "grouped", "role": None}}, 422, "role: is needed"),
        ({"json": {"id": 7, "role": "guest"}}, 422, "id: is needed"),
        ({"json": {"id": "grouped", "role": "guest", "note": "x"}}, 422, "note: there is no such field"),
        ({"json": {"id": "nobody", "role": "guest"}}, 422, "id: is no collaborator of the company"),
        ({"json": {"id": "lead", "role": "guest"}}, 422, "id: is no collaborator of the company"),
        ({"json": {"id": "Grouped", "role": "guest"}}, 422, "id: is no collaborator of the company"),
        ({"json": {"id": "norris", "role": "guest"}}, 409, "already"),
        ({"json": ["grouped"]}, 400, "JSON object"),
        ({"data": "{", "headers": {"Content-Type": "application/json"}}, 400, "not JSON"),
        ({"data": {"id": "grouped", "role": "guest"}}, 415, "Content-Type"),
    ],
)
def test_bodies_are_checked(world: Emulator, boss: Caller, request_: dict[str, Any], status: int, why: str) -> None:
    """A field that is missing, unknown or wrong is refused by name, and nothing is added."""
    world.variants(teamhub={"error_shape": "errors"})
    answer = boss.send("POST", PEOPLE, **request_)
    assert answer.status_code == status
    assert why in "; ".join(answer.json()["errors"])
    assert boss.people() == {"norris": "guest"}


def test_other_paths_and_methods(boss: Caller) -> None:
    """What is no operation is 404, and a method that an operation does not take is 405."""
    assert boss.send("GET", "projects/platform/project_users").status_code == 404
    assert boss.send("PATCH", f"{PEOPLE}/norris").status_code == 405


@pytest.mark.parametrize(
    ("section", "why"),
    [
        ({"accounts": [{"id": "a"}, {"id": "a"}]}, "two accounts have the same id"),
        ({"accounts": [{"id": "a", "key": "k"}, {"id": "b", "key": "k"}]}, "two accounts have the same key"),
        ({"accounts": [{"id": ""}]}, "teamhub.accounts.0.id"),
        ({"accounts": [{"id": "a", "type": "bot"}]}, "teamhub.accounts.0.type"),
        ({"projects": [{"id": "p"}]}, "teamhub.projects.0.id"),
        ({"projects": [{"id": "pp"}, {"id": "pp"}]}, "two projects"),
        ({"projects": [{"id": "pp", "collaborators": [{"collaborator": "x", "role": "guest"}]}]}, "has no account"),
        (
            {"accounts": [{"id": "a"}], "projects": [{"id": "pp", "users": [{"user": "a", "role": "admin"}]}]},
            "among its users, who is none",
        ),
        (
            {
                "accounts": [{"id": "a"}],
                "projects": [{"id": "pp", "collaborators": [{"collaborator": "a", "role": "guest"}] * 2}],
            },
            "somebody twice",
        ),
        ({"projects": [{"id": "pp", "collaborators": [{"collaborator": "a", "role": "admin"}]}]}, "role"),
    ],
)
def test_seeds_that_cannot_be(emulator: Emulator, section: Any, why: str) -> None:
    """A seed that is wrong or contradicts itself is refused with the place."""
    with pytest.raises(ControlError, match=why):
        emulator.seed({"teamhub": section})


def test_the_default_world(emulator: Emulator) -> None:
    """One project, three collaborator accounts, and a thousand more; the state is a seed of the same world."""
    with Caller(emulator) as admin:
        assert admin.headers["Authorization"] == "hth.company_key='demo-company-key',account_key='demo-account-key'"
        for person in ("jane.doe", "jo", "auditor", "person-0001", "person-1000"):
            path = "projects/web/project_collaborators"
            assert admin.send("POST", path, json={"id": person, "role": "guest"}).status_code == 201
        state = emulator.state()
        emulator.seed(state)
        assert emulator.state() == state
        assert len(admin.send("GET", "projects/web/project_collaborators").json()["results"]) == 5


def test_the_journal_has_no_key(world: Emulator, boss: Caller) -> None:
    """Keys in paths and bodies are redacted; headers are never there."""
    boss.send("GET", "projects/key-of-lead")
    boss.send("POST", PEOPLE, json={"id": "demo-company-key", "role": "key-of-boss"})
    assert [(e["path"], e["body"]) for e in world.journal()] == [
        ("/teamhub/api/projects/[redacted]", None),
        (f"/teamhub/api/{PEOPLE}", {"id": "[redacted]", "role": "[redacted]"}),
    ]
