"""Which creation holds which grant, for one whole operation of the engine: what is declared is not taken away.

The engine tells a provider neither what else the program declares nor why it deletes. It creates the new resource
before it deletes the old one, and both may be one access: after a rename, when people move among the resources of a
list, when another kind of resource or another provider declares them, when a replacement is forced. An old one whose
deletion was interrupted is deleted by a later operation. So each creation leaves a mark in the state, and each
operation keeps what its program declares and which marks hold it.

Resources with an explicit provider are served by another process than the rest. All processes of one operation get the
engine's address as their argument, so what they know is kept in a folder of that name, of this user alone, a file for
each grant; of a set, which says of everybody in a scope whether they have access, one file for all. The folder lives as
long as any of the processes does.
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
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Within:
    """The scope that grants are in. `whole`: of a set, which says of everybody there whether they have access."""

    scope: str
    whole: bool = False


@dataclass(frozen=True)
class Other:
    """A resource that excludes another one; `whole`: it is a set."""

    name: str
    whole: bool = False


_Claim = dict[str, Any]
"""`declared`: token -> name; `held`: marks; `failed`. Of a scope's sets: `declared`: token -> [name, grants];
`held`: mark -> grants.
"""


class Claims:
    """By grant: which declarations there are, which marks hold it, and whether one of them failed."""

    def __init__(self, operation: str | None = None) -> None:
        """`operation` is what all processes of one operation have in common; without one, this process is alone."""
        self._operation = operation
        self._folder: Path | None = None
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)

    def declare(self, grants: Iterable[str], by: str, name: str, within: Within | None = None) -> Other | None:
        """A resource declares these; another one that excludes it, or None. `by` is its own alone.

        Excluded are two that declare the same grant, two sets of one scope, and a set beside anything else there.
        """
        grants, other = sorted(grants), None
        if within is not None and within.whole:
            with self._claim(within.scope, "set") as claim:
                other = _other_set(claim, by)
                claim.setdefault("declared", {})[by] = [name, grants]
            single = self._read(within.scope, "single")
            return other or (Other(single["name"]) if single else None)
        for grant in grants:
            with self._claim(grant) as claim:
                declared = claim.setdefault("declared", {})
                other = next((Other(known) for token, known in declared.items() if token != by), other)
                declared.setdefault(by, name)
        if within is None or other is not None:
            return other
        if not self._read(within.scope, "single"):
            with self._claim(within.scope, "single") as claim:
                claim.setdefault("name", name)
        return _other_set(self._read(within.scope, "set"), by)

    def hold(self, grants: Iterable[str], mark: str, within: Within | None = None) -> None:
        """The creation with this mark holds these, and is declared still."""
        if within is not None and within.whole:
            with self._claim(within.scope, "set") as claim:
                held = claim.setdefault("held", {})
                held[mark] = sorted({*held.get(mark, []), *grants})
                claim.pop("failed", None)
            return
        for grant in sorted(grants):
            with self._claim(grant) as claim:
                claim["held"] = sorted({*claim.get("held", []), mark})
                claim.pop("failed", None)

    def fail(self, grants: Iterable[str], within: Within | None = None) -> None:
        """A resource of the program that declares these cannot be made as it is declared."""
        if within is not None and within.whole:
            with self._claim(within.scope, "set") as claim:
                if claim.get("declared"):
                    claim["failed"] = True
            return
        for grant in sorted(grants):
            with self._claim(grant) as claim:
                if claim.get("declared"):
                    claim["failed"] = True

    def ending(self, grant: str, mark: str | None, *, replaced_first: bool = False) -> Ending:
        """What deleting the creation with this mark means now. Call it inside `lock`, and delete there.

        `replaced_first`: of this kind the old one goes before the new one is made: a declaration alone holds nothing.
        """
        return self.endings({grant}, mark, replaced_first=replaced_first)[grant]

    def endings(
        self, grants: Iterable[str], mark: str | None, within: Within | None = None, *, replaced_first: bool = False
    ) -> dict[str, Ending]:
        """The same for all grants of one creation."""
        of_set: _Claim = {}
        if within is not None and within.whole:
            with self._claim(within.scope, "set") as claim:
                claim.get("held", {}).pop(mark, None)
                of_set = claim
        elif within is not None:
            of_set = self._read(within.scope, "set")
        only_sets = within is not None and within.whole and not self._read(within.scope, "single")
        declared = {grant for _, listed in of_set.get("declared", {}).values() for grant in listed}
        held = {grant for listed in of_set.get("held", {}).values() for grant in listed}
        found = {}
        for grant in grants:
            own: _Claim = {}
            if not only_sets:
                with self._claim(grant) as own:
                    if "held" in own:
                        own["held"] = [each for each in own["held"] if each != mark]
            if own.get("held") or grant in held:
                found[grant] = Ending.HELD
            elif own.get("failed") or of_set.get("failed"):  # whom a set lists that is wrong, nobody knows
                found[grant] = Ending.REFUSE
            else:
                kept = (own.get("declared") or grant in declared) and not replaced_first
                found[grant] = Ending.HELD if kept else Ending.REMOVE
        return found

    @contextlib.contextmanager
    def lock(self, grants: Iterable[str], within: Within | None = None) -> Iterator[None]:
        """Nobody else creates or deletes these, so that a deletion never follows a decision that has grown old."""
        with contextlib.ExitStack() as held:
            if within is not None:
                held.enter_context(self._locked(within.scope, "all", shared=not within.whole))
            if within is None or not within.whole:
                for grant in sorted(
                    set(grants)
                ):  # in one order, so that two who want the same two do not wait for ever
                    held.enter_context(self._locked(grant, "lock"))
            yield

    def _read(self, scope: str, kind: str) -> _Claim:
        """What is kept of a scope's sets (`set`), or of a resource there that is none (`single`); mostly nothing."""
        if not self._path(scope, kind).exists():
            return {}
        with self._claim(scope, kind) as claim:
            return claim

    @contextlib.contextmanager
    def _claim(self, grant: str, kind: str = "json") -> Iterator[_Claim]:
        """What is kept of one grant, to read and change."""
        with self._locked(grant, f"{kind}.guard"):
            path = self._path(grant, kind)
            claim: _Claim = json.loads(path.read_text()) if path.exists() else {}
            before = json.dumps(claim)
            yield claim
            if (after := json.dumps(claim)) != before:
                path.write_text(after)

    @contextlib.contextmanager
    def _locked(self, grant: str, kind: str, *, shared: bool = False) -> Iterator[None]:
        path = self._path(grant, kind)
        with contextlib.ExitStack() as held:
            if not (shared and fcntl):
                with self._guard:
                    own = self._locks[path.name]
                held.enter_context(own)
            file = held.enter_context(path.open("w"))
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
            yield

    def _path(self, grant: str, kind: str) -> Path:
        with self._guard:
            if self._folder is None:
                self._folder, alive = _opened(self._operation)
                weakref.finalize(self, os.close, alive)
        return self._folder / f"{sha256(grant.encode()).hexdigest()[:32]}.{kind}"


def _other_set(claim: _Claim, by: str) -> Other | None:
    return next(
        (Other(name, whole=True) for token, (name, _) in claim.get("declared", {}).items() if token != by), None
    )


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
