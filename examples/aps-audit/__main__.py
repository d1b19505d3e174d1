"""Who must be on an Autodesk APS app, reviewed in a pull request and verified by `pulumi up`.

Needs APS_ACCESS_TOKEN: a token from a three-legged sign-in with the scope `application:client:read`, by somebody who is
on the app. Nothing is ever changed on the service: where people differ, `pulumi up` says what to do in the portal.
"""

import pulumi

from pulumi_collab import aps

client_id = pulumi.Config().require("clientId")

aps.ClientCollaborators(
    "people",
    client_id=client_id,
    collaborators={
        "jane@example.org": "EDITOR",
        "jo@example.org": "VIEWER",
    },
)

pulumi.export("people", [f"{each.email}: {each.access_level}" for each in aps.get_client_collaborators(client_id)])
