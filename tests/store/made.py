"""Values for the store's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.duplicates import marks
from monitor.matching import Evidence, Match
from monitor.outbox import Alert, Kind
from monitor.routes import Recipient
from monitor.rules import Field
from monitor.schedule import Page
from monitor.store import Tx, pages, stories
from monitor.story import Story
from monitor.triage import Decision, Known, Reason

NOW = datetime(2021, 1, 13, 10, 30, tzinfo=UTC)
SOURCE = "https://feeds.example/world"
EDITOR = Recipient(channel="desk-mail", address="editor@example.org")
ROOM = Recipient(channel="desk-chat")


def hours(number: float) -> timedelta:
    """Give a length of time."""
    return timedelta(hours=number)


def story(number: int = 1, **other: Any) -> Story:
    """Make a story that differs from those of other numbers."""
    values: dict[str, Any] = {
        "outlet": "daily",
        "title": f"Headline {number}",
        "url": f"https://daily.example/{number}",
        "published": NOW - hours(1),
        "body": f"Text number {number} about Ürümqi.",
        "guid": f"guid-{number}",
        "source": SOURCE,
    }
    return Story(**{**values, **other})


def added(
    tx: Tx,
    number: int = 1,
    *,
    text_key: str | None = None,
    event: int | None = None,
    sized: bool = False,
    **other: Any,
) -> Known:
    """Put a story on record."""
    made = story(number, **other)
    return stories.add(
        tx,
        made,
        canonical=made.url,
        text_key=text_key,
        first_seen=NOW,
        event=event,
        marks=marks(made) if sized else None,
    )


def found(rule: str = "Region", text: str = "Ürümqi") -> Match:
    """Make a match with one piece of evidence."""
    return Match(rule, (Evidence(Field.BODY, 0, 20, 26, "Urumqi", text),), score=None)


def decision(rule: str = "Region", reason: Reason = Reason.ALERTED) -> Decision:
    """Make a decision on a match."""
    return Decision(rule=rule, reason=reason, match=found(rule))


def alert(known: Known | None = None, *, rules: tuple[str, ...] = ("Region",), **other: Any) -> Alert:
    """Make an alert that is due now."""
    values: dict[str, Any] = {
        "recipient": EDITOR,
        "kind": Kind.ALERT,
        "due": NOW,
        "rules": rules,
        "occasions": tuple(f"first:{rule}" for rule in rules),
        "rulebook": "book",
    }
    if known is not None:
        values |= {"event": known.event, "story_id": known.id, "revision": known.revision}
    return Alert(**{**values, **other})


def page(number: int = 1, **other: Any) -> Page:
    """Make the page of story(number), due now."""
    url = f"https://daily.example/{number}"
    values = {
        "key": pages.key_of(url),
        "url": url,
        "outlet": "daily",
        "source": SOURCE,
        "since": NOW,
        "due": NOW,
    }
    return Page(**{**values, **other})
