"""Three collaborators of one Helix TeamHub project: Jane develops, the others look on."""

import pulumi

from pulumi_collab import teamhub

project = pulumi.Config().require("project")

roles: dict[str, teamhub.Role] = {
    "jane.doe": "developer",
    "jo": "guest",
    "auditor": "guest",
}
people = {
    collaborator: teamhub.ProjectCollaborator(collaborator, project=project, collaborator=collaborator, role=role)
    for collaborator, role in roles.items()
}

pulumi.export("roles", {collaborator: person.highest_role for collaborator, person in people.items()})
