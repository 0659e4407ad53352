"""copytaster backup and restore: one file that holds a newsroom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import Folder, newsroom, say
from monitor.errors import ConfigError

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, e.g. backup-2026-11-24.tar.gz")],
    folder: Folder = Path(),
) -> None:
    """Write database and rules into one file; no secrets.

    The signing key is in it where there is one. Runs may go on meanwhile.
    Example: copytaster backup backup-2026-11-24.tar.gz
    """
    from monitor.app.backup import backup as write

    with newsroom(folder) as wire:
        names = write(wire, target)
    say(
        [f"Backed up {', '.join(names)} to {target}. The env file is not in it: keep your secrets elsewhere."]
    )


def restore(
    source: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A file made by copytaster backup.")
    ] = None,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Let a restored copy send from now on, with or without FILE.")
    ] = False,
    folder: Folder = Path(),
) -> None:
    """Restore a backup; it sends nothing until --take-over.

    FILE is restored into an empty folder (--dir). The copy polls, but keeps its alerts. Stop the old installation before you let the copy take over: otherwise both tell the same stories.
    """
    from monitor.app import backup as machine
    from monitor.app.wire import utc_now

    if source is None and not take_over:
        msg = "Name the backup to restore, or say --take-over."
        raise ConfigError(msg)
    if source is not None:
        done = machine.restore(source, folder, utc_now())
        say([f"Restored {', '.join(done.files)} into {folder.absolute()}, backed up at {done.taken}."])
        if not take_over:
            say(["Write the env file again, stop the old installation, then: copytaster restore --take-over"])
    if take_over:
        with newsroom(folder) as wire:
            held = machine.take_over(wire)
        say(["This copy sends from now on." if held else "This copy was not held back; nothing was changed."])
