"""People at work in the web interface, and what the service then holds: the emulator's controls and its state."""

from __future__ import annotations

from typing import Any

import requests

from pulumi_collab.emulator import Emulator


def act(emulator: Emulator, control: str, **body: Any) -> Any:
    """One of the emulator's SRAM controls; it must succeed."""
    answer = requests.post(f"{emulator.url}/_emulator/sram/{control}", json=body, timeout=10)
    assert answer.ok, answer.text
    return answer.json()


def api(emulator: Emulator, method: str, path: str, body: Any = None) -> Any:
    """One API call by somebody else with the same key."""
    environment = emulator.environment()
    answer = requests.request(
        method,
        f"{environment['SRAM_BASE_URL']}/api/{path}",
        json=body,
        headers={"Authorization": f"Bearer {environment['SRAM_API_TOKEN']}"},
        timeout=10,
    )
    assert answer.ok, answer.text
    return answer.json() if answer.text else None


def collaborations(emulator: Emulator) -> dict[str, Any]:
    """All collaborations by short name, as GET shows each."""
    found = api(emulator, "GET", "organisations/v1")["collaborations"]
    return {each["short_name"]: each for each in found}


def members(emulator: Emulator, identifier: str) -> dict[str, str]:
    """The uids of a collaboration's members, and their roles."""
    live = api(emulator, "GET", f"collaborations/v1/{identifier}")
    return {each["user"]["uid"]: each["role"] for each in live["collaboration_memberships"]}


def invited(emulator: Emulator, identifier: str) -> dict[str, Any]:
    """The open invitations of a collaboration by address."""
    found = api(emulator, "GET", f"invitations/v1/invitations/{identifier}")
    by_address = {each["invitation"]["email"]: each for each in found}
    assert len(by_address) == len(found), "somebody is invited twice"
    return by_address


def invitation_id(emulator: Emulator, identifier: str, email: str) -> str:
    """The identifier of somebody's open invitation."""
    found: str = invited(emulator, identifier)[email]["invitation"]["identifier"]
    return found


def accept(emulator: Emulator, identifier: str, email: str, uid: str = "", as_email: str = "") -> str:
    """Somebody accepts, under another address if one is given; returns the uid."""
    uid = uid or f"urn:{email.partition('@')[0]}"
    act(
        emulator,
        "accept",
        invitation_id=invitation_id(emulator, identifier, email),
        uid=uid,
        email=as_email or email,
        name=uid.removeprefix("urn:").title(),
    )
    return uid


def group(emulator: Emulator, identifier: str, name: str, **more: Any) -> str:
    """A group made in the web interface."""
    body = {"name": name, "short_name": name, "collaboration_identifier": identifier, **more}
    found: str = api(emulator, "POST", "groups/v1", body)["identifier"]
    return found


def groups_of(emulator: Emulator, identifier: str, email: str) -> set[str]:
    """The groups that an open invitation gives."""
    return {each["short_name"] for each in invited(emulator, identifier)[email]["groups"]}


def writes(emulator: Emulator) -> list[str]:
    """The writing calls since the journal was cleared, as `METHOD operation`."""
    found = []
    for entry in emulator.journal():
        if entry["platform"] == "sram" and entry["method"] != "GET":
            parts = entry["path"].removeprefix("/sram/api/").split("/")
            named = [part for part in parts if part != "v1" and "-" not in part and not part.startswith("urn")]
            found.append(" ".join([entry["method"], *named]))
    return found


def reads(emulator: Emulator) -> list[str]:
    """The reading calls since the journal was cleared: `organisations`, `collaborations`, `open`, `invitation`."""
    found = []
    for entry in emulator.journal():
        if entry["platform"] == "sram" and entry["method"] == "GET":
            path = entry["path"].removeprefix("/sram/api/")
            if path.startswith("invitations/v1/"):
                found.append("open" if path.startswith("invitations/v1/invitations/") else "invitation")
            else:
                found.append(path.split("/")[0])
    return found


def mails(emulator: Emulator, email: str) -> int:
    """How many mails somebody has got."""
    return sum(1 for mail in emulator.state()["sram"]["mails"] if mail["email"].casefold() == email.casefold())
