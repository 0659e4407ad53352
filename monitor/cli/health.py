"""copytaster check and status: will it work tonight, and how is it doing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.cli.common import (
    AsJson,
    Folder,
    console,
    counted,
    dump,
    newsroom,
    outlets_of,
    printable,
    rules_of,
    say,
    when,
)
from monitor.errors import ConfigError, RulesError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from monitor.app.health import Problem, SourceStatus, Status
    from monitor.store.pages import PageCounts

__all__ = ["register"]

_COLOURS = {"ok": "green", "unreachable": "red", "silent": "yellow", "decayed": "yellow", "paused": "dim"}


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(check)
    app.command()(status)


def check(folder: Folder = Path(), as_json: AsJson = False) -> None:
    """Look for everything that can be wrong before 3 am.

    Rules, channels, secrets, database, disk, clock, sources, outbox. Sends nothing, polls nothing, writes nothing. Exit code 1 when something is to be mended; notes do not count.
    """
    problems = _examine(folder)
    grave = any(p.grave for p in problems)
    if as_json:
        dump({"ok": not grave, "problems": problems})
    else:
        say(_lines(problems))
    raise typer.Exit(1 if grave else 0)


def _examine(folder: Path) -> Sequence[Problem]:
    import shutil

    from monitor.app.health import Problem
    from monitor.app.health import check as examine

    try:
        with newsroom(folder, scratch=True) as wire:
            return examine(wire, shutil.disk_usage(folder).free)
    except StoreError as error:
        return [Problem("database", str(error)), *_without_database(folder)]
    except RulesError as error:
        return [Problem("rules", str(m)) for m in error.mistakes]
    except ConfigError as error:
        if not (folder / "rules.yaml").is_file():
            raise
        return [Problem("secrets", str(error))]


def _without_database(folder: Path) -> Iterable[Problem]:
    import sys

    from monitor.app.health import Problem, check_rules
    from monitor.app.wire import environment_of

    try:
        rules = rules_of(folder)
        return check_rules(rules, environment_of(rules, folder), terminal=sys.stdout.isatty())
    except RulesError as error:
        return [Problem("rules", str(m)) for m in error.mistakes]
    except ConfigError as error:
        return [Problem("secrets", str(error))]


def _lines(problems: Sequence[Problem]) -> Iterator[str]:
    for problem in problems:
        where = "" if problem.where == "rules" else f"{problem.where}: "
        yield f"{'' if problem.grave else 'note: '}{where}{problem.text}"
    grave = sum(p.grave for p in problems)
    yield f"{counted(grave, 'thing')} to mend." if grave else "All is well."


def status(folder: Folder = Path(), as_json: AsJson = False) -> None:
    """Show how sources, outbox and the last run are doing.

    Each source with its state, last poll, last new story and next due time. Never waits for a run at work.
    """
    from monitor.app.health import status as read

    with newsroom(folder) as wire:
        now = read(wire, outlets_of(wire.newsroom))
        if as_json:
            dump(now)
        else:
            _show(now, wire.zone)


def _show(now: Status, zone: str) -> None:
    _show_sources(now.sources, zone)
    box, last = now.outbox, now.last_run
    lines = [f"Outbox: {box.waiting} waiting, {box.sent} sent, {box.dead} failed."]
    if box.dead:
        lines.append("  What failed: copytaster outbox --failed")
    lines += [
        f"  {name}: a person last answered {when(at, zone)}."
        for name, at in now.answered.items()
        if at is not None or name != "terminal"
    ]
    lines += _pages(now.pages)
    ended = "" if last is None else f", exit code {last.exit_code}" if last.finished else ", not finished"
    lines.append(f"Last run: {when(last.started, zone) if last else 'never'}{ended}.")
    if now.mistakes:
        lines.append(
            f"rules.yaml is not in force, it has {counted(now.mistakes, 'mistake')}: copytaster check"
        )
    if now.paused:
        lines.append("This is a restored copy; it sends nothing until: copytaster restore --take-over")
    say(lines)
    if now.sources:
        say([f"Times are in {zone}."])


def _pages(pages: PageCounts) -> Iterator[str]:
    """Say what is still to be read; nothing where no pages are."""
    if pages.waiting:
        yield f"Pages: {counted(pages.waiting, 'story waits', 'stories wait')} for a page and will be decided then."
    if pages.failed:
        yield f"Pages: {pages.failed} could not be read and {'is' if pages.failed == 1 else 'are'} tried for 3 days."
        yield "  What the headline alone almost met: copytaster stories --possible"
    if pages.watched:
        yield f"Pages: {pages.watched} of stories that were told {'is' if pages.watched == 1 else 'are'} looked at again."


def _show_sources(sources: Sequence[SourceStatus], zone: str) -> None:
    from rich.text import Text

    if not sources:
        say(["Nothing is polled yet: copytaster sources add URL"])
        return
    out = console()
    width = max(len("Source"), *(len(s.name) for s in sources))
    out.print(
        Text(f"{'Source':{width}}  State        Last poll          Last new           Due", style="bold")
    )
    for s in sources:
        times = _times(s, zone) if s.url else ()
        state = (f"{s.health!s:11}", _COLOURS[str(s.health)])
        out.print(
            Text.assemble(f"{s.name:{width}}  ", state, "  ", "  ".join(f"{t:17}" for t in times).rstrip())
        )
        for words in _words(s):
            out.print(Text(f"   {printable(words)}", style="dim"))
    out.print()


def _times(source: SourceStatus, zone: str) -> tuple[str, str, str]:
    due = when(source.due, zone) if source.due else "now"
    return when(source.last_poll, zone), when(source.last_new, zone), due


def _words(source: SourceStatus) -> Iterator[str]:
    """Say what is wrong, and where to read on."""
    from monitor.schedule import in_shell

    sick = str(source.health) != "ok"
    if source.detail:
        yield source.detail
    if source.lost:
        yield source.lost
    if sick or source.lost:
        yield f"What to do: copytaster sources doctor {in_shell(source.name.removesuffix(' (pages)'))}"
