"""What the set-up's parts share: saying things, long steps with a sign of life, locks, virtual environments."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

SIGN_OF_LIFE_SECONDS = 15.0


class SetupFailed(Exception):
    """Something that the user should read, in one line."""


def say(text: str) -> None:
    """Progress goes to stderr: stdout belongs to the result."""
    print(text, file=sys.stderr, flush=True)


def run_step(
    title: str, command: Sequence[str | Path], *, log: Path, env: dict[str, str], cwd: Path | None = None
) -> None:
    """Runs a command that may take long: its output goes to `log`, a line now and then tells that it goes on."""
    say(f"{title} ...")
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with log.open("wb") as output:
        try:
            child = subprocess.Popen(
                [str(part) for part in command],
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        except OSError as error:
            raise SetupFailed(f"{command[0]} does not run: {error.strerror}") from error
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    status = child.wait(timeout=SIGN_OF_LIFE_SECONDS)
                    break
                say(f"{title} ... {time.monotonic() - started:.0f} s")
        finally:
            if child.poll() is None:  # we are being interrupted
                child.terminate()
                child.wait()
    if status:
        raise SetupFailed(f"{_closing_line(log)} (all of its output: {log})")


def _closing_line(log: Path) -> str:
    """The line of a failed command's output that says most: its last `ERROR` line, else its last line."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("ERROR", "Error"))]
    return (errors or lines or ["it failed without a word"])[-1]


@contextlib.contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Holds a lock that ends with the process, however it ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another set-up that is working on {what} ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def remove(folder: Path) -> None:
    """Removes a folder if it is there, and says so in one line if it cannot."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise SetupFailed(f"cannot remove {folder}: {error.strerror}") from error


def make_venv(folder: Path, pip_arguments: Sequence[str], *, title: str, cache: Path) -> None:
    """A new virtual environment, with what `pip install <pip_arguments>` gives; a half-made one is replaced."""
    remove(folder)
    scratch = cache / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    log = cache / "logs" / "pip.log"
    # What would make pip or the new Python look or write elsewhere; where packages come from stays the user's choice.
    elsewhere = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
    env = {name: value for name, value in os.environ.items() if name not in elsewhere}
    env |= {
        "PIP_CACHE_DIR": str(cache / "pip"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_USER": "0",
        "TMPDIR": str(scratch),
    }
    try:
        run_step(f"making a virtual environment for {title}", [sys.executable, "-m", "venv", folder], log=log, env=env)
    except SetupFailed as error:
        raise SetupFailed(
            f"{sys.executable} cannot make a virtual environment (Debian and Ubuntu: install python3-venv): {error}"
        ) from error
    if pip_arguments:
        command: list[str | Path] = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", *pip_arguments]
        run_step(f"installing {title} with pip", command, log=log, env=env)
