"""Where a resource was made, as `server/organisation`: elsewhere, "not found" does not mean that it is gone."""

from __future__ import annotations

from ...errors import Refused
from .. import wire
from ..client import Client


def home_of(client: Client, live: wire.Collaboration) -> str:
    """The home of a collaboration that is there; no call, as its URN begins with the organisation's short name."""
    return f"{client.host}/{(live.global_urn or '').partition(':')[0]}"


def must_be_ours(client: Client, about: str, home: str | None) -> None:
    """Raise where "not found" may be the word of another server or organisation. What is not known is no reason."""
    if home is None:
        return
    here = f"{client.host}/{client.organisation().short_name or ''}"
    for kept, now in zip(home.split("/"), here.split("/"), strict=True):
        if kept and now and kept.casefold() != now.casefold():
            raise Refused(
                f"{about} belongs to {home} (server and organisation), and these settings lead to {here}, so nobody "
                "can warn whether it is gone; check SRAM_BASE_URL and SRAM_API_TOKEN, or use `pulumi state delete`"
            )
