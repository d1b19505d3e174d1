"""`pulumi-collab emulate`: the emulated services until somebody stops them."""

import json
import shlex
import signal
import time
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:
    from pulumi_collab.emulator import Emulator

DEFAULT_PORT = 8765

_people = Console(stderr=True, highlight=False, soft_wrap=True)  # stdout is the shell's


def emulate(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = DEFAULT_PORT,
    state: Annotated[
        Path | None,
        typer.Option(help="Keeps the world over a restart; comes before --seed once it exists."),
    ] = None,
    seed: Annotated[
        Path | None, typer.Option(help="The world to start with (JSON), instead of the default one.")
    ] = None,
    env_file: Annotated[
        Path | None,
        typer.Option(help="Written once the emulator answers: the lines printed, to be sourced."),
    ] = None,
) -> None:
    """Play the services on a loopback port; prints the `export` lines that point a shell at it."""
    if env_file:
        _make_way(env_file)
    from pulumi_collab.emulator import ControlError, Emulator  # here: the other commands do not need a web server

    stop: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        stop.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    try:
        emulator = Emulator(port, seed=_document(seed) if seed else None, state_file=state).start()
    except ControlError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"port {port} cannot be used: {error.strerror or error}")
    try:
        _tell(emulator, env_file)
        while emulator.running and not stop:
            time.sleep(0.05)  # a signal's handler only notes it: nothing is ever cut in the middle
    finally:
        emulator.stop()
    if not stop:
        _fail("the emulator ended by itself")
    _people.print("Stopped.")


def _tell(emulator: "Emulator", env_file: Path | None) -> None:
    from pulumi_collab.emulator.world import write_atomically

    lines = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in emulator.environment().items())
    print(lines, end="", flush=True)
    _people.print(f"The emulator answers at {emulator.url}; its controls are under {emulator.url}/_emulator/.")
    _people.print("The lines above point a shell at it. Ctrl+C stops it.")
    if env_file:
        try:
            write_atomically(env_file, lines)
        except OSError as error:
            _fail(f"{env_file} cannot be written: {error.strerror or error}")


def _make_way(env_file: Path) -> None:
    """Who waits for the file must not find that of an earlier run, nor wait for one that cannot be written."""
    try:
        if env_file.exists() and not env_file.is_file():
            raise OSError("it is there, and is no file")
        env_file.unlink(missing_ok=True)
        with NamedTemporaryFile(dir=env_file.parent, prefix=f".{env_file.name}."):
            pass  # it is not the file itself that is made: its being there says that the emulator answers
    except OSError as error:
        _fail(f"{env_file} cannot be written: {error.strerror or error}")


def _document(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        _fail(f"{path} cannot be read: {error.strerror or error}")
    except ValueError as error:
        _fail(f"{path} is not JSON: {error}")


def _fail(text: str) -> NoReturn:
    _people.print(f"pulumi-collab emulate: {text}", markup=False)
    raise typer.Exit(1)
