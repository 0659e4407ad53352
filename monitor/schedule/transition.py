"""From one poll to the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.schedule import health, memory, timing
from monitor.schedule.values import Health, HostHold, Next, SourceState
from monitor.story import Outcome, Poll, Source


def address(state: SourceState, source: Source) -> str:
    """Give the URL to ask: the declared one, or where it has moved for good."""
    return state.moved_to if memory.adopted(state) else source.url


def after(state: SourceState, source: Source, poll: Poll, now: datetime, *, jitter: float) -> Next:
    """Give the state after a poll, the incidents to record, and a hold on the host if it asked for one.

    `jitter` is a random number from 0 to 1. Without hints or holds the source is due again 5 minutes to
    24 hours after `now`; jitter shortens that by up to 15 %, and prolongs a hold.
    """
    asked = address(state, source)
    seen = replace(
        state,
        polls=state.polls + 1,
        last_poll=now,
        last_outcome=poll.outcome,
        last_status=poll.status,
        detail=poll.detail or _noted(state, poll),
    )
    if poll.failed:
        learnt, wait = _failed(seen, source, poll, now)
    else:
        learnt = _good(state, seen, source, poll, now)
        wait = _wait(state, learnt, poll, jitter)
    learnt, incidents = health.report(state, memory.remember_move(learnt, poll, now), source, poll, now)
    hold = timing.hold(poll, asked, wait, now, jitter)
    return Next(state=replace(learnt, due=_due(learnt, now, wait, hold)), incidents=incidents, hold=hold)


def _noted(before: SourceState, poll: Poll) -> str:
    """Say what was damaged in a body that could be read all the same, until another one is read."""
    if poll.outcome in (Outcome.NOT_MODIFIED, Outcome.UNCHANGED):
        return "" if before.failed_since else before.detail
    return " ".join(poll.warnings)


def _good(before: SourceState, seen: SourceState, source: Source, poll: Poll, now: datetime) -> SourceState:
    interval = timing.interval_after(before, source, poll, fresh=memory.fresh(before, poll))
    state = memory.remember_validators(memory.remember_news(seen, poll, now), poll, now)
    return replace(
        state,
        first_good=before.first_good or now,
        last_good=now,
        interval=interval,
        failures=0.0,
        failed_since=None,
    )


def _wait(before: SourceState, learnt: SourceState, poll: Poll, jitter: float) -> timedelta:
    running_away = (
        before.first_good is not None
        and memory.fresh(before, poll)
        and timing.overlap(poll) < timing.FEW_KNOWN
    )
    interval = learnt.interval or timing.SHORTEST
    return timing.wait_after_success(interval, poll, running_away=running_away, jitter=jitter)


def _failed(seen: SourceState, source: Source, poll: Poll, now: datetime) -> tuple[SourceState, timedelta]:
    failures = seen.failures + timing.weight(poll)
    state = replace(seen, failures=failures, failed_since=seen.failed_since or now)
    return state, timing.wait_after_failure(seen, source, failures)


def _due(state: SourceState, now: datetime, wait: timedelta, hold: HostHold | None) -> datetime:
    at = now + wait
    if state.failed_since is not None and state.health in {Health.OK, Health.SILENT}:
        # The operator hears within a day that a source died, so one try must fall at the end of that day.
        at = min(at, max(state.failed_since + health.UNREACHABLE_FOR, now + timing.SHORTEST))
    return max(at, hold.until) if hold is not None else at
