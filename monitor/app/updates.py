"""Look again, when they are due, at what is told in addition: updates, and other reports of the same event.

A story that has returned to what its reader knows is not told; who said "not relevant" hears no more of that event.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.config.newsroom import Newsroom
from monitor.matching import match
from monitor.outbox import Kind
from monitor.store import AlertRow, labels, outbox, stories
from monitor.triage import material

if TYPE_CHECKING:
    from monitor.store import Tx

__all__ = ["recheck"]


def recheck(tx: Tx, newsroom: Newsroom, now: datetime) -> None:
    """Take back the due updates that say nothing new against the state told last, and the follow-ups nobody wants."""
    due = outbox.due_of(tx, Kind.UPDATE, now)
    silent = [row.id for row in due if not _says_something(tx, row, newsroom, now)]
    outbox.withdraw(tx, [*silent, *_unwanted(tx, now)])


def _unwanted(tx: Tx, now: datetime) -> Iterator[int]:
    """Give the due follow-ups whose reader's last word on the event is "not relevant"."""
    deaf: dict[int, frozenset[str]] = {}
    for row in outbox.due_of(tx, Kind.FOLLOW_UP, now):
        event = row.alert.event
        if event not in deaf:
            deaf[event] = labels.unwanted(tx, event)
        if row.alert.recipient.key in deaf[event]:
            yield row.id


def _says_something(tx: Tx, row: AlertRow, newsroom: Newsroom, now: datetime) -> bool:
    alert = row.alert
    latest = stories.get(tx, alert.story_id) if alert.story_id else None
    known = next(
        (t for t in outbox.told_as(tx, alert.story_id or 0) if t.recipient.key == alert.recipient.key), None
    )
    if latest is None or known is None:
        return True
    met = [m for m in match(known.before, newsroom.rulebook, now=now) if m.rule in alert.rules]
    return material(known.before, latest.story, met) is not None
