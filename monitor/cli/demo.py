"""copytaster demo: the whole job offline, with outlets we made up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import AsJson

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(demo)


def demo(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--keep",
            metavar="FOLDER",
            help="Keep rules.yaml, the database and the alerts in this new folder.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """See the whole job offline, with made-up outlets.

    They are polled three times over a few simulated hours; you see what editors get, what is held back and why, and
    get the alert as a page to open. No network, no account.
    """
    from monitor.demo import demo as play

    raise typer.Exit(play(folder, as_json=as_json))
