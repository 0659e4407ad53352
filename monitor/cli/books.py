"""Rulebooks that commands are asked about: a file, a git revision of rules.yaml, or the one of the folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import newsroom, notes
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.app.wire import Wire
    from monitor.rules import Rulebook

__all__ = ["RulesFile", "archive", "book_of", "known", "text_of", "version_of"]

RulesFile = Annotated[
    Path | None,
    typer.Option("--rules", metavar="FILE", help="This rules.yaml, a draft say, instead of the folder's."),
]


def text_of(folder: Path, rules: Path | None) -> tuple[str, Path]:
    """Give the text that is meant and what to call it: a file, the folder's rules.yaml, or the shipped one.

    Raises ConfigError when it cannot be read.
    """
    from monitor import config

    path = rules or folder / "rules.yaml"
    if rules is None and not path.is_file():
        notes().print(f"There is no rules.yaml in {folder.absolute()}: the shipped one is used.")
        return config.template(), Path("rules.yaml")
    try:
        return path.read_text(encoding="utf8"), path
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        msg = f"{path} cannot be read: {reason}."
        raise ConfigError(msg) from error


def book_of(folder: Path, rules: Path | None) -> Rulebook:
    """Give the rulebook that is meant. Raises RulesError holding every mistake, or ConfigError."""
    from monitor import config

    text, path = text_of(folder, rules)
    return config.loads(text, path, None).rulebook


def version_of(folder: Path, word: str) -> Rulebook:
    """Give the rulebook of a file, or of a git revision of the folder's rules.yaml. Raises ConfigError, RulesError.

    A bare name is looked for in the folder first.
    """
    from monitor import config

    places = [Path(word), folder / word]
    if places[0].name == word:  # rules.yaml means the folder's
        places.reverse()
    path = next((p for p in places if p.is_file()), None)
    if path is not None:
        return config.load_rulebook(path)
    return config.loads(
        _from_git((folder / "rules.yaml").resolve(), word), Path(f"{word}:rules.yaml"), None
    ).rulebook


def _from_git(path: Path, word: str) -> str:
    import subprocess

    msg = f'"{word}" is no file, and no git revision with a {path.name} in {path.parent}'
    if word.startswith("-"):
        raise ConfigError(f"{msg}.")
    try:
        done = subprocess.run(
            ["git", "-C", str(path.parent), "show", "--no-textconv", f"{word}:./{path.name}"],  # noqa: S607
            capture_output=True,
            check=False,
        )
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(f"{msg}: git is not installed.") from None
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise ConfigError(f"{msg}{f': {reason[0]}' if reason else ''}")
    return done.stdout.decode("utf8", errors="replace")


@contextmanager
def archive(folder: Path) -> Iterator[Wire | None]:
    """Open the archive of a folder; None when there is no newsroom, and an empty one when it has no database yet."""
    if not (folder / "rules.yaml").is_file():
        yield None
        return
    with newsroom(folder, scratch=True, terminal=False) as wire:
        yield wire


def known(book: Rulebook, rule: str | None) -> tuple[str, ...]:
    """Give the rules that are meant: the one named, or all. Raises ConfigError for an unknown one."""
    if rule is not None and rule not in book.rules:
        msg = f'There is no rule "{rule}". The rules are: {", ".join(book.rules)}.'
        raise ConfigError(msg)
    return tuple(book.rules) if rule is None else (rule,)
