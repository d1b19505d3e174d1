"""Which creation holds which grant, for one whole operation of the engine: what is declared is not taken away.

The engine tells a provider neither what else the program declares nor why it deletes. It creates the new resource
before it deletes the old one, and both may be one access: after a rename, when people move among the resources of a
list, when another kind of resource or another provider declares them, when a replacement is forced. An old one whose
deletion was interrupted is deleted by a later operation. So each creation leaves a mark in the state, and each
operation keeps what its program declares and which marks hold it.

Resources with an explicit provider are served by another process than the rest. All processes of one operation get the
engine's address as their argument, so what they know is kept in a folder of that name, of this user alone, a file for
each grant. It lives as long as any of them does.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import sys
import tempfile
import threading
import weakref
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..errors import Refused

try:
    import fcntl
except ImportError:  # on Windows the processes of one operation do not know of each other
    fcntl = None  # type: ignore[assignment]


class Ending(Enum):
    """What deleting a resource means for its grants."""

    REMOVE = auto()
    """Nothing of the program declares it: it goes."""
    HELD = auto()
    """Another creation holds it, or the program declares it and is about to make it: it stays."""
    REFUSE = auto()
    """Another resource declares it and failed: whether it may go is for the next run to say."""


class Claims:
    """By grant: which declarations there are, which marks hold it, and whether one of them failed."""

    def __init__(self, operation: str | None = None) -> None:
        """`operation` is what all processes of one operation have in common; without one, this process is alone."""
        self._operation = operation
        self._folder: Path | None = None
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)

    def declare(self, grants: Iterable[str], by: str, name: str) -> str | None:
        """A resource declares these; the name of another one that does already, or None. `by` is its own alone."""
        other = None
        for grant in sorted(grants):
            with self._claim(grant) as claim:
                declared = claim.setdefault("declared", {})
                other = next((known for token, known in declared.items() if token != by), other)
                declared.setdefault(by, name)
        return other

    def hold(self, grants: Iterable[str], mark: str) -> None:
        """The creation with this mark holds these, and is declared still."""
        for grant in sorted(grants):
            with self._claim(grant) as claim:
                claim["held"] = sorted({*claim.get("held", []), mark})
                claim.pop("failed", None)

    def fail(self, grants: Iterable[str]) -> None:
        """A resource of the program that declares these cannot be made as it is declared."""
        for grant in sorted(grants):
            with self._claim(grant) as claim:
                if claim.get("declared"):
                    claim["failed"] = True

    def ending(self, grant: str, mark: str | None, *, replaced_first: bool = False) -> Ending:
        """What deleting the creation with this mark means now. Call it inside `lock`, and delete there.

        `replaced_first`: of this kind the old one goes before the new one is made: a declaration alone holds nothing.
        """
        with self._claim(grant) as claim:
            claim["held"] = [each for each in claim.get("held", []) if each != mark]
            if claim["held"]:
                return Ending.HELD
            if claim.get("failed"):
                return Ending.REFUSE
            return Ending.HELD if claim.get("declared") and not replaced_first else Ending.REMOVE

    @contextlib.contextmanager
    def lock(self, grants: Iterable[str]) -> Iterator[None]:
        """Nobody else creates or deletes these, so that a deletion never follows a decision that has grown old."""
        with contextlib.ExitStack() as held:
            for grant in sorted(set(grants)):  # in one order, so that two who want the same two do not wait for ever
                held.enter_context(self._locked(grant, "lock"))
            yield

    @contextlib.contextmanager
    def _claim(self, grant: str) -> Iterator[dict[str, Any]]:
        """What is kept of one grant, to read and change."""
        with self._locked(grant, "guard"):
            path = self._path(grant, "json")
            claim: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
            before = json.dumps(claim)
            yield claim
            if json.dumps(claim) != before:
                path.write_text(json.dumps(claim))

    @contextlib.contextmanager
    def _locked(self, grant: str, kind: str) -> Iterator[None]:
        path = self._path(grant, kind)
        with self._guard:
            own = self._locks[path.name]
        with own, path.open("w") as file:
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _path(self, grant: str, kind: str) -> Path:
        with self._guard:
            if self._folder is None:
                self._folder, alive = _opened(self._operation)
                weakref.finalize(self, os.close, alive)
        return self._folder / f"{sha256(grant.encode()).hexdigest()[:32]}.{kind}"


def of_this_operation() -> Claims:
    """The claims that all plugin processes of this engine operation share: they get its address as their argument."""
    address = sys.argv[1] if len(sys.argv) > 1 else None
    return Claims(address)


def _opened(operation: str | None) -> tuple[Path, int]:
    """The folder of an operation, and what shows that this process is alive. Raises `Refused`: fail closed."""
    try:
        top = _top()
        with (top / "opening").open("w") as opening:
            if fcntl:
                fcntl.flock(opening, fcntl.LOCK_EX)
            _sweep(top)
            if operation is None or fcntl is None:
                folder = Path(tempfile.mkdtemp(prefix="alone-", dir=top))
            else:
                folder = top / sha256(operation.encode()).hexdigest()[:32]
                folder.mkdir(exist_ok=True)
            alive = os.open(folder / "alive", os.O_CREAT | os.O_RDWR, 0o600)
            if fcntl:
                fcntl.flock(alive, fcntl.LOCK_SH)
            return folder, alive
    except OSError as error:
        raise Refused(
            f"cannot keep in {tempfile.gettempdir()} which resource holds which access ({error.strerror}), so "
            "nothing is made or removed: let this user write there, or set TMPDIR"
        ) from error


def _top() -> Path:
    """A folder of this user's alone: what others could write there would decide who keeps access."""
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    top = Path(tempfile.gettempdir()) / f"pulumi-collab-{user}"
    top.mkdir(mode=0o700, exist_ok=True)
    found = top.lstat()
    if hasattr(os, "getuid") and (not stat.S_ISDIR(found.st_mode) or found.st_uid != user or found.st_mode & 0o077):
        raise OSError(0, f"{top} is not a folder of this user alone")
    return top


def _sweep(top: Path) -> None:
    """Remove the folders of operations that are over: no process holds their `alive`."""
    for folder in top.iterdir() if fcntl else ():
        if not folder.is_dir():
            continue
        with contextlib.suppress(OSError):
            with (folder / "alive").open("w") as alive:
                fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
