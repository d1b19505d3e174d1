from pulumi_collab import aps, quantconnect, sram, teamhub

quantconnect.ProjectCollaborator("mia", project_id=23456789, user="mia-ai", permission="write", live_control=True)
quantconnect.ProjectCollaborator("jo", project_id=23456789, user="jo")
teamhub.ProjectCollaborator("jane", project="web", collaborator="jane.doe", role="developer")
ai = sram.Collaboration(
    "ai",
    name="AI computing",
    short_name="ai_computing",
    description="Shared computing",
    disable_join_requests=False,
    disclose_member_information=True,
    disclose_email_information=True,
    administrators=[],
    website_url="https://ai.example.org",
    tags=["gpu"],
    units=["Research"],
    force_destroy=True,
)
sram.CollaborationInvite("bob", collaboration=ai.identifier, email="bob@x.org", intended_role="admin")
sram.ServiceConnection("mail", collaboration=ai.identifier, service_entity_id="https://mail.example.org")
aps.ClientCollaborators(
    "app", client_id="demo-app", collaborators={"jane@example.org": "EDITOR", "jo@example.org": "VIEWER"}
)
