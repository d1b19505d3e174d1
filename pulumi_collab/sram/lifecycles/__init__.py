"""What SRAM's collaborations, invitations and service connections are as resources."""

from ..access.invite_model import CollaborationInviteInputs, CollaborationInviteState
from .collaboration import CollaborationLifecycle
from .collaboration_model import CollaborationInputs, CollaborationState
from .invite import CollaborationInviteLifecycle
from .service import ServiceConnectionInputs, ServiceConnectionLifecycle, ServiceConnectionState

__all__ = [
    "CollaborationInputs",
    "CollaborationInviteInputs",
    "CollaborationInviteLifecycle",
    "CollaborationInviteState",
    "CollaborationLifecycle",
    "CollaborationState",
    "ServiceConnectionInputs",
    "ServiceConnectionLifecycle",
    "ServiceConnectionState",
]
