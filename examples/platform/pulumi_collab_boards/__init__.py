"""Who is on which board."""

from .resources import ProjectCollaborator as ProjectCollaborator
