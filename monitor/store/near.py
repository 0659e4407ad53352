"""Finding stories of much the same text, and open events of much the same words, by rows of hashes.

A hash that 200 stories have tells nothing: it is not written any more, and what it finds is passed over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, bindparam, delete, func, select, update

from monitor.duplicates import ALGORITHM, Marks, Seen, worth_comparing
from monitor.duplicates.marks import AT_LEAST, COMMON, TELLING
from monitor.store.archive import LATEST
from monitor.store.codec import story_from
from monitor.store.dialect import insert_new
from monitor.store.engine import Tx
from monitor.store.outbox import told_of
from monitor.store.schema import MERGE, REVISION, SHINGLE, STORY, TOPIC
from monitor.triage import Kin, Known

if TYPE_CHECKING:
    from monitor.story import Story

__all__ = ["CLOSED", "Found", "find", "forget", "open_topic", "remember"]

WINDOW = timedelta(days=14)
REPRINTED = timedelta(days=42)  # for texts that name where they first appeared
SLIDING = timedelta(hours=72)  # an event is open so long after its last story
CLOSED = timedelta(days=7)  # and never longer than this
_LEADS = 10
_LOOKED_AT = 60  # stories that share most: more are not asked for

_SEEN = (
    select(STORY.c.id, STORY.c.outlet, STORY.c.first_seen, STORY.c.shingles, REVISION.c.title)
    .join(REVISION, (REVISION.c.story_id == STORY.c.id) & (REVISION.c.number == STORY.c.revision))
    .where(
        STORY.c.id.in_(bindparam("ids", expanding=True)),
        STORY.c.first_seen >= bindparam("since"),
        STORY.c.algorithm == ALGORITHM,
    )
)
_STORIES = LATEST.where(STORY.c.id.in_(bindparam("ids", expanding=True)))
_MEMBERS = select(STORY.c.event, STORY.c.outlet, STORY.c.first_seen).where(
    STORY.c.event.in_(bindparam("events", expanding=True))
)
_SIZE = (
    update(STORY)
    .where(STORY.c.id == bindparam("story"))
    .values(shingles=bindparam("size"), algorithm=ALGORITHM)
)
_APART = select(MERGE.c.story_id, MERGE.c.other_id).where(
    MERGE.c.undone.is_not(None), (MERGE.c.story_id == bindparam("id")) | (MERGE.c.other_id == bindparam("id"))
)
_YOUNGEST_GONE = select(func.max(STORY.c.id)).where(STORY.c.first_seen < bindparam("before"))


@dataclass(frozen=True, slots=True)
class Found:
    """What stands near a text: candidates for a comparison, leads of open events, hashes not worth a row."""

    candidates: tuple[Known, ...] = ()
    kin: tuple[Kin, ...] = ()
    common: frozenset[int] = frozenset()


def find(tx: Tx, story: Story, marks: Marks, now: datetime) -> Found:
    """Find what a new story may be a copy or another report of."""
    shingles = _postings(tx, SHINGLE, marks.shingles)
    topics = _postings(tx, TOPIC, marks.topics)
    common = frozenset(h for found in (shingles, topics) for h, ids in found.items() if len(ids) >= COMMON)
    return Found(
        _candidates(tx, story, marks, {h: i for h, i in shingles.items() if h not in common}, now),
        _kin(tx, {h: i for h, i in topics.items() if h not in common}, now),
        common,
    )


@cache
def _having(dialect: str, table: str, number: int) -> str:
    """Give a statement written out once: building it anew costs more than running it."""
    holder = "?" if dialect == "sqlite" else "%s"
    return f"SELECT h, story_id FROM {table} WHERE h IN ({', '.join([holder] * number)})"  # noqa: S608 - our own names


def _postings(tx: Tx, table: Table, hashes: Collection[int]) -> dict[int, list[int]]:
    """Give, by hash, the stories that have it. The rows come as the driver has them: there can be thousands."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    if hashes:
        result = tx.exec_driver_sql(_having(tx.dialect.name, table.name, len(hashes)), tuple(hashes))
        for h, story_id in result.cursor.fetchall() if result.cursor else ():
            found[h].append(story_id)
        result.close()
    return found


def _candidates(
    tx: Tx, story: Story, marks: Marks, found: dict[int, list[int]], now: datetime
) -> tuple[Known, ...]:
    shared = Counter(chain.from_iterable(found.values()))
    likely = [number for number, count in shared.most_common(_LOOKED_AT) if count >= AT_LEAST]
    if not likely:
        return ()
    since = now - (REPRINTED if marks.origin else WINDOW)
    rows = tx.execute(_SEEN, {"ids": sorted(likely), "since": since})
    seen = [Seen(r.id, r.outlet, r.title.casefold(), r.first_seen.date(), r.shingles) for r in rows]
    return _known(tx, worth_comparing(story.outlet, marks.shingles, found, seen))


def _known(tx: Tx, ids: Collection[int]) -> tuple[Known, ...]:
    """Load stories in the order of their ids given, with whom their events were told."""
    if not ids:
        return ()
    rows = {row["id"]: row for row in tx.execute(_STORIES, {"ids": list(ids)}).mappings()}
    told = told_of(tx, {row["event"] for row in rows.values()})
    return tuple(
        Known(
            id=number,
            story=story_from(row),
            revision=row["number"],
            event=row["event"],
            first_seen=row["first_seen"],
            imported=row["imported"],
            told=told.get(row["event"], frozenset()),
        )
        for number in ids
        for row in [rows[number]]
    )


def _kin(tx: Tx, found: dict[int, list[int]], now: datetime) -> tuple[Kin, ...]:
    shared = Counter(chain.from_iterable(found.values()))
    likely = [number for number, count in shared.most_common(_LEADS) if count >= TELLING]
    leads = [k for k in _known(tx, likely) if k.first_seen >= now - CLOSED]
    members: defaultdict[int, list[Any]] = defaultdict(list)
    if leads:
        for row in tx.execute(_MEMBERS, {"events": [k.event for k in leads]}):
            members[row.event].append(row)
    return tuple(
        Kin(lead=lead, latest=latest, outlets=frozenset(m.outlet for m in members[lead.event]))
        for lead in leads
        for latest in [max(m.first_seen for m in members[lead.event])]
        if latest >= now - SLIDING
    )


def remember(tx: Tx, story_id: int, marks: Marks, common: Collection[int] = ()) -> None:
    """Write the fingerprint of a story, so that later copies find it."""
    rows = [{"h": h, "story_id": story_id} for h in marks.shingles if h not in common]
    if rows:
        tx.execute(insert_new(tx, SHINGLE), rows)
        tx.execute(_SIZE, {"story": story_id, "size": len(marks.shingles)})


def open_topic(tx: Tx, story_id: int, marks: Marks, common: Collection[int] = ()) -> None:
    """Write the telling words of a story that leads an event somebody may be told of."""
    rows = [{"h": h, "story_id": story_id} for h in marks.topics if h not in common]
    if rows:
        tx.execute(insert_new(tx, TOPIC), rows)


def parted(tx: Tx, story_id: int) -> frozenset[int]:
    """Give the stories that a person said this one is not the same as."""
    rows = tx.execute(_APART, {"id": story_id})
    return frozenset(n for row in rows for n in row if n != story_id)


def forget(tx: Tx, now: datetime) -> int:
    """Drop the rows of stories past every window; give how many."""
    gone = 0
    for table, age in ((SHINGLE, REPRINTED), (TOPIC, CLOSED)):
        youngest = tx.execute(_YOUNGEST_GONE, {"before": now - age}).scalar()
        if youngest is not None:
            gone += tx.execute(delete(table).where(table.c.story_id <= youngest)).rowcount
    return gone
