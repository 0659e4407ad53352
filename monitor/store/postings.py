"""Rows of hashes: which stories have a shingle, which open events a telling word.

Hashes lie anywhere: a story's twenty rows are twenty pages of a large table, and each must be written at every commit. So
they are put on a small shelf first, whose pages are few. When some thousands of stories have gathered, they go to a rack in
the order of their hashes, and from there, sixteen shelves at a time, to the large table. Whoever asks is told of all three.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, text

from monitor.store.driver import rows, write
from monitor.store.schema import RACK, SHELF, SHINGLE, STORY, TOPIC

if TYPE_CHECKING:
    from sqlalchemy import Table, TextClause

    from monitor.store.engine import Tx

__all__ = [
    "clear",
    "drop_shingles",
    "drop_topics",
    "of_shingles",
    "of_topics",
    "put_shingles",
    "put_topics",
    "replace",
]

ON_SHELF = 4096  # stories before it is cleared
ON_RACK = 65536  # likewise; a multiple of ON_SHELF
_ROUND = 8  # statements for 8, 16, 24 ... hashes: few enough to stay prepared


def of_shingles(tx: Tx, hashes: Collection[int]) -> dict[int, set[int]]:
    """Give, by shingle, the stories that have it; a number below zero is no story (see `replace`)."""
    return _having(tx, (SHINGLE.name, RACK.name, SHELF.name), hashes)


def of_topics(tx: Tx, hashes: Collection[int]) -> dict[int, set[int]]:
    """Give, by telling word, the leads of open events that have it; a number below zero is no story."""
    return _having(tx, (TOPIC.name,), hashes)


def _having(tx: Tx, tables: tuple[str, ...], hashes: Collection[int]) -> dict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    if hashes:
        asked = [*hashes, *[None] * (-len(hashes) % _ROUND)]
        for h, story_id in rows(tx, _select(tables, len(asked)), asked):
            found[h].add(story_id)
    return found


@cache
def _select(tables: tuple[str, ...], number: int) -> str:
    asked = f"WITH asked (wanted) AS MATERIALIZED (VALUES {', '.join(['(CAST(? AS bigint))'] * number)}) "
    each = "SELECT h, story_id FROM asked CROSS JOIN {} WHERE h = wanted"
    return asked + " UNION ALL ".join(map(each.format, tables))


def put_shingles(tx: Tx, story_id: int, hashes: Collection[int]) -> None:
    """Write the shingles of a story; what stands there already stays."""
    _put(tx, SHELF.name, [(h, story_id) for h in hashes])
    if story_id % ON_SHELF == 0:
        clear(tx, SHELF, RACK)
    if story_id % ON_RACK == 0:
        clear(tx, RACK, SHINGLE)


def put_topics(tx: Tx, story_id: int, hashes: Collection[int]) -> None:
    """Write the telling words of a story that leads an event."""
    _put(tx, TOPIC.name, [(h, story_id) for h in hashes])


def _put(tx: Tx, table: str, lot: list[tuple[int, int]]) -> None:
    write(tx, f"INSERT INTO {table} (h, story_id) VALUES (?, ?) ON CONFLICT DO NOTHING", lot)  # noqa: S608 - our own names


def clear(tx: Tx, source: Table, target: Table) -> None:
    """Move what has gathered in a table to a larger one."""
    tx.execute(_moving(source, target))
    tx.execute(delete(source))


@cache
def _moving(source: Table, target: Table) -> TextClause:
    return text(
        f"INSERT INTO {target.name} (h, story_id) SELECT h, story_id FROM {source.name} WHERE true"  # noqa: S608 - our own names
        " ORDER BY h, story_id ON CONFLICT DO NOTHING"
    )


def replace(tx: Tx, hashes: Collection[int], day: int) -> None:
    """Put one row in the place of all that each of these hashes has: a day (its ordinal), negated."""
    lot = [(h, -day) for h in sorted(hashes)]
    for table in (SHINGLE, RACK, SHELF, TOPIC) if lot else ():
        tx.execute(delete(table).where(table.c.h.in_(hashes)))
    for table in (SHINGLE, TOPIC):
        _put(tx, table.name, lot)


def drop_shingles(tx: Tx, before: datetime) -> int:
    """Drop the rows of stories first seen before an instant, and of days before it; give how many."""
    return sum(_drop(tx, table, before) for table in (SHINGLE, RACK, SHELF))


def drop_topics(tx: Tx, before: datetime) -> int:
    """Drop the rows of leads first seen before an instant, and of days before it; give how many."""
    return _drop(tx, TOPIC, before)


def _drop(tx: Tx, table: Table, before: datetime) -> int:
    day = before.date().toordinal()
    # Numbers do not tell age: what was imported yesterday may be years old.
    young = select(STORY.c.id).where(STORY.c.first_seen >= before)
    past = (table.c.story_id > 0) & table.c.story_id.not_in(young)
    return tx.execute(delete(table).where(past | table.c.story_id.between(-day, -1))).rowcount
