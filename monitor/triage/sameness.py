"""Whether a new story is another one's text again, or another report of an open event."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from monitor.duplicates import APART, Kind, compare, distinct, same_text
from monitor.routes import Among, Copies, Keep
from monitor.story import Story
from monitor.triage.values import Kin, Merge, Neighbours

__all__ = ["better", "held_back", "related"]

ONE_ISSUE = timedelta(hours=48)


def related(story: Story, near: Neighbours) -> Merge | None:
    """Find the story whose event a new one belongs to: the same text first, then an open event."""
    others = near.candidates
    if near.copy_of is not None:
        if _equal_text_is_one(story, near.copy_of.story):
            evidence = ("the texts are equal once credits, datelines and boilerplate are taken away",)
            return Merge(other=near.copy_of, kind=Kind.DUPLICATE, method="text", score=1.0, evidence=evidence)
        others = tuple(other for other in others if other.id != near.copy_of.id)
    for other in others:
        found = same_text(story, other.story)
        if found is not None:
            return Merge(
                other=other, kind=found.kind, method=found.method, score=found.score, evidence=found.evidence
            )
    return next((merge for kin in near.kin if (merge := _of_event(story, kin))), None)


def _equal_text_is_one(story: Story, other: Story) -> bool:
    """An equal text days apart may be the outlet's words for the next of a kind."""
    if abs(story.published - other.published) <= ONE_ISSUE:
        return True
    return same_text(story, other) is not None


def _of_event(story: Story, kin: Kin) -> Merge | None:
    """Compare with the event's lead, as if it had been told again with the event's latest story.

    An outlet reports an event once: what it writes next about it is news.
    """
    if story.outlet in kin.outlets:
        return None
    lead = kin.lead.story
    instant = min(lead.published, kin.latest, key=lambda at: abs(at - story.published))
    found = compare(story, replace(lead, published=instant))
    if found.kind is Kind.DIFFERENT or (found.method == "event" and _of_one_subject(kin)):
        return None
    return Merge(
        other=kin.lead, kind=found.kind, method=found.method, score=found.score, evidence=found.evidence
    )


def _of_one_subject(kin: Kin) -> bool:
    """Whether what is shared is a subject that many of the open events have."""
    return bool(kin.shared) and distinct(kin.shared) < APART


def held_back(copies: Copies, outlet: str, told_by: Collection[str]) -> bool:
    """Whether a route that told a text of these outlets holds back a copy of this one's."""
    if copies.among is Among.WITHIN:
        return outlet in told_by
    if copies.among is Among.ACROSS:
        return any(other != outlet for other in told_by)
    return copies.among is Among.BOTH


def better(copies: Copies, story: Story, shown: Story) -> bool:
    """Whether a route would rather show this copy than the one that waits to be told."""
    if copies.keep is Keep.LONGEST:
        return len(story.body or story.summary) > len(shown.body or shown.summary)
    if copies.keep is Keep.PREFERRED:
        return _rank(copies, story) < _rank(copies, shown)
    return False


def _rank(copies: Copies, story: Story) -> int:
    return copies.preferred.index(story.outlet) if story.outlet in copies.preferred else len(copies.preferred)
