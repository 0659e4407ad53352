"""The pages of stories in a crawl: one at a time for each host, and what an answer or a failure says of a page."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from monitor import schedule
from monitor.crawl import polls
from monitor.crawl.tasks import Task
from monitor.schedule import Page, PageRead, SourceState
from monitor.story import FAILURES, Outcome, Poll, Source

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from monitor.errors import NoStory, SandboxError
    from monitor.story import Story

__all__ = ["ACCEPT", "PAGE", "Rounds", "answered", "failed", "task_of", "told", "unreadable"]

PAGE = "copytaster_page"  # meta key: the Page a request is made for
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
WAIT = timedelta(minutes=15)  # for a host that names no time
TROUBLES = 3  # pages of one host in a row that could not be had: the rest is not asked for in this crawl
_TROUBLE = frozenset(
    {
        Outcome.TIMEOUT,
        Outcome.CONNECTION,
        Outcome.DNS,
        Outcome.TLS,
        Outcome.BLOCKED,
        Outcome.RATE_LIMITED,
        Outcome.HOSTILE,
    }
)
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


@dataclass(slots=True)
class Rounds:
    """The pages that wait for their host's turn. A host has one page under way at a time."""

    waiting: dict[str, deque[Page]] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    troubles: Counter[str] = field(default_factory=Counter)
    last: dict[str, Outcome] = field(default_factory=dict)
    settled: list[PageRead] = field(default_factory=list)

    def add(self, given: Iterable[Page | PageRead | Task]) -> list[Task]:
        """Take what the desk gives: pages to ask for, and pages that are settled without a request. The rest is given back."""
        tasks = []
        for one in given:
            if isinstance(one, PageRead):
                self.settled.append(one)
            elif isinstance(one, Task):
                tasks.append(one)
            else:
                self.waiting.setdefault(schedule.host_of(one.url), deque()).append(one)
        return tasks

    def done(self, read: PageRead) -> None:
        """Note that a page's request has ended."""
        host = schedule.host_of(read.page.url)
        self.busy.discard(host)
        if read.outcome in _TROUBLE and read.outcome is not None:
            self.troubles[host] += 1
            self.last[host] = read.outcome
        else:
            self.troubles[host] = 0

    def ready(self) -> list[Page]:
        """Give the next page of each host that has none under way."""
        found = []
        for host, pages in self.waiting.items():
            if pages and host not in self.busy:
                self.busy.add(host)
                found.append(pages.popleft())
        return found

    def unasked(self, now: datetime) -> list[PageRead]:
        """Give, as read, the pages that need no request, and those of hosts that are in trouble."""
        found, self.settled = self.settled, []
        for host, pages in self.waiting.items():
            if self.troubles[host] >= TROUBLES:
                found += [_given_up(page, host, self.last[host], now) for page in pages]
                pages.clear()
        return found


def _given_up(page: Page, host: str, outcome: Outcome, now: datetime) -> PageRead:
    detail = (
        f"{page.outlet}: {page.url} was not asked for: the last {TROUBLES} pages of {host} could not be read."
    )
    return PageRead(page=page, at=now, outcome=outcome, detail=detail)


def task_of(page: Page) -> Task:
    """Give the task that guard and robots.txt look at."""
    source = Source(url=page.url, outlet=page.outlet)
    return Task(
        source=source,
        state=SourceState(outlet=page.outlet, url=page.url),
        seen=frozenset(),
        conditional=False,
    )


def answered(response: Response, page: Page, now: datetime) -> PageRead | None:
    """Judge an answer by its status and headers; None for a body that must be read."""
    poll = polls.answered(response, task_of(page), now)
    if poll.outcome in FAILURES or poll.outcome is Outcome.NOT_MODIFIED:
        return _failure(page, poll)
    return None


def failed(failure: Failure, page: Page, now: datetime, *, limits: tuple[float, int]) -> PageRead:
    """Turn what kept us from an answer into what came of the page."""
    return _failure(page, polls.failed(failure, task_of(page), now, limits=limits))


def _failure(page: Page, poll: Poll) -> PageRead:
    detail = poll.detail
    if poll.status in _GONE:
        detail = (
            f"{page.outlet}: there is no page at {page.url} ({poll.status} {HTTPStatus(poll.status).phrase})."
        )
    return PageRead(
        page=page,
        at=poll.at,
        outcome=poll.outcome,
        status=poll.status,
        detail=detail,
        retry_after=poll.retry_after,
        hold=schedule.hold(poll, page.url, WAIT, poll.at, 0.0),
    )


def told(page: Page, story: Story, status: int, now: datetime, warnings: tuple[str, ...] = ()) -> PageRead:
    """Say that a page was read."""
    return PageRead(page=page, at=now, story=story, status=status, warnings=warnings)


def unreadable(page: Page, error: SandboxError | NoStory, now: datetime) -> PageRead:
    """Say that the page holds no story, or that reading it had to be stopped."""
    from monitor.errors import SandboxError

    killed = isinstance(error, SandboxError)
    words = f"reading {page.url} had to be stopped: {error}" if killed else str(error)
    outcome = Outcome.HOSTILE if killed else Outcome.MALFORMED
    return PageRead(
        page=page, at=now, outcome=outcome, status=HTTPStatus.OK, detail=f"{page.outlet}: {words}"
    )
