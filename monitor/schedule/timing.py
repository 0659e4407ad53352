"""How long to wait: interval, overlap guard, cache hints, back-off, Retry-After."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.schedule.values import Health, HostHold, SourceState
from monitor.story import Outcome, Poll, Source

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=24)
FULL_EVERY = timedelta(hours=24)
DISTRUST_FOR = timedelta(days=7)
STRETCH = 4  # a quiet source is asked at least every 4 of its own intervals
FEW_KNOWN = 0.33  # below this share of known entries the window is running away from us
MANY_KNOWN = 0.67
SPREAD = 0.15  # share of a wait by which the jitter may shorten it
STEP_MIN, STEP_MAX = timedelta(minutes=10), timedelta(minutes=60)

SOFT = 0.5  # sources that answer 404 or 5xx do come back
TEMPORARY = 0.25
HARD = 1.0
_WEIGHTS: Mapping[Outcome, float] = {
    Outcome.RATE_LIMITED: SOFT,
    Outcome.TLS: SOFT,
    Outcome.DNS: SOFT,
    Outcome.TIMEOUT: TEMPORARY,
    Outcome.CONNECTION: TEMPORARY,
}
_SOFT_STATUS = frozenset({404, 408, 425, 429})


def clamp(wait: timedelta) -> timedelta:
    """Bring a wait between 5 minutes and 24 hours."""
    return min(max(wait, SHORTEST), LONGEST)


def due(state: SourceState, now: datetime) -> bool:
    """Whether the source is to be polled at `now`. A paused source never is."""
    if state.health is Health.PAUSED:
        return False
    return state.due is None or state.due <= now


def order(state: SourceState, source: Source, now: datetime) -> tuple[float, timedelta, str]:
    """Give the sort key that puts first what is most overdue, measured in its own intervals.

    Among equals the source asked for more often goes first; one never polled counts as one interval late.
    """
    interval = clamp(state.interval or source.interval)
    late = (now - state.due) / interval if state.due else 1.0
    return (-late, source.interval, source.url)


def conditional(state: SourceState, now: datetime) -> bool:
    """Whether to send the validators; False asks for the whole body.

    A whole body is read at least every 24 hours, because some servers answer 304 for ever; and for
    7 days after the validators were caught lying.
    """
    if not (state.etag or state.last_modified) or state.last_full is None:
        return False
    if state.distrusted is not None and now - state.distrusted < DISTRUST_FOR:
        return False
    return now - state.last_full < FULL_EVERY


def host_of(url: str) -> str:
    """Give the host a hold on this URL is for: lower case, without port."""
    return (urlsplit(url).hostname or "").rstrip(".")


def held(url: str, holds: Mapping[str, HostHold], now: datetime) -> HostHold | None:
    """Give the hold that forbids asking this URL at `now`, if there is one. `holds` is keyed by host."""
    hold = holds.get(host_of(url)) if holds else None
    return hold if hold is not None and hold.until > now else None


def weight(poll: Poll) -> float:
    """Say how much a failed poll weighs: hard 1, soft 0.5, temporary 0.25."""
    if poll.outcome is Outcome.HTTP_ERROR:
        status = poll.status or 0
        return SOFT if status >= 500 or status in _SOFT_STATUS else HARD
    return _WEIGHTS.get(poll.outcome, HARD)


def hold(poll: Poll, url: str, wait: timedelta, now: datetime, jitter: float) -> HostHold | None:
    """Give the time the whole host asked to be left alone after 429, or 503 with Retry-After.

    At most 24 hours, plus a random part so that the host's sources do not all come back together.
    """
    if poll.outcome is not Outcome.RATE_LIMITED and poll.retry_after is None:
        return None
    asked = min(poll.retry_after if poll.retry_after is not None else wait, LONGEST)
    asked = max(asked, timedelta(minutes=1))
    extra = jitter * min(max(asked, SHORTEST), STEP_MAX)
    status = f"HTTP {poll.status}" if poll.status else "rate limit"
    wish = "with Retry-After" if poll.retry_after is not None else "without Retry-After"
    return HostHold(host=host_of(url), until=now + asked + extra, reason=f"{status} {wish} from {url}")


def overlap(poll: Poll) -> float:
    """Give the share of the body's entries that were known before the poll."""
    return poll.known / poll.total if poll.total else 1.0


def ceiling(state: SourceState, base: timedelta) -> timedelta:
    """Give the longest own interval: half the usual gap, between 1 and 4 of the declared intervals."""
    longest = base * STRETCH
    if state.usual_gap is not None:
        longest = max(base, min(state.usual_gap / 2, longest))
    return clamp(longest)


def interval_after(state: SourceState, source: Source, poll: Poll, *, fresh: bool) -> timedelta:
    """Give the source's own interval after a good poll. `fresh`: its unseen entries are truly new."""
    base = clamp(source.interval)
    top = ceiling(state, base)
    current = min(clamp(state.interval or base), top)
    step = min(max(base, STEP_MIN), STEP_MAX)
    if poll.outcome is not Outcome.NEWS:
        return min(current + step, top)
    if state.first_good is None or not fresh:
        return base
    known = overlap(poll)
    if known < FEW_KNOWN:
        return clamp(min(current, base) / 2)
    if current < base:
        return current if known <= MANY_KNOWN else min(current + step, base)
    return base


def wait_after_success(interval: timedelta, poll: Poll, *, running_away: bool, jitter: float) -> timedelta:
    """Give the wait after a good poll: the own interval, or longer where the source hints so.

    Hints count up to 24 hours, and not at all while entries scroll out of the source unseen.
    """
    wait = clamp(interval - interval * SPREAD * jitter)
    if poll.max_age is None or running_away:
        return wait
    return clamp(max(wait, poll.max_age))


def wait_after_failure(state: SourceState, source: Source, failures: float) -> timedelta:
    """Give the back-off: the interval times (1 + weighted failures), at most 24 hours."""
    interval = clamp(state.interval or source.interval)
    return clamp(min(interval * (1 + failures), LONGEST))
