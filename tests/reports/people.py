"""Grants, resources and a hostile name that tests of reports share."""

from __future__ import annotations

from typing import Any

from pulumi_collab.grants import DIRECT, Grant, Principal, Scope, Via, rank_of
from pulumi_collab.reports.resources import Held, ScopeRef, held_by

HOSTILE = "<img src=x onerror=alert(1)> | **b** [x](javascript:y) ```\x1b[31m \u202e =1+1 @all"
WEB = ScopeRef("teamhub", "web")
LADDERS = {"teamhub": ("guest", "developer", "master"), "quantconnect": ("read", "write"), "sram": ("member", "admin")}
GROUP = Via(kind="group", name="ops")


def grant(key: str, role: str = "developer", platform: str = "teamhub", scope: str = "web", **more: Any) -> Grant:
    """Somebody's access, as a service tells it."""
    principal = Principal(key=key, **{name: more.pop(name) for name in ("uid", "email", "name") if name in more})
    return Grant(
        platform=platform,
        scope=Scope(id=scope, kind="project", name=more.pop("scope_name", None)),
        principal=principal,
        role=role,
        rank=rank_of(role, LADDERS[platform]),
        privileged=bool(more.get("privileges")) or role in ("master", "admin"),
        via=more.pop("via", (DIRECT,)),
        **more,
    )


def state(
    name: str, kind: str, inputs: dict[str, Any], outputs: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A resource as the engine writes it; `kind` is such as `teamhub:ProjectCollaborator`."""
    token = f"pulumi-python:dynamic/{kind}"
    return {
        "urn": f"urn:pulumi:prod::demo::{token}::{name}",
        "type": token,
        "custom": True,
        "inputs": inputs,
        "outputs": {**inputs, **(outputs or {})},
        **more,
    }


def teamhub(name: str, who: str, role: str, **outputs: Any) -> dict[str, Any]:
    """A TeamHub collaborator as the engine writes it."""
    inputs = {"project": "web", "collaborator": who, "role": role, "adopt": False, "__origin": "127.0.0.1:1"}
    return state(name, "teamhub:ProjectCollaborator", inputs, {"highest_role": role, **outputs})


def quantconnect(name: str, who: str, permission: str, live_control: bool = False, **outputs: Any) -> dict[str, Any]:
    """A QuantConnect collaborator as the engine writes it."""
    inputs = {
        "project_id": 23456789,
        "user": who,
        "permission": permission,
        "live_control": live_control,
        "adopt": False,
    }
    return state(name, "quantconnect:ProjectCollaborator", inputs, outputs)


def invite(name: str, email: str, role: str = "member", collaboration: str = "c1", **more: Any) -> dict[str, Any]:
    """A SRAM invitation as the engine writes it."""
    outputs: dict[str, Any] = {key: more.pop(key) for key in ("status", "user", "membership_expires") if key in more}
    inputs = {"collaboration": collaboration, "email": email, "intended_role": role, "groups": [], **more}
    return state(name, "sram:CollaborationInvite", inputs, outputs)


def held(*states: dict[str, Any]) -> list[Held]:
    """What those resources hold."""
    found = [held_by(each) for each in states]
    assert None not in found
    return [each for each in found if each is not None]


def export(*states: dict[str, Any]) -> dict[str, Any]:
    """A `pulumi stack export`."""
    stack = {"urn": "urn:pulumi:prod::demo::pulumi:pulumi:Stack::demo-prod", "type": "pulumi:pulumi:Stack"}
    return {"version": 3, "deployment": {"manifest": {}, "resources": [stack, *states]}}


def step(op: str, old: dict[str, Any] | None = None, new: dict[str, Any] | None = None) -> dict[str, Any]:
    """A step of a preview: the new state has no outputs of its own yet."""
    some = new or old
    assert some is not None
    shown = {"op": op, "urn": some["urn"]}
    if old is not None:
        shown["oldState"] = old
    if new is not None:
        shown["newState"] = {name: value for name, value in new.items() if name != "outputs"}
    return shown


def previewed(*steps: dict[str, Any], messages: tuple[str, ...] = (), error: str | None = None) -> dict[str, Any]:
    """A `pulumi preview --json`."""
    diagnostics = [{"message": f"warning: {text}\n", "severity": "info#err"} for text in messages]
    if error is not None:
        diagnostics.append({"message": error, "severity": "error"})
    return {"steps": list(steps), "diagnostics": diagnostics, "changeSummary": {}}


def strategy(
    people: dict[str, Any], members: dict[str, Any] | None = None, there: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Everybody on a QuantConnect project, as the engine writes it."""
    inputs = {"project_id": 23456789, "collaborators": people, "keep": [], **more}
    remembered = {"__remembered": {"members": there}} if there is not None else {}
    outputs = {"members": people if members is None else members}
    return state("strategy", "quantconnect:ProjectCollaborators", {**inputs, **remembered}, outputs)
