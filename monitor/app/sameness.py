"""What intake writes of copies, events and revisions, besides the story: fingerprints, merges, alerts as they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.config.newsroom import Newsroom
from monitor.duplicates import Marks, text_key
from monitor.duplicates import marks as by_marks
from monitor.outbox import SELF, Alert, Kind
from monitor.routes import Among, Copies, Keep, Recipient, recipients, routes_for
from monitor.store import AlertRow, labels, merges, near, outbox
from monitor.story import Story
from monitor.triage import Known, Merge, Neighbours, Triage, better, held_back

if TYPE_CHECKING:
    from monitor.store import Tx

__all__ = ["Prints", "heard", "prints", "remember", "tell"]

Prints = tuple[str | None, Marks]  # text key and marks

_FURTHER = (Kind.FOLLOW_UP, Kind.UPDATE)
_BY_OUTLET = (Among.ACROSS, Among.WITHIN)


def prints(story: Story) -> Prints:
    """Read a story for comparison. Whole chunks are read before others have to wait for their transaction."""
    return text_key(story), by_marks(story)


def heard(tx: Tx, near: Neighbours, newsroom: Newsroom) -> Neighbours:
    """Add whose copies of the texts near a story were told to whom, where a route goes by that."""
    if all(route.copies.among not in _BY_OUTLET for route in newsroom.routes):
        return near
    others = [*near.candidates, *(kin.lead for kin in near.kin)]
    others += [near.copy_of] if near.copy_of is not None else []
    told = {event: merges.told_by(tx, event) for event in {k.event for k in others}}

    def read(known: Known) -> Known:
        return replace(known, told_by=told[known.event].get(known.id, frozenset()))

    return replace(
        near,
        copy_of=None if near.copy_of is None else read(near.copy_of),
        candidates=tuple(read(k) for k in near.candidates),
        kin=tuple(replace(kin, lead=read(kin.lead)) for kin in near.kin),
    )


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
    """Show this copy to those whose route holds it back, but would rather have it than one that waits.

    It must have met all rules of the alert it gets into, and is shown to nobody twice.
    """
    if all(route.copies.keep is Keep.FIRST for route in newsroom.routes):
        return
    met = {d.rule for d in triage.decisions if d.match}
    waiting = outbox.waiting_for(tx, known.event)
    shown = {a.recipient.key for a in triage.alerts}
    shown |= {row.alert.recipient.key for row in waiting if row.alert.story_id == known.id}
    for row in waiting:
        if row.story is None or row.alert.recipient.key in shown or not met.issuperset(row.alert.rules):
            continue
        if _rather(row, known.story, row.story.story, newsroom):
            outbox.show_instead(tx, row.id, known.id, known.revision)
            shown.add(row.alert.recipient.key)


def _rather(row: AlertRow, story: Story, shown: Story, newsroom: Newsroom) -> bool:
    return any(
        held_back(copies, story.outlet, (shown.outlet,)) and better(copies, story, shown)
        for copies in _wishes(row, row.alert.recipient, newsroom)
    )


def _wishes(row: AlertRow, recipient: Recipient, newsroom: Newsroom) -> list[Copies]:
    rules = [newsroom.rulebook.rules[name] for name in row.alert.rules if name in newsroom.rulebook.rules]
    return [
        route.copies
        for rule in rules
        for route in routes_for(newsroom.routes, rule=rule.name, tags=rule.tags, priority=rule.priority)
        if any(r.key == recipient.key for r in recipients(route, newsroom.channels))
    ]
