"""Base URLs that keep credentials safe."""

from __future__ import annotations

import pytest

from pulumi_collab.addresses import checked_base_url
from pulumi_collab.errors import ConfigError

WHERE = "the base URL (SERVICE_BASE_URL)"


@pytest.mark.parametrize(
    "url", ["https://x.org/api/", "http://localhost:1/", "http://127.0.0.1:8765/a", "http://[::1]:1"]
)
def test_good_base_urls(url: str) -> None:
    """https anywhere and http to this machine are fine; a slash at the end makes no difference."""
    assert checked_base_url(url, WHERE) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://x.org",
        "x.org",
        "",
        "ftp://x.org",
        "https://a:b@x.org",
        "https://x.org?a=b",
        "http://localhost.x.org",
        "https://x:99999/",
        "http://[::1",
    ],
)
def test_bad_base_urls(url: str) -> None:
    """Anything else would send credentials in the clear or nowhere, and is refused naming the setting."""
    with pytest.raises(ConfigError, match="SERVICE_BASE_URL"):
        checked_base_url(url, WHERE)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://me:sekret@example.org",
        "me:sekret@example.org",
        "https://me:sekret@example.org?x=1",
        "https://me:sekret@example.org#x",
        "https://me:sekret@[::1",
        "https://me:sek/ret@example.org",
        "https://me:sek?ret@example.org",
        "https://me:12/sekret@example.org",
        "https://sekret@example.org",
        "http://me:sekret@localhost:1",
        "https://example.org?token=sekret",
        "ftp://example.org#sekret",
    ],
)
def test_a_password_in_a_base_url_is_not_shown(url: str) -> None:
    """A base URL with a password in it, however it is malformed, is refused without any part of it."""
    with pytest.raises(ConfigError, match="SERVICE_BASE_URL") as raised:
        checked_base_url(url, WHERE)
    told = str(raised.value)
    assert ("must not hold a user name or password" in told) == ("@" in url)
    assert not [part for part in ("sek", "ret@", "me:", "12/") if part in told]


@pytest.mark.parametrize(
    "url",
    [
        "https://.example.org",
        "https://a..b",
        "https://..",
        "https://exa mple.org",
        "https://exa\tmple\u00a0.org",
        "https://*.example.org",
        f"https://{'a' * 70}.org",
        "https://example.org:port",
        "https://",
    ],
)
def test_a_host_that_cannot_be(url: str) -> None:
    """A host that no address can hold is told at preview, where it is set, and not as a connection that failed."""
    with pytest.raises(ConfigError, match=r"SERVICE_BASE_URL\) must be an address such as"):
        checked_base_url(url, WHERE)


@pytest.mark.parametrize(
    "url",
    [
        "https://my_host",
        "https://x.org.",
        "https://xn--bcher-kva.example",
        "https://bücher.example",
        "https://10.0.0.1",
    ],
)
def test_hosts_that_can_be(url: str) -> None:
    """A name with an underscore, a dot at its end or other letters than ASCII, and a bare number are hosts."""
    assert checked_base_url(url, WHERE) == url


def test_the_scheme_is_told_in_lower_case() -> None:
    """Whatever the case of a scheme, the URL that calls are made with has it in lower case."""
    assert checked_base_url("HTTP://127.0.0.1:1/Api", WHERE) == "http://127.0.0.1:1/Api"
