"""Look at every source once, as if for the first time, and say which are well. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.crawl.run import crawl
from monitor.crawl.tasks import Clock, Network, Progress, Task
from monitor.schedule import SourceState
from monitor.story import DateSource, Outlet, Poll, Source, Story

__all__ = ["Checked", "Look", "judged", "look"]

UNKNOWN = timedelta(days=7)  # of silence, where neither the declaration nor the dates of its stories say more
GAPS = 5  # usual gaps between its stories that make a silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How one source is. `detail` says what is wrong with it; `notes` are worth knowing."""

    source: Source
    healthy: bool
    detail: str = ""
    notes: tuple[str, ...] = ()
    stories: tuple[Story, ...] = ()
    newest: datetime | None = None  # of the dates it gives


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What looking at all of them gave, in the order of the sources. `stopped`: by Ctrl-C, before all were asked."""

    checked: tuple[Checked, ...]
    stopped: bool = False

    @property
    def unhealthy(self) -> tuple[Checked, ...]:
        """Those with something to mend."""
        return tuple(c for c in self.checked if not c.healthy)


def look(
    sources: Sequence[Source],
    outlets: Mapping[str, Outlet],
    *,
    contact: str,
    network: Network,
    clock: Clock,
    progress: Progress | None = None,
) -> Look:
    """Ask each source once, politely and behind the guard. Works once in a process."""
    tasks = [
        Task(source=s, state=SourceState(outlet=s.outlet, url=s.url), seen=frozenset(), conditional=False)
        for s in sources
    ]
    polls: dict[tuple[str, str], Poll] = {}

    def keep(poll: Poll) -> None:
        polls[poll.source.outlet, poll.source.url] = poll

    done = crawl(
        tasks,
        on_poll=keep,
        outlets=outlets,
        network=network,
        clock=clock,
        contact=contact,
        on_progress=progress,
    )
    now = clock()
    checked = tuple(judged(s, polls.get((s.outlet, s.url)), now) for s in sources)
    return Look(checked=checked, stopped=done.stopped)


def judged(source: Source, poll: Poll | None, now: datetime) -> Checked:
    """Say how a source is by its one poll; None: it was not asked."""
    if poll is None:
        return Checked(source=source, healthy=False, detail="was not asked: the check was stopped.")
    if poll.failed:
        detail = poll.detail.removeprefix(f"{source.name}: ") or f"failed ({poll.outcome})."
        return Checked(source=source, healthy=False, detail=detail)
    dates = sorted(s.published for s in poll.stories if s.date_source is not DateSource.FIRST_SEEN)
    newest = dates[-1] if dates else None
    detail = _wrong(source, poll, dates, now)
    return Checked(
        source=source,
        healthy=not detail,
        detail=detail,
        notes=_notes(poll, newest),
        stories=poll.stories,
        newest=newest,
    )


def _wrong(source: Source, poll: Poll, dates: Sequence[datetime], now: datetime) -> str:
    if not poll.total:
        return "answers, but lists nothing. Open it in a browser; the outlet may have a new address for it."
    if not poll.stories:
        return "lists only what `exclude` leaves out, or what can be no story. Look at the patterns of its outlet."
    if not dates:
        return ""
    limit = source.max_silence or max(UNKNOWN, (dates[-1] - dates[0]) / len(dates) * GAPS)
    age = now - dates[-1]
    if age <= limit:
        return ""
    return (
        f"answers, but its newest story is of {dates[-1]:%d %B %Y}, {_days(age)} ago (at most {_days(limit)} are usual): "
        "it may be frozen. Look for the outlet's new address."
    )


def _days(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"


def _notes(poll: Poll, newest: datetime | None) -> tuple[str, ...]:
    moved = f"has moved for good to {poll.moved_to}; write that address" if poll.moved_to else ""
    undated = "gives its stories no dates" if poll.stories and newest is None else ""
    return tuple(n for n in (moved, undated, *poll.warnings) if n)
