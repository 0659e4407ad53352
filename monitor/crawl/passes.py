"""One pass over what is due: poll, take in, deliver. What `run` does, and the demo three times.

The reactor of a process cannot start twice, so one process makes one pass; `--every` starts a fresh one each time.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor import schedule
from monitor.app.deliver import deliver, paused, preview
from monitor.app.lock import run_lock
from monitor.app.report import RunReport
from monitor.app.retention import forget
from monitor.app.wire import Wire, lock_path
from monitor.crawl.desk import NewsDesk
from monitor.crawl.run import crawl
from monitor.crawl.tasks import Network, Progress, Task
from monitor.errors import ConfigError
from monitor.outbox import State
from monitor.schedule import Page, PageRead
from monitor.store import open_store, outbox, pages, runs, sources
from monitor.story import Poll, Source

__all__ = ["PassOptions", "one_pass"]

GAPS = frozenset({schedule.IncidentKind.FILLED, schedule.IncidentKind.UNFILLED})
DELIVER_EVERY = 20.0  # seconds; an "at once" alert leaves within 60 s of its commit while the crawl goes on


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOptions:
    """What the caller wants of one pass."""

    version: str
    only: str | None = None  # an outlet or source by name, polled whether due or not
    dry: bool = False  # send and write nothing
    network: Network = field(default_factory=Network)
    progress: Progress | None = None


def one_pass(wire: Wire, options: PassOptions) -> RunReport:
    """Make one pass under the run lock. Raises AlreadyRunning, or ConfigError for an unknown source name."""
    if options.dry:
        with _rehearsal(wire) as copy:
            return _pass(copy, options)
    with run_lock(lock_path(wire.newsroom, wire.folder), wire.clock()):
        return _pass(wire, options)


@contextmanager
def _rehearsal(wire: Wire) -> Iterator[Wire]:
    """Work on a copy of the database that is thrown away, so that a dry run is the same code and writes nothing."""
    with TemporaryDirectory(prefix="copytaster-dry-") as folder:
        copy = Path(folder) / "copy.db"
        wire.store.backup_to(copy)
        store = open_store(f"sqlite:///{copy}")
        try:
            yield replace(wire, store=store)
        finally:
            store.close()


def _pass(wire: Wire, options: PassOptions) -> RunReport:
    report = RunReport(started=wire.clock(), terminal=wire.terminal, mistakes=wire.mistakes, dry=options.dry)
    report.paused = paused(wire)
    named = _named(wire, options.only)
    desk = NewsDesk(wire)
    report.force = desk.force
    tasks = [desk.task(source) for source in (_ready(desk, wire.clock()) if named is None else named)]
    report.due = len(tasks)

    def on_poll(poll: Poll) -> None:
        before, taken = desk.state(poll.source), desk.take(poll)
        if desk.gaps.declared(poll.source):
            report.add_poll(poll, desk.reported(poll.source), taken, again=before.failures > 0)
        else:
            report.add_stories(taken)

    if options.only is not None:
        desk.only = next(iter(named or ())).outlet
    with _courier(wire, desk, report, options):
        if tasks or desk.pages_due():
            done = crawl(
                tasks,
                on_poll=on_poll,
                outlets=desk.outlets(),
                network=options.network,
                clock=wire.clock,
                contact=desk.contact,
                on_progress=options.progress,
                robots=desk.robots,
                seen=desk.seen,
                more=_More(desk, report),
            )
            report.stopped = done.stopped
    return _finish(wire, desk, report, options)


@dataclass(frozen=True, slots=True)
class _More:
    """The desk's pages and gaps, with what came of them in the report."""

    desk: NewsDesk
    report: RunReport

    def further(self) -> Sequence[Page | PageRead | Task]:
        """Give the pages to read, and the sources that may fill a gap."""
        return self.desk.further()

    def take_page(self, read: PageRead) -> None:
        """Take one in."""
        self.report.add_page(read, self.desk.take_page(read))


def _named(wire: Wire, only: str | None) -> Sequence[Source] | None:
    """Give the sources that are meant by the name, title or address of an outlet or source, due or not."""
    if only is None:
        return None
    every = [(s, o.title) for o in wire.newsroom.outlets for s in o.sources]
    wanted = only.casefold()
    named = [s for s, title in every if wanted in {n.casefold() for n in (s.name, s.outlet, s.url, title)}]
    if not named:
        known = ", ".join(sorted({s.name for s, _ in every})) or "none"
        msg = f'There is no source "{only}" in rules.yaml. The sources are: {known}.'
        raise ConfigError(msg)
    return named


def _ready(desk: NewsDesk, now: datetime) -> Sequence[Source]:
    """Give the sources that are due and not held, the most overdue first."""
    every = [s for outlet in desk.outlets().values() for s in outlet.sources]
    with desk.wire.store.reading() as tx:
        holds = sources.holds(tx, now)
    ready = [
        s for s in every if schedule.due(desk.state(s), now) and schedule.held(s.url, holds, now) is None
    ]
    return sorted(ready, key=lambda s: schedule.order(desk.state(s), s, now))


@contextmanager
def _courier(wire: Wire, desk: NewsDesk, report: RunReport, options: PassOptions) -> Iterator[None]:
    """Deliver now and then while the crawl goes on, in a thread of its own."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(DELIVER_EVERY):
            report.sent += deliver(wire, desk.outlets(), options.version)

    courier = threading.Thread(target=work, name="courier", daemon=True)
    if not options.dry:
        courier.start()
    try:
        yield
    finally:
        stop.set()
        if courier.is_alive():
            courier.join()


def _finish(wire: Wire, desk: NewsDesk, report: RunReport, options: PassOptions) -> RunReport:
    now = wire.clock()
    desk.flush()
    forget(wire)
    if not report.stopped:  # whoever stops a pass does not want to wait for mail servers; the next pass sends
        if not options.dry and report.paused is None and wire.newsroom.settings.mailbox:
            from monitor.app.answers import take_answers  # late: few newsrooms have one

            take_answers(wire)
        send = preview if options.dry else deliver
        report.sent += send(wire, desk.outlets(), options.version)
    with wire.store.reading() as tx:
        report.waiting = outbox.counts(tx, now=now).waiting
        report.unread = pages.counts(tx).waiting
        incidents = sources.incidents(tx, since=report.started)
        report.incidents += [i for i in incidents if i.notify]
        report.gaps += [i.text for i in reversed(incidents) if i.kind in GAPS]
    report.finished = wire.clock()
    summary = {
        "due": report.due,
        "failures": len(report.failures),
        "new": report.new_stories,
        "matches": report.matches,
        "sent": sum(s.state is State.SENT for s in report.sent),
    }
    with wire.store.writing() as tx:
        runs.finish(
            tx, desk.run_id, report.finished, exit_code=report.exit_code(), report=json.dumps(summary)
        )
    return report
