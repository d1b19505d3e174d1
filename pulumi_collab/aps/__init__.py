"""Who is on Autodesk APS apps. The service can only be read."""

from .resources import ClientCollaborators, get_client_collaborators
from .wire import AccessLevel, Collaborator

__all__ = ["AccessLevel", "ClientCollaborators", "Collaborator", "get_client_collaborators"]
