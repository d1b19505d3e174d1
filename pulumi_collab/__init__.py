"""Collaborator access as Pulumi infrastructure state."""

from ._version import __version__

__all__ = ["__version__"]
