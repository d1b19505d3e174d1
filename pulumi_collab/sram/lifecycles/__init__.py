"""What SRAM's collaborations, invitations and service connections are as resources."""

from ..access.collaboration_model import CollaborationInputs, CollaborationState
from ..access.invite_model import CollaborationInviteInputs, CollaborationInviteState
from ..access.service import ServiceConnectionInputs, ServiceConnectionState
from .collaboration import CollaborationLifecycle
from .invite import CollaborationInviteLifecycle
from .service import ServiceConnectionLifecycle

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
