"""The services of this package on a loopback port, for tests, demos and trying things out."""

from pulumi_collab.emulator.documents import ControlError
from pulumi_collab.emulator.server import Emulator

__all__ = ["ControlError", "Emulator"]
