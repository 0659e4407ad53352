"""Silences: time-bounded mutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update

from monitor.routes import Silence
from monitor.store.dialect import insert_row
from monitor.store.driver import fetch_named
from monitor.store.engine import Tx
from monitor.store.rows import SilenceRow
from monitor.store.schema import SILENCE

__all__ = ["active", "add", "any_ever", "expire", "recent"]

_C = SILENCE.c
_ADD = insert(SILENCE)
_ACTIVE = (
    select(SILENCE)
    .where(_C.until > bindparam("now"), or_(_C.since.is_(None), _C.since <= bindparam("now")))
    .order_by(_C.id)
)
_EXPIRE = (
    update(SILENCE)
    .where(_C.id == bindparam("number"), _C.until > bindparam("now"))
    .values(until=bindparam("now"))
)
_ANY = select(_C.id).limit(1)


def any_ever(tx: Tx) -> bool:
    """Tell whether a silence was ever made: an expired one may still have held back what nobody was told of."""
    return tx.execute(_ANY).first() is not None


def active(tx: Tx, now: datetime) -> tuple[Silence, ...]:
    """Give the silences in force, in the order they were made."""
    return tuple(_silence(row) for row in fetch_named(tx, _ACTIVE, {"now": now}))


def recent(tx: Tx, limit: int = 50) -> tuple[SilenceRow, ...]:
    """Give all silences with their numbers, the latest first."""
    rows = tx.execute(select(SILENCE).order_by(_C.id.desc()).limit(limit)).mappings()
    return tuple(SilenceRow(id=row["id"], silence=_silence(row)) for row in rows)


def add(tx: Tx, silence: Silence) -> int:
    """Put a silence on record and give its number."""
    values = {
        "rule": silence.rule,
        "until": silence.until,
        "author": silence.author,
        "reason": silence.reason,
        "since": silence.since,
    }
    return insert_row(tx, _ADD, values)


def expire(tx: Tx, number: int, now: datetime) -> bool:
    """End a silence now; False when there is none of this number in force."""
    return tx.execute(_EXPIRE, {"number": number, "now": now}).rowcount == 1


def _silence(row: Mapping[Any, Any]) -> Silence:
    return Silence(
        rule=row["rule"], until=row["until"], author=row["author"], reason=row["reason"], since=row["since"]
    )
