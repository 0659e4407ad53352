"""Poll a list of sources in one crawl.

`crawl` starts Twisted's reactor, which cannot be started again: it works once in a process. Whoever polls again and
again (`run --every`) makes a fresh child process for each pass.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from monitor.crawl.session import Session, open_session
from monitor.crawl.tasks import (
    Clock,
    CrawlReport,
    Network,
    PageDesk,
    Progress,
    RobotsMemory,
    Task,
    pace,
    user_agent,
)
from monitor.story import Outlet, Poll, Source

if TYPE_CHECKING:
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from monitor.schedule import HostHold, Page, PageRead

__all__ = ["crawl"]

LOOP = "uvloop.Loop"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedDesk:
    """The desk of a crawl whose caller has prepared everything."""

    contact: str
    clock: Clock
    on_poll: Callable[[Poll], object]
    given: Mapping[str, Outlet]
    robots: RobotsMemory | None
    recall: Callable[[Source], frozenset[str]]
    more: PageDesk | None = None

    def now(self) -> datetime:
        """Tell the time."""
        return self.clock()

    def outlets(self) -> Mapping[str, Outlet]:
        """Give the outlets as handed in."""
        return self.given

    def task(self, source: Source) -> Task:
        """Not needed: the tasks were handed in."""
        raise NotImplementedError(source.url)

    def seen(self, source: Source) -> frozenset[str]:
        """Ask the caller."""
        return self.recall(source)

    def take(self, poll: Poll) -> None:
        """Hand the poll on."""
        self.on_poll(poll)

    def further(self) -> Sequence[Page | PageRead | Task]:
        """Ask the caller."""
        return self.more.further() if self.more is not None else ()

    def take_page(self, read: PageRead) -> None:
        """Hand it on."""
        if self.more is not None:
            self.more.take_page(read)

    def close(self) -> None:
        """Nothing of ours to close."""


def crawl(
    tasks: Sequence[Task],
    *,
    on_poll: Callable[[Poll], object],
    outlets: Mapping[str, Outlet],
    network: Network,
    clock: Clock,
    contact: str = "",
    on_progress: Progress | None = None,
    robots: RobotsMemory | None = None,
    seen: Callable[[Source], frozenset[str]] = lambda _: frozenset(),
    more: PageDesk | None = None,
    settings: Mapping[str, Any] | None = None,
) -> CrawlReport:
    """Poll every source once, politely, and hand each Poll to `on_poll` on one writer thread.

    Each task ends in exactly one Poll, bad ones included, unless the crawl is interrupted (SIGINT, SIGTERM): the
    report names what was left. An exception of `on_poll` ends the crawl and is raised here. `settings` are Scrapy
    settings that win over ours as a user's do (not over the guard). Works once in a process.
    `seen` gives the entry hashes on record of a source whose task holds none; `more` knows what to read besides: pages,
    sources that may fill a gap. Both are called on the writer thread.
    """
    started = clock()
    if not tasks and more is None:
        return CrawlReport(started=started, finished=started)
    desk = HandedDesk(
        contact=contact,
        clock=clock,
        on_poll=on_poll,
        given=outlets,
        robots=robots,
        recall=seen,
        more=more,
    )
    session = open_session(lambda: desk, on_progress=on_progress)
    try:
        given = _settings(tasks, outlets, network, contact, settings or {})
        with _seldom_tidied():
            holds = _run(tasks, outlets, session, given)
    finally:
        session.close()
    if session.failure is not None:
        raise session.failure
    return CrawlReport(
        started=started,
        finished=clock(),
        outcomes=dict(session.outcomes),
        holds=holds,
        unpolled=session.left(tasks),
    )


def _settings(
    tasks: Sequence[Task],
    outlets: Mapping[str, Outlet],
    network: Network,
    contact: str,
    settings: Mapping[str, Any],
) -> Settings:
    from scrapy.settings import Settings

    from monitor.crawl.addon import SLIM, Hardening
    from monitor.crawl.guard import NETWORK

    ours = SLIM | {
        "ADDONS": {Hardening: 0},
        "BOT_NAME": "copytaster",
        "ASYNCIO_EVENT_LOOP": LOOP
        if find_spec("uvloop")
        else None,  # without it Python's own does as well, slower
        "USER_AGENT": user_agent(contact),
        "LOG_INSTALL_ROOT_HANDLER": False,  # the program's own logging stands
        "DOWNLOAD_SLOTS": pace((task.source for task in tasks), outlets),
        NETWORK: network,
    }
    return Settings(ours | dict(settings))


def _run(
    tasks: Sequence[Task], outlets: Mapping[str, Outlet], session: Session, settings: Settings
) -> tuple[HostHold, ...]:
    """Run the one crawler until it is done; give the hosts that asked to be left alone."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import SETTINGS_PRIORITIES

    from monitor.crawl.spider import NewsroomSpider
    from monitor.crawl.stopping import PromptCrawler

    level = _level()
    process = AsyncCrawlerProcess(settings)  # sets the level of its logger
    crawler = PromptCrawler(NewsroomSpider, process.settings)
    asked = settings.getpriority("LOG_LEVEL") == SETTINGS_PRIORITIES["project"]
    logging.getLogger("scrapy").setLevel(settings["LOG_LEVEL"] if asked else level)
    running = process.crawl(crawler, tasks=tasks, outlets=outlets, session=session)
    _start(process)
    if not running.done():  # stopped a second time: the reactor did not wait for anything
        raise KeyboardInterrupt
    running.result()
    spider = crawler.spider
    return tuple(spider.holds.values()) if isinstance(spider, NewsroomSpider) else ()


@contextmanager
def _seldom_tidied() -> Iterator[None]:
    """Let Python look for cyclic garbage a tenth as often, and not among what is there already.

    The requests of a crawl leave little of it, and looking took a tenth of the time.
    """
    before, looked = gc.get_threshold(), gc.isenabled()
    gc.freeze()
    gc.set_threshold(before[0] * 10, *before[1:])
    gc.enable()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
        if not looked:
            gc.disable()


def _level() -> int:
    """Give what is wanted of Scrapy's remarks: by itself only errors (a body is too large, say, is in its poll)."""
    wanted = logging.getLogger("scrapy").getEffectiveLevel()
    return wanted if wanted < logging.WARNING else logging.ERROR


def _start(process: AsyncCrawlerProcess) -> None:
    from twisted.internet.error import ReactorNotRestartable

    try:
        process.start(install_signal_handlers=threading.current_thread() is threading.main_thread())
    except ReactorNotRestartable as error:
        msg = (
            "crawl() works once in a process, as Twisted's reactor does. Start a fresh process for each pass."
        )
        raise RuntimeError(msg) from error
