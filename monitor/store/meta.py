"""Small facts about this database: key and value, both text.

Keys in use: `database` (a random name given once, so that two databases never make the same Message-ID),
`paused` (a restored copy sends nothing), `hold:CHANNEL` (until when its receiver asked to be left alone), `fold` (version of the folding the search index was made with).
"""

from __future__ import annotations

from sqlalchemy import bindparam, select

from monitor.store.dialect import insert_new, upsert
from monitor.store.engine import Tx
from monitor.store.schema import META

__all__ = ["get", "put", "put_new"]

_GET = select(META.c.value).where(META.c.key == bindparam("k"))


def get(tx: Tx, key: str) -> str | None:
    """Give a value, or None."""
    value: str | None = tx.execute(_GET, {"k": key}).scalar()
    return value


def put(tx: Tx, key: str, value: str) -> None:
    """Set a value."""
    tx.execute(upsert(tx, META), {"key": key, "value": value})


def put_new(tx: Tx, key: str, value: str) -> None:
    """Set a value unless there is one."""
    tx.execute(insert_new(tx, META), {"key": key, "value": value})
