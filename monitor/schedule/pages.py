"""When a story's page is read: for the first time, again after a failure, and again once somebody was told of it.

Where the waits come from: docs/explanation/articles.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.schedule.timing import LONGEST, clamp
from monitor.schedule.values import HostHold
from monitor.story import Outcome, Story

__all__ = ["GIVE_UP", "VISITS", "Page", "PageRead", "Want", "after_page", "gone_for_good", "watch"]

GIVE_UP = timedelta(days=3)  # a page that could not be read is tried no longer than this
VISITS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))  # after its story was told
CONFIRM = timedelta(minutes=15)  # a page that answers 404 is asked once more before it counts as gone
_FINAL = frozenset({Outcome.ROBOTS, Outcome.FORBIDDEN_ADDRESS, Outcome.HOSTILE, Outcome.TOO_BIG})
_NOT_FOUND, _GONE = 404, 410
_MISSING = frozenset({_NOT_FOUND, _GONE})


class Want(StrEnum):
    """What a page is to be read for."""

    READ = "read"  # its story's text
    WATCH = "watch"  # to see whether what was told still stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that is to be read at `due`, and what is remembered of it. `key` names its canonical address."""

    key: str
    url: str
    outlet: str
    source: str  # URL of the source that listed it
    since: datetime  # when it was first wanted
    due: datetime
    want: Want = Want.READ
    story_id: int | None = None  # None: its story is not decided yet
    tries: int = 0  # that failed, since it was last read
    detail: str = ""  # why the last one failed
    told: datetime | None = None  # when somebody was told of its story: watched from then on
    missing: datetime | None = None  # when it first answered that there is no such page


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """What came of one attempt: the story the page tells, or the outcome and a sentence for the operator.

    `story` is as the page alone tells it, with its provenance: nothing of the entry is in it.
    """

    page: Page
    at: datetime
    story: Story | None = None
    outcome: Outcome | None = None  # None: it was read
    status: int | None = None
    detail: str = ""
    retry_after: timedelta | None = None
    hold: HostHold | None = None  # its host asked to be left alone
    warnings: tuple[str, ...] = ()


def after_page(page: Page, read: PageRead, interval: timedelta) -> Page | None:
    """Give when the page is to be read next; None: never again. `interval` is that of its source.

    A failure is followed by the source's back-off, interval x (1 + failures), for 3 days; what cannot get better by
    waiting (robots.txt, an address the guard refuses, a page that had to be stopped) by nothing.
    """
    if read.story is not None:
        done = replace(page, want=Want.WATCH, tries=0, detail="", missing=None)
        return _next_visit(done, read.at)
    failed = replace(page, tries=page.tries + 1, detail=read.detail)
    if page.want is Want.WATCH and read.status in _MISSING:
        return _missing(page, failed, read)
    if read.outcome in _FINAL:
        return None
    wait = clamp(min(interval * (1 + failed.tries), LONGEST))
    due = read.at + max(wait, read.retry_after or timedelta(0))
    begun = page.since if page.want is Want.READ else (page.told or page.since) + VISITS[-1]
    return replace(failed, due=due) if due <= begun + GIVE_UP else None


def _missing(page: Page, failed: Page, read: PageRead) -> Page | None:
    """Ask once more soon; then go on with the visits, because what was taken down may come back."""
    if page.missing is None and read.status != _GONE:
        return replace(failed, missing=read.at, due=read.at + CONFIRM)
    return _next_visit(replace(failed, missing=page.missing or read.at), read.at)


def _next_visit(page: Page, now: datetime) -> Page | None:
    if page.told is None:
        return None
    due = next((at for visit in VISITS if (at := page.told + visit) > now), None)
    return None if due is None else replace(page, due=due)


def gone_for_good(read: PageRead) -> bool:
    """Whether this attempt shows that a page which could once be read has been taken down: 410, or 404 twice."""
    if read.page.want is not Want.WATCH:
        return False
    return read.status == _GONE or (read.status == _NOT_FOUND and read.page.missing is not None)


def watch(page: Page, told: datetime) -> Page:
    """Have a page read again 1, 6 and 24 hours after its story was told. One not read yet is read first."""
    if page.want is Want.READ and page.tries:
        return replace(page, told=told)
    return replace(page, want=Want.WATCH, told=told, due=told + VISITS[0])
