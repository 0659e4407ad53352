"""What a crawl is given and what it hands back: values and the one protocol behind which the newsroom sits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from typing import Protocol
from urllib.parse import urlsplit

from monitor.schedule import HostHold, Page, PageRead, SourceState
from monitor.story import Outcome, Outlet, Poll, Source

__all__ = [
    "TASK",
    "Clock",
    "CrawlReport",
    "Desk",
    "Network",
    "PageDesk",
    "Progress",
    "RobotsMemory",
    "RobotsText",
    "Task",
    "pace",
    "user_agent",
]

Clock = Callable[[], datetime]
DELAY = timedelta(seconds=5)  # between requests to one host, where no outlet says otherwise
TASK = "copytaster_task"  # meta key: the Task a request is made for
Progress = Callable[[int, int], None]  # polls done, polls to do


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One source to poll, with what is remembered of it.

    `seen` are the hashes of entries already on record; None: the desk is asked when a body must be read.
    """

    source: Source
    state: SourceState
    seen: frozenset[str] | None = None
    conditional: bool = True  # False: ask for the whole body whatever we remember


@dataclass(frozen=True, slots=True)
class Network:
    """Where connections really go. Made by code (the demo, the tests) and never read from a file.

    `host_map` sends the connections of a host elsewhere: `{"bbc.example": ("127.0.0.1", 8123)}`. The URL keeps
    its host, so politeness, robots.txt and the guard's port rule stay as in real life.
    `allowed_addresses` are `ip:port` strings (IPv6: `[ip]:port`) the guard lets through although they are private;
    mapped addresses need to be among them too.
    """

    host_map: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    allowed_addresses: frozenset[str] = frozenset()

    @classmethod
    def local(cls, host_map: Mapping[str, tuple[str, int]]) -> Network:
        """Map hosts to local servers and allow exactly those servers."""
        return cls(host_map, frozenset(f"{ip}:{port}" for ip, port in host_map.values()))


@dataclass(frozen=True, slots=True)
class RobotsText:
    """A robots.txt as fetched. An empty body allows everything."""

    body: bytes
    fetched: datetime


class RobotsMemory(Protocol):
    """Keeps robots.txt between runs. `origin` is scheme://host[:port]."""

    def get(self, origin: str) -> RobotsText | None:
        """Give at once what was kept, however old; the crawl asks again after 24 hours. Called from any thread."""

    def put(self, origin: str, text: RobotsText) -> None:
        """Keep it. Called on the writer thread only."""


class PageDesk(Protocol):
    """Knows what is to be asked for besides the sources that are due. Called on the writer thread only."""

    def further(self) -> Sequence[Page | PageRead | Task]:
        """Give what to read now and was not given in this crawl: pages, and sources that may fill a gap.

        A page that is settled without a request comes as read.
        """

    def take_page(self, read: PageRead) -> object:
        """Take in what came of reading one."""


class Desk(PageDesk, Protocol):
    """The newsroom behind a crawl that Scrapy started (`scrapy crawl bbc`).

    The setting COPYTASTER_DESK names a callable that opens one: `open_desk(directory: Path) -> Desk`, where
    `directory` holds rules.yaml. Every method but `now` and `seen` is called on the crawl's one writer thread, where
    the desk was also opened.
    """

    @property
    def contact(self) -> str:
        """URL or mail address for the User-Agent, or ""."""

    @property
    def robots(self) -> RobotsMemory | None:
        """Where robots.txt is kept between runs."""

    def now(self) -> datetime:
        """Tell the time, aware. Called from any thread."""

    def outlets(self) -> Mapping[str, Outlet]:
        """Give the outlets declared in rules.yaml, by name."""

    def task(self, source: Source) -> Task:
        """Give what is remembered of a source."""

    def seen(self, source: Source) -> frozenset[str]:
        """Give the hashes of a source's entries that are on record. Called from any thread."""

    def take(self, poll: Poll) -> object:
        """Take in one poll: the intake."""

    def close(self) -> None:
        """The crawl is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What a crawl did. `stopped` says that it was interrupted before every task had its poll."""

    started: datetime
    finished: datetime
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    holds: tuple[HostHold, ...] = ()
    unpolled: tuple[Source, ...] = ()  # tasks left without a poll when the crawl was stopped

    @property
    def polls(self) -> int:
        """Polls handed on."""
        return sum(self.outcomes.values())

    @property
    def stopped(self) -> bool:
        """Whether some tasks were left."""
        return bool(self.unpolled)

    @property
    def elapsed(self) -> timedelta:
        """How long it took."""
        return self.finished - self.started


@cache
def user_agent(contact: str) -> str:
    """Name ourselves to outlets: program, version, and whom to ask."""
    named = f"copytaster/{version('copytaster')}"
    return f"{named} (+{contact})" if contact else named


def pace(sources: Iterable[Source], outlets: Mapping[str, Outlet]) -> dict[str, dict[str, float]]:
    """Give Scrapy's DOWNLOAD_SLOTS: one connection per host, and at least the outlet's delay between requests."""
    slots: dict[str, dict[str, float]] = {}
    for source in sources:
        host = urlsplit(source.url).hostname or ""
        outlet = outlets.get(source.outlet)
        delay = (outlet.delay if outlet else DELAY).total_seconds()
        known = slots.get(host, {"delay": 0.0})["delay"]
        slots[host] = {"concurrency": 1, "delay": max(delay, known), "jitter": 0.0}
    return slots
