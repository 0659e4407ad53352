"""Labels: people's verdicts on stories for rules."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select

from monitor.store.dialect import insert_row
from monitor.store.engine import Tx
from monitor.store.rows import LabelRow
from monitor.store.schema import LABEL, STORY

__all__ = ["add", "for_rules", "for_story", "last_by_person", "unwanted"]

_L = LABEL.c
_ADD = insert(LABEL)
_FOR_STORY = select(LABEL).where(_L.story_id == bindparam("id")).order_by(_L.at, _L.id)
_FOR_RULES = select(LABEL).where(_L.rule.in_(bindparam("rules", expanding=True))).order_by(_L.at, _L.id)
_LAST = select(_L.person, func.max(_L.at).label("last")).group_by(_L.person)
_OF_EVENT = (
    select(_L.person, _L.verdict, _L.at, _L.id)
    .join(STORY, STORY.c.id == _L.story_id)
    .where(STORY.c.event == bindparam("event"))
    .order_by(_L.at, _L.id)
)


def add(
    tx: Tx, story_id: int, rule: str, *, person: str, verdict: str, at: datetime, rulebook: str = ""
) -> int:
    """Put a verdict (relevant, not relevant) on record; later ones of the same person count, earlier ones stay."""
    values = {
        "story_id": story_id,
        "rule": rule,
        "person": person,
        "verdict": verdict,
        "at": at,
        "rulebook": rulebook,
    }
    return insert_row(tx, _ADD, values)


def for_story(tx: Tx, story_id: int) -> tuple[LabelRow, ...]:
    """Give a story's labels, the earliest first."""
    return tuple(LabelRow(**row) for row in tx.execute(_FOR_STORY, {"id": story_id}).mappings())


def for_rules(tx: Tx, rules: Collection[str]) -> tuple[LabelRow, ...]:
    """Give the labels of a rule's names, the earliest first."""
    return tuple(LabelRow(**row) for row in tx.execute(_FOR_RULES, {"rules": list(rules)}).mappings())


def last_by_person(tx: Tx) -> dict[str, datetime]:
    """Give when each person last labelled anything."""
    return {row.person: row.last for row in tx.execute(_LAST)}


def unwanted(tx: Tx, event: int) -> frozenset[str]:
    """Give the recipients (keys) whose last word on an event is "not relevant": they want no follow-ups of it."""
    last = {row.person: row.verdict for row in tx.execute(_OF_EVENT, {"event": event})}
    people = [person for person, verdict in last.items() if verdict != "relevant"]
    return frozenset(f"mail:{p.casefold()}" if "@" in p else f"channel:{p}" for p in people)
