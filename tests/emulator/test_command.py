import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from pulumi_collab import cli
from pulumi_collab.emulator import Emulator

ROOT = Path(__file__).parents[2]


def command(*arguments: str | Path) -> list[str]:
    """The command line that starts it."""
    return [sys.executable, "-m", "pulumi_collab", "emulate", *map(str, arguments)]


@contextmanager
def running(*arguments: str | Path, end: signal.Signals = signal.SIGTERM) -> Iterator[dict[str, str]]:
    """The command, until the block ends; gives the variables that it printed."""
    process = subprocess.Popen(command(*arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        lines = [process.stdout.readline() for _ in Emulator().environment()]
        yield variables("".join(lines))
        process.send_signal(end)
        rest, words = process.communicate()
        assert (process.returncode, rest) == (0, "")
        assert "Stopped." in words
        assert "Traceback" not in words
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def variables(text: str) -> dict[str, str]:
    """What a shell would set from these lines."""
    found = {}
    for line in text.splitlines():
        export, assignment = shlex.split(line)
        name, _, value = assignment.partition("=")
        assert export == "export"
        found[name] = value
    return found


def failed(*arguments: str | Path) -> str:
    """What the command says when it cannot start: one line, exit 1, nothing for the shell."""
    done = subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_stopped(tmp_path: Path, end: signal.Signals) -> None:
    """It prints the shell's lines and nothing else on stdout, writes the same to the file, and ends with 0."""
    env_file = tmp_path / "env"
    with running("--port", "0", "--env-file", env_file, end=end) as printed:
        url = printed["QUANTCONNECT_BASE_URL"].removesuffix("/quantconnect/api/v2")
        assert requests.get(f"{url}/_emulator/health", timeout=30).ok
        assert printed["QUANTCONNECT_API_TOKEN"] == "demo-quantconnect-token"
        while not env_file.exists():
            pass
        assert variables(env_file.read_text()) == printed
        assert env_file.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [env_file]


def test_state_survives_a_kill(tmp_path: Path) -> None:
    """What was answered is still there after the process was killed; the seed is only for the first start."""
    seed, state = tmp_path / "seed.json", tmp_path / "state.json"
    seed.write_text('{"quantconnect": {"users": [{"id": 5, "public_id": "ann", "token": "t\'s"}]}}')
    process = subprocess.Popen(
        command("--port", "0", "--seed", seed, "--state", state),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    with process:
        printed = variables("".join(process.stdout.readline() for _ in range(3)))
        assert printed["QUANTCONNECT_API_TOKEN"] == "t's"
        url = printed["QUANTCONNECT_BASE_URL"].removesuffix("/quantconnect/api/v2")
        assert requests.post(f"{url}/_emulator/clock", json={"advance_seconds": 5}, timeout=30).ok
        process.kill()
    with running("--port", "0", "--state", state) as printed:
        url = printed["QUANTCONNECT_BASE_URL"].removesuffix("/quantconnect/api/v2")
        found = requests.get(f"{url}/_emulator/state", timeout=30).json()
        assert found["clock_offset_seconds"] == 5
        assert printed["QUANTCONNECT_USER_ID"] == "5"


def test_what_cannot_be_started(tmp_path: Path) -> None:
    """A port in use, a seed that is missing or wrong, and a file that cannot be written are one line each."""
    broken, wrong = tmp_path / "broken.json", tmp_path / "wrong.json"
    broken.write_text("{")
    wrong.write_text('{"quantconnect": {"users": [{"id": 1}]}}')
    with Emulator() as emulator:
        port = emulator.url.rpartition(":")[2]
        assert f"port {port} cannot be used" in failed("--port", port)
    assert "cannot be read" in failed("--port", "0", "--seed", tmp_path / "missing.json")
    assert "is not JSON" in failed("--port", "0", "--seed", broken)
    assert "quantconnect.users.0.public_id" in failed("--port", "0", "--seed", wrong)
    assert "cannot be written" in failed("--port", "0", "--state", tmp_path / "no" / "folder")
    assert "not a state file" in failed("--port", "0", "--state", wrong)


def test_the_env_file_of_an_earlier_run(tmp_path: Path) -> None:
    """It is removed before anything else, so that who waits for the file is not sent to an emulator that has ended."""
    env_file = tmp_path / "env"
    for arguments in (("--seed", tmp_path / "missing.json"), ("--state", tmp_path / "no" / "folder")):
        env_file.write_text("export QUANTCONNECT_USER_ID=7\n")
        failed("--port", "0", "--env-file", env_file, *arguments)
        assert list(tmp_path.iterdir()) == []


def test_an_env_file_that_cannot_be_written(tmp_path: Path) -> None:
    """It is told before anything is served: one line, exit 1, nothing for the shell."""
    folder = tmp_path / "folder"
    folder.mkdir()
    assert f"{folder} cannot be written: it is there, and is no file" in failed("--port", "0", "--env-file", folder)
    assert "cannot be written: No such file" in failed("--port", "0", "--env-file", tmp_path / "no" / "env")
    assert "cannot be written" in failed("--port", "0", "--env-file", tmp_path / ("e" * 300))
    assert list(tmp_path.iterdir()) == [folder]


def test_wrong_options() -> None:
    """An option that is none, or has no such value, is a usage error."""
    for option in (("--color", "red"), ("--port", "x"), ("--port", "65536")):
        done = subprocess.run(command(*option), cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Usage" in done.stderr


@pytest.mark.parametrize("missing", ["typer", "starlette"])
def test_without_the_extra(missing: str) -> None:
    """Where the extra is not installed, one line says what to install."""
    code = f"import sys; sys.modules[{missing!r}] = None; from pulumi_collab.cli import main; main()"
    arguments = [sys.executable, "-c", code, "emulate"]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"pulumi-collab needs {missing}: install pulumi-collab[emulator]"]


def test_other_missing_modules_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that is no part of the extra is a bug, and shows as one."""
    monkeypatch.setitem(sys.modules, "pulumi_collab.cli.app", None)
    with pytest.raises(ModuleNotFoundError):
        cli.main()
