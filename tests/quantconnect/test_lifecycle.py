"""QuantConnect's collaborator where it is easily wrong: old listings, late lists, owners without a flag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import BadResponse, ConfigError, Hint, Refused
from pulumi_collab.quantconnect.lifecycles import ProjectCollaboratorLifecycle
from pulumi_collab.quantconnect.platform import PLATFORM
from pulumi_collab.quantconnect.values import ProjectCollaboratorInputs
from pulumi_collab.retries import policy
from pulumi_collab.settings import resolve

from . import behind
from .behind import PROJECT, call, people

MIA = ProjectCollaboratorInputs(project_id=PROJECT, user="mia-ai", permission="write")
OWNER = ProjectCollaboratorInputs(project_id=PROJECT, user="owner-ola", adopt=True)


@pytest.fixture
def lifecycle(emulator: Emulator, no_waiting: None) -> ProjectCollaboratorLifecycle:
    """One plugin process's lifecycle."""
    return behind.lifecycle(emulator)


def give(emulator: Emulator, user: str, *, write: bool, live_control: bool) -> None:
    """Somebody else gives access."""
    call(emulator, "create", collaboratorUserId=user, collaborationWrite=write, collaborationLiveControl=live_control)


def test_access_given_meanwhile_is_not_overwritten(
    emulator: Emulator, lifecycle: ProjectCollaboratorLifecycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who got other access since the listing was made, long ago in this process, is refused and not overwritten."""
    list(lifecycle.check(dict(MIA), None))
    give(emulator, "mia-ai", write=False, live_control=True)
    monkeypatch.setattr("pulumi_collab.listings.RECENT", 0.0)
    with pytest.raises(Refused, match="read access with live control already"):
        lifecycle.create(MIA)


def test_one_process_may_live_long(emulator: Emulator, lifecycle: ProjectCollaboratorLifecycle) -> None:
    """Creating and deleting the same person again in one process rests on what is there then."""
    state = lifecycle.create(MIA)
    emulator.reset()
    lifecycle.create(MIA)
    assert {p["publicId"] for p in people(emulator)} == {"owner-ola", "mia-ai"}
    lifecycle.delete(state)
    assert lifecycle.read(state) is None
    give(emulator, "mia-ai", write=True, live_control=False)
    lifecycle.delete(state)
    assert {p["publicId"] for p in people(emulator)} == {"owner-ola"}


def test_an_owner_without_a_flag_is_the_caller(emulator: Emulator, lifecycle: ProjectCollaboratorLifecycle) -> None:
    """Where no entry says who the owner is, the caller's own is never created, changed or removed."""
    emulator.variants(quantconnect={"owner_flag": "absent"})
    assert [p.property for p in behind.problems(lifecycle, dict(OWNER))] == ["user"]
    with pytest.raises(Refused, match="is the owner"):
        lifecycle.create(OWNER)
    state = lifecycle.state_model.model_validate(dict(OWNER))
    with pytest.raises(Refused, match="is the owner"):
        lifecycle.update(state, OWNER)
    lifecycle.delete(state)
    assert {p["publicId"] for p in people(emulator)} == {"owner-ola"}


def test_a_list_that_lags_mails_nobody_twice(
    emulator: Emulator, lifecycle: ProjectCollaboratorLifecycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the service accepted is not asked for again, however late its list shows it."""
    emulator.variants(quantconnect={"write_answer": "without-list"})
    client = lifecycle.directory.client
    shown = client.collaborators
    monkeypatch.setattr(client, "collaborators", lambda project: [p for p in shown(project) if p.user != "mia-ai"])
    with pytest.raises(BadResponse, match="does not show it"):
        lifecycle.create(MIA)
    paths = [entry["path"].rsplit("/", 1)[1] for entry in emulator.journal()]
    assert paths.count("create") == 1
    assert paths.count("read") > policy().attempts


def test_a_hidden_project_tells_what_to_do(emulator: Emulator, lifecycle: ProjectCollaboratorLifecycle) -> None:
    """Create, read and update on a project that is gone or hidden say how to go on, with a state or without."""
    gone: dict[str, Any] = {**dict(MIA), "project_id": 404}
    inputs, state = ProjectCollaboratorInputs(**gone), lifecycle.state_model(**gone)
    acts: tuple[Callable[[], Any], ...] = (lambda: lifecycle.read(state), lambda: lifecycle.update(state, inputs))
    for act in acts:
        with pytest.raises(Refused, match=r"mia-ai on QuantConnect project 404 .*; check the credentials") as refused:
            act()
        assert refused.value.hint is Hint.TAKE_OUT
    hidden = r"mia-ai on QuantConnect project 404 .*refused: Project not found\); check its id and the credentials"
    with pytest.raises(Refused, match=hidden) as refused:
        lifecycle.create(inputs)
    assert refused.value.hint is None


def resolved(**values: str) -> None:
    """Settings of the stack's configuration, where the environment has none."""
    given = {"quantconnect:userId": "1001", "quantconnect:apiToken": "token"} | {
        f"quantconnect:{key}": value for key, value in values.items()
    }
    resolve(PLATFORM.schema, given.get)


@pytest.mark.parametrize("user_id", ["jürgen", "10\n01", "\u0661\u0660", "10 01"])
def test_a_user_id_that_is_no_number(no_settings: None, user_id: str) -> None:
    """A user id that cannot be one is told with its setting, in one line, before it is sent."""
    with pytest.raises(ConfigError, match=r"QuantConnect user id \(quantconnect:userId\) must be a number") as raised:
        resolved(userId=user_id)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("token", ["demo-token\nsecond-line", "r\rn", "clé", "ключ", "half\udcff", "a b", "\0"])
def test_a_token_that_cannot_be(no_settings: None, token: str) -> None:
    """A token with a line break or other than ASCII is refused by the name of its setting, and not shown."""
    with pytest.raises(ConfigError, match=r"QuantConnect API token \(quantconnect:apiToken\)") as raised:
        resolved(apiToken=token)
    assert token not in str(raised.value)
    assert "second-line" not in str(raised.value)


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that says nothing of QuantConnect."""
    for setting in PLATFORM.schema.all:
        monkeypatch.delenv(PLATFORM.schema.environment(setting.name), raising=False)
