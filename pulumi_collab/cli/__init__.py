"""The `pulumi-collab` command."""

import sys

_OPTIONAL = {"typer", "rich", "starlette", "uvicorn"}  # what the [emulator] extra brings


def main() -> None:
    """Runs the command; without the packages of its extra it says in one line which one to install."""
    try:
        from pulumi_collab.cli.app import app

        app(prog_name="pulumi-collab")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _OPTIONAL:
            raise
        sys.exit(f"pulumi-collab needs {missing}: install pulumi-collab[emulator]")
