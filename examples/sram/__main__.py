"""A SURF SRAM collaboration with two services, and five people who are invited into it."""

import pulumi

from pulumi_collab import sram

ai = sram.Collaboration(
    "ai",
    name="AI computing",
    short_name="ai_computing",
    description="Shared computing for the AI courses",
    administrators=["head@example.org"],
    message="Please join the AI computing collaboration",
    website_url="https://ai.example.org",
    tags=["ai", "courses"],
    units=["Research"],
)

services = {
    name: sram.ServiceConnection(name, collaboration=ai.identifier, service_entity_id=f"https://{name}.example.org")
    for name in ("mail", "wiki")
}

people: dict[str, sram.Role] = {
    "alice": "admin",
    "bob": "member",
    "carol": "member",
    "dave": "member",
    "erin": "member",
}
invitations = {
    name: sram.CollaborationInvite(
        name, collaboration=ai.identifier, email=f"{name}@example.org", intended_role=role, resend_limit=2
    )
    for name, role in people.items()
}

pulumi.export("identifier", ai.identifier)
pulumi.export("services", {name: service.status for name, service in services.items()})
pulumi.export("invitations", {name: invitation.status for name, invitation in invitations.items()})
