"""Labels: people's verdicts on stories for rules."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from monitor.store.dialect import insert_row
from monitor.store.engine import Tx
from monitor.store.rows import LabelRow
from monitor.store.schema import LABEL

__all__ = ["add", "for_story"]

_ADD = insert(LABEL)


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
    query = select(LABEL).where(LABEL.c.story_id == story_id).order_by(LABEL.c.at, LABEL.c.id)
    return tuple(LabelRow(**row) for row in tx.execute(query).mappings())
