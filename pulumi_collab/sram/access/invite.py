"""What may be done about one person in a collaboration, and why not: for previews and for writes. No I/O.

A reason goes on from whom it is about: `bob@x.org in SRAM collaboration 3b5c is a member already ...`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ...decisions import Action, Decision
from ...errors import Hint, Problem
from .. import wire
from ..values import moment, same_moment
from ..wire import NAME
from .invite_model import (
    DATES,
    LOST,
    CollaborationInviteInputs,
    CollaborationInviteState,
    There,
    differing,
    ends_as,
    gives,
    is_same_person,
    iso,
    moved,
    same_groups,
)

Known = Mapping[str, Any]
ROLE, END, GROUPS = "intended_role", "membership_expiry_date", "groups"

_WHAT = {
    "expired": "the invitation has expired",
    "declined": "the invitation was declined or withdrawn",
    "removed": "the membership was removed",
}
LAST_ADMIN = "is the last admin of the collaboration"
_ANOTHER = "make somebody else an admin first"
_PERHAPS_LAST = (
    "if the invitation was accepted under another address by the only admin of the collaboration, lowering the role "
    f"will be refused; {_ANOTHER}"
)
_UNSEEN_END = (
    f"{NAME} does not show when a membership that comes of it ends; if the invitation is not this program's own, "
    "withdraw it in the web interface, so that one with the declared membership_expiry_date is sent"
)


@dataclass(frozen=True)
class Verdict(Decision):
    """A decision about one person: `ADD` sends an invitation, once what stands in its way has gone."""

    resends: int = 0
    """How often the person has been invited again after that."""


def about(inputs: CollaborationInviteInputs) -> str:
    """Whom and what it concerns."""
    return f"{inputs.email} in {NAME} collaboration {inputs.collaboration}"


# --- decisions ---


def inviting(known: Known, there: There | None) -> Verdict:
    """In no state yet: take over who is in or asked with just this, invite who is not, or refuse.

    There is nothing: the collaboration is unknown. What is not declared yet is not in `known`.
    """
    if there is None:
        reason = f"cannot be invited: {NAME} knows no such collaboration; check its identifier"
        return Verdict(Action.NOTHING, (Problem("collaboration", reason),))
    whom = f"{known['email']} in {NAME} collaboration {known['collaboration']}"
    if there.member is not None and there.status == "ended":
        return _renewed(whom, there.member, there, Verdict(Action.ADD))
    if there.member is not None:
        problems = tuple(_other_member(known, there.member))
        return Verdict(Action.NOTHING, problems, (f"{whom} has this access already; nothing is sent",))
    if there.open is not None:
        problems = tuple(_other_invitation(known, there.open))
        return Verdict(Action.NOTHING, problems, (_taken_over(whom, known, there.open),))
    return Verdict(Action.ADD)


def changing(old: CollaborationInviteState, wanted: CollaborationInviteInputs, there: There) -> Verdict:
    """In the state: change what the program changes, invite again who is lost, or refuse.

    What the program does not change stays as it is there, whatever it is: the preview has not shown it.
    """
    if there.member is None and there.holder is not None:
        return Verdict(Action.NOTHING, (_somebody_else(old, there.holder),), resends=old.resends)
    if there.status == "ended" and there.member is not None:
        return _ended(old, wanted, there, there.member)
    if there.member is not None:
        return _in(old, wanted, there, there.member)
    if there.open is not None:
        return _asked(old, wanted, there, there.open)
    return _lost(old, wanted, there)


def deleting(state: CollaborationInviteState, there: There) -> Verdict:
    """To go: `END` the membership, or leave it. What can be accepted still is withdrawn in any case."""
    if there.member is None and there.holder is not None:
        told = (
            f"{about(state)} was the user {state.user}, who is no member any more; {_named(there.holder)} has the "
            "address now and stays"
        )
    elif there.member is None:
        return Verdict(Action.END if state.on_delete == "revoke" else Action.NOTHING)
    elif state.on_delete == "keep":
        told = f"{about(state)} stays a member, as on_delete is 'keep'"
    elif there.is_last_admin(there.member):
        told = (
            f"{about(state)} {LAST_ADMIN} and stays a member; it goes with the collaboration, or when somebody else "
            "is an admin"
        )
    else:
        return Verdict(Action.END)
    return Verdict(Action.NOTHING, warnings=(told,))


# --- single rules ---


def dates(known: Known, old: CollaborationInviteInputs | None, now: datetime) -> Iterator[Problem]:
    """A new date lies ahead. One that has passed since fails nothing, unless it would be sent to somebody else."""
    same_person = is_same_person(old, known)
    for name in DATES:
        value = known.get(name)
        before = getattr(old, name) if old is not None and (same_person or name != END) else None
        if value is not None and not same_moment(before, value) and moment(value) <= now:
            yield Problem(name, f"must be in the future, not {value}")


def beside(known: Known, administrators: Iterable[str]) -> Iterator[Problem]:
    """Whom the collaboration, once it is made, has invited as an administrator is found as that."""
    if "email" in known and any(wire.same_email(known["email"], each) for each in administrators):
        given = wire.Invitation(status="open", intended_role="admin", identifier="", email=known["email"])
        yield from _other_invitation(known, given)


def perhaps_last(old: CollaborationInviteInputs, known: Known, there: There) -> Iterator[str]:
    """What to tell of somebody who may be the last admin under another address, which `check` cannot see."""
    admins = [each for each in (there.live.members if there.live else ()) if each.role == "admin"]
    lowered = old.intended_role == "admin" and known.get(ROLE, "admin") != "admin"
    if lowered and there.member is None and there.open is None and len(admins) == 1:
        yield f"{about(old)}: {_PERHAPS_LAST}"


def left_behind(state: CollaborationInviteState) -> str:
    """What to tell when another resource holds the same: by the address alone it does not find who this one knows."""
    if state.accepted_as is None:
        return ""
    return (
        f"; {state.user} accepted as {state.accepted_as}, and unless the new resource shows that user too, the "
        "membership is in no resource now and the person is invited again: keep the resource, under an alias, or "
        "remove the member in the web interface"
    )


def unknown_groups(live: wire.Collaboration, declared: Iterable[str]) -> Iterator[Problem]:
    """What has to be known before an invitation is withdrawn: the service refuses one to a group that is not there."""
    names = {name for group in live.groups or () for name in group.names}
    missing = sorted(set(declared) - names) if live.groups is not None else []
    if missing:
        there = ", ".join(sorted(group.short_name for group in live.groups or ())) or "none"
        yield Problem(
            GROUPS,
            f"cannot be invited to the groups {', '.join(missing)}, which the collaboration does not have (it has "
            f"{there}); make it in the web interface, or correct the program",
        )


def merged(
    old: CollaborationInviteState, wanted: CollaborationInviteInputs, there: wire.Invitation
) -> tuple[str, list[str]]:
    """The role and the groups to send: what the program changes, and the rest as it is there."""
    role = wanted.intended_role if wanted.intended_role != old.intended_role else there.intended_role
    gone, come = set(old.groups) - set(wanted.groups), set(wanted.groups) - set(old.groups)
    stay = [group for group in there.groups if not group.names & gone]
    return role, [group.identifier for group in stay] + sorted(
        name for name in come if all(name not in group.names for group in stay)
    )


# --- who is in ---


def _in(old: CollaborationInviteState, wanted: CollaborationInviteInputs, there: There, member: wire.Member) -> Verdict:
    problems = []
    if END in moved(old, wanted) and not ends_as(member, wanted.membership_expiry_date):
        problems.append(
            Problem(
                END,
                "is a member, and the API cannot change the end of a membership; declare what is there, or change it "
                "in the web interface",
                Hint.REFRESH,
            )
        )
    if set(old.groups) != set(wanted.groups):
        problems.append(
            Problem(
                GROUPS,
                "is a member, and groups act when an invitation is accepted; change them in the web interface, and "
                f"declare here what the invitation gave: {sorted(old.groups)}",
            )
        )
    told: tuple[str, ...] = ()
    if there.holder is not None:
        told = (f"{about(old)} is the user {member.uid}, and the address is now that of {_named(there.holder)}",)
    change = wanted.intended_role not in (old.intended_role, member.role)
    if change and there.is_last_admin(member):
        problems.append(
            Problem(ROLE, f'{LAST_ADMIN}, so the role cannot be lowered; {_ANOTHER}, or declare "admin" here')
        )
    action = Action.CHANGE if change and not problems else Action.NOTHING
    return Verdict(action, tuple(problems), told, old.resends)


def _ended(
    old: CollaborationInviteState, wanted: CollaborationInviteInputs, there: There, member: wire.Member
) -> Verdict:
    until = wanted.membership_expiry_date
    what = f"the membership has ended ({_end_of(member)})"
    if until is not None and moment(until) > there.now:
        renewed = _renewed(about(old), member, there, _again(old, wanted, there, what))
        if renewed.problems or renewed.action is Action.ADD:
            return renewed
        told = renewed.warnings
    else:
        later = f"declare a later {END} to have the person invited again, or take the resource out"
        told = (f"{about(old)}: {what} and gives no access; {later}",)
    stays = _in(old, wanted.model_copy(update={END: old.membership_expiry_date}), there, member)
    return replace(stays, warnings=(*stays.warnings, *told))


def _renewed(whom: str, member: wire.Member, there: There, again: Verdict) -> Verdict:
    """The dead membership has to be ended before the person can be invited."""
    if again.action is not Action.ADD:
        return again
    if there.is_last_admin(member):
        reason = (
            f"{LAST_ADMIN}, whose membership has ended ({_end_of(member)}); {_ANOTHER}, or prolong it in the web "
            "interface"
        )
        return Verdict(Action.NOTHING, (Problem(END, reason),), resends=again.resends)
    told = again.warnings or (
        f"{whom}: the membership has ended ({_end_of(member)}), so it is removed and the person is invited",
    )
    return Verdict(Action.ADD, warnings=told, resends=again.resends)


def _somebody_else(old: CollaborationInviteState, holder: wire.Member) -> Problem:
    return Problem(
        "email",
        f"was the user {old.user}, who is no member any more, and is {_named(holder)} now, so nothing is changed; to "
        "accept that, take the resource out, and put it in again after that",
    )


def _other_member(known: Known, member: wire.Member) -> Iterator[Problem]:
    """A member who has something else is not taken over."""
    if ROLE in known and member.role != known[ROLE]:
        yield Problem(ROLE, _conflict("is a member", member.role, known[ROLE]))
    if END in known and not ends_as(member, known[END]):
        there = f"{member.role} until {iso(member.expires)}" if member.expires else f"{member.role} without an end"
        yield Problem(END, _conflict("is a member", there, known[END] or "no end"))


def _named(member: wire.Member) -> str:
    return member.uid if member.words == member.uid else f"{member.words} ({member.uid})"


def _end_of(member: wire.Member) -> str:
    return iso(member.expires) or "no date is told"


# --- who is asked ---


def _asked(
    old: CollaborationInviteState, wanted: CollaborationInviteInputs, there: There, invitation: wire.Invitation
) -> Verdict:
    other = moved(old, wanted)
    over = _is_over(wanted, there.now)
    told: tuple[str, ...] = ()
    if other and over:
        told = (f"{about(old)}: the open invitation stays as it is; {over}",)
    elif other == ["invitation_expiry_date"] and ends_as(invitation, wanted.invitation_expiry_date):
        pass  # sent already, by a run that was interrupted
    elif other and invitation.identifier == old.invitation_id:
        withdrawn = (
            f"{about(old)}: {' and '.join(other)} of an open invitation cannot be changed, so it is withdrawn and sent "
            "again"
        )
        return Verdict(Action.ADD, warnings=(withdrawn,), resends=old.resends)
    elif END in other:
        told = (f"{about(old)} is invited already, and {_UNSEEN_END}",)
    again = There.kept(old, there.now).status in {*LOST, "ended"} and invitation.identifier != old.invitation_id
    action = Action.NOTHING if gives(invitation, *merged(old, wanted, invitation)) else Action.CHANGE
    return Verdict(action, warnings=told, resends=old.resends + again)


def _other_invitation(known: Known, there: wire.Invitation) -> Iterator[Problem]:
    """An open invitation that gives something else is not taken over."""
    role, groups = known.get(ROLE, there.intended_role), known.get(GROUPS)
    other_groups = groups is not None and not same_groups(there.groups, groups)
    if role != there.intended_role or other_groups:
        given = [group.short_name or group.identifier for group in there.groups]
        asked = _words(role, given if groups is None else groups)
        reason = _conflict("is invited", _words(there.intended_role, given), asked)
        yield Problem(ROLE if role != there.intended_role else GROUPS, reason)


def _taken_over(whom: str, known: Known, there: wire.Invitation) -> str:
    told = [f"{whom} is invited already; nothing is sent"]
    if known.get(END):
        told.append(_UNSEEN_END)
    if known.get("invitation_expiry_date") and not ends_as(there, known["invitation_expiry_date"]):
        told.append(
            f"it can be accepted until {iso(there.expires)}: withdraw it in the web interface, so that one with the "
            "declared invitation_expiry_date is sent"
        )
    return "; ".join(told)


def _words(role: str, groups: Iterable[str]) -> str:
    named = sorted(groups)
    return f"{role} with the groups {', '.join(named)}" if named else role


def _conflict(what: str, there: str, asked: str) -> str:
    return (
        f"{what} already as {there}, and the program asks for {asked}; declare what is there to take it over, and "
        "change it after that"
    )


# --- who is neither ---


def _lost(old: CollaborationInviteState, wanted: CollaborationInviteInputs, there: There) -> Verdict:
    interrupted = there.status == "declined" and There.kept(old, there.now).status == "open"
    if interrupted and moved(old, wanted) and not _is_over(wanted, there.now):
        told = (
            f"{about(old)}: the open invitation is gone, as if an earlier run had withdrawn it for its new date and "
            f"then failed, so it is sent; {NAME} does not tell whether the person declined it"
        )
        return Verdict(Action.ADD, warnings=(told,), resends=old.resends)
    return _again(old, wanted, there, _WHAT[there.status])


def _again(old: CollaborationInviteState, wanted: CollaborationInviteInputs, there: There, what: str) -> Verdict:
    """Invite again, as long as the limit and the end of the membership allow it."""
    why_not = _is_over(wanted, there.now)
    if why_not is None and old.resends >= wanted.resend_limit:
        why_not = (
            f"nobody is mailed, as resend_limit is {wanted.resend_limit} and {old.resends} were sent again; raise it "
            "to invite again"
        )
    if why_not is not None:
        return Verdict(Action.NOTHING, warnings=(f"{about(old)}: {what}; {why_not}",), resends=old.resends)
    sent = f"the person is invited again ({old.resends + 1} of {wanted.resend_limit})"
    return Verdict(Action.ADD, warnings=(f"{about(old)}: {what}; {sent}",), resends=old.resends + 1)


def _is_over(wanted: CollaborationInviteInputs, now: datetime) -> str | None:
    """Why nobody is invited whose membership would be over at once."""
    until = wanted.membership_expiry_date
    if until is None or moment(until) > now:
        return None
    return f"nobody is mailed, as membership_expiry_date {until} has passed; change it, or take the resource out"


def drift(old: CollaborationInviteState, known: Known, now: datetime) -> tuple[set[str], Verdict]:
    """What a state alone tells: what differs from it, `status` too where somebody is to be invited again."""
    wanted = old.model_copy(update={name: value for name, value in known.items() if name in type(old).model_fields})
    changed = differing(old, known)
    if not is_same_person(old, {"collaboration": old.collaboration, "email": old.email, **known}):
        return changed, Verdict(Action.NOTHING)
    there = There.kept(old, now)
    verdict = changing(old, wanted, there)
    if there.member is not None:
        changed.discard("invitation_expiry_date")
    if there.status == "ended" and verdict.action is not Action.ADD:
        changed.discard(END)
    if there.open is None and verdict.action is Action.ADD:
        changed.add("status")
    return changed, verdict
