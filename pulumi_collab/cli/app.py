"""The commands, put together."""

import typer

from pulumi_collab.cli.emulate import emulate

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(emulate)


@app.callback()
def _collab() -> None:
    """Collaborator access on QuantConnect, Helix TeamHub, SURF SRAM and Autodesk APS."""
