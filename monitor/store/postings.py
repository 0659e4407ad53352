"""Rows of hashes: which stories have a shingle, which open events a telling word.

Hashes lie anywhere: a story's twenty rows are twenty pages of a large table, and each must be written at every commit. So
they are put on a small shelf first, whose pages are few, and go to the large table in the order of their hashes when some
thousands of stories have gathered. Whoever asks is told of both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, text

from monitor.store.driver import rows, write
from monitor.store.schema import SHELF, SHINGLE, STORY, TOPIC

if TYPE_CHECKING:
    from sqlalchemy import Table

    from monitor.store.engine import Tx

__all__ = [
    "clear_shelf",
    "drop_shingles",
    "drop_topics",
    "of_shingles",
    "of_topics",
    "put_shingles",
    "put_topics",
    "replace",
]

GATHERED = 4096  # stories on the shelf before it is cleared
_MOVE = text(
    f"INSERT INTO {SHINGLE.name} (h, story_id) SELECT h, story_id FROM {SHELF.name} WHERE true"  # noqa: S608 - our own names
    " ORDER BY h, story_id ON CONFLICT DO NOTHING"
)
_ROUND = 8  # statements for 8, 16, 24 ... hashes: few enough to stay prepared


def of_shingles(tx: Tx, hashes: Collection[int]) -> dict[int, set[int]]:
    """Give, by shingle, the stories that have it; a number below zero is no story (see `replace`)."""
    return _having(tx, (SHINGLE.name, SHELF.name), hashes)


def of_topics(tx: Tx, hashes: Collection[int]) -> dict[int, set[int]]:
    """Give, by telling word, the leads of open events that have it; a number below zero is no story."""
    return _having(tx, (TOPIC.name,), hashes)


def _having(tx: Tx, tables: tuple[str, ...], hashes: Collection[int]) -> dict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    if hashes:
        asked = [*hashes, *[next(iter(hashes))] * (-len(hashes) % _ROUND)]
        for h, story_id in rows(tx, _select(tables, len(asked)), asked * len(tables)):
            found[h].add(story_id)
    return found


@cache
def _select(tables: tuple[str, ...], number: int) -> str:
    marks = ", ".join("?" * number)
    return " UNION ALL ".join(f"SELECT h, story_id FROM {name} WHERE h IN ({marks})" for name in tables)  # noqa: S608 - our own names


def put_shingles(tx: Tx, story_id: int, hashes: Collection[int]) -> None:
    """Write the shingles of a story; what stands there already stays."""
    _put(tx, SHELF.name, [(h, story_id) for h in hashes])
    if story_id % GATHERED == 0:
        clear_shelf(tx)


def put_topics(tx: Tx, story_id: int, hashes: Collection[int]) -> None:
    """Write the telling words of a story that leads an event."""
    _put(tx, TOPIC.name, [(h, story_id) for h in hashes])


def _put(tx: Tx, table: str, lot: list[tuple[int, int]]) -> None:
    write(tx, f"INSERT INTO {table} (h, story_id) VALUES (?, ?) ON CONFLICT DO NOTHING", lot)  # noqa: S608 - our own names


def clear_shelf(tx: Tx) -> None:
    """Move what has gathered on the shelf to the large table."""
    tx.execute(_MOVE)
    tx.execute(delete(SHELF))


def replace(tx: Tx, hashes: Collection[int], day: int) -> None:
    """Put one row in the place of all that each of these hashes has: a day (its ordinal), negated."""
    lot = [(h, -day) for h in sorted(hashes)]
    for table in (SHINGLE, SHELF, TOPIC) if lot else ():
        tx.execute(delete(table).where(table.c.h.in_(hashes)))
    for table in (SHINGLE, TOPIC):
        _put(tx, table.name, lot)


def drop_shingles(tx: Tx, before: datetime) -> int:
    """Drop the rows of stories first seen before an instant, and of days before it; give how many."""
    clear_shelf(tx)
    return _drop(tx, SHINGLE, before)


def drop_topics(tx: Tx, before: datetime) -> int:
    """Drop the rows of leads first seen before an instant, and of days before it; give how many."""
    return _drop(tx, TOPIC, before)


def _drop(tx: Tx, table: Table, before: datetime) -> int:
    day = before.date().toordinal()
    # Numbers do not tell age: what was imported yesterday may be years old.
    young = select(STORY.c.id).where(STORY.c.first_seen >= before)
    past = (table.c.story_id > 0) & table.c.story_id.not_in(young)
    return tx.execute(delete(table).where(past | table.c.story_id.between(-day, -1))).rowcount
