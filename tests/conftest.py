"""What every kind of test shares."""

from pulumi_collab.testing.conformance import pytest_generate_tests

__all__ = ["pytest_generate_tests"]

pytest_plugins = ["pulumi_collab.testing.fixtures"]
