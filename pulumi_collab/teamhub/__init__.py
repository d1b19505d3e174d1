"""Who may do what in Helix TeamHub projects."""

from .resources import ProjectCollaborator, get_project_collaborators
from .wire import Collaborator, Role

__all__ = ["Collaborator", "ProjectCollaborator", "Role", "get_project_collaborators"]
