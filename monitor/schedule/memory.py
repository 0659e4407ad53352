"""What a poll teaches about a source: validators, redirects, how often it brings something new."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.schedule.values import SourceState
from monitor.story import DateSource, Outcome, Poll, Story

MOVED_POLLS = 3
MOVED_FOR = timedelta(days=2)
DAYS_TO_LEARN = 3
GIVE_UP_MOVE = 3.0  # weighted failures at an adopted address


def fresh(state: SourceState, poll: Poll) -> bool:
    """Whether most unseen entries are new, not old ones under another GUID, date format or hash.

    Entries without an instant of their own count as new; so does news of which we hold no stories.
    """
    if poll.outcome is not Outcome.NEWS:
        return False
    if state.newest is None or not poll.stories:
        return True
    newer = sum(_newer(s, state.newest) for s in poll.stories)
    return 2 * newer >= len(poll.stories)


def brings_news(state: SourceState, poll: Poll) -> bool:
    """Whether at least one unseen entry is new in that sense."""
    if poll.outcome is not Outcome.NEWS:
        return False
    newest = state.newest
    return newest is None or not poll.stories or any(_newer(s, newest) for s in poll.stories)


def _newer(story: Story, newest: datetime) -> bool:
    return story.date_source is DateSource.FIRST_SEEN or story.published > newest


def remember_news(state: SourceState, poll: Poll, now: datetime) -> SourceState:
    """Update newest, last_new and usual_gap after a good poll."""
    newest = min(poll.newest, now) if poll.newest else None
    known = max(filter(None, (state.newest, newest)), default=None)
    if state.first_good is None:
        first = newest if newest is not None else now
        return replace(state, newest=known, last_new=first, usual_gap=usual(poll.stories, now))
    if not brings_news(state, poll):
        return state if known == state.newest else replace(state, newest=known)
    gap = now - state.last_new if state.last_new else None
    return replace(state, newest=known, last_new=now, usual_gap=_learn(state.usual_gap, gap))


def _learn(usual_gap: timedelta | None, gap: timedelta | None) -> timedelta | None:
    """Rise fast, fall slowly: a burst of news must not make the next pause look like a death."""
    if gap is None or usual_gap is None:
        return gap if usual_gap is None else usual_gap
    share = 0.5 if gap > usual_gap else 0.05
    return usual_gap + (gap - usual_gap) * share


def usual(stories: Sequence[Story], now: datetime) -> timedelta | None:
    """Guess the usual gap from the instants in a first body: the third quartile of its pauses in days."""
    instants = sorted({s.published for s in stories if _dated(s) and s.published <= now})
    days = sorted({i.date() for i in instants})
    if len(days) >= DAYS_TO_LEARN:
        pauses = sorted(b - a for a, b in itertools.pairwise(days))
        return pauses[3 * (len(pauses) - 1) // 4]
    if len(instants) < DAYS_TO_LEARN:
        return None
    return (instants[-1] - instants[0]) / (len(instants) - 1)


def _dated(story: Story) -> bool:
    return story.date_source is not DateSource.FIRST_SEEN


def remember_validators(state: SourceState, poll: Poll, now: datetime) -> SourceState:
    """Keep ETag and Last-Modified as sent; drop them where the server's answers contradict them."""
    if poll.outcome is Outcome.NOT_MODIFIED:
        if not (state.etag or state.last_modified):
            return replace(state, distrusted=now)
        etag, last_modified = poll.etag or state.etag, poll.last_modified or state.last_modified
        if (etag, last_modified) == (state.etag, state.last_modified):
            return state
        return replace(state, etag=etag, last_modified=last_modified)
    read = replace(state, last_full=now, body_hash=poll.body_hash or state.body_hash)
    if poll.outcome is Outcome.NEWS and _same_validators(state, poll):
        return replace(read, etag="", last_modified="", distrusted=now)
    return replace(read, etag=poll.etag, last_modified=poll.last_modified)


def _same_validators(state: SourceState, poll: Poll) -> bool:
    if state.etag or poll.etag:
        return state.etag == poll.etag
    return bool(poll.last_modified) and state.last_modified == poll.last_modified


def adopted(state: SourceState) -> bool:
    """Whether the permanent redirect has been believed."""
    return state.moved_count >= MOVED_POLLS


def remember_move(state: SourceState, poll: Poll, now: datetime) -> SourceState:
    """Count permanent redirects: believed after 3 good polls over at least 2 days with one target.

    A redirect that stops, changes its target, or leads to something unreadable starts from nothing: a
    maintenance page must not become the source.
    """
    if poll.failed:
        lost = adopted(state) and state.failures >= GIVE_UP_MOVE
        return replace(state, moved_to="", moved_count=0, moved_since=None) if lost else state
    if not poll.moved_to:
        if adopted(state) or not (state.moved_to or state.moved_count or state.moved_since):
            return state
        return replace(state, moved_to="", moved_count=0, moved_since=None)
    if poll.moved_to != state.moved_to or state.moved_since is None:
        return replace(state, moved_to=poll.moved_to, moved_count=1, moved_since=now)
    count = min(state.moved_count + 1, MOVED_POLLS)
    if now - state.moved_since < MOVED_FOR:
        count = min(count, MOVED_POLLS - 1)
    return replace(state, moved_count=count)
