"""Settings: whole from one source, everything that is missing at once, and no credential sent to another server."""

from __future__ import annotations

import pytest

from pulumi_collab.errors import ConfigError
from pulumi_collab.settings import Schema, Setting, StackConfig, resolve, token_complaint

SCHEMA = Schema(
    "service",
    (
        Setting("base_url", "baseUrl", "the service's base URL", default="https://service.example.org"),
        Setting("user_id", "userId", "the user id", credential=True),
        Setting("api_token", "apiToken", "the token", credential=True, secret=True, check=token_complaint),
    ),
)
NO_DEFAULT = Schema("service", (Setting("base_url", "baseUrl", "the service's base URL"), *SCHEMA.values[1:]))


def stack(**values: object) -> StackConfig:
    """A stack's configuration with these keys; `trading_apiToken` is `service-trading:apiToken`."""
    named = {k if "_" in k else f"service:{k}": v for k, v in values.items()}
    return lambda key: named.get(key, named.get(key.replace("service-", "").replace(":", "_")))


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for account in ("", "TRADING_"):
        for name in ("BASE_URL", "USER_ID", "API_TOKEN", "FORMER_BASE_URL"):
            monkeypatch.delenv(f"SERVICE_{account}{name}", raising=False)


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both credentials are in the environment."""
    monkeypatch.setenv("SERVICE_USER_ID", "1001")
    monkeypatch.setenv("SERVICE_API_TOKEN", "from-environment")


@pytest.mark.usefixtures("environ")
def test_one_credential_in_the_environment_makes_it_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a credential in the environment nothing comes from the stack; without one, nothing from the environment."""
    both = stack(userId=7, apiToken="from-stack")
    assert resolve(SCHEMA, both).values == {
        "base_url": "https://service.example.org",
        "user_id": "1001",
        "api_token": "from-environment",
    }
    monkeypatch.delenv("SERVICE_USER_ID")
    with pytest.raises(ConfigError, match=r"not set in the environment.*: the user id \(SERVICE_USER_ID\)"):
        resolve(SCHEMA, both)
    monkeypatch.setenv("SERVICE_API_TOKEN", "  ")
    settings = resolve(SCHEMA, both)
    assert (settings["user_id"], settings["api_token"], settings.from_stack) == ("7", "from-stack", True)


def test_a_number_is_told_without_a_fraction() -> None:
    """The engine hands a number over as a float."""
    assert resolve(SCHEMA, stack(userId=1001.0, apiToken="t"))["user_id"] == "1001"


def test_everything_that_is_missing_is_named_at_once() -> None:
    """One line names each missing setting, and how to set it in either source while neither has a credential."""
    with pytest.raises(ConfigError) as raised:
        resolve(NO_DEFAULT, stack())
    assert str(raised.value) == (
        "not set: the service's base URL (SERVICE_BASE_URL) and the user id (SERVICE_USER_ID) and the token "
        "(SERVICE_API_TOKEN); set this in the environment, or run `pulumi config set service:baseUrl VALUE`, `pulumi "
        "config set service:userId VALUE`, `pulumi config set --secret service:apiToken VALUE`"
    )


def test_what_is_missing_is_missing_in_the_source_that_gives_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other source has is not taken, and not named as a way out."""
    with pytest.raises(ConfigError) as raised:
        resolve(NO_DEFAULT, stack(apiToken="t", baseUrl="https://x.org"))
    assert str(raised.value) == (
        "not set in the stack configuration, which gives the other settings: the user id (service:userId); run "
        "`pulumi config set service:userId VALUE`"
    )
    monkeypatch.setenv("SERVICE_API_TOKEN", "t")
    with pytest.raises(ConfigError) as raised:
        resolve(NO_DEFAULT, stack(userId="1"))
    assert str(raised.value) == (
        "not set in the environment, which gives the other settings: the service's base URL (SERVICE_BASE_URL) and the "
        "user id (SERVICE_USER_ID); set this there"
    )


@pytest.mark.usefixtures("environ")
@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        (None, "https://a.org", "is set by service:baseUrl alone, and the credentials by SERVICE_USER_ID"),
        ("https://a.org", "https://b.org", r"lead to different servers \(a.org:443 and b.org:443\)"),
        ("https://a.org", "https://a.org:8443", "different servers"),
        ("https://a.org/x", "https://A.org:443/y", None),
        ("https://a.org", None, None),
        (None, None, None),
    ],
)
def test_a_credential_meets_no_base_url_of_the_other_source(
    monkeypatch: pytest.MonkeyPatch, here: str | None, there: str | None, told: str | None
) -> None:
    """A base URL of the other source alone, or one that leads elsewhere, is an error that names both places."""
    if here:
        monkeypatch.setenv("SERVICE_BASE_URL", here)
    config = stack(baseUrl=there)
    if told is None:
        assert resolve(SCHEMA, config)["base_url"] == (here or "https://service.example.org")
        return
    with pytest.raises(ConfigError, match=told) as raised:
        resolve(SCHEMA, config)
    assert "nothing was sent" in str(raised.value)
    assert "SERVICE_BASE_URL" in str(raised.value)


def test_a_base_url_in_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials in the stack's configuration do not go to a server that the environment names."""
    monkeypatch.setenv("SERVICE_BASE_URL", "https://b.org")
    with pytest.raises(ConfigError, match="set by SERVICE_BASE_URL alone, and the credentials by service:userId"):
        resolve(SCHEMA, stack(userId=1, apiToken="t"))


@pytest.mark.usefixtures("environ")
def test_credentials_that_differ_are_told_once_by_a_warning() -> None:
    """Where both sources give credentials and they differ, one warning says which are used, without showing any."""
    (warning,) = resolve(SCHEMA, stack(userId=1, apiToken="t")).warnings
    assert warning == "the user id is set by SERVICE_USER_ID, which is used, and differently by service:userId"
    assert resolve(SCHEMA, stack(userId=1001, apiToken="from-environment")).warnings == ()


def test_an_account_has_settings_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account's name stands in the variables' names and in the namespace; nothing is taken from those without."""
    monkeypatch.setenv("SERVICE_API_TOKEN", "not-mine")
    config = stack(trading_userId=5, trading_apiToken="mine")
    settings = resolve(SCHEMA, config, "trading")
    assert (settings["user_id"], settings["api_token"]) == ("5", "mine")
    monkeypatch.setenv("SERVICE_TRADING_USER_ID", "6")
    monkeypatch.setenv("SERVICE_TRADING_API_TOKEN", "theirs")
    settings = resolve(SCHEMA, config, "trading")
    assert (settings["user_id"], settings.place("api_token")) == ("6", "SERVICE_TRADING_API_TOKEN")
    monkeypatch.delenv("SERVICE_TRADING_API_TOKEN")
    with pytest.raises(ConfigError, match="SERVICE_TRADING_API_TOKEN"):
        resolve(SCHEMA, config, "trading")


@pytest.mark.parametrize("account", ["Trading", "7", "a-b", "", "a b", "former"])
def test_names_that_no_account_has(account: str) -> None:
    """An account is lower-case letters, digits and underscores; `former` would name another setting."""
    with pytest.raises(ConfigError, match="account"):
        resolve(SCHEMA, stack(), account)


@pytest.mark.usefixtures("environ")
def test_a_server_that_moved_on_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was made at the former base URL is here now, and nowhere else."""
    monkeypatch.setenv("SERVICE_BASE_URL", "https://new.org")
    assert not resolve(SCHEMA, stack()).lead_to("old.org:443")
    monkeypatch.setenv("SERVICE_FORMER_BASE_URL", "https://old.org/api")
    settings = resolve(SCHEMA, stack())
    assert settings.lead_to("old.org:443")
    assert settings.lead_to("new.org:443")
    assert not settings.lead_to("older.org:443")


def test_a_value_that_cannot_be_used_is_told_without_it() -> None:
    """A token that no header can hold is an error that names its place and does not show it."""
    with pytest.raises(ConfigError, match=r"the token \(service:apiToken\) must be the token alone") as raised:
        resolve(SCHEMA, stack(userId=1, apiToken="Bearer sekret"))
    assert "sekret" not in str(raised.value)
