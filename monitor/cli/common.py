"""What every command shares: the folder option, opening the newsroom, printing for people and machines."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.app.wire import Wire
    from monitor.config import Newsroom
    from monitor.story import Outlet

__all__ = [
    "AsJson",
    "Folder",
    "console",
    "counted",
    "dump",
    "newsroom",
    "notes",
    "outlets_of",
    "printable",
    "rules_of",
    "say",
    "since_instant",
    "span",
    "version",
    "when",
]

Folder = Annotated[
    Path,
    typer.Option(
        "--dir",
        envvar="COPYTASTER_DIR",
        metavar="FOLDER",
        help="Folder that holds rules.yaml; the database and the env file are beside it.",
        show_default="this folder",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, for machines.")]

_SPAN = re.compile(r"(\d+)\s*(m|h|d|w|minutes?|hours?|days?|weeks?|months?|years?)")
_UNITS = {"m": 1, "h": 60, "d": 1440, "w": 10080, "month": 43200, "months": 43200}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # what could steer a terminal


def version() -> str:
    """Give the installed version."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("copytaster")
    except PackageNotFoundError:
        return "0+source"


def console() -> Console:
    """Where data for people goes."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, markup=False, emoji=False)


def notes() -> Console:
    """Where progress and remarks go."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


def say(lines: Iterable[str]) -> None:
    """Print lines for people. What outlets wrote cannot steer the terminal."""
    for line in lines:
        print(printable(line))


def printable(text: str) -> str:
    """Show characters that could steer a terminal as what they are: none."""
    return _CONTROL.sub("�", text)


@contextmanager
def newsroom(
    folder: Path, *, create: bool = False, scratch: bool = False, terminal: bool | None = None
) -> Iterator[Wire]:
    """Open the newsroom of a folder and close its store afterwards.

    A missing database is made with `create`; with `scratch` a temporary one stands in and nothing is written.
    """
    from monitor.app.wire import open_wire
    from monitor.cli.logs import hide_secrets
    from monitor.crawl.catalogue import declared_outlets

    outlets = declared_outlets()
    with _stand_in(folder, outlets, wanted=scratch) as database:
        wire = open_wire(
            folder, outlets, create=create or database is not None, terminal=terminal, database=database
        )
        hide_secrets(wire.newsroom, wire.environment)
        try:
            yield wire
        finally:
            wire.store.close()


@contextmanager
def _stand_in(folder: Path, outlets: Mapping[str, Outlet], *, wanted: bool) -> Iterator[str | None]:
    """Give the URL of a temporary database when there is none yet; None when there is one to open."""
    from tempfile import TemporaryDirectory

    from monitor.app.wire import database_path, open_rules
    from monitor.errors import RulesError

    path = None
    if wanted:
        try:
            path = database_path(open_rules(folder, outlets), folder)
        except RulesError:  # open_wire looks for the last good rulebook, or says what to mend
            path = None
    if path is None or (path.exists() and path.stat().st_size):
        yield None
        return
    with TemporaryDirectory(prefix="copytaster-") as home:
        yield f"sqlite:///{Path(home) / 'stories.db'}"


def rules_of(folder: Path) -> Newsroom:
    """Read the rules.yaml of a folder, for commands that need no database."""
    from monitor.app.wire import open_rules
    from monitor.crawl.catalogue import declared_outlets

    return open_rules(folder, declared_outlets())


def outlets_of(newsroom: Newsroom) -> Mapping[str, Outlet]:
    """Give every outlet we can name: those of rules.yaml, then those declared in spiders/."""
    from monitor.crawl.catalogue import declared_outlets

    return {**declared_outlets(), **{o.name: o for o in newsroom.outlets}}


def _plain(value: object) -> Any:
    import dataclasses
    from enum import Enum

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(v) for v in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value.value, int) else value.value
    if isinstance(value, Path):
        return str(value)
    return value


def dump(value: object) -> None:
    """Print one JSON document."""
    import json

    print(json.dumps(_plain(value), ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


def counted(number: int, word: str, plural: str = "") -> str:
    """Give "1 story" or "2 stories"."""
    return f"{number} {word if number == 1 else plural or f'{word}s'}"


def when(instant: datetime | None, zone: str = "UTC") -> str:
    """Show an instant in a zone, to the minute; "never" for none."""
    from zoneinfo import ZoneInfo

    return "never" if instant is None else f"{instant.astimezone(ZoneInfo(zone)):%d %b %Y %H:%M}"


def span(words: str) -> timedelta:
    """Read 10m, 2h, 7d, "2 weeks". Raises ConfigError."""
    found = _SPAN.fullmatch(words.strip().lower())
    if found is None:
        msg = f'"{words}" is no span of time. Write it like 10m, 2h, 7d or 4w.'
        raise ConfigError(msg)
    count, unit = int(found[1]), found[2]
    minutes = {"y": 525600}.get(unit[0]) or _UNITS.get(unit) or _UNITS[unit[0]]
    try:
        return timedelta(minutes=count * minutes)
    except OverflowError:
        msg = f'"{words}" is longer than any archive.'
        raise ConfigError(msg) from None


def since_instant(words: str, now: datetime) -> datetime:
    """Read a span back from now (7d), a date (2026-02-03, midnight UTC) or an instant. Raises ConfigError."""
    try:
        if "-" not in words:
            return now - span(words)
        instant = datetime.fromisoformat(words)
    except ValueError:
        msg = f'"{words}" is neither a span (7d) nor a date (2026-02-03).'
        raise ConfigError(msg) from None
    except OverflowError:
        msg = f'"{words}" reaches back before the calendar.'
        raise ConfigError(msg) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
