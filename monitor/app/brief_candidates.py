"""What may be printed in an issue: stories that a rule met and no earlier issue printed, the worthiest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from monitor.app.wire import Wire
from monitor.brief import Candidate, Entry, entry, rank
from monitor.config.newsroom import BriefPlan
from monitor.routes import Priority
from monitor.store import StoryRow, Tx, briefs, labels, stories
from monitor.story import Outlet

__all__ = ["candidate", "entries"]

MOST_CANDIDATES = 5_000  # of the stories that a rule met, the latest


def entries(
    tx: Tx,
    wire: Wire,
    plan: BriefPlan,
    outlets: Mapping[str, Outlet],
    period: tuple[datetime, datetime],
    *,
    top: int,
    but: int = 0,
) -> tuple[Entry, ...]:
    """Give the entries of a period, the worthiest first; the `top` of them are picked. `but`: an issue that may repeat."""
    told, events = briefs.used(tx, plan.name, but=but)
    rows = stories.search(tx, matched=True, since=period[0], until=period[1], limit=MOST_CANDIDATES)
    fresh = [row for row in rows if row.id not in told and row.event not in events]
    made = (candidate(tx, wire, row, outlets) for row in fresh)
    ranked = rank(c for c in made if not c.outlet.ours)
    return tuple(
        replace(
            entry(one, score, plan.sections, wire.newsroom.settings.quotation),
            position=place if place <= top and one.relevant >= 0 else 0,
        )
        for place, (one, score) in enumerate(ranked, start=1)
    )


def candidate(tx: Tx, wire: Wire, row: StoryRow, outlets: Mapping[str, Outlet]) -> Candidate:
    """Give a story with what its place in an issue depends on."""
    names = tuple(dict.fromkeys(m.rule for m in row.matches))
    rules = [wire.newsroom.rulebook.rules[name] for name in names if name in wire.newsroom.rulebook.rules]
    said = {label.person: label.verdict for label in labels.for_story(tx, row.id)}
    story = row.story
    return Candidate(
        story_id=row.id,
        revision=row.revision,
        event=row.event,
        story=story,
        outlet=outlets.get(story.outlet) or Outlet(name=story.outlet, title=story.outlet),
        rules=names,
        tags=tuple(dict.fromkeys(tag for rule in rules for tag in rule.tags)),
        priority=max((rule.priority for rule in rules), default=Priority.NORMAL),
        relevant=sum(1 if verdict == "relevant" else -1 for verdict in said.values()),
    )
