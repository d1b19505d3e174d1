"""What rests on a list, on a response, or on a clock: deletions, limits, projects that are gone, odd values."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import BadResponse, CollabError, Refused, Unauthenticated
from pulumi_collab.lifecycle import Notice
from pulumi_collab.quantconnect.grants import grants, scopes
from pulumi_collab.quantconnect.lifecycles import ProjectCollaboratorLifecycle
from pulumi_collab.quantconnect.values import ProjectCollaboratorInputs, ProjectCollaboratorState

from ..core.scripted import ScriptedServer
from .behind import PROJECT, call, edit, lifecycle, people, problems

READ = "projects/collaboration/read"
CREATE = "projects/collaboration/create"
DELETE = "projects/collaboration/delete"
MIA = ProjectCollaboratorInputs(project_id=PROJECT, user="mia-ai")
GONE = MIA.model_copy(update={"project_id": 404})
WITHOUT_LIST = {"write_answer": "without-list"}

pytestmark = pytest.mark.usefixtures("no_waiting")


def held(emulator: Emulator) -> dict[str, str]:
    """Who may do what, but for the owner."""
    return {person["publicId"]: person["permission"] for person in people(emulator)[1:]}


def calls(emulator: Emulator) -> list[str]:
    """The operations so far."""
    return [entry["path"].rsplit("/", 1)[1] for entry in emulator.journal()]


# --- taking access away asks the service ---


@pytest.mark.parametrize("answer", ["list", "without-list"])
def test_a_deletion_does_not_rest_on_a_list(emulator: Emulator, answer: str) -> None:
    """Who was just added and is not on an old list yet is removed all the same."""
    emulator.variants(quantconnect={"write_answer": answer})
    state = lifecycle(emulator).create(MIA)
    emulator.fault("quantconnect", READ, "stale")
    lifecycle(emulator).delete(state)
    assert calls(emulator)[-2:].count("delete") == 1
    assert held(emulator) == {}


@pytest.mark.parametrize("absent", ["ok", "error"])
def test_who_is_gone_is_asked_to_be_removed(emulator: Emulator, absent: str) -> None:
    """Deleting who is not there asks the service once, and takes either answer."""
    emulator.variants(quantconnect={"delete_absent": absent})
    state = lifecycle(emulator).create(MIA)
    edit(emulator, "mia-ai", None)
    emulator.clear_journal()
    lifecycle(emulator).delete(state)
    assert calls(emulator).count("delete") == 1


@pytest.mark.parametrize("kind", ["500", "reset", "html"])
@pytest.mark.parametrize("stale", [False, True])
def test_a_lost_deletion_is_sent_again(emulator: Emulator, kind: str, stale: bool) -> None:
    """Where the response is lost no list tells whether it had its effect: the service is asked again."""
    state = lifecycle(emulator).create(MIA)
    emulator.fault("quantconnect", DELETE, kind)
    if stale:
        emulator.fault("quantconnect", READ, "stale", times=1)
    lifecycle(emulator).delete(state)
    assert held(emulator) == {}


def test_a_refused_deletion_is_told(emulator: Emulator) -> None:
    """Where the service refuses and the person is there still, it is an error."""
    state = lifecycle(emulator).create(MIA)
    emulator.fault("quantconnect", DELETE, "refuse", times=9)
    with pytest.raises(CollabError, match="QuantConnect refused"):
        lifecycle(emulator).delete(state)


def test_a_removal_that_the_list_does_not_show(emulator: Emulator) -> None:
    """A list that shows the person for long after the removal is an error, and the next run succeeds."""
    emulator.variants(quantconnect=WITHOUT_LIST)
    state = lifecycle(emulator).create(MIA)
    emulator.fault("quantconnect", READ, "stale", times=9, skip=1)
    with pytest.raises(BadResponse, match="still shows the person"):
        lifecycle(emulator).delete(state)
    emulator.clear_faults()
    lifecycle(emulator).delete(state)
    assert held(emulator) == {}


# --- lists that are old ---


def test_a_stale_refresh_loses_nobody(emulator: Emulator) -> None:
    """Who does not show on an old list seems gone, and is taken over by the next run without another mail."""
    state = lifecycle(emulator).create(MIA)
    emulator.fault("quantconnect", READ, "stale")
    assert lifecycle(emulator).read(state) is None
    emulator.clear_journal()
    assert lifecycle(emulator).create(MIA) == state
    assert calls(emulator) == ["read"]


@pytest.mark.parametrize("times", [1, 9])
def test_a_creation_that_an_old_list_does_not_show(emulator: Emulator, times: int) -> None:
    """What was accepted is looked for again and never sent twice; what does not show the next run takes over."""
    emulator.variants(quantconnect=WITHOUT_LIST)
    emulator.fault("quantconnect", READ, "stale", times=times, skip=1)
    with pytest.raises(BadResponse, match="does not show it") if times > 1 else contextlib.nullcontext():
        lifecycle(emulator).create(MIA)
    emulator.clear_faults()
    lifecycle(emulator).create(MIA)
    assert calls(emulator).count("create") == 1


@pytest.mark.parametrize("answer", ["list", "without-list"])
def test_an_update_by_an_old_list_is_mended_by_the_next(emulator: Emulator, answer: str) -> None:
    """An update that rests on an old list ends as declared, at the latest with the next run."""
    emulator.variants(quantconnect={"write_answer": answer})
    state = lifecycle(emulator).create(MIA)
    wanted = MIA.model_copy(update={"permission": "write"})
    emulator.fault("quantconnect", READ, "stale", times=2)
    with contextlib.suppress(CollabError):
        lifecycle(emulator).update(state, wanted)
    emulator.clear_faults()
    lifecycle(emulator).update(state, wanted)
    assert held(emulator) == {"mia-ai": "write"}


# --- a limit after the effect ---


@pytest.mark.parametrize("duplicate", ["upsert", "error"])
def test_a_limit_after_the_effect_mails_nobody_twice(emulator: Emulator, duplicate: str) -> None:
    """After a 429 somebody looks before a creation is sent again."""
    emulator.variants(quantconnect={"duplicate_create": duplicate})
    emulator.fault("quantconnect", CREATE, "429", when="after", retry_after=1)
    lifecycle(emulator).create(MIA)
    assert calls(emulator) == ["read", "create", "read"]


def test_a_limit_before_the_effect_is_waited_for(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 429 that came before the effect is waited for as long as it asks, and then the creation is sent again."""
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    emulator.fault("quantconnect", CREATE, "429", retry_after=7)
    lifecycle(emulator).create(MIA)
    assert calls(emulator).count("create") == 2
    assert max(waits) == 7


# --- a project that is gone ---


def new(told: list[str], emulator: Emulator) -> ProjectCollaboratorLifecycle:
    """A lifecycle that says each text once, as the adapter does."""
    return lifecycle(emulator, lambda text: None if text in told else told.append(text))


def test_rows_of_a_project_that_is_gone_go_with_one_line(emulator: Emulator) -> None:
    """Taken out of the program, people of a project that is gone for good leave the state, told once."""
    told: list[str] = []
    one = new(told, emulator)
    for user in ("mia-ai", "jo", "auditor"):
        one.delete(ProjectCollaboratorState(project_id=404, user=user, uid=1002, project_owner=1001))
    [line] = told
    assert line == (
        "QuantConnect project 404 does not show itself to its owner, user 1001, so it is taken for gone and nothing "
        "was removed there"
    )
    assert calls(emulator).count("delete") == 3, "taking access away always asks"


def test_a_project_of_somebody_else_is_not_gone(emulator: Emulator) -> None:
    """Under other credentials than its owner's a project that does not show is hidden, and the state stays."""
    with pytest.raises(Refused, match="its owner is user 2002; check the credentials"):
        lifecycle(emulator).delete(ProjectCollaboratorState(**dict(GONE), project_owner=2002))


def test_a_project_that_shows_itself_is_not_gone(emulator: Emulator) -> None:
    """Where only its people cannot be listed, nothing is known, nothing is sent, and the state stays."""
    state = lifecycle(emulator).create(MIA)
    emulator.fault("quantconnect", READ, "refuse", times=9)
    with pytest.raises(Refused, match="cannot tell whether mia-ai on QuantConnect project 23456789 has access"):
        lifecycle(emulator).delete(state)
    assert "delete" not in calls(emulator)


def test_bad_credentials_are_no_sign_of_a_project_that_is_gone(emulator: Emulator) -> None:
    """A project does not show itself to anybody whose credentials are not accepted: the state stays."""
    emulator.fault("quantconnect", READ, "refuse", times=9)
    emulator.fault("quantconnect", "projects/read", "refuse", times=9)
    emulator.fault("quantconnect", "authenticate", "401")
    with pytest.raises(Unauthenticated):
        lifecycle(emulator).delete(ProjectCollaboratorState(**dict(MIA)))
    assert "delete" not in calls(emulator)


def test_unchanged_rows_of_a_project_that_is_gone_fail_nothing(emulator: Emulator) -> None:
    """What is declared as before passes with a notice; what is new or changed there fails on the project's number."""
    [_, notice] = lifecycle(emulator).check(dict(GONE), GONE)
    assert isinstance(notice, Notice)
    for known, old in ((GONE, None), (GONE.model_copy(update={"permission": "write"}), GONE)):
        assert [problem.property for problem in problems(lifecycle(emulator), dict(known), old)] == ["project_id"]


# --- a clock that is off ---


@pytest.mark.parametrize("guise", ["401", "hash", "userid"])
@pytest.mark.parametrize("seconds", [10_800, -10_800])
def test_a_clock_that_is_off_is_named(emulator: Emulator, guise: str, seconds: int) -> None:
    """A signature holds the time: whatever guise its refusal comes in, an error names the clock that is off, once."""
    emulator.variants(quantconnect={"bad_credentials": guise})
    emulator.advance(seconds)
    one = lifecycle(emulator)
    for _ in range(2):
        with pytest.raises(Unauthenticated) as raised:
            one.read(ProjectCollaboratorState(**dict(MIA)))
        assert str(raised.value).count("this machine's clock is 180 minutes off") == 1


def test_a_clock_that_is_right_is_not_named(emulator: Emulator) -> None:
    """Where it is the token, the clock is not blamed."""
    with pytest.raises(Unauthenticated) as raised:
        lifecycle(emulator, token="wrong-token").read(ProjectCollaboratorState(**dict(MIA)))
    assert "clock" not in str(raised.value)


# --- odd values ---

texts = st.one_of(st.text(), st.sampled_from(["\ud83d", "\x1b[31m", "\u202e", "a\r\nerror: b", "<{%reset%}>", ".."]))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.just(10**30), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)
FIELDS = ("uid", "liveControl", "permission", "publicId", "email", "name", "owner")
OWNER: dict[str, Any] = {
    "uid": 1001,
    "publicId": "owner-ola",
    "permission": "write",
    "liveControl": True,
    "owner": True,
}
ENTRY: dict[str, Any] = {"uid": 1002, "publicId": "mia-ai", "permission": "read", "liveControl": False, "owner": False}
STATE = ProjectCollaboratorState(**dict(MIA), uid=1002, project_owner=1001)


def acts(one: ProjectCollaboratorLifecycle) -> list[Callable[[], Any]]:
    """All that a lifecycle does."""
    return [
        lambda: [each for each in one.check(dict(MIA), MIA) if isinstance(each, Notice)],
        lambda: one.create(MIA),
        lambda: one.read(STATE),
        lambda: one.update(STATE, MIA.model_copy(update={"permission": "write"})),
        lambda: one.delete(STATE),
        lambda: [json.loads(grant.model_dump_json()) for grant in grants(one.directory, str(PROJECT))],
        lambda: list(scopes(one.directory)),
    ]


def shown(act: Callable[[], Any]) -> Any:
    """What is given back; an error must be one line that a terminal can show."""
    try:
        given_back = act()
    except CollabError as error:
        given_back = error
    assert not isinstance(given_back, CollabError) or str(given_back).isprintable()
    return given_back


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(field=st.sampled_from(FIELDS), value=values)
def test_any_value_in_an_entry(field: str, value: Any) -> None:
    """Whatever a list shows of a person, nothing crashes, what is kept can be stored, and she is not gone."""
    body = {"success": True, "collaborators": [OWNER, {**ENTRY, field: value}]}
    with ScriptedServer((200, {}, body)) as server:
        for act in acts(lifecycle(server.url)):
            given_back = shown(act)
            if isinstance(given_back, ProjectCollaboratorState):
                kept = given_back.model_dump()
                assert json.loads(json.dumps(kept, ensure_ascii=False).encode()) == json.loads(json.dumps(kept))
                assert abs(given_back.uid or 0) <= 2**53
        read = shown(lambda: lifecycle(server.url).read(STATE))
    assert read is not None or field in ("uid", "publicId"), "she is on the list"
    with ScriptedServer((200, {}, {"success": True, "collaborators": [OWNER, ENTRY]})) as server:
        assert lifecycle(server.url).read(STATE) == STATE, "a right response converges"


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(body=st.one_of(values, st.fixed_dictionaries({"success": values, "collaborators": values, "errors": values})))
def test_any_response(body: Any) -> None:
    """Whatever a service answers to any call, it is read or told in one line, and nobody is reported gone."""
    with ScriptedServer((200, {}, body)) as server:
        for act in acts(lifecycle(server.url)):
            shown(act)
        read = shown(lambda: lifecycle(server.url).read(STATE))
    assert isinstance(read, (CollabError, ProjectCollaboratorState))


def test_a_word_that_is_new_to_us_is_drift(emulator: Emulator) -> None:
    """A permission that this version does not know reads as what it is, and an update brings back what is declared."""
    with ScriptedServer(
        (200, {}, {"success": True, "collaborators": [OWNER, {**ENTRY, "permission": "admin"}]})
    ) as server:
        live = lifecycle(server.url).read(STATE)
    assert live is not None
    assert live.permission == "admin"
    assert lifecycle(emulator).changed(live, dict(MIA)) == {"permission"}
    call(emulator, "create", collaboratorUserId="mia-ai", collaborationWrite=True, collaborationLiveControl=False)
    assert lifecycle(emulator).update(live, MIA).permission == "read"
