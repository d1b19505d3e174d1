"""Who may do what on QuantConnect projects."""

from .resources import CollaboratorAccess, ProjectCollaborator, ProjectCollaborators, get_project_collaborators
from .wire import Collaborator, Permission

__all__ = [
    "Collaborator",
    "CollaboratorAccess",
    "Permission",
    "ProjectCollaborator",
    "ProjectCollaborators",
    "get_project_collaborators",
]
