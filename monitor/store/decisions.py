"""Decisions: what became of every match, and that a revision was judged at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from monitor.store.codec import dump_match, load_match
from monitor.store.dialect import insert_new
from monitor.store.driver import run, run_many
from monitor.store.engine import Tx
from monitor.store.rows import DecisionRow, JudgedRow
from monitor.store.schema import DECISION, JUDGED
from monitor.triage import Reason

if TYPE_CHECKING:
    from monitor.triage import Decision

__all__ = ["for_story", "judged", "record"]

_FOR_STORY = (
    select(DECISION).where(DECISION.c.story_id == bindparam("id")).order_by(DECISION.c.decided, DECISION.c.id)
)
_JUDGED = (
    select(JUDGED)
    .where(JUDGED.c.story_id == bindparam("id"))
    .order_by(JUDGED.c.decided, JUDGED.c.revision, JUDGED.c.rulebook)
)


def record(
    tx: Tx, story_id: int, revision: int, decisions: Iterable[Decision], *, rulebook: str, decided: datetime
) -> None:
    """Put the decisions about one revision on record, and that it was judged under this rulebook (its hash).

    The marker makes "why not" answerable: a rule of that rulebook without a decision did not match. The same
    decision again changes nothing; another reason for the same match is added.
    """
    marker = {"story_id": story_id, "revision": revision, "rulebook": rulebook, "decided": decided}
    run(tx, insert_new(tx, JUDGED), marker)
    rows = [
        {
            **marker,
            "rule": d.rule,
            "reason": d.reason,
            "detail": d.detail,
            "matched": d.match is not None,
            "match": dump_match(d.match),
        }
        for d in decisions
    ]
    run_many(tx, insert_new(tx, DECISION), rows)


def for_story(tx: Tx, story_id: int) -> tuple[DecisionRow, ...]:
    """Give all decisions about a story, the earliest first."""
    return tuple(
        DecisionRow(
            story_id=row["story_id"],
            revision=row["revision"],
            rule=row["rule"],
            reason=Reason(row["reason"]),
            detail=row["detail"],
            match=load_match(row["match"]),
            rulebook=row["rulebook"],
            decided=row["decided"],
        )
        for row in tx.execute(_FOR_STORY, {"id": story_id}).mappings()
    )


def judged(tx: Tx, story_id: int) -> tuple[JudgedRow, ...]:
    """Give which revisions of a story were judged under which rulebooks, the earliest first."""
    return tuple(JudgedRow(**row) for row in tx.execute(_JUDGED, {"id": story_id}).mappings())
