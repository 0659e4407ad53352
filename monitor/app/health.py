"""How the newsroom is doing: the state of every source, of the outbox and the last run; and what would fail tonight."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor import config
from monitor.alerts import inbox
from monitor.app.channels import describe
from monitor.app.decay import PAGES, lost
from monitor.app.deliver import paused
from monitor.app.labels import last_answers
from monitor.app.operator import operator_recipients
from monitor.app.report import bare
from monitor.app.signing import SIGNING_KEY, signing_key
from monitor.app.timetable import late_routes
from monitor.app.wire import Wire
from monitor.config import Newsroom
from monitor.errors import ConfigError
from monitor.routes import TERMINAL
from monitor.schedule import Health, SourceState, Window, in_shell
from monitor.store import OutboxCounts, RunRow, filling, outbox, pages, runs, sources
from monitor.store.pages import PageCounts
from monitor.story import Outlet, Source

__all__ = ["Problem", "SourceStatus", "Status", "check", "check_rules", "status"]

_REST = timedelta(days=1)  # a newsroom that no run has looked after for so long may be forgotten
_LONGEST_REST = timedelta(hours=26)  # and for so long, it is: a daily run may be late, not missing
_LEAST_ROOM = 100 * 2**20  # bytes
_EARLIEST_SANE = datetime.fromisoformat(
    "2026-01-01T00:00:00+00:00"
)  # no machine that runs this version is older


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One source as `status` shows it. Without a URL: the pages of an outlet, shown while they are decayed."""

    name: str
    url: str
    health: Health
    last_poll: datetime | None
    last_new: datetime | None
    due: datetime | None
    detail: str
    since: datetime | None
    failures: float
    verified: str
    lost: str = ""  # what its stories lack since they decayed


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The whole newsroom at a glance."""

    sources: tuple[SourceStatus, ...]
    outbox: OutboxCounts
    pages: PageCounts
    last_run: RunRow | None
    paused: str | None
    rulebook: str
    mistakes: int
    answered: Mapping[str, datetime | None] = field(
        default_factory=dict
    )  # by channel: a person's last answer


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong or will go wrong, with what to do. `grave` ones make `check` fail."""

    where: str
    text: str
    grave: bool = True


def status(wire: Wire, outlets: Mapping[str, Outlet]) -> Status:
    """Read the state of everything; never waits for a run that is writing."""
    with wire.store.reading() as tx:
        states = sources.states(tx)
        counts = outbox.counts(tx, now=wire.clock())
        last = runs.last(tx, "run")
        answered = last_answers(tx, wire.newsroom)
        unread = pages.counts(tx)
        windows = filling.decayed(tx)
    shown = [
        _status(
            states.get((o.name, s.url)) or SourceState(outlet=o.name, url=s.url),
            s,
            windows.get((o.name, s.url)),
        )
        for o in wire.newsroom.outlets
        for s in outlets.get(o.name, o).sources
    ]
    pages_read = [
        _pages(o, windows[o.name, PAGES]) for o in wire.newsroom.outlets if (o.name, PAGES) in windows
    ]
    return Status(
        sources=(*shown, *pages_read),
        outbox=counts,
        pages=unread,
        last_run=last,
        paused=paused(wire),
        rulebook=wire.newsroom.hash,
        mistakes=len(wire.mistakes),
        answered=answered,
    )


def _status(state: SourceState, source: Source, window: Window | None) -> SourceStatus:
    decayed = window is not None and state.health is Health.OK
    return SourceStatus(
        name=source.name,
        url=state.url,
        health=Health.DECAYED if decayed else state.health,
        last_poll=state.last_poll,
        last_new=state.last_new,
        due=state.due,
        detail=bare(state.detail, source.name),
        since=window.decayed if decayed and window else state.health_since,
        failures=state.failures,
        verified=source.verified,
        lost=lost(window) if window else "",
    )


def _pages(outlet: Outlet, window: Window) -> SourceStatus:
    return SourceStatus(
        name=f"{outlet.name} (pages)",
        url="",
        health=Health.DECAYED,
        last_poll=None,
        last_new=None,
        due=None,
        detail="",
        since=window.decayed,
        failures=0.0,
        verified="",
        lost=lost(window),
    )


def check(wire: Wire, free_bytes: int | None = None) -> tuple[Problem, ...]:
    """Look for everything that can be wrong before 3 am. Sends nothing, polls nothing.

    `free_bytes` is the room left on the disk, when known. A store made just now counts as "no database yet".
    """
    newsroom = wire.newsroom
    records: tuple[Callable[[Wire], Iterator[Problem]], ...] = (
        _database,
        _clock,
        _sources,
        _deliveries,
        _times,
        _answers,
    )
    return (
        *_mistakes(wire),
        *check_rules(newsroom, wire.environment, terminal=wire.terminal),
        *(problem for one in records for problem in one(wire)),
        *_disk(free_bytes),
    )


def check_rules(newsroom: Newsroom, environment: Mapping[str, str], *, terminal: bool) -> tuple[Problem, ...]:
    """Look for what can be wrong with rules.yaml and the channels, without a database."""
    return (
        *(Problem("rules", str(warning), grave=False) for warning in newsroom.warnings),
        *_channels(newsroom, environment),
        *_readers(newsroom, terminal=terminal),
        *_polled(newsroom),
    )


def _mistakes(wire: Wire) -> Iterator[Problem]:
    for mistake in wire.mistakes:
        yield Problem("rules", str(mistake))
    if wire.mistakes:
        yield Problem("rules", "The last good rules.yaml stays in force until these are mended.", grave=False)


def _channels(newsroom: Newsroom, environment: Mapping[str, str]) -> Iterator[Problem]:
    for channel in describe(newsroom, environment):
        if channel.trouble:
            yield Problem(f"channel {channel.name}", channel.trouble)


def _readers(newsroom: Newsroom, *, terminal: bool) -> Iterator[Problem]:
    """Printing reaches a person only on a terminal: under cron such alerts would wait for ever."""
    told = {name for route in newsroom.routes for name in route.to}
    told |= {r.channel for r in operator_recipients(newsroom)}
    urls = {name: c.url for name, c in newsroom.channels.items()} | {TERMINAL.name: TERMINAL.url}
    if not terminal and any(urls.get(name, "").startswith("terminal:") for name in told):
        yield Problem(
            "channels",
            "Some alerts go to the terminal, and there is none here (cron has none either): they wait. "
            "Add a channel to rules.yaml, and name it in `routes:` and `operator: to:`.",
        )


def _polled(newsroom: Newsroom) -> Iterator[Problem]:
    if not newsroom.outlets:
        yield Problem(
            "sources",
            "Nothing is polled: rules.yaml names no sources. Add one: copytaster sources add URL",
            grave=False,
        )
    elif not newsroom.settings.contact:
        yield Problem(
            "settings",
            "`contact` is empty: outlets cannot tell who polls them, nor whom to ask.",
            grave=False,
        )


def _database(wire: Wire) -> Iterator[Problem]:
    if wire.store.created:
        yield Problem("database", "There is none yet; the first run makes it.", grave=False)
        if not os.access(wire.folder, os.W_OK):
            yield Problem(
                "database", f"{wire.folder.absolute()} cannot be written. Check its owner and mode."
            )
        return
    for trouble in wire.store.check():
        yield Problem(
            "database", f"{wire.store.where}: {trouble}. Restore the newest backup: copytaster restore FILE"
        )
    since = paused(wire)
    if since is not None:
        yield Problem(
            "database",
            f"This is a restored copy (since {since}); it sends nothing until: copytaster restore --take-over",
        )


def _clock(wire: Wire) -> Iterator[Problem]:
    now = wire.clock()
    if now < _EARLIEST_SANE:
        yield Problem(
            "clock", f"The clock of this machine says {now:%d %B %Y}. Set it: due times depend on it."
        )
    with wire.store.reading() as tx:
        last = runs.last(tx, "run")
    if last is None:
        return
    began = f"{last.started:%d %B %Y %H:%M} UTC"
    if last.started > now + timedelta(minutes=5):
        text = f"The last run began at {began}, and this machine says it is {now:%d %B %Y %H:%M}: the clock was set back."
        yield Problem("clock", f"{text} Set it: due times depend on it.")
    elif now - last.started > _REST:
        text = f"No run since {began}. Is cron, or the timer, still at work?"
        yield Problem("runs", text, grave=now - last.started > _LONGEST_REST)


def _sources(wire: Wire) -> Iterator[Problem]:
    with wire.store.reading() as tx:
        states = sources.states(tx)
        windows = filling.decayed(tx)
    for outlet in wire.newsroom.outlets:
        for source in outlet.sources:
            state = states.get((outlet.name, source.url))
            if state is not None and state.health is not Health.OK:
                detail = bare(state.detail, source.name) or source.url
                yield _sick(source.name, f"{state.health}: {detail}")
            if (outlet.name, source.url) in windows:
                yield _sick(source.name, f"decayed: {lost(windows[outlet.name, source.url])}")
        if (outlet.name, PAGES) in windows:
            yield _sick(outlet.name, f"its pages decayed: {lost(windows[outlet.name, PAGES])}")


def _sick(name: str, text: str) -> Problem:
    advice = f"See what to do: copytaster sources doctor {in_shell(name)}"
    return Problem(f"source {name}", f"{text.rstrip('.')}. {advice}", grave=False)


def _deliveries(wire: Wire) -> Iterator[Problem]:
    now = wire.clock()
    with wire.store.reading() as tx:
        counts = outbox.counts(tx, now=now)
    if counts.dead:
        alerts = "1 alert" if counts.dead == 1 else f"{counts.dead} alerts"
        yield Problem(
            "outbox",
            f"{alerts} could not be delivered. See copytaster outbox --failed, then retry or cancel.",
        )
    if counts.oldest_due is not None and now - counts.oldest_due > timedelta(days=1):
        alerts = "1 alert has" if counts.due == 1 else f"{counts.due} alerts have"
        since = f"{counts.oldest_due:%d %B %Y %H:%M} UTC"
        yield Problem("outbox", f"{alerts} waited since {since}. See copytaster outbox.")


def _times(wire: Wire) -> Iterator[Problem]:
    for route, warning in late_routes(wire):
        yield Problem(f"route {route}", warning, grave=False)


def _answers(wire: Wire) -> Iterator[Problem]:
    """Look at what answers need, without reading any."""
    settings = wire.newsroom.settings
    try:
        if (wire.folder / SIGNING_KEY).exists():
            signing_key(wire.folder)
        if settings.mailbox:
            inbox.check(config.secret(settings.mailbox, wire.environment))
    except ConfigError as error:
        yield Problem("answers", str(error))


def _disk(free_bytes: int | None) -> Iterator[Problem]:
    if free_bytes is not None and free_bytes < _LEAST_ROOM:
        yield Problem("disk", f"Only {free_bytes // 2**20} MiB are free where the database is. Make room.")
