"""Who holds which grant, in one process and in several of one operation: pure, without a service."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from pulumi_collab.engine.claims import Claims, Ending, Other, Within
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
    assert claims.declare({"mia", "jo"}, "2", "second") == Other("first")


ALL, SOME = Within("web", whole=True), Within("web")


@pytest.mark.parametrize(
    ("first", "second", "other"),
    [
        (ALL, ALL, Other("first", whole=True)),
        (ALL, SOME, Other("first", whole=True)),
        (SOME, ALL, Other("first")),
        (SOME, SOME, None),
        (ALL, Within("elsewhere"), None),
        (SOME, Within("elsewhere", whole=True), None),
        (None, ALL, None),
    ],
)
def test_a_set_excludes_everything_else_in_its_scope(
    claims: Claims, first: Within | None, second: Within, other: Other | None
) -> None:
    """Two sets of one scope, or a set and a single grant there, exclude each other, in whichever order they come."""
    assert claims.declare({"web/mia"}, "1", "first", first) is None
    assert claims.declare({"web/mia"}, "1", "first", first) is None
    assert claims.declare({"web/jo"}, "2", "second", second) == other


def test_moving_into_a_set_and_out_of_it(claims: Claims) -> None:
    """What a set declares or holds is not removed with the single resource that held it before, and the other way."""
    claims.declare({"web/mia", "web/jo"}, "1", "set", ALL)
    assert claims.endings({"web/mia"}, "a", SOME) == {"web/mia": HELD}
    assert claims.endings({"web/eva"}, "b", SOME) == {"web/eva": REMOVE}
    claims.hold({"web/mia", "web/jo"}, "m", ALL)
    assert claims.endings({"web/mia", "web/eva"}, "n", ALL) == {"web/mia": HELD, "web/eva": REMOVE}
    assert claims.endings({"web/mia", "web/jo"}, "m", ALL) == {"web/mia": HELD, "web/jo": HELD}, "it is declared"

    claims.declare({"all/mia"}, "2", "mia", Within("all"))
    claims.hold({"all/mia"}, "x", Within("all"))
    endings = claims.endings({"all/mia", "all/jo"}, "m", Within("all", whole=True))
    assert endings == {"all/mia": HELD, "all/jo": REMOVE}


def test_a_set_that_failed_keeps_everybody_in_its_scope(claims: Claims) -> None:
    """Whom a wrong set would have listed nobody knows, so nobody there is removed until it is mended."""
    claims.declare(set(), "1", "set", ALL)
    claims.fail(set(), ALL)
    assert claims.endings({"web/mia"}, "a", SOME) == {"web/mia": REFUSE}
    assert claims.endings({"elsewhere/mia"}, "a", Within("elsewhere")) == {"elsewhere/mia": REMOVE}
    claims.hold({"web/jo"}, "m", ALL)
    assert claims.endings({"web/mia"}, "a", SOME) == {"web/mia": REMOVE}


def test_singles_of_one_scope_do_not_wait_for_each_other(claims: Claims) -> None:
    """Two people of a scope are made at the same time; a set waits for them, and they for it."""
    other, entered, waited = Claims("127.0.0.1:1"), threading.Event(), threading.Event()

    def enter() -> None:
        with other.lock({"web/jo"}, SOME):
            entered.set()
        with other.lock({"web/jo"}, ALL):
            waited.set()

    with claims.lock({"web/mia"}, SOME):
        waiting = threading.Thread(target=enter)
        waiting.start()
        assert entered.wait(30)
        assert not waited.wait(0.2)
    assert waited.wait(30)
    waiting.join()


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
