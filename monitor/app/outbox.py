"""Look into the outbox, let what was given up be tried again, take back what waits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from monitor.app.wire import Wire
from monitor.outbox import Delivery, State
from monitor.store import AlertRow, MessageRow, OutboxCounts, outbox

__all__ = ["Letter", "Look", "Told", "look", "read", "take_back", "try_again"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Messages, the newest first, and how many alerts stand where."""

    messages: tuple[MessageRow, ...]
    counts: OutboxCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One alert of a message: the story's headline, or an operator's matter."""

    headline: str
    rules: tuple[str, ...]
    story_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message with all that is known of it."""

    row: MessageRow
    alerts: tuple[Told, ...]
    attempts: tuple[Delivery, ...]


def look(wire: Wire, *, failed: bool = False, limit: int = 50) -> Look:
    """Give the newest messages, or of those only what was given up."""
    with wire.store.reading() as tx:
        rows = outbox.messages(tx, state=State.DEAD if failed else None, limit=limit)
        return Look(messages=rows, counts=outbox.counts(tx, now=wire.clock()))


def read(wire: Wire, number: int) -> Letter | None:
    """Give one message by its number, or None."""
    with wire.store.reading() as tx:
        row = outbox.message(tx, number)
        if row is None:
            return None
        alerts = tuple(_told(a) for a in outbox.alerts_of(tx, number))
        return Letter(row=row, alerts=alerts, attempts=outbox.deliveries(tx, number))


def _told(row: AlertRow) -> Told:
    headline = row.story.story.title or row.story.story.url if row.story else row.alert.text
    return Told(headline=headline, rules=row.alert.rules, story_id=row.alert.story_id)


def try_again(wire: Wire, numbers: Collection[int] | None) -> int:
    """Let these messages, or all that were given up, be sent at the next pass; give how many."""
    with wire.store.writing() as tx:
        return outbox.retry(tx, numbers, wire.clock())


def take_back(wire: Wire, *, rule: str | None, stories: Collection[int] | None, everything: bool) -> int:
    """Take back what waits for a rule, of these stories, or everything; give how many alerts."""
    with wire.store.writing() as tx:
        return outbox.cancel(tx, rule=rule, story_ids=stories, all_waiting=everything)
