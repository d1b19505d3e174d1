"""What a program declares, as a function that a unit test can call."""

from pulumi_collab import quantconnect


def declare_team(project_id: int, traders: list[str], readers: list[str]) -> list[quantconnect.ProjectCollaborator]:
    """Traders may write and trade live; readers may read."""
    return [
        quantconnect.ProjectCollaborator(
            f"trader-{user}", project_id=project_id, user=user, permission="write", live_control=True
        )
        for user in traders
    ] + [quantconnect.ProjectCollaborator(f"reader-{user}", project_id=project_id, user=user) for user in readers]
