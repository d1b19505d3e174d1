"""QuantConnect's collaborator where it is easily wrong: old listings, late lists, owners without a flag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator
from pulumi_collab.errors import BadResponse, ConfigError, Refused
from pulumi_collab.lifecycle import ATTEMPTS
from pulumi_collab.quantconnect.client import Client
from pulumi_collab.quantconnect.lifecycles import ProjectCollaboratorInputs, ProjectCollaboratorLifecycle
from pulumi_collab.settings import Settings

from .behind import PROJECT, call, people

MIA = ProjectCollaboratorInputs(project_id=PROJECT, user="mia-ai", permission="write")
OWNER = ProjectCollaboratorInputs(project_id=PROJECT, user="owner-ola", adopt=True)


@pytest.fixture
def lifecycle(emulator: Emulator, no_waiting: None) -> ProjectCollaboratorLifecycle:
    """One plugin process's lifecycle."""
    environment = emulator.environment()
    client = Client(
        Settings(
            {
                "base_url": environment["QUANTCONNECT_BASE_URL"],
                "user_id": environment["QUANTCONNECT_USER_ID"],
                "api_token": environment["QUANTCONNECT_API_TOKEN"],
            }
        )
    )
    return ProjectCollaboratorLifecycle(lambda: client, lambda _: None)


def give(emulator: Emulator, user: str, *, write: bool, live_control: bool) -> None:
    """Somebody else gives access."""
    call(emulator, "create", collaboratorUserId=user, collaborationWrite=write, collaborationLiveControl=live_control)


def test_access_given_meanwhile_is_not_overwritten(
    emulator: Emulator, lifecycle: ProjectCollaboratorLifecycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who got other access since the listing was made, long ago in this process, is refused and not overwritten."""
    list(lifecycle.check(dict(MIA), None))
    give(emulator, "mia-ai", write=False, live_control=True)
    monkeypatch.setattr("pulumi_collab.shared.RECENT", 0.0)
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
    assert [p.property for p in lifecycle.check(dict(OWNER), None)] == ["user"]
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
    shown = lifecycle.directory._list
    monkeypatch.setattr(
        lifecycle.directory._listings, "_load", lambda project: [p for p in shown(project) if p.user != "mia-ai"]
    )
    with pytest.raises(BadResponse, match="does not show it"):
        lifecycle.create(MIA)
    paths = [entry["path"].rsplit("/", 1)[1] for entry in emulator.journal()]
    assert paths.count("create") == 1
    assert paths.count("read") > ATTEMPTS


def test_a_hidden_project_tells_what_to_do(emulator: Emulator, lifecycle: ProjectCollaboratorLifecycle) -> None:
    """Create, read, update and delete on a project that is gone or hidden say how to go on, with a state or without."""
    gone: dict[str, Any] = {**dict(MIA), "project_id": 404}
    inputs, state = ProjectCollaboratorInputs(**gone), lifecycle.state_model(**gone)
    acts: tuple[Callable[[], Any], ...] = (
        lambda: lifecycle.read(state),
        lambda: lifecycle.update(state, inputs),
        lambda: lifecycle.delete(state),
    )
    for act in acts:
        with pytest.raises(Refused, match=r"mia-ai on QuantConnect project 404 .*pulumi state delete"):
            act()
    hidden = r"mia-ai on QuantConnect project 404 .*refused: Project not found\); check its id and the credentials"
    with pytest.raises(Refused, match=hidden) as refused:
        lifecycle.create(inputs)
    assert "pulumi state delete" not in str(refused.value)


def test_a_user_id_that_is_no_number() -> None:
    """A user id that cannot be one is told with both of its settings, before it is sent."""
    with pytest.raises(ConfigError, match="QUANTCONNECT_USER_ID or quantconnect:userId"):
        Client(Settings({"base_url": "https://example.org", "user_id": "jürgen", "api_token": "token"}))


@pytest.mark.parametrize("user_id", ["1001\n", "10\n01", "\u0661\u0660", "10 01", ""])
def test_a_user_id_with_a_line_break(user_id: str) -> None:
    """A user id with a line break, or with other than ASCII digits, is refused before it is sent."""
    with pytest.raises(ConfigError, match="QUANTCONNECT_USER_ID or quantconnect:userId") as raised:
        Client(Settings({"base_url": "https://example.org", "user_id": user_id, "api_token": "token"}))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("token", ["demo-token\nsecond-line", "r\rn", "clé", "ключ", "half\udcff", "a b", "\0"])
def test_a_token_that_cannot_be(token: str) -> None:
    """A token with a line break or other than ASCII is refused by the name of its setting, and not shown."""
    with pytest.raises(ConfigError, match="QUANTCONNECT_API_TOKEN or quantconnect:apiToken") as raised:
        Client(Settings({"base_url": "https://example.org", "user_id": "1001", "api_token": token}))
    assert token not in str(raised.value)
    assert "second-line" not in str(raised.value)
