"""Two people on one QuantConnect project: Mia may write, Johnny may read."""

import pulumi

from pulumi_collab import quantconnect

project_id = pulumi.Config().get_int("projectId") or 23456789

mia = quantconnect.ProjectCollaborator("mia", project_id=project_id, user="mia-ai", permission="write")
johnny = quantconnect.ProjectCollaborator("johnny", project_id=project_id, user="johnny_walker", permission="read")

pulumi.export("mia", mia.permission)
pulumi.export("johnny", johnny.permission)
