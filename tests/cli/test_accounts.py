"""The commands ask as the account that a scope names."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from pulumi_collab.cli.app import app
from pulumi_collab.emulator import Emulator

from ..quantconnect.behind import PROJECT, edit


def test_a_scope_through_an_account(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """`quantconnect@trading:...` is read with that account's settings, and no other scope is."""
    with Emulator() as second:
        edit(second, "jo", "write")
        for name, value in emulator.environment().items():
            monkeypatch.setenv(name, value)
        for name, value in second.environment().items():
            monkeypatch.setenv(name.replace("QUANTCONNECT_", "QUANTCONNECT_TRADING_"), value)
        monkeypatch.setenv("QUANTCONNECT_BASE_URL", emulator.environment()["QUANTCONNECT_BASE_URL"])
        found = {}
        for account in ("", "@trading"):
            run = CliRunner().invoke(app, ["access", f"quantconnect{account}:{PROJECT}", "--json"])
            assert run.exit_code == 0
            found[account] = {grant["principal"]["key"] for grant in json.loads(run.stdout)["grants"]}
    assert found == {"": {"owner-ola"}, "@trading": {"owner-ola", "jo"}}
