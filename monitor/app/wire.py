"""The composition root: a folder with a rules.yaml becomes everything a verb needs. The only clock is made here."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor import config
from monitor.config.cache import FOLDER as CACHE
from monitor.config.newsroom import Newsroom
from monitor.errors import ConfigError, CopytasterError, Mistake, RulesError
from monitor.story import Outlet

if TYPE_CHECKING:
    from monitor.store import Store

__all__ = [
    "FAILPOINTS",
    "Clock",
    "Wire",
    "database_path",
    "database_url",
    "environment_of",
    "lock_path",
    "open_rules",
    "open_wire",
    "utc_now",
]

Clock = Callable[[], datetime]

WORTH_KEEPING = 20_000  # bytes of rules.yaml

FAILPOINTS = (
    "fetched",  # a response was read, intake has not begun
    "page-read",  # a story's page was read, nothing of it is taken in
    "decided",  # inside the intake transaction, all decided
    "written",  # inside the intake transaction, all written
    "committed",  # after the intake transaction
    "binding",  # inside the transaction that fixes messages
    "bound",  # messages are fixed, nothing claimed
    "claiming",  # inside the transaction that claims one
    "claimed",  # the claim is committed, nothing rendered
    "rendered",  # nothing connected
    "accepted",  # the channel has accepted, nothing recorded
    "settling",  # inside the transaction that records the receipt
    "settled",  # the receipt is recorded
    "refused",  # the channel has refused, nothing recorded
    "put-off",  # the refusal is recorded
)


def utc_now() -> datetime:
    """Read the clock of this machine."""
    return datetime.now(UTC)


def _no_failpoint(_name: str) -> None:
    """Do nothing: nobody is testing crashes."""


def _failpoint(wanted: str, marker: str) -> Callable[[str], None]:
    """Die by SIGKILL at the n-th passage of a named point ("accepted" or "accepted:2"), leaving a marker file."""
    name, _, nth = wanted.partition(":")
    passages = [int(nth or 1)]

    def reach(point: str) -> None:
        if point != name:
            return
        passages[0] -= 1
        if passages[0] == 0:
            if marker:
                Path(marker).write_text(point, encoding="ascii")
            os.kill(os.getpid(), signal.SIGKILL)

    return reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What the verbs work with. `mistakes` are set when rules.yaml is broken and the last good one is in force."""

    folder: Path
    newsroom: Newsroom
    store: Store
    clock: Clock
    environment: Mapping[str, str]
    terminal: bool  # whether printing reaches a person
    mistakes: tuple[Mistake, ...] = ()
    reach: Callable[[str], None] = field(default=_no_failpoint)

    @property
    def zone(self) -> str:
        """The newsroom's zone."""
        return self.newsroom.zone


def database_url(newsroom: Newsroom, folder: Path, environment: Mapping[str, str]) -> str:
    """Give the database's URL: a file beside rules.yaml, or what a reference (env:NAME) says."""
    named = newsroom.settings.database
    if named.startswith(("env:", "file:")):
        return config.secret(named, environment)
    return f"sqlite:///{(folder / named).absolute()}"


def lock_path(newsroom: Newsroom, folder: Path) -> Path:
    """Where the run lock of this newsroom is."""
    named = newsroom.settings.database
    return folder / ("copytaster.lock" if ":" in named else f"{named}.lock")


def database_path(newsroom: Newsroom, folder: Path) -> Path | None:
    """Give the database's file, whether it is there or not; None when a reference names it."""
    named = newsroom.settings.database
    return None if named.startswith(("env:", "file:")) else folder / named


def environment_of(
    newsroom: Newsroom, folder: Path, process: Mapping[str, str] | None = None
) -> Mapping[str, str]:
    """Give the env file beside rules.yaml, overruled by the process's own environment."""
    around = os.environ if process is None else process
    return {**config.read_env(folder / newsroom.settings.env_file), **around}


def _rules_file(folder: Path) -> Path:
    path = folder / "rules.yaml"
    if folder.is_file():
        msg = f"{folder} is a file; --dir takes the folder that rules.yaml is in: --dir {folder.absolute().parent}"
        raise ConfigError(msg)
    if not path.is_file():
        msg = f"There is no rules.yaml in {folder.absolute()}. Make one with: copytaster init {folder}"
        raise ConfigError(msg)
    return path


def open_rules(folder: Path, outlets: Mapping[str, Outlet]) -> Newsroom:
    """Read rules.yaml alone, for what needs no database. Raises ConfigError, RulesError; creates nothing."""
    return config.load(_rules_file(folder), outlets=outlets)


def _last_good(
    folder: Path, outlets: Mapping[str, Outlet], error: RulesError, text: str
) -> tuple[Newsroom, Store]:
    """Open the store of a broken rules.yaml and give the rulebook that was in force. Raises the error if there is none."""
    from monitor.store import open_store, rulebooks

    path = folder / "rules.yaml"
    database = folder / config.guess_database(text)
    if not database.exists():
        raise error
    store = open_store(f"sqlite:///{database.absolute()}", create=False)
    with _closed_on_error(store):
        with store.reading() as tx:
            row = rulebooks.in_force(tx)
        if row is None:
            raise error
        return config.loads(row.text, path, outlets=outlets), store


@contextmanager
def _closed_on_error(store: Store | None) -> Iterator[None]:
    """Close a store that is not handed on."""
    try:
        yield
    except CopytasterError:
        if store is not None:
            store.close()
        raise


def _cache_folder(path: Path) -> Path | None:
    """Where the compiled form of a large rulebook is kept; a small one is read as quickly."""
    return path.parent / CACHE if path.stat().st_size >= WORTH_KEEPING else None


def open_wire(
    folder: Path,
    outlets: Mapping[str, Outlet],
    *,
    create: bool = True,
    clock: Clock = utc_now,
    process: Mapping[str, str] | None = None,
    terminal: bool | None = None,
    database: str | None = None,
) -> Wire:
    """Load rules.yaml, the env file and the database of one folder (`database`: the URL of another one).

    Without rules.yaml: ConfigError, and nothing is created. With a broken one: the last good rulebook of the
    database is in force and `mistakes` says what to mend; without a last good one, RulesError.
    """
    from monitor.store import open_store

    path = _rules_file(folder)
    around = dict(os.environ if process is None else process)
    mistakes: tuple[Mistake, ...] = ()
    store: Store | None = None
    try:
        newsroom = config.load(path, outlets=outlets, folder=_cache_folder(path) if create else None)
    except RulesError as error:
        text = path.read_text(encoding="utf8", errors="replace")
        newsroom, store = _last_good(folder, outlets, error, text)
        mistakes = error.mistakes
    with _closed_on_error(store):
        environment = environment_of(newsroom, folder, around)
    if store is None:
        store = open_store(database or database_url(newsroom, folder, environment), create=create)
    wanted = around.get("COPYTASTER_FAILPOINT", "")
    return Wire(
        folder=folder,
        newsroom=newsroom,
        store=store,
        clock=clock,
        environment=environment,
        terminal=sys.stdout.isatty() if terminal is None else terminal,
        mistakes=mistakes,
        reach=_failpoint(wanted, around.get("COPYTASTER_FAILPOINT_MARKER", "")) if wanted else _no_failpoint,
    )
