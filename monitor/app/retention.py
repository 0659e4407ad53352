"""Forget what need not be kept: full texts after `keep_bodies`, polls after a year. Once a day, at the end of a run."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.app.wire import Wire
from monitor.store import meta, near, sources, stories

__all__ = ["forget"]

KEEP_POLLS = timedelta(days=400)  # a year, and the same season a year ago to compare with
EVERY = timedelta(days=1)
_DONE = "forgotten"  # meta key: when this was last done


def forget(wire: Wire) -> int:
    """Drop what is past its time; give how many full texts went. Does nothing within a day of the last time."""
    now = wire.clock()
    keep = wire.newsroom.settings.keep_bodies
    with wire.store.writing() as tx:
        before = meta.get(tx, _DONE)
        if before and now - datetime.fromisoformat(before) < EVERY:
            return 0
        meta.put(tx, _DONE, now.isoformat())
        sources.forget_polls(tx, now - KEEP_POLLS)
        near.forget(tx, now)
        return stories.forget_bodies(tx, now - keep) if keep else 0
