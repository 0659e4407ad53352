"""copytaster init and version: a folder to start from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import version
from monitor.errors import ConfigError

__all__ = ["register", "show_version"]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(init)
    app.command("version")(show_version)


def show_version() -> None:
    """Show the version of Copytaster and of Python."""
    import platform

    print(f"copytaster {version()} (Python {platform.python_version()})")


def init(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", help="Where to make it; it may exist. This folder if left out."),
    ] = None,
    also: Annotated[
        Path | None,
        typer.Option(
            "--dir",
            envvar="COPYTASTER_DIR",
            metavar="FOLDER",
            help="The same, as other commands name it.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Make a folder to start from: rules.yaml, env file, schema.

    rules.yaml comes with comments, the env file is for secrets, the schema for completion in editors. Nothing that is there already is touched. Example: copytaster init brief
    """
    import json

    from monitor import config

    target = folder or also or Path()
    files = {
        "copytaster.env": (config.env_template(), 0o600),
        "rules.schema.json": (json.dumps(config.schema(), indent=1, ensure_ascii=False) + "\n", 0o644),
        "rules.yaml": (config.template(), 0o644),  # last: what makes it a newsroom's folder
    }
    if (target / "rules.yaml").exists():
        msg = f"{target / 'rules.yaml'} is there already; nothing was changed."
        raise ConfigError(msg)
    made = [name for name in files if not (target / name).exists()]
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name in made:
            _write(target / name, *files[name])
    except OSError as error:
        msg = f"{error.filename or target} cannot be made: {error.strerror}. Name a folder you may write to."
        raise ConfigError(msg) from error
    print(f"Made {', '.join(made)} in {target.absolute()}.")
    go = "" if target.absolute() == Path.cwd() else f"cd {target} && "
    print(f"Next: read rules.yaml, then: {go}copytaster check && copytaster run")


def _write(path: Path, text: str, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "w", encoding="utf8") as file:
        file.write(text)
