"""Who is on Autodesk APS apps. The service can only be read."""

from .resources import ClientCollaborators, get_client_collaborators
from .wire import Collaborator

__all__ = ["ClientCollaborators", "Collaborator", "get_client_collaborators"]
