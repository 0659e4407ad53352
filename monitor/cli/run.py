"""copytaster run and deliver: what cron calls."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import (
    AsJson,
    Folder,
    counted,
    dump,
    newsroom,
    outlets_of,
    progress_bar,
    say,
    span,
    version,
)
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from monitor.app.report import RunReport
    from monitor.crawl.tasks import Network

__all__ = ["make_pass", "register"]

_SHORTEST = 60.0  # seconds between the beginnings of two passes


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(run)
    app.command()(deliver)


def run(
    folder: Folder = Path(),
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Poll only this outlet or source, due or not.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Poll and decide, but send and write nothing.")
    ] = False,
    every: Annotated[
        str | None, typer.Option(metavar="SPAN", help="Keep running and make a pass this often, e.g. 10m.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Poll what is due, match, decide, deliver, exit. Made for cron and systemd timers.

    On a terminal it tells everything it did; elsewhere only changes of state, so that cron's mail is worth reading.

    Exit codes: 0 fine; 1 rules to mend, or a message given up; 2 could not start; 3 some sources failed; 75 another
    run is at work.
    """
    if every is not None:
        raise typer.Exit(_keep_running(folder, every, _again(source, dry_run=dry_run, as_json=as_json)))
    from monitor.crawl.tasks import Network

    raise typer.Exit(make_pass(folder, source, dry=dry_run, as_json=as_json, network=Network()))


def make_pass(folder: Path, source: str | None, *, dry: bool, as_json: bool, network: Network) -> int:
    """Do what `run` does, over the network given; give the exit code. Works once in a process."""
    gc.disable()  # what is loaded until the crawl stays: looking for garbage in it took a tenth of a second
    try:
        return _pass(folder, source, dry=dry, as_json=as_json, network=network)
    finally:
        gc.enable()


def _pass(folder: Path, source: str | None, *, dry: bool, as_json: bool, network: Network) -> int:
    from monitor.crawl.passes import PassOptions, one_pass

    terminal = False if as_json else None  # a JSON document is no place to tell anybody anything
    with newsroom(folder, create=True, scratch=dry, terminal=terminal) as wire:
        for progress in progress_bar("Polling", wanted=sys.stderr.isatty() and not as_json):
            options = PassOptions(version=version(), only=source, dry=dry, network=network, progress=progress)
            report = one_pass(wire, options)
        if as_json:
            from monitor.cli.reports import run_as_values

            dump(run_as_values(report))
        else:
            _show(report, wire.zone)
    return report.exit_code()


def _show(report: RunReport, zone: str) -> None:
    from monitor.cli.reports import changes_of_state, run_for_people

    say(run_for_people(report, zone) if report.terminal or report.dry else changes_of_state(report))


def _again(source: str | None, *, dry_run: bool, as_json: bool) -> list[str]:
    return [
        *(["--source", source] if source else []),
        *(["--dry-run"] if dry_run else []),
        *(["--json"] if as_json else []),
    ]


def _keep_running(folder: Path, every: str, options: Sequence[str]) -> int:
    """Make a pass in a fresh process every so often until asked to stop. Gives 0 for SIGTERM, 130 for Ctrl-C.

    A first pass that cannot start ends it (2); a later one has told why, and the next may fare better.
    """
    import signal
    import subprocess
    import time

    seconds = span(every).total_seconds()
    if seconds < _SHORTEST:
        msg = f'"--every {every}" is too often. Write a minute or more; each source has its own interval besides.'
        raise ConfigError(msg)
    command = [sys.executable, "-m", "monitor", "run", "--dir", str(folder), *options]
    children: list[subprocess.Popen[bytes]] = []
    stopping: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)
        for child in children:
            child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    first = True
    while not stopping:
        began = time.monotonic()
        children[:] = [subprocess.Popen(command, process_group=0)]
        code = children[0].wait()
        children.clear()
        if code == 2 and first:
            return code
        first = False
        while not stopping and time.monotonic() - began < seconds:
            time.sleep(0.2)
    return 130 if signal.SIGINT in stopping else 0


def deliver(folder: Folder = Path(), as_json: AsJson = False) -> None:
    """Send what is due, without polling. Exit code 1 when a message was given up."""
    from monitor.app.answers import take_answers
    from monitor.app.deliver import deliver as send
    from monitor.app.deliver import paused
    from monitor.app.journal import begin
    from monitor.app.lock import run_lock
    from monitor.app.wire import lock_path
    from monitor.cli.reports import RESTORED, sent_as_values, sent_lines
    from monitor.outbox import State
    from monitor.store import outbox, runs

    with newsroom(folder, terminal=False if as_json else None) as wire:
        with run_lock(lock_path(wire.newsroom, wire.folder), wire.clock()):
            with wire.store.writing() as tx:
                pass_id = begin(tx, "deliver", wire.clock())
            held = paused(wire)
            if held is None:
                take_answers(wire)
            sent = send(wire, outlets_of(wire.newsroom), version())
            with wire.store.writing() as tx:
                runs.finish(
                    tx, pass_id, wire.clock(), exit_code=int(any(s.state is State.DEAD for s in sent))
                )
        with wire.store.reading() as tx:
            waiting = outbox.counts(tx, now=wire.clock()).waiting
    dead = [s for s in sent if s.state is State.DEAD]
    if as_json:
        dump({"sent": sent_as_values(sent), "waiting": waiting, "restored": held})
    else:
        say([RESTORED] if held else [])
        say(sent_lines(sent if wire.terminal else dead))
        if wire.terminal and not sent:
            say([f"Nothing is due; {counted(waiting, 'alert waits', 'alerts wait')} for the right time."])
    raise typer.Exit(1 if dead else 0)
