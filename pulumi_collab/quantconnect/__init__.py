"""Who may do what on QuantConnect projects."""

from .resources import ProjectCollaborator, get_project_collaborators
from .wire import Collaborator

__all__ = ["Collaborator", "ProjectCollaborator", "get_project_collaborators"]
