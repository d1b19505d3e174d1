"""Who is on the board `plans`."""

from pulumi_collab_boards import ProjectCollaborator

ProjectCollaborator("ann", board="plans", user="ann", role="editor")
ProjectCollaborator("bob", board="plans", user="bob", role="viewer")
