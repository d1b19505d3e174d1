"""Somebody who is in the state: what becomes of them when the program or the service has changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ...decisions import Action
from ...errors import Hint, Problem
from .. import wire
from ..values import ends_as, moment
from ..wire import NAME
from .invite import (
    ANOTHER,
    END,
    GROUPS,
    LAST_ADMIN,
    ROLE,
    UNSEEN_END,
    Known,
    There,
    Verdict,
    about,
    end_of,
    gives,
    renewed,
)
from .invite_model import (
    LOST,
    CollaborationInviteInputs,
    CollaborationInviteState,
    differing,
    is_same_person,
    moved,
)

_WHAT = {
    "expired": "the invitation has expired",
    "declined": "the invitation was declined or withdrawn",
    "removed": "the membership was removed",
}
_PERHAPS_LAST = (
    "if the invitation was accepted under another address by the only admin of the collaboration, lowering the role "
    f"will be refused; {ANOTHER}"
)


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


# --- who is in ---


def _in(old: CollaborationInviteState, wanted: CollaborationInviteInputs, there: There, member: wire.Member) -> Verdict:
    problems = []
    if END in moved(old, wanted) and not ends_as(member.expires, wanted.membership_expiry_date):
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
            Problem(ROLE, f'{LAST_ADMIN}, so the role cannot be lowered; {ANOTHER}, or declare "admin" here')
        )
    action = Action.CHANGE if change and not problems else Action.NOTHING
    return Verdict(action, tuple(problems), told, old.resends)


def _ended(
    old: CollaborationInviteState, wanted: CollaborationInviteInputs, there: There, member: wire.Member
) -> Verdict:
    until = wanted.membership_expiry_date
    what = f"the membership has ended ({end_of(member)})"
    if until is not None and moment(until) > there.now:
        again = renewed(about(old), member, there, _again(old, wanted, there, what))
        if again.problems or again.action is Action.ADD:
            return again
        told = again.warnings
    else:
        later = f"declare a later {END} to have the person invited again, or take the resource out"
        told = (f"{about(old)}: {what} and gives no access; {later}",)
    stays = _in(old, wanted.model_copy(update={END: old.membership_expiry_date}), there, member)
    return replace(stays, warnings=(*stays.warnings, *told))


def _somebody_else(old: CollaborationInviteState, holder: wire.Member) -> Problem:
    return Problem(
        "email",
        f"was the user {old.user}, who is no member any more, and is {_named(holder)} now, so nothing is changed; to "
        "accept that, take the resource out, and put it in again after that",
    )


def _named(member: wire.Member) -> str:
    return member.uid if member.words == member.uid else f"{member.words} ({member.uid})"


# --- who is asked ---


def _asked(
    old: CollaborationInviteState, wanted: CollaborationInviteInputs, there: There, invitation: wire.Invitation
) -> Verdict:
    other = moved(old, wanted)
    over = _is_over(wanted, there.now)
    told: tuple[str, ...] = ()
    if other and over:
        told = (f"{about(old)}: the open invitation stays as it is; {over}",)
    elif other == ["invitation_expiry_date"] and ends_as(invitation.expires, wanted.invitation_expiry_date):
        pass  # sent already, by a run that was interrupted
    elif other and invitation.identifier == old.invitation_id:
        withdrawn = (
            f"{about(old)}: {' and '.join(other)} of an open invitation cannot be changed, so it is withdrawn and sent "
            "again"
        )
        return Verdict(Action.ADD, warnings=(withdrawn,), resends=old.resends)
    elif END in other:
        told = (f"{about(old)} is invited already, and {UNSEEN_END}",)
    again = There.kept(old, there.now).status in {*LOST, "ended"} and invitation.identifier != old.invitation_id
    action = Action.NOTHING if gives(invitation, *merged(old, wanted, invitation)) else Action.CHANGE
    return Verdict(action, warnings=told, resends=old.resends + again)


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
