"""What is TeamHub's alone: three kinds of 404, roles through groups, spelling, accounts that are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pulumi_collab import listings
from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import (
    BadResponse,
    CollabError,
    Forbidden,
    Hint,
    NotFound,
    Problem,
    Refused,
    Rejected,
    RequestError,
)
from pulumi_collab.teamhub.directory import NoSuchProject
from pulumi_collab.teamhub.lifecycles import (
    ProjectCollaboratorInputs,
    ProjectCollaboratorLifecycle,
    ProjectCollaboratorState,
)
from pulumi_collab.teamhub.platform import connect
from pulumi_collab.teamhub.wire import Collaborator, Metadata, Page

from . import behind
from .canned import settings

pytestmark = pytest.mark.usefixtures("no_waiting")

BODIES = ["json", "empty", "html"]
GROUPS = [{"id": "team", "role": "developer", "members": ["jane.doe"]}]


@pytest.fixture
def lifecycle(emulator: Emulator) -> ProjectCollaboratorLifecycle:
    """A lifecycle with the default world's keys."""
    return new(emulator)


def new(
    emulator: Emulator, key: str = "demo-account-key", told: list[str] | None = None
) -> ProjectCollaboratorLifecycle:
    """A lifecycle with a directory of its own, as a new plugin process has it."""
    return served_at(emulator.environment()["TEAMHUB_BASE_URL"], key, told)


def served_at(
    base_url: str, key: str = "demo-account-key", told: list[str] | None = None
) -> ProjectCollaboratorLifecycle:
    """A lifecycle that calls there, and tells here."""
    directory = connect(settings(base_url, "demo-company-key", key))
    return ProjectCollaboratorLifecycle(lambda: directory, (told if told is not None else []).append)


def inputs(person: str = "jane.doe", role: str = "developer", **more: Any) -> ProjectCollaboratorInputs:
    """What a program declares."""
    declared = {"project": "web", "collaborator": person, "role": role, **more}
    return ProjectCollaboratorInputs.model_validate(declared)


def state(person: str = "jane.doe", role: str = "developer", **more: Any) -> ProjectCollaboratorState:
    """What is kept of it."""
    return ProjectCollaboratorState.model_validate({**dict(inputs(person, role, **more)), "highest_role": role})


def problems_of(
    lifecycle: ProjectCollaboratorLifecycle, declared: Mapping[str, Any], old: ProjectCollaboratorInputs | None = None
) -> list[tuple[str, str]]:
    """Property and reason of everything that a preview refuses."""
    found = lifecycle.check(declared, old)
    return [(each.property, each.reason) for each in found if isinstance(each, Problem)]


def calls(emulator: Emulator) -> list[str]:
    """The calls since the journal was cleared: method, last part of the path, status."""
    return [f"{e['method']} {e['path'].rsplit('/', 1)[1]} {e['status']}" for e in emulator.journal()]


@pytest.mark.parametrize("body", BODIES)
def test_a_link_that_is_gone(emulator: Emulator, body: str) -> None:
    """A 404 for the person while the project is there: the access is gone."""
    emulator.variants(teamhub={"not_found_body": body})
    assert new(emulator).read(state()) is None
    assert calls(emulator) == ["GET project_collaborators 200", "GET jane.doe 404"]


@pytest.mark.parametrize("body", BODIES)
def test_a_project_that_is_gone(emulator: Emulator, body: str) -> None:
    """A 404 for the project as well: the access is gone with it, and deleting it succeeds."""
    emulator.seed({"teamhub": {**behind.world()["teamhub"], "projects": []}})
    emulator.variants(teamhub={"not_found_body": body})
    lifecycle = new(emulator)
    assert lifecycle.read(state()) is None
    assert lifecycle.read(state("jo")) is None
    assert calls(emulator)[:2] == ["GET project_collaborators 404", "GET web 404"]
    assert len(calls(emulator)) == (2 if body == "json" else 3), "the second person costs nothing more"
    lifecycle.delete(state())
    new(emulator).delete(state())


@pytest.mark.parametrize("operation", ["project_collaborators/list", "project_collaborators/get", "projects/get"])
@pytest.mark.parametrize("kind", ["401", "403", "500", "503", "html", "reset"])
def test_what_is_not_surely_gone_raises(emulator: Emulator, operation: str, kind: str) -> None:
    """Whatever keeps us from telling gone from not allowed raises, in reading and in deleting."""
    if operation == "projects/get":
        emulator.seed({"teamhub": {**behind.world()["teamhub"], "projects": []}})
    emulator.fault("teamhub", operation, kind, times=50)
    for act in (new(emulator).read, new(emulator).delete):
        if operation.endswith("list") and act.__name__ == "delete":
            continue  # which asks for no listing
        with pytest.raises(RequestError) as raised:
            act(state())
        assert "\n" not in str(raised.value)


def test_a_wrong_address_never_says_gone(emulator: Emulator) -> None:
    """An address where something else answers 404 to everything drops nothing and deletes nothing."""
    for path in ("", "/quantconnect/api/v2", "/nowhere"):
        lifecycle = served_at(emulator.url + path)
        for act in (lifecycle.read, lifecycle.delete):
            with pytest.raises(CollabError, match=r"check the base URL|HTTP 404"):
                act(state())


def test_missing_rights_raise(emulator: Emulator) -> None:
    """An account that may not see the project, or may see and not change it, gets an error that says so."""
    seed = behind.world({"jane.doe": "guest", "jo": "guest"})
    seed["teamhub"]["accounts"] += [
        {"id": "stranger", "type": "user", "key": "stranger-key"},
        {"id": "reader", "type": "user", "key": "reader-key"},
    ]
    seed["teamhub"]["projects"][0]["users"] = [{"user": "reader", "role": "developer"}]
    emulator.seed(seed)
    with pytest.raises(Forbidden):
        new(emulator, "stranger-key").read(state())
    reader = new(emulator, "reader-key")
    assert reader.read(state()) == state(role="guest")
    for act in (
        lambda: reader.delete(state()),
        lambda: reader.update(state(role="guest"), inputs()),
        lambda: reader.create(inputs("admin-2")),
    ):
        with pytest.raises(
            Forbidden,
            match=r"does not allow this with these credentials.*; check the rights on project 'web' of the account "
            "whose key TEAMHUB_ACCOUNT_KEY is",
        ) as refused:
            act()
        assert "check whose they are" not in str(refused.value), "one piece of advice is enough"
    assert behind.held(emulator) == {"jane.doe": "guest", "jo": "guest"}
    assert [name for name, _ in problems_of(new(emulator, "stranger-key"), dict(inputs()))] == ["project"]


CHECK_RIGHTS = "; check the rights on project 'web' of the account whose key TEAMHUB_ACCOUNT_KEY is"
CHECK_PROJECT = "; check the project's id, and whose keys these are"


@pytest.fixture
def reader(emulator: Emulator) -> ProjectCollaboratorLifecycle:
    """An account that sees project `web`, where jane.doe is a guest, and manages nobody; `stranger` sees nothing."""
    seed = behind.world({"jane.doe": "guest"}, accounts=("jo",))
    seed["teamhub"]["accounts"] += [
        {"id": "stranger", "type": "user", "key": "stranger-key"},
        {"id": "reader", "type": "user", "key": "reader-key"},
    ]
    seed["teamhub"]["projects"][0]["users"] = [{"user": "reader", "role": "developer"}]
    emulator.seed(seed)
    return new(emulator, "reader-key")


@pytest.mark.parametrize("hidden", ["403", "404"])
@pytest.mark.usefixtures("reader")
def test_who_may_not_look_is_told_what_to_check(emulator: Emulator, hidden: str) -> None:
    """For an account that may not see the project, reading and creating tell what to check, however it is refused."""
    emulator.variants(teamhub={"forbidden_as": hidden})
    kind, advice = (Forbidden, CHECK_RIGHTS) if hidden == "403" else (NoSuchProject, CHECK_PROJECT)
    stranger = new(emulator, "stranger-key")
    with pytest.raises(kind) as raised:
        stranger.create(inputs())
    assert str(raised.value).endswith(advice)
    if hidden == "403":
        with pytest.raises(Forbidden) as raised:
            stranger.read(state())
        assert str(raised.value).endswith(advice)
    with pytest.raises((Forbidden, NotFound)) as raised:
        stranger.update(state(role="guest"), inputs())
    assert str(raised.value).endswith(advice)
    [(name, reason)] = problems_of(new(emulator, "stranger-key"), dict(inputs()))
    assert name == "project"
    assert reason.endswith(advice)
    assert reason.count(advice) == 1


@pytest.mark.parametrize("body", BODIES)
def test_a_write_that_is_hidden_from_a_reader(
    emulator: Emulator, reader: ProjectCollaboratorLifecycle, body: str
) -> None:
    """A 404 of a write to what can be seen says whose rights to check; nothing is changed."""
    emulator.variants(teamhub={"forbidden_as": "404", "not_found_body": body})
    for act in (
        lambda: reader.update(state(role="guest"), inputs()),
        lambda: reader.update(state("jo", "guest"), inputs("jo")),  # who is not there, so it is a POST in the end
        lambda: reader.delete(state()),
        lambda: reader.create(inputs(adopt=True)),
        lambda: reader.create(inputs("jo")),
    ):
        with pytest.raises(NotFound) as raised:
            act()
        assert str(raised.value).endswith(CHECK_RIGHTS)
        assert str(raised.value).count("check the rights") == 1
        assert "\n" not in str(raised.value)
    assert behind.held(emulator) == {"jane.doe": "guest"}


def test_a_listing_that_is_hidden_says_what_to_check(emulator: Emulator, reader: ProjectCollaboratorLifecycle) -> None:
    """A 404 of the listing of a project that can be seen says whose rights to check."""
    emulator.fault("teamhub", "project_collaborators/list", "404", times=9)
    for person in ("jane.doe", "jo"):
        with pytest.raises(NotFound) as raised:
            reader.read(state(person, role="guest"))
        assert str(raised.value).endswith(CHECK_RIGHTS)


def test_a_404_that_nothing_explains(emulator: Emulator) -> None:
    """Where it cannot be seen why a write finds nothing, no advice is made up."""
    behind.give(emulator, "jane.doe", "guest")
    emulator.fault("teamhub", "project_collaborators/update", "404", times=9)
    emulator.fault("teamhub", "project_collaborators/get", "500", times=99)
    with pytest.raises(NotFound) as raised:
        new(emulator).update(state(role="guest"), inputs())
    assert CHECK_RIGHTS not in str(raised.value)
    assert CHECK_PROJECT not in str(raised.value)


def test_an_update_of_who_cannot_be_added(emulator: Emulator) -> None:
    """An update of somebody whose account is gone as well tells that it is."""
    with pytest.raises(Rejected, match="knows no collaborator account 'nobody'"):
        new(emulator).update(state("nobody", "guest"), inputs("nobody"))


@pytest.mark.parametrize("shown", ["hidden", "null-role", "without-role"])
def test_a_role_through_a_group_is_not_ours(emulator: Emulator, shown: str) -> None:
    """Who is there through a group alone is absent to us: added by a POST, removed without touching the group."""
    emulator.seed(behind.world(accounts=("jane.doe", "jo"), groups=GROUPS))
    emulator.variants(teamhub={"group_members": shown})
    lifecycle = new(emulator)
    assert list(lifecycle.check(dict(inputs(role="guest")), None)) == []
    made = lifecycle.create(inputs(role="guest"))
    assert (made.role, made.highest_role) == ("guest", "developer")
    assert new(emulator).read(made) == made
    new(emulator).delete(made)
    new(emulator).delete(made)
    assert new(emulator).read(made) is None
    assert emulator.state()["teamhub"]["projects"][0]["groups"] == GROUPS
    updated = new(emulator).update(made, inputs(role="master"))
    assert (updated.role, updated.highest_role) == ("master", "master")


@pytest.mark.parametrize("shown", ["hidden", "null-role", "without-role"])
def test_a_group_member_in_the_listing_is_absent_too(emulator: Emulator, shown: str) -> None:
    """In the shared listing as well, nobody without a direct role counts as a member."""
    emulator.seed(behind.world({"jo": "guest"}, accounts=("jane.doe",), groups=GROUPS))
    emulator.variants(teamhub={"group_members": shown})
    lifecycle = new(emulator)
    assert lifecycle.read(state("jo", "guest")) is not None
    assert lifecycle.read(state()) is None
    people = {id_: each.role for id_, each in lifecycle.directory.members("web").people.items()}
    assert people == {"jo": "guest"} | ({} if shown == "hidden" else {"jane.doe": None})


@pytest.fixture
def _nothing_is_recent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between any two steps so much time passes that a listing is too old to decide on a write."""
    monkeypatch.setattr(listings, "RECENT", -1.0)


@pytest.mark.parametrize("post", ["error", "upsert"])
@pytest.mark.parametrize("role", ["developer", "guest"])
@pytest.mark.usefixtures("_nothing_is_recent")
def test_somebody_was_quicker(emulator: Emulator, post: str, role: str) -> None:
    """Who was added since the preview is taken over when the role is the same; another role is never overwritten."""
    emulator.variants(teamhub={"duplicate_post": post})
    lifecycle = new(emulator)
    assert list(lifecycle.check(dict(inputs()), None)) == []
    behind.give(emulator, "jane.doe", role)
    emulator.clear_journal()
    if role == "developer":
        assert lifecycle.create(inputs()).role == "developer"
    else:
        with pytest.raises(Refused, match="has the role guest already, and the program asks for developer") as refused:
            lifecycle.create(inputs())
        assert refused.value.hint is Hint.ADOPT
    assert calls(emulator) == ["GET project_collaborators 200"]
    assert new(emulator).create(inputs(adopt=True)).role == "developer"


@pytest.mark.parametrize("post", ["error", "upsert"])
def test_a_listing_that_misses_somebody_overwrites_nobody(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, post: str
) -> None:
    """Who is on no page of a torn listing is asked for before the POST, by one call, and keeps the role they have."""
    emulator.seed(behind.world({"jane.doe": "master"}, accounts=("jo",)))
    emulator.variants(teamhub={"duplicate_post": post})
    lifecycle = new(emulator)
    torn = [
        Page[Collaborator](metadata=Metadata(more_results=more, next_offset=7), results=[]) for more in (True, False)
    ]
    monkeypatch.setattr(lifecycle.directory._client, "collaborators", lambda project, offset: torn[bool(offset)])
    assert list(lifecycle.check(dict(inputs("jo")), None)) == []
    assert list(lifecycle.check(dict(inputs()), None)) == [], "the listing does not show her"
    emulator.clear_journal()
    with pytest.raises(Refused, match="has the role master already"):
        lifecycle.create(inputs())
    lifecycle.create(inputs("jo"))
    assert calls(emulator) == ["GET jane.doe 200", "GET jo 404", "POST project_collaborators 201"]
    assert behind.held(emulator) == {"jane.doe": "master", "jo": "developer"}


@pytest.mark.usefixtures("_nothing_is_recent")
def test_creating_and_deleting_again_in_one_process(emulator: Emulator) -> None:
    """A process that lives for long creates and deletes the same person again by what is true at that moment."""
    emulator.variants(teamhub={"duplicate_post": "upsert"})
    lifecycle = new(emulator)
    for _ in range(2):
        made = lifecycle.create(inputs())
        behind.take(emulator, "jane.doe")
        assert lifecycle.create(inputs()) == made
        assert behind.held(emulator) == {"jane.doe": "developer"}
        lifecycle.delete(made)
        behind.give(emulator, "jane.doe", "guest")
        with pytest.raises(Refused, match="has the role guest already"):
            lifecycle.create(inputs())
        assert behind.held(emulator) == {"jane.doe": "guest"}
        lifecycle.delete(made)
        assert behind.held(emulator) == {}


def test_a_project_that_comes_back(emulator: Emulator) -> None:
    """A project that was gone when the process looked, and is there now, is no obstacle to a creation."""
    emulator.seed({"teamhub": {**behind.world(accounts=("jane.doe",))["teamhub"], "projects": []}})
    lifecycle = new(emulator)
    with pytest.raises(NoSuchProject):
        lifecycle.create(inputs())
    emulator.seed(behind.world(accounts=("jane.doe",)))
    made = lifecycle.create(inputs())
    assert lifecycle.read(made) == made


@pytest.mark.parametrize("adopt", [True, False])
def test_somebody_was_quicker_by_a_hair(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, adopt: bool) -> None:
    """Where the POST is refused as a duplicate, adopt=True makes it a PUT; without it the refusal is told."""
    lifecycle = new(emulator)
    real = lifecycle.directory.to_write

    def look(project: str, collaborator: str) -> Any:
        found = real(project, collaborator)
        behind.give(emulator, "jane.doe", "guest")
        emulator.clear_journal()
        return found

    monkeypatch.setattr(lifecycle.directory, "to_write", look)
    if adopt:
        assert lifecycle.create(inputs(adopt=True)).role == "developer"
        assert calls(emulator) == ["POST project_collaborators 409", "GET jane.doe 200", "PUT jane.doe 200"]
    else:
        with pytest.raises(Refused, match="has the role guest already"):
            lifecycle.create(inputs())
        assert calls(emulator) == ["POST project_collaborators 409", "GET jane.doe 200"]


def test_a_post_that_finds_nothing(emulator: Emulator) -> None:
    """A 404 of the POST while the account is there says what to check."""
    emulator.fault("teamhub", "project_collaborators/create", "404", times=9)
    with pytest.raises(NotFound, match=r"check the project's id 'web', and that 'jane\.doe' is invited") as raised:
        new(emulator).create(inputs())
    assert "\n" not in str(raised.value)


def test_a_change_of_role_is_one_put(emulator: Emulator) -> None:
    """Update calls nothing but the PUT."""
    behind.give(emulator, "jane.doe", "guest")
    emulator.clear_journal()
    new(emulator).update(state(role="guest"), inputs())
    assert calls(emulator) == ["PUT jane.doe 200"]


@pytest.mark.parametrize("person", ["admin", "nobody"])
def test_accounts_that_cannot_be_collaborators(emulator: Emulator, person: str) -> None:
    """A user's id, and one that nobody has, are a clear error; nothing is added."""
    with pytest.raises(Rejected, match=f"knows no collaborator account '{person}'; check the spelling or invite"):
        new(emulator).create(inputs(person))
    assert behind.held(emulator) == {}


@pytest.mark.parametrize("case", ["exact", "fold"])
@pytest.mark.parametrize("listed", [False, True])
def test_another_spelling_of_a_member(emulator: Emulator, case: str, listed: bool) -> None:
    """A spelling that differs in case alone is told with the right one, by the first look at the project too."""
    emulator.variants(teamhub={"id_case": case})
    behind.give(emulator, "jane.doe", "guest")
    lifecycle = new(emulator)
    if listed:
        lifecycle.read(state("jo"))
    assert problems_of(lifecycle, dict(inputs("Jane.Doe", "guest"))) == [
        ("collaborator", "is spelled 'jane.doe' on Helix TeamHub; the case of letters matters")
    ]
    with pytest.raises(Refused, match=r"is spelled 'jane\.doe' on Helix TeamHub; the case of letters matters"):
        lifecycle.create(inputs("Jane.Doe", "guest"))
    assert behind.held(emulator) == {"jane.doe": "guest"}
    if case == "exact":
        behind.take(emulator, "jane.doe")
        with pytest.raises(Rejected, match=r"is spelled 'jane\.doe' on Helix TeamHub; the case of letters matters \("):
            new(emulator).create(inputs("Jane.Doe"))
        assert behind.held(emulator) == {}


def test_two_accounts_that_differ_in_case(emulator: Emulator) -> None:
    """Where case matters, another account of a similar id does not stand for one that is gone."""
    emulator.seed(behind.world({"jo": "guest", "Jane": "guest"}, accounts=("jane",)))
    lifecycle = new(emulator)
    assert lifecycle.read(state("jo", "guest")) is not None
    assert lifecycle.read(state("jane")) is None
    assert lifecycle.read(state("Jane", "guest")) is not None


def test_a_role_that_cannot_be_declared(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A role unknown to the documents is drift like any other, not a failure."""
    behind.give(emulator, "jane.doe", "guest")
    lifecycle = new(emulator)
    manager = Page[Collaborator](
        metadata=Metadata(more_results=False),
        results=[Collaborator(collaborator="jane.doe", role="manager", highest_role="manager")],
    )
    monkeypatch.setattr(lifecycle.directory._client, "collaborators", lambda project, offset: manager)
    live = lifecycle.read(state())
    assert live is not None
    assert lifecycle.changed(live, dict(inputs())) == {"role"}


PATTERN = "letters, digits"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("project", "w", PATTERN),
        ("project", "w" * 101, PATTERN),
        ("project", "web.site", PATTERN),
        ("project", "web/x", PATTERN),
        ("project", "wéb", PATTERN),
        ("project", "web\n", PATTERN),
        ("project", "", PATTERN),
        ("project", 12, "valid string"),
        ("collaborator", "", PATTERN),
        ("collaborator", ".jane", PATTERN),
        ("collaborator", "-jane", PATTERN),
        ("collaborator", "+jane", PATTERN),
        ("collaborator", "j" * 101, PATTERN),
        ("collaborator", "jane@x.org", PATTERN),
        ("collaborator", "jané", PATTERN),
        ("collaborator", "jane ", PATTERN),
        ("collaborator", "jane/x", PATTERN),
        ("role", "admin", "'guest', 'developer' or 'master'"),
        ("role", "Guest", "'guest', 'developer' or 'master'"),
        ("role", None, "'guest', 'developer' or 'master'"),
        ("adopt", "yes", "valid boolean"),
    ],
)
def test_values_outside_the_documents(field: str, value: Any, why: str) -> None:
    """Ids outside the documented alphabets and roles that collaborators cannot have are refused."""
    with pytest.raises(ValueError, match=why):
        inputs(**{"role": "guest", field: value} if field != "collaborator" else {"person": value})


@pytest.mark.parametrize("project", ["ab", "a" * 100, "_-", "2024"])
def test_documented_project_ids(project: str) -> None:
    """2 to 100 letters, digits, hyphens and underscores."""
    assert inputs(project=project).project == project


def test_check_needs_no_call_where_nothing_happens(emulator: Emulator) -> None:
    """A resource whose project, person and role stay needs no look; a changed role or person does."""
    lifecycle = new(emulator)
    assert list(lifecycle.check(dict(inputs()), inputs(adopt=True))) == []
    assert calls(emulator) == []
    behind.give(emulator, "jane.doe", "guest")
    assert list(lifecycle.check(dict(inputs()), inputs(role="guest"))) == []
    assert len(list(lifecycle.check(dict(inputs()), inputs("jo")))) == 1


def test_check_while_values_are_unknown(emulator: Emulator) -> None:
    """What another resource will produce is let through; a known project is looked at once all the same."""
    lifecycle = new(emulator)
    known = dict(inputs())
    assert list(lifecycle.check({k: v for k, v in known.items() if k != "project"}, None)) == []
    assert calls(emulator) == []
    for _ in range(3):
        assert list(lifecycle.check({"project": "web", "role": "guest", "adopt": False}, None)) == []
    assert calls(emulator) == ["GET project_collaborators 200"]
    wrong = problems_of(lifecycle, {"project": "nowhere", "role": "guest", "adopt": False})
    assert [name for name, _ in wrong] == ["project"]
    behind.give(emulator, "jane.doe", "guest")
    assert list(lifecycle.check({k: v for k, v in known.items() if k != "role"}, None)) == []
    assert list(lifecycle.check({k: v for k, v in known.items() if k != "adopt"}, None)) == []


def test_ids_stand_for_their_inputs(lifecycle: ProjectCollaboratorLifecycle) -> None:
    """An id gives back project and person, and names both in messages."""
    one = inputs("jane.doe+ext")
    assert lifecycle.id_of(one) == "web/jane.doe+ext"
    assert lifecycle.from_id("web/jane.doe+ext") == {"project": "web", "collaborator": "jane.doe+ext"}
    assert lifecycle.about(one) == "jane.doe+ext on Helix TeamHub project web"


@pytest.mark.usefixtures("_nothing_is_recent")
def test_a_listing_that_is_refused_while_the_project_is_there(emulator: Emulator) -> None:
    """A 404 of the listing alone is an error, not an empty project."""
    behind.give(emulator, "jane.doe", "guest")
    lifecycle = new(emulator)
    emulator.fault("teamhub", "project_collaborators/list", "404", times=9)
    with pytest.raises(RequestError, match="404"):
        lifecycle.read(state("jo"))
    emulator.clear_faults()
    emulator.fault("teamhub", "project_collaborators/list", "html", times=1, status=200)
    with pytest.raises(BadResponse):
        lifecycle.read(state("jo"))
    assert lifecycle.read(state("jo")) is None, "who asks again gets a fresh listing"
