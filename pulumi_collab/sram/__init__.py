"""Who is in SURF SRAM collaborations, and which services they use."""

from .resources import Collaboration, CollaborationInvite, ServiceConnection, get_collaboration, get_organisation
from .wire import CollaborationDetails, Invitation, Member, Organisation, Role

__all__ = [
    "Collaboration",
    "CollaborationDetails",
    "CollaborationInvite",
    "Invitation",
    "Member",
    "Organisation",
    "Role",
    "ServiceConnection",
    "get_collaboration",
    "get_organisation",
]
