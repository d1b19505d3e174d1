"""What every kind of test shares."""

import os

from hypothesis import settings

pytest_plugins = ["pulumi_collab.testing.fixtures"]

settings.register_profile("ci", derandomize=True, deadline=None)  # a red run means a change, not a new example
if os.environ.get("CI"):
    settings.load_profile("ci")
