"""The emulator, and the variants that the contract is played in."""

pytest_plugins = ["pulumi_collab.testing.fixtures"]
