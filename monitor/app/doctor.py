"""What a source did lately, what changed, and what would mend it. Reads the record; asks no outlet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import TypeVar

from monitor.app.decay import PAGES, accept
from monitor.app.remedies import Case, Remedy, remedies
from monitor.app.report import bare
from monitor.app.wire import Wire
from monitor.errors import ConfigError
from monitor.schedule import Health, SourceState, Window, address, decay
from monitor.store import PollRow, Tx, filling, sources
from monitor.story import FAILURES, Outlet, Source

__all__ = ["Diagnosis", "diagnose", "take_as_usual"]

LOOKED_AT = 400  # polls, the latest
_BEFORE = 30  # polls that say what is usual
_LEAST = 5  # fewer say nothing
_LATEST = 3
_SHRUNK = 0.4  # of what is usual

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One source as the doctor sees it; without a URL: the pages of an outlet."""

    name: str
    url: str
    health: Health
    since: datetime | None = None
    detail: str = ""
    fetches: tuple[PollRow, ...] = ()  # the latest first
    changes: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()


def diagnose(wire: Wire, name: str, *, shown: int, shipped: frozenset[str]) -> tuple[Diagnosis, ...]:
    """Look at a source, or at every source and the pages of an outlet, by name, title or address.

    `shown` fetches are given of each; `shipped` names the outlets declared in spiders/. Raises ConfigError for a name that rules.yaml does not know.
    """
    meant = _meant(wire, name)
    found = []
    with wire.store.reading() as tx:
        states, windows = sources.states(tx), filling.decayed(tx)
        for outlet, source in meant:
            key = (source.outlet, source.url)
            state = states.get(key) or SourceState(outlet=key[0], url=key[1])
            case = _case(tx, wire, outlet, source, state, windows.get(key), shipped)
            found.append(_source(case, shown))
        found += [
            _pages(wire, outlet, windows[outlet.name, PAGES], shipped)
            for outlet in dict.fromkeys(outlet for outlet, _ in meant)
            if (outlet.name, PAGES) in windows
        ]
    return tuple(found)


def take_as_usual(wire: Wire, name: str) -> tuple[str, ...]:
    """Take what these sources and their outlets' pages carry now for usual; name those that counted as decayed."""
    meant = _meant(wire, name)
    names = {(s.outlet, s.url): s.name for _, s in meant}
    names |= {(o.name, PAGES): f"{o.name} (pages)" for o, _ in meant}
    with wire.store.writing() as tx:
        return tuple(names[key] for key in accept(tx, names))


def _meant(wire: Wire, name: str) -> Sequence[tuple[Outlet, Source]]:
    every = [(o, s) for o in wire.newsroom.outlets for s in o.sources]
    wanted = name.casefold().removesuffix(" (pages)")
    exact = [pair for pair in every if wanted in {pair[1].name.casefold(), pair[1].url.casefold()}]
    outlet = [pair for pair in every if wanted in {pair[0].name.casefold(), pair[0].title.casefold()}]
    if not exact and not outlet:
        known = ", ".join(sorted({s.name for _, s in every})) or "none"
        msg = f'There is no source "{name}" in rules.yaml. The sources are: {known}.'
        raise ConfigError(msg)
    return outlet or exact


def _case(
    tx: Tx,
    wire: Wire,
    outlet: Outlet,
    source: Source,
    state: SourceState,
    window: Window | None,
    shipped: frozenset[str],
) -> Case:
    return Case(
        newsroom=wire.newsroom,
        outlet=outlet,
        source=source,
        state=state,
        window=window,
        polls=sources.polls(tx, outlet=source.outlet, url=source.url, limit=LOOKED_AT),
        shipped=outlet.name in shipped,
    )


def _source(case: Case, shown: int) -> Diagnosis:
    state, window = case.state, case.window
    decayed = window is not None and state.health is Health.OK
    return Diagnosis(
        name=case.source.name,
        url=case.source.url,
        health=Health.DECAYED if decayed else state.health,
        since=window.decayed if decayed and window else state.health_since,
        detail=bare(state.detail, case.source.name),
        fetches=case.polls[:shown],
        changes=tuple(_changes(case)),
        remedies=tuple(remedies(case)),
    )


def _pages(wire: Wire, outlet: Outlet, window: Window, shipped: frozenset[str]) -> Diagnosis:
    case = Case(newsroom=wire.newsroom, outlet=outlet, window=window, shipped=outlet.name in shipped)
    return Diagnosis(
        name=f"{outlet.name} (pages)",
        url="",
        health=Health.DECAYED,
        since=window.decayed,
        changes=tuple(decay.say(fall) for fall in decay.falls(window)),
        remedies=tuple(remedies(case)),
    )


def _changes(case: Case) -> Iterator[str]:
    polls = case.polls
    yield from _failing(polls)
    kind = _turn(polls, lambda p: p.content_type or None)
    if kind:
        yield f"content type: {kind.before}, now {kind.now}, since {_when(kind.since)}"
    led = _turn(polls, lambda p: None if p.status is None else p.landed)
    if led:
        where = f"redirected to {led.now}" if led.now else f"no longer redirected to {led.before}"
        yield f"{where}, since {_when(led.since)}"
    status = _turn(polls, lambda p: 200 if p.status == 304 else p.status)  # a 304 is no change
    if status:
        yield f"status: HTTP {status.before}, now {status.now}, since {_when(status.since)}"
    read = [p for p in polls if p.outcome not in FAILURES and p.total]
    yield from _shrunk(read, lambda p: p.total, "entries in it")
    yield from _shrunk([p for p in polls if p.size and p.status == 200], lambda p: p.size, "bytes long")
    yield from (decay.say(fall) for fall in (decay.falls(case.window) if case.window else ()))
    if address(case.state, case.source) != case.source.url and case.state.moved_since:
        yield f"moved for good to {case.state.moved_to}, since {_when(case.state.moved_since)}"
    if case.state.health is Health.SILENT and case.state.newest:
        yield f"nothing new: its newest story is of {_when(case.state.newest)}"


def _failing(polls: Sequence[PollRow]) -> Iterator[str]:
    if not polls or polls[0].outcome not in FAILURES:
        return
    good = next((n for n, p in enumerate(polls) if p.outcome not in FAILURES), len(polls))
    last = f"last read {_when(polls[good].at)}" if good < len(polls) else "never read in the polls on record"
    times = "once" if good == 1 else f"{good} times"
    yield f"failed {times} in a row since {_when(polls[good - 1].at)} ({polls[0].outcome}); {last}"


@dataclass(frozen=True, slots=True)
class _Turn:
    """Something is not what it was."""

    before: object
    now: object
    since: datetime


def _turn(polls: Sequence[PollRow], value: Callable[[PollRow], _T | None]) -> _Turn | None:
    """Find since when a value, where a poll has one, is what it is now; None when it always was."""
    said = [(p.at, v) for p in polls if (v := value(p)) is not None]
    if not said:
        return None
    _, now = said[0]
    other = next((n for n, (_, v) in enumerate(said) if v != now), None)
    return None if other is None else _Turn(said[other][1], now, said[other - 1][0])


def _shrunk(polls: Sequence[PollRow], size: Callable[[PollRow], int], what: str) -> Iterator[str]:
    """Find the poll from which on all were much smaller than was usual before it."""
    sizes = [size(p) for p in polls]
    for recent in range(_LATEST, len(sizes) - _LEAST + 1):
        usual = median(sizes[recent : recent + _BEFORE])
        if max(sizes[:recent]) <= _SHRUNK * usual < sizes[recent]:
            now = median(sizes[:recent])
            yield f"{usual:,.0f} {what} in the median, now {now:,.0f}, since {_when(polls[recent - 1].at)}"
            return


def _when(instant: datetime) -> str:
    return f"{instant.day} {instant:%B %Y %H:%M} UTC"
