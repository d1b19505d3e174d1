"""For tests: a running emulator as a fixture, retries without waiting, and what every platform has to prove.

Put `pytest_plugins = ["pulumi_collab.testing.fixtures"]` into the top `conftest.py`.
"""

import pytest

pytest.register_assert_rewrite(f"{__name__}.contract", f"{__name__}.conformance")  # so that a failure shows its values
