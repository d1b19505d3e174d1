"""Members of a collaboration: another role, or none. Nobody becomes one here."""

from pulumi_collab.emulator.platform import Answer
from pulumi_collab.emulator.sram import shapes
from pulumi_collab.emulator.sram.errors import MissingKey, NoRow, Refused
from pulumi_collab.emulator.sram.gate import Visit, answer, nothing


def set_role(visit: Visit) -> Answer:
    """Another role; that of the last administrator too."""
    co = visit.collaboration(visit.parameter("identifier"))
    body = visit.fields()
    for name in ("uid", "role"):
        if name not in body:
            raise MissingKey(name)
    role = body["role"]
    if role not in ("member", "admin"):
        raise Refused(400, f"{role} is not a valid role")
    found = co.member(body["uid"]) if isinstance(body["uid"], str) else None
    if found is None:
        raise NoRow
    found.role = role
    invitation = next((each for each in co.invitations if each.id == found.invitation_id), None)
    fields = {
        **shapes.membership(visit, co, found),
        "collaboration": shapes.collaboration(visit, co),
        "groups": [shapes.group(visit, co, each, ids_only=True) for each in co.groups if found.uid in each.members],
        "invitation": shapes.raw_invitation(visit, co, invitation) if invitation else None,
    }
    return answer(fields, 201)


def remove(visit: Visit) -> Answer:
    """Ends a membership; the invitation that led to it stays, but can be read no more."""
    co = visit.collaboration(visit.parameter("identifier"))
    found = co.member(visit.parameter("uid"))
    if found is None:
        raise NoRow
    co.remove_member(found)
    return nothing()
