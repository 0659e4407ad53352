"""Rulebooks that were in force, and since when each rule means what it means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import RowMapping, bindparam, delete, insert, select

from monitor.store.dialect import insert_new
from monitor.store.engine import Tx
from monitor.store.rows import RulebookRow
from monitor.store.schema import RULE_SINCE, RULEBOOK, RULEBOOK_LOG

__all__ = ["in_force", "log", "remember", "since", "text"]

_LOG = (
    select(
        RULEBOOK_LOG.c.hash, RULEBOOK_LOG.c.since, RULEBOOK_LOG.c.previous, RULEBOOK.c.text, RULEBOOK.c.path
    )
    .join(RULEBOOK, RULEBOOK.c.hash == RULEBOOK_LOG.c.hash)
    .order_by(RULEBOOK_LOG.c.id.desc())
)
_IN_FORCE = _LOG.limit(1)
_TEXT = select(RULEBOOK.c.text).where(RULEBOOK.c.hash == bindparam("h"))
_SINCE = select(RULE_SINCE).order_by(RULE_SINCE.c.rule)


def remember(
    tx: Tx,
    *,
    hash: str,  # noqa: A002 - the word everywhere else
    text: str,
    path: str,
    digests: Mapping[str, str],
    formerly: Mapping[str, tuple[str, ...]],
    at: datetime,
) -> bool:
    """Note that a rulebook is in force; True when it was not a moment ago.

    `digests` gives each rule's name its compiled meaning, `formerly` its earlier names. A rule whose meaning is
    the one in force under its name or an earlier one keeps its `since`; every other rule begins `at`. Rules that
    are gone are forgotten: when they come back they are new.
    """
    before = in_force(tx)
    if before is not None and before.hash == hash:
        return False
    tx.execute(insert_new(tx, RULEBOOK), {"hash": hash, "text": text, "path": path})
    previous = "" if before is None else before.hash
    tx.execute(insert(RULEBOOK_LOG), {"since": at, "hash": hash, "previous": previous})
    old = {row["rule"]: row for row in tx.execute(_SINCE).mappings()}
    rows = []
    for rule, digest in digests.items():
        names = (rule, *formerly.get(rule, ()))
        kept = next((old[n]["since"] for n in names if n in old and old[n]["digest"] == digest), at)
        rows.append({"rule": rule, "digest": digest, "since": kept})
    tx.execute(delete(RULE_SINCE))
    if rows:
        tx.execute(insert(RULE_SINCE), rows)
    return True


def text(tx: Tx, hash: str) -> str | None:  # noqa: A002
    """Give the text of a rulebook that was once in force."""
    found: str | None = tx.execute(_TEXT, {"h": hash}).scalar()
    return found


def in_force(tx: Tx) -> RulebookRow | None:
    """Give the rulebook in force: the last good one."""
    row = tx.execute(_IN_FORCE).mappings().first()
    return None if row is None else _rulebook(row)


def log(tx: Tx, limit: int = 50) -> tuple[RulebookRow, ...]:
    """Give the rulebooks as they came into force, the latest first."""
    return tuple(_rulebook(row) for row in tx.execute(_LOG.limit(limit)).mappings())


def since(tx: Tx) -> dict[str, datetime]:
    """Give, by rule, when its present meaning came into force."""
    return {row["rule"]: row["since"] for row in tx.execute(_SINCE).mappings()}


def _rulebook(row: RowMapping) -> RulebookRow:
    return RulebookRow(**row)
