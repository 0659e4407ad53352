"""The newsroom behind a crawl: what a task needs to know, and the intake its polls go to."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

from monitor import schedule
from monitor.app.force import bring_into_force
from monitor.app.intake import Intake, Taken, history
from monitor.app.journal import begin
from monitor.app.lock import run_lock
from monitor.app.pages import reads
from monitor.app.wire import Wire, lock_path, open_wire
from monitor.crawl.catalogue import declared_outlets
from monitor.crawl.gaps import Gaps
from monitor.crawl.tasks import RobotsText, Task
from monitor.schedule import Health, HostHold, Page, PageRead, SourceState
from monitor.store import pages, runs, sources
from monitor.story import Outcome, Outlet, Poll, Source

__all__ = ["NewsDesk", "StoredRobots", "open_desk"]

GROUP = 50  # polls without news, and robots.txt files, that are committed together
KEEP_ROBOTS = timedelta(hours=24)


class StoredRobots:
    """Keeps robots.txt in the store between runs; reads them at once and writes them in groups."""

    def __init__(self, wire: Wire) -> None:
        self._store = wire.store
        self._new: dict[str, RobotsText] = {}
        with wire.store.reading() as tx:
            kept = sources.robots_since(tx, wire.clock() - KEEP_ROBOTS)
        self._kept = {host: RobotsText(row.body.encode("latin-1"), row.fetched) for host, row in kept.items()}

    def get(self, origin: str) -> RobotsText | None:
        """Give what was kept for an origin."""
        return self._kept.get(origin)

    def texts(self) -> Mapping[str, str]:
        """Give all that is kept, by origin."""
        return {origin: text.body.decode("utf-8", "replace") for origin, text in self._kept.items()}

    def put(self, origin: str, text: RobotsText) -> None:
        """Keep it."""
        self._kept[origin] = self._new[origin] = text
        if len(self._new) >= GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what is new."""
        if self._new:
            with self._store.writing() as tx:
                for origin, text in self._new.items():  # latin-1: byte for byte
                    sources.save_robots(tx, origin, text.body.decode("latin-1"), text.fetched)
            self._new.clear()


class NewsDesk:
    """One run's side of the crawl: gives tasks, takes polls. Used from one thread."""

    def __init__(self, wire: Wire, held: ExitStack | None = None) -> None:
        self.wire = wire
        self._held = held or ExitStack()
        now = wire.clock()
        self.force = bring_into_force(wire, now)
        with wire.store.writing() as tx:
            self.run_id = begin(tx, "run", now)
        with wire.store.reading() as tx:
            self.states = sources.states(tx)
        self._outlets = {o.name: o for o in wire.newsroom.outlets}
        past = history(self.states.values())
        self.intake = Intake(wire=wire, run_id=self.run_id, outlets=self._outlets, past=past, group=GROUP)
        self.robots = StoredRobots(wire)
        self.gaps = Gaps(intake=self.intake, outlets=self._outlets, task=self.task, robots=self.robots.texts)
        self.gaps.recall()
        self.only: str | None = None  # an outlet: pages of others are left for another run
        self._given: set[str] = set()  # keys of pages
        self._asked: Counter[str] = Counter()  # by outlet
        self._reads = True  # whether there can be more to read; at first nobody knows

    @property
    def contact(self) -> str:
        """What outlets may write to."""
        return self.wire.newsroom.settings.contact

    def now(self) -> datetime:
        """Tell the time."""
        return self.wire.clock()

    def outlets(self) -> Mapping[str, Outlet]:
        """Give the outlets rules.yaml names."""
        return self._outlets

    def state(self, source: Source) -> SourceState:
        """Give what was remembered of a source when the run began."""
        return self.states.get((source.outlet, source.url)) or SourceState(
            outlet=source.outlet, url=source.url
        )

    def task(self, source: Source) -> Task:
        """Give what the crawl needs to poll a source. Entry hashes are asked for when a body must be read."""
        state = self.state(source)
        self.gaps.asked.add((source.outlet, source.url))
        return Task(source=source, state=state, conditional=schedule.conditional(state, self.wire.clock()))

    def seen(self, source: Source) -> frozenset[str]:
        """Give the hashes of the entries of a source that are on record."""
        with self.wire.store.reading() as tx:
            return sources.hashes(tx, source.outlet, source.url)

    def reported(self, source: Source) -> Health:
        """Say what the operator had heard of a source before this run."""
        return self.state(source).reported

    def take(self, poll: Poll) -> tuple[Taken, ...]:
        """Take in one poll."""
        self.intake.jitter = random.random()
        return self.gaps.take(poll)

    def further(self) -> Sequence[Page | PageRead | Task]:
        """Give the sources that may fill a gap, and the pages to read."""
        return [*self.gaps.further(), *self._pages()]

    def _pages(self) -> Sequence[Page | PageRead]:
        """Give the pages that are due and were not given in this run, as many as one outlet may have in a run.

        A story that waits for a page which cannot be asked for (its host is held, the outlet's pages are not read
        any more) is settled without.
        """
        if not self._reads:
            return ()
        self._reads = any(map(reads, self._outlets.values()))
        now = self.wire.clock()
        with self.wire.store.reading() as tx:
            due, holds = pages.due(tx, now), sources.holds(tx, now)
        found = [self._one_page(page, holds, now) for page in due if page.key not in self._given]
        return [one for one in found if one is not None]

    def pages_due(self) -> bool:
        """Whether any page waits to be read now."""
        with self.wire.store.reading() as tx:
            return bool(pages.due(tx, self.wire.clock()))

    def _one_page(self, page: Page, holds: Mapping[str, HostHold], now: datetime) -> Page | PageRead | None:
        if self.only not in (None, page.outlet):
            return None
        self._given.add(page.key)
        if not reads(self._outlets.get(page.outlet)):
            return PageRead(page=page, at=now, detail=f"{page.outlet}: its pages are not read any more.")
        hold = schedule.held(page.url, holds, now)
        if hold is not None:
            wait = hold.until - now
            detail = f"{page.outlet}: {hold.host} asked to be left alone until {hold.until:%H:%M} UTC."
            return PageRead(page=page, at=now, outcome=Outcome.RATE_LIMITED, detail=detail, retry_after=wait)
        self._asked[page.outlet] += 1
        if self._asked[page.outlet] > self.wire.newsroom.settings.pages:
            self._given.discard(page.key)
            return None
        return page

    def take_page(self, read: PageRead) -> tuple[Taken, ...]:
        """Take in what came of reading a page."""
        return self.intake.take_page(read)

    def flush(self) -> None:
        """Commit what waits to be committed in a group."""
        self.intake.flush()
        self.gaps.close()
        self.robots.flush()

    def close(self) -> None:
        """End a run that Scrapy drives: record it and let go of lock and store."""
        self.flush()
        with self.wire.store.writing() as tx:
            runs.finish(tx, self.run_id, self.wire.clock(), exit_code=0, report="{}")
        self.wire.store.close()
        self._held.close()


def open_desk(directory: Path) -> NewsDesk:
    """Open the newsroom of a folder for `scrapy crawl`; raises what open_wire and the run lock raise."""
    held = ExitStack()
    wire = open_wire(directory, declared_outlets(), terminal=False)
    held.enter_context(run_lock(lock_path(wire.newsroom, directory), wire.clock()))
    return NewsDesk(wire, held)
