"""What intake writes of copies, events and revisions, besides the story: fingerprints, merges, alerts as they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.config.newsroom import Newsroom
from monitor.duplicates import Marks, text_key
from monitor.duplicates import marks as by_marks
from monitor.outbox import SELF, Alert, Kind
from monitor.routes import Copies, Keep, Recipient, recipients, routes_for
from monitor.store import AlertRow, labels, merges, near, outbox
from monitor.story import Story
from monitor.triage import Known, Merge, Neighbours, Triage, better

if TYPE_CHECKING:
    from monitor.store import Tx

__all__ = ["Prints", "prints", "remember", "tell"]

Prints = tuple[str | None, Marks]  # text key and marks

_FURTHER = (Kind.FOLLOW_UP, Kind.UPDATE)


def prints(story: Story) -> Prints:
    """Read a story for comparison. Whole chunks are read before others have to wait for their transaction."""
    return text_key(story), by_marks(story)


def remember(tx: Tx, known: Known, found: Neighbours, triage: Triage, marks: Marks, now: datetime) -> None:
    """Write by what later stories find this one, and why it is of another one's event."""
    near.remember(tx, known.id, marks, found.common, _original(triage.merge, now))
    near.wear_out(tx, found.worn, now)
    if triage.merge is not None:
        if found.same is not None:
            merges.move(tx, known.id, triage.merge.other.event)
        merges.record(tx, known.id, triage.merge, now)
    elif any(d.match for d in triage.decisions):
        near.open_topic(tx, known.id, marks, found.common)


def _original(merge: Merge | None, now: datetime) -> Marks | None:
    """Give the marks of the story that this one is a copy of, as long as those will be found."""
    if merge is None or not merge.same_text or merge.other.first_seen < now - near.SPOKEN_FOR:
        return None
    return by_marks(merge.other.story)


def tell(tx: Tx, known: Known, triage: Triage, newsroom: Newsroom, now: datetime) -> None:
    """Put the alerts into the outbox; what waits there shows the newest revision and the copy its route prefers."""
    if triage.merge is not None:  # a story on record may have moved into that event just now
        known = replace(known, event=triage.merge.other.event)
    if triage.refreshed:
        outbox.refresh(tx, known.id, known.revision)
    if triage.merge is not None and triage.merge.same_text:
        _prefer(tx, known, triage, newsroom)
    outbox.add(tx, _wanted(tx, known, triage), now)
    for recipient, due in triage.hurried:
        outbox.hurry(tx, known.event, recipient, due)


def _wanted(tx: Tx, known: Known, triage: Triage) -> list[Alert]:
    """Give the alerts to write: whoever called the event not relevant hears no more of it."""
    further = [a for a in triage.alerts if a.kind in _FURTHER]
    deaf = labels.unwanted(tx, known.event) if further else frozenset()
    return [
        _addressed(a, known) for a in triage.alerts if a.kind not in _FURTHER or a.recipient.key not in deaf
    ]


def _addressed(alert: Alert, known: Known) -> Alert:
    occasions = tuple(o.replace(f":{SELF}:", f":{known.id}:", 1) for o in alert.occasions)
    return replace(alert, event=known.event, story_id=known.id, revision=known.revision, occasions=occasions)


def _prefer(tx: Tx, known: Known, triage: Triage, newsroom: Newsroom) -> None:
    """Show this copy in waiting alerts whose route would rather have it, where it met all of their rules."""
    if all(route.copies.keep is Keep.FIRST for route in newsroom.routes):
        return
    met = {d.rule for d in triage.decisions if d.match}
    for row in outbox.waiting_for(tx, known.event):
        if (
            row.story
            and met.issuperset(row.alert.rules)
            and _rather(row, known.story, row.story.story, newsroom)
        ):
            outbox.show_instead(tx, row.id, known.id, known.revision)


def _rather(row: AlertRow, story: Story, shown: Story, newsroom: Newsroom) -> bool:
    return any(better(copies, story, shown) for copies in _wishes(row, row.alert.recipient, newsroom))


def _wishes(row: AlertRow, recipient: Recipient, newsroom: Newsroom) -> list[Copies]:
    rules = [newsroom.rulebook.rules[name] for name in row.alert.rules if name in newsroom.rulebook.rules]
    return [
        route.copies
        for rule in rules
        for route in routes_for(newsroom.routes, rule=rule.name, tags=rule.tags, priority=rule.priority)
        if any(r.key == recipient.key for r in recipients(route, newsroom.channels))
    ]
