"""When routes send next, and when they really will: times compared with those at which runs are recorded.

Nothing leaves between two runs: a digest due at 07:00 under a cron line of 06:00 leaves 23 hours late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from monitor.app.wire import Wire
from monitor.config.newsroom import BriefPlan, Newsroom
from monitor.routes import Pace, Route, When, next_time, say_when
from monitor.store import desk

__all__ = ["LATE", "Coming", "late_routes", "timetable"]

LATE = timedelta(hours=1)  # more than this is worth a warning
LOOK_BACK = timedelta(days=8)
_LEAST_RUNS = 2
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One route or brief: when it is due next, and when it leaves if runs go on as they were.

    `leaves` is None when too few runs are on record to say.
    """

    what: str
    to: tuple[str, ...]
    when: str
    due: datetime
    leaves: datetime | None
    warning: str = ""


def timetable(wire: Wire) -> tuple[Coming, ...]:
    """Say when each route and brief sends next."""
    now = wire.clock()
    with wire.store.reading() as tx:
        runs = desk.run_starts(tx, now - LOOK_BACK)
    room = wire.newsroom
    routes = (_coming(_name(route), route.to, route.when, runs, now) for route in room.routes)
    briefs = (
        _coming(f"brief {plan.name}", _editors(plan, room), plan.when, runs, now)
        for plan in room.briefs.values()
    )
    return (*routes, *briefs)


def _editors(plan: BriefPlan, room: Newsroom) -> tuple[str, ...]:
    return plan.editor or room.operator.to


def _name(route: Route) -> str:
    chosen = [*route.names, *(f"tag {tag}" for tag in route.tags)]
    if route.priority is not None:
        chosen.append(f"priority {route.priority.name.lower()} and above")
    return ", ".join(chosen) or "every rule"


def _coming(what: str, to: tuple[str, ...], when: When, runs: tuple[datetime, ...], now: datetime) -> Coming:
    due = next_time(when, now)
    leaves = _next_run(runs, due, when.zone)
    late = _lateness(when, due, runs)
    return Coming(
        what=what,
        to=to,
        when=say_when(when),
        due=due,
        leaves=leaves,
        warning=_warning(when, late, runs) if late is not None and late > LATE else "",
    )


def _next_run(runs: tuple[datetime, ...], after: datetime, zone: str) -> datetime | None:
    """Expect runs at the local times of day at which they were, every day."""
    if len(runs) < _LEAST_RUNS:
        return None
    local = after.astimezone(ZoneInfo(zone))
    expected = (
        (local + timedelta(days=day)).replace(hour=at.hour, minute=at.minute, second=at.second, microsecond=0)
        for day in (0, 1)
        for at in (run.astimezone(ZoneInfo(zone)) for run in runs)
    )
    return min((e for e in expected if e >= local.replace(microsecond=0)), default=None)


def _lateness(when: When, due: datetime, runs: tuple[datetime, ...]) -> timedelta | None:
    if when.pace is Pace.HOURLY:
        return _hourly_lateness(when, runs)
    if when.pace is Pace.AT_ONCE and when.window is None:
        return None  # decided in a run, and sent in the same one
    if when.pace is Pace.AT_ONCE:
        due = next_time(When(pace=Pace.DAILY, at=when.at, zone=when.zone), due)
    leaves = _next_run(runs, due, when.zone)
    return None if leaves is None else leaves - due


def _hourly_lateness(when: When, runs: tuple[datetime, ...]) -> timedelta | None:
    """Give the longest wait after a full hour: what a run decides is due then, and leaves with the next run."""
    waits = [
        later - next_time(when, run + timedelta(seconds=1))
        for run, later in pairwise(runs)
        if later >= next_time(when, run + timedelta(seconds=1))
    ]
    return max(waits, default=None)


def _warning(when: When, late: timedelta, runs: Iterable[datetime]) -> str:
    hours = round(late / timedelta(hours=1))
    zone = ZoneInfo(when.zone)
    times = sorted({f"{run.astimezone(zone):%H:%M}" for run in runs})
    shown = ", ".join(times[:4]) + (" ..." if len(times) > 4 else "")
    when_run = f"at {when.at:%H:%M}" if when.at else "every hour"
    return (
        f"Runs of the last days began at {shown} ({when.zone}): what is due would leave about {hours} "
        f"{'hour' if hours == 1 else 'hours'} late. Run copytaster deliver {when_run} too."
    )


def late_routes(wire: Wire) -> Iterator[tuple[str, str]]:
    """Give each route or brief whose times and the recorded runs do not fit: its name, and a sentence."""
    for coming in timetable(wire):
        if coming.warning:
            yield f"{coming.what}, {coming.when}", coming.warning
