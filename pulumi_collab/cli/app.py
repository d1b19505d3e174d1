"""The commands, put together."""

import typer

from pulumi_collab._version import __version__
from pulumi_collab.cli.access import access, drift
from pulumi_collab.cli.emulate import emulate
from pulumi_collab.cli.review import review

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
app.command()(access)
app.command()(drift)
app.command()(review)
app.command()(emulate)


def _version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


@app.callback()
def _collab(
    version: bool = typer.Option(False, "--version", help="The version.", callback=_version, is_eager=True),
) -> None:
    """Collaborator access on QuantConnect, Helix TeamHub, SURF SRAM and Autodesk APS."""
