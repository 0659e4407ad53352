"""Look at updates again when they are due: a story that has returned to what its reader knows is not told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from monitor.config.newsroom import Newsroom
from monitor.matching import match
from monitor.store import AlertRow, outbox, stories
from monitor.triage import material

if TYPE_CHECKING:
    from monitor.store import Tx

__all__ = ["recheck"]


def recheck(tx: Tx, newsroom: Newsroom, now: datetime) -> None:
    """Take back the due updates that say nothing new against the state told last."""
    silent = [row.id for row in outbox.due_updates(tx, now) if not _says_something(tx, row, newsroom, now)]
    outbox.withdraw(tx, silent)


def _says_something(tx: Tx, row: AlertRow, newsroom: Newsroom, now: datetime) -> bool:
    alert = row.alert
    latest = stories.get(tx, alert.story_id) if alert.story_id else None
    known = next(
        (t for t in outbox.told_as(tx, alert.story_id or 0) if t.recipient.key == alert.recipient.key), None
    )
    if latest is None or known is None:
        return True
    met = [m for m in match(known.before, newsroom.rulebook, now=now) if m.rule in alert.rules]
    return material(known.before, latest.story, met, known.heard) is not None
