"""How a source is doing, and what the operator hears of it: one notice of each trouble, one recovery."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from monitor.schedule.memory import adopted, fresh
from monitor.schedule.values import Health, Incident, IncidentKind, SourceState
from monitor.story import Outcome, Poll, Source

UNREACHABLE_AFTER = 3.0  # weighted failures
UNREACHABLE_FOR = timedelta(hours=24)
SILENT_AT_LEAST = timedelta(days=2)
SILENT_UNKNOWN = timedelta(days=7)  # while its usual gap is not known
SILENT_GAPS = 3
SMALLEST_WINDOW = 2  # entries: with fewer, no two bodies need overlap
DECAY = frozenset({Outcome.NOT_A_FEED, Outcome.EMPTY, Outcome.MALFORMED, Outcome.HOSTILE})

_UNREADABLE = frozenset({Health.UNREACHABLE, Health.DECAYED, Health.PAUSED})

_INCIDENT = {
    Health.OK: IncidentKind.RECOVERED,
    Health.UNREACHABLE: IncidentKind.UNREACHABLE,
    Health.SILENT: IncidentKind.SILENT,
    Health.DECAYED: IncidentKind.DECAYED,
    Health.PAUSED: IncidentKind.GONE,
}


def resume(state: SourceState) -> SourceState:
    """Take a source out of its pause, due at once and with a clean record."""
    if state.health is not Health.PAUSED:
        return state
    return replace(
        state,
        health=Health.OK,
        health_since=None,
        reported=Health.OK,
        due=None,
        failures=0.0,
        failed_since=None,
    )


def verdict(before: SourceState, state: SourceState, source: Source, poll: Poll, now: datetime) -> Health:
    """Judge a source by its state after a poll; `before` is the state the poll met."""
    if poll.outcome is Outcome.GONE:
        return Health.PAUSED
    if not poll.failed:
        return Health.SILENT if silent(state, source, now) else Health.OK
    if before.health in {Health.PAUSED, Health.DECAYED}:
        return before.health
    if poll.outcome in DECAY and before.last_outcome in DECAY:
        return Health.DECAYED
    since = state.failed_since or now
    if state.failures >= UNREACHABLE_AFTER or now - since >= UNREACHABLE_FOR:
        return Health.UNREACHABLE
    return before.health


def silent(state: SourceState, source: Source, now: datetime) -> bool:
    """Whether nothing new came for too long: `max_silence`, or 3 usual gaps and at least 2 days.

    Saturdays and Sundays (UTC) do not count against a limit that was learnt.
    """
    last = last_sign(state)
    if last is None:
        return False
    if source.max_silence is not None:
        return now - last > source.max_silence
    return weekdays(last, now) > _limit(state)


def _limit(state: SourceState) -> timedelta:
    if state.usual_gap is None:
        return SILENT_UNKNOWN
    return max(SILENT_AT_LEAST, state.usual_gap * SILENT_GAPS)


def last_sign(state: SourceState) -> datetime | None:
    """Give the last instant at which the source is known to have been alive."""
    return max(filter(None, (state.newest, state.last_new)), default=None)


def weekdays(start: datetime, end: datetime) -> timedelta:
    """Give the time between two UTC instants without its Saturdays and Sundays."""
    return max(timedelta(0), _worked(end) - _worked(start))


def _worked(instant: datetime) -> timedelta:
    """Working time since an arbitrary Monday."""
    weeks, day = divmod(instant.toordinal() - date(1, 1, 1).toordinal(), 7)
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    today = instant - midnight if day < 5 else timedelta(0)
    return timedelta(days=5 * weeks + min(day, 5)) + today


def report(
    before: SourceState, state: SourceState, source: Source, poll: Poll, now: datetime
) -> tuple[SourceState, tuple[Incident, ...]]:
    """Give the state with its new health, and the incidents to record."""
    health = verdict(before, state, source, poll, now)
    found = [*_gap(before, source, poll, now), *_moved(before, state, source, now)]
    if health is not before.health:
        state = replace(state, health=health, health_since=now)
    notify = _to_tell(state.reported, health)
    if health is not before.health or notify:
        kind = IncidentKind.RECOVERED if _readable_again(state, health) else _INCIDENT[health]
        text = _sentence(before, state, source, poll)
        found.append(_incident(kind, source, now, text, notify=notify))
    if notify:
        state = replace(state, reported=health)
    return state, tuple(found)


def _to_tell(reported: Health, health: Health) -> bool:
    """One notice of each trouble and one of its end.

    A source that cannot be read is one trouble, whether it is unreachable or answers with something else; a silent
    one is another, which must not hide that it died. A pause is always told.
    """
    if health is reported:
        return False
    return not {health, reported} <= _UNREADABLE or health is Health.PAUSED


def _readable_again(state: SourceState, health: Health) -> bool:
    return health is Health.SILENT and state.reported in _UNREADABLE


def _incident(kind: IncidentKind, source: Source, now: datetime, text: str, *, notify: bool) -> Incident:
    return Incident(kind=kind, outlet=source.outlet, url=source.url, at=now, text=text, notify=notify)


def _gap(before: SourceState, source: Source, poll: Poll, now: datetime) -> tuple[Incident, ...]:
    """Find a body of which nothing was known before: stories in between may never have been seen."""
    if before.last_good is None or poll.known or poll.total < SMALLEST_WINDOW or not fresh(before, poll):
        return ()
    text = (
        f"{source.name}: none of the {poll.total} entries was there at the poll before. "
        f"Stories published between {_when(before.last_good)} and {_when(now)} may be missing."
    )
    return (_incident(IncidentKind.GAP, source, now, text, notify=False),)


def _moved(before: SourceState, state: SourceState, source: Source, now: datetime) -> tuple[Incident, ...]:
    if adopted(before) or not adopted(state):
        return ()
    text = (
        f"{source.name} has moved for good: {source.url} has led to {state.moved_to} since "
        f"{_when(state.moved_since or now)}. It is polled there now; please change the address in rules.yaml."
    )
    return (_incident(IncidentKind.MOVED, source, now, text, notify=True),)


def _sentence(before: SourceState, state: SourceState, source: Source, poll: Poll) -> str:
    name = f"{source.name} ({source.url})"
    why = poll.detail.removeprefix(f"{source.name}: ").rstrip(".") or _cause(poll)
    mend = f"See what to do: copytaster sources doctor {in_shell(source.name)}"
    match state.health:
        case Health.UNREACHABLE:
            since = _when(state.failed_since or poll.at)
            return f"{name} could not be read since {since}: {why}. It is tried again at least once a day. {mend}"
        case Health.DECAYED:
            return f"{name} answers, but not with what it used to: {why}. {mend}"
        case Health.PAUSED:
            return f"{name} is gone for good (HTTP 410) and is no longer polled. Remove it, or give its new address."
        case Health.SILENT:
            last = last_sign(state)
            told = f"its newest story is of {_when(last)}" if last else "it has shown no story yet"
            verb = "can be read again" if _readable_again(state, Health.SILENT) else "answers"
            return f"{name} {verb}, but {told}. It may be frozen. {mend}"
        case Health.OK:
            trouble = before.health_since or before.failed_since
            return f"{name} is well again" + (f" after trouble since {_when(trouble)}." if trouble else ".")


def in_shell(name: str) -> str:
    """Give a source's name as it is typed behind a command."""
    return f'"{name}"' if re.search(r"[^\w./-]", name) else name


def _cause(poll: Poll) -> str:
    status = f" (HTTP {poll.status})" if poll.status else ""
    return poll.outcome.value.replace("-", " ") + status


def _when(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
