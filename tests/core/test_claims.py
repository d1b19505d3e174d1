"""Who holds which grant, in one process and in several of one operation: pure, without a service."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from pulumi_collab.engine.claims import Claims, Ending
from pulumi_collab.errors import Refused

REMOVE, HELD, REFUSE = Ending.REMOVE, Ending.HELD, Ending.REFUSE


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Claims are kept below a folder of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def claims() -> Claims:
    """Nothing is known yet."""
    return Claims("127.0.0.1:1")


def test_what_nobody_else_holds_goes(claims: Claims) -> None:
    """A grant that only its own mark holds, or nobody, is removed."""
    assert claims.ending("mia", "1") is REMOVE
    claims.hold({"mia"}, "1")
    assert claims.ending("mia", "1") is REMOVE
    assert claims.ending("mia", None) is REMOVE


def test_what_another_creation_holds_stays(claims: Claims) -> None:
    """A newer creation, of whichever resource, keeps the grant; once that is deleted as well, it goes."""
    claims.hold({"mia"}, "1")
    claims.hold({"mia", "jo"}, "2")
    assert claims.ending("mia", "1") is HELD
    assert claims.ending("mia", "1") is HELD
    assert claims.ending("jo", "1") is HELD
    assert claims.ending("mia", "2") is REMOVE


def test_a_state_without_a_mark(claims: Claims) -> None:
    """What was imported has no mark: whatever holds the grant now keeps it."""
    claims.hold({"mia"}, "2")
    assert claims.ending("mia", None) is HELD


def test_what_the_program_declares_stays_before_it_is_made(claims: Claims) -> None:
    """A declaration alone keeps the grant, unless the kind needs the old one gone first."""
    claims.declare({"mia"}, "token", "name")
    assert claims.ending("mia", "1", replaced_first=True) is REMOVE
    assert claims.ending("mia", "1") is HELD


def test_what_was_declared_and_failed_is_not_removed(claims: Claims) -> None:
    """A declaration that failed refuses the deletion; one that is made after all keeps the grant."""
    claims.declare({"mia"}, "token", "name")
    claims.fail({"mia"})
    assert claims.ending("mia", "1") is REFUSE
    claims.hold({"mia"}, "2")
    assert claims.ending("mia", "1") is HELD


def test_a_failure_that_no_program_declares_refuses_nothing(claims: Claims) -> None:
    """Without a program there is no next run that could mend it."""
    claims.fail({"mia"})
    assert claims.ending("mia", "1") is REMOVE


def test_two_declarations_of_one_grant(claims: Claims) -> None:
    """The second resource is told the name of the first; the same one, checked again, is no second."""
    assert claims.declare({"mia"}, "1", "first") is None
    assert claims.declare({"mia"}, "1", "first") is None
    assert claims.declare({"mia", "jo"}, "2", "second") == "first"


def test_processes_of_one_operation_share_what_they_know(claims: Claims) -> None:
    """Another process with the same address sees it; one with another address does not, and is not seen."""
    claims.hold({"mia"}, "1")
    other = Claims("127.0.0.1:1")
    assert other.ending("mia", "2") is HELD
    assert Claims("127.0.0.1:2").ending("mia", "2") is REMOVE
    assert Claims().ending("mia", "2") is REMOVE


def test_an_operation_that_is_over_is_forgotten(folder: Path) -> None:
    """Once no process of an operation lives, its claims are gone, whoever has the same address next."""
    script = "import sys, tempfile; tempfile.tempdir = sys.argv[1]\n"
    script += "from pulumi_collab.engine.claims import Claims; Claims('127.0.0.1:1').hold({'mia'}, '1')"
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True, timeout=60)
    assert Claims("127.0.0.1:1").ending("mia", "2") is REMOVE


def test_a_lock_is_one_for_all_processes(claims: Claims) -> None:
    """Whoever wants a grant that is being made or deleted waits, also in another process; others do not."""
    other, entered = Claims("127.0.0.1:1"), threading.Event()

    def enter() -> None:
        with other.lock({"jo"}), other.lock({"mia"}):
            entered.set()

    with claims.lock({"mia", "eva"}):
        waiting = threading.Thread(target=enter)
        waiting.start()
        assert not entered.wait(0.2)
    assert entered.wait(30)
    waiting.join()


def test_where_nothing_can_be_kept_nothing_is_removed(folder: Path, claims: Claims) -> None:
    """A folder that others can write to, or none at all, is an error and no deletion."""
    (folder / f"pulumi-collab-{os.getuid()}").mkdir()
    (folder / f"pulumi-collab-{os.getuid()}").chmod(0o777)
    with pytest.raises(Refused, match=r"cannot keep in .* which resource holds which access"):
        claims.ending("mia", "1")
