"""Look into the outbox, let what was given up be tried again, take back what waits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from monitor.app.wire import Wire
from monitor.errors import ConfigError
from monitor.outbox import Delivery, Kind, State
from monitor.store import AlertRow, MessageRow, OutboxCounts, Tx, briefs, desk, outbox

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
    rulebook: str = ""


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
        alerts = tuple(_told(tx, a) for a in outbox.alerts_of(tx, number))
        return Letter(row=row, alerts=alerts, attempts=outbox.deliveries(tx, number))


def _told(tx: Tx, row: AlertRow) -> Told:
    headline = row.story.story.title or row.story.story.url if row.story else row.alert.text
    if row.alert.kind is Kind.BRIEF and (issue := briefs.get(tx, int(row.alert.text))) is not None:
        headline = f"{issue.title}, {issue.day} ({issue.brief}/{issue.number})"
    return Told(
        headline=headline, rules=row.alert.rules, story_id=row.alert.story_id, rulebook=row.alert.rulebook
    )


def try_again(wire: Wire, numbers: Collection[int] | None) -> int:
    """Let these messages, or all that were given up, be sent at the next pass; give how many."""
    with wire.store.writing() as tx:
        return outbox.retry(tx, numbers, wire.clock())


def take_back(
    wire: Wire,
    *,
    rule: str | None = None,
    rulebook: str | None = None,
    stories: Collection[int] | None = None,
    everything: bool = False,
) -> int:
    """Take back what waits for a rule, was decided under a rulebook, of these stories, or everything.

    `rulebook` is its hash or the beginning of it. Gives how many alerts. Raises ConfigError for an unknown rulebook.
    """
    with wire.store.writing() as tx:
        book = _rulebook(tx, rulebook) if rulebook is not None else None
        return outbox.cancel(tx, rule=rule, rulebook=book, story_ids=stories, all_waiting=everything)


def _rulebook(tx: Tx, begins: str) -> str:
    """Find the one rulebook under which something waits and whose hash begins so."""
    waiting = desk.waiting_rulebooks(tx)
    found = [book for book in waiting if begins and book.startswith(begins)]
    if len(found) != 1:
        many = (
            f"{len(found)} rulebooks begin with {begins}"
            if found
            else f"Nothing waits under a rulebook {begins}"
        )
        listed = ", ".join(f"{book[:12]} ({count})" for book, count in waiting.items()) or "none"
        msg = f"{many}. Alerts wait under: {listed}."
        raise ConfigError(msg)
    return found[0]
