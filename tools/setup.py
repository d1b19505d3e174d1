"""Sets up what this project needs, inside one cache folder, and runs commands with it.

    python3 tools/setup.py engine                          the last line is the folder with Pulumi, for PATH
    python3 tools/setup.py run [--no-engine] -- CMD ...    CMD with the virtual environment and Pulumi

Everything is kept in `$XDG_CACHE_HOME/pulumi-collab`, else `~/.cache/pulumi-collab`, which may be removed at any time.
Nothing is written in the clone.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import shlex
import signal
import sys
from pathlib import Path

if sys.version_info < (3, 11) or sys.platform == "win32":
    sys.exit(f"pulumi_collab is developed with Python 3.11 or newer on Linux or macOS, not {sys.version.split()[0]}")
sys.dont_write_bytecode = True  # before our own modules are imported, which stand in the clone

import tomllib  # noqa: E402

from pulumi_engine import find_engine  # noqa: E402
from steps import SetupFailed, locked, make_venv, say  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent


def cache_folder() -> Path:
    """Where everything is kept. A relative `XDG_CACHE_HOME` counts as none, as its specification says."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or "")
    return (base if base.is_absolute() else Path.home() / ".cache") / "pulumi-collab"


def requirements(pyproject: Path) -> list[str]:
    """All that the package and its `dev` extra need, without the package itself."""
    project = tomllib.loads(pyproject.read_text())["project"]
    extras: dict[str, list[str]] = project.get("optional-dependencies", {})
    found: dict[str, None] = {}  # keeps the order

    def add(lines: list[str]) -> None:
        for line in lines:
            own = re.fullmatch(rf"{re.escape(project['name'])}\[(.+)\]", line)
            if own is None:
                found[line] = None
                continue
            for extra in own[1].split(","):
                add(extras[extra.strip()])

    add(project.get("dependencies", []))
    add(extras.get("dev", []))
    return list(found)


def find_venv(cache: Path) -> Path:
    """The virtual environment with everything but the package itself, shared by all clones that need the same."""
    needed = requirements(ROOT / "pyproject.toml")
    constraints = ROOT / "constraints.txt"
    python = [sys.implementation.cache_tag, platform.system(), platform.machine()]
    key = hashlib.sha256(json.dumps([needed, constraints.read_text(), python]).encode()).hexdigest()[:16]
    folder = cache / "venv" / key
    complete = folder / ".complete"
    if not _stands(folder):
        with locked(cache / "venv.lock", "the virtual environment"):
            if not _stands(folder):  # else: made by the one that we waited for
                pip = ["--constraint", str(constraints), *needed] if needed else []
                make_venv(folder, pip, title="the development packages", cache=cache)
                _add_command(folder)
                complete.touch()
    return folder


def _stands(folder: Path) -> bool:
    # Its Python is a link to the one that made it, which may have gone.
    return (folder / ".complete").exists() and (folder / "bin" / "python").exists()


def _add_command(venv: Path) -> None:
    """`pulumi-collab`, as an installation would make it. Through a shell: a `#!` line has a limit, and no blanks."""
    code = "import sys; sys.argv[0] = 'pulumi-collab'; from pulumi_collab.cli import main; sys.exit(main())"
    python = shlex.quote(str(venv / "bin" / "python"))
    command = venv / "bin" / "pulumi-collab"
    command.write_text(f'#!/bin/sh\nexec {python} -P -c {shlex.quote(code)} "$@"\n')
    command.chmod(0o755)


def environment(cache: Path, venv: Path, engine: Path | None) -> dict[str, str]:
    """The caller's environment, with our tools first on PATH and everybody's caches in our cache folder."""
    env = dict(os.environ)
    for name in ("PYTHONHOME", "PULUMI_PYTHON_CMD", "PULUMI_RUNTIME_VIRTUALENV"):  # would choose another Python
        env.pop(name, None)
    path = [str(venv / "bin"), *([str(engine)] if engine else []), env.get("PATH", os.defpath)]
    checks = cache / "checks"
    clone = checks / hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:16]  # two clones may run their tests at once
    scratch = cache / "tmp"  # tests and demo keep what they throw away in here as well
    for folder in (clone, scratch):
        folder.mkdir(parents=True, exist_ok=True)
    return env | {
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "VIRTUAL_ENV": str(venv),
        "TMPDIR": str(scratch),
        "PULUMI_HOME": str(cache / "pulumi-home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PIP_CACHE_DIR": str(cache / "pip"),
        "MYPY_CACHE_DIR": str(checks / "mypy"),
        "RUFF_CACHE_DIR": str(checks / "ruff"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(checks / "hypothesis"),
        "COVERAGE_FILE": str(clone / "coverage"),
        "PYTEST_CACHE": str(clone / "pytest"),  # pytest has no such variable: the Makefile hands it over
    }


def run(command: list[str], *, with_engine: bool) -> None:
    """Becomes the command; comes back only if it cannot."""
    cache = cache_folder()
    venv = find_venv(cache)
    env = environment(cache, venv, find_engine(cache) if with_engine else None)
    try:
        os.execvpe(command[0], command, env)  # noqa: S606 - the caller's own command
    except OSError as error:
        raise SetupFailed(f"cannot run {command[0]}: {error.strerror}") from error


def main(arguments: list[str]) -> int:
    """Do what is asked; the exit code."""
    parser = argparse.ArgumentParser(description="Sets up what this project needs, and runs commands with it.")
    commands = parser.add_subparsers(dest="do", required=True)
    commands.add_parser("engine", help="find or build Pulumi; the last line is the folder to put on PATH")
    runner = commands.add_parser("run", help="run a command with the virtual environment and Pulumi: run -- CMD ...")
    runner.add_argument("--no-engine", action="store_true", help="without Pulumi")
    end = arguments.index("--") if "--" in arguments else len(arguments)
    asked, command = parser.parse_args(arguments[:end]), arguments[end + 1 :]
    if (asked.do == "run") != bool(command):
        parser.error("`run` takes a command after `--`, and only `run` does")
    # Ended in any of these ways, what was begun is tidied away.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        if asked.do == "engine":
            print(find_engine(cache_folder()))
        else:
            run(command, with_engine=not asked.no_engine)
    except (SetupFailed, OSError) as error:
        say(f"set-up failed: {error}")
        return 1
    except KeyboardInterrupt:
        say("set-up interrupted: the next run goes on from here")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
