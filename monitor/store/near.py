"""Finding stories of much the same text, and open events of much the same words, by rows of hashes.

A hash that 200 stories have tells nothing: its rows give way to one, whose story is the day, negated, on which it
became common, and none is written any more. Of a copy only what its original has not is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, bindparam, func, select

from monitor.duplicates import ALGORITHM, Marks, Seen, in_doubt, worth_comparing
from monitor.duplicates.marks import AT_LEAST, COMMON, TELLING
from monitor.store import postings
from monitor.store.archive import LATEST
from monitor.store.codec import story_from
from monitor.store.driver import fetch, fetch_named
from monitor.store.engine import Tx
from monitor.store.outbox import told_of
from monitor.store.schema import MERGE, REVISION, STORY
from monitor.triage import Kin, Known

if TYPE_CHECKING:
    from monitor.story import Story

__all__ = [
    "CLOSED",
    "REPRINTED",
    "SPOKEN_FOR",
    "Found",
    "find",
    "forget",
    "open_topic",
    "remember",
    "wear_out",
]

WINDOW = timedelta(days=14)
REPRINTED = timedelta(days=42)  # for texts that name where they first appeared
SPOKEN_FOR = timedelta(days=7)  # so long the rows of an original find what its copies would
SLIDING = timedelta(hours=72)  # an event is open so long after its last story
CLOSED = timedelta(days=7)  # and never longer than this
_LEADS = 10
_LOOKED_AT = 60  # stories that share most: more are not asked for
_ROUND = 8  # statements for 8, 16, 24 ... hashes: few enough to stay prepared

_MEMBERS = select(STORY.c.outlet, STORY.c.first_seen).where(STORY.c.event == bindparam("event"))
_APART = select(MERGE.c.story_id, MERGE.c.other_id).where(
    MERGE.c.undone.is_not(None), (MERGE.c.story_id == bindparam("id")) | (MERGE.c.other_id == bindparam("id"))
)
_IN_EVENT = select(func.count()).where(STORY.c.event == bindparam("id"))
_WHOLE = LATEST.where(STORY.c.first_seen >= bindparam("since"))
_HEADLINE = (
    select(STORY.c.id, REVISION.c.title)
    .join(REVISION, and_(REVISION.c.story_id == STORY.c.id, REVISION.c.number == STORY.c.revision))
    .where(STORY.c.first_seen >= bindparam("since"))
)
_FINGERPRINT = select(STORY.c.id, STORY.c.outlet, STORY.c.first_seen, STORY.c.shingles).where(
    STORY.c.first_seen >= bindparam("since"), STORY.c.algorithm == ALGORITHM
)


@dataclass(frozen=True, slots=True)
class Found:
    """What stands near a text: candidates for a comparison, leads of open events, hashes not worth a row.

    `worn`: those of the common hashes that still have their rows.
    """

    candidates: tuple[Known, ...] = ()
    kin: tuple[Kin, ...] = ()
    common: frozenset[int] = frozenset()
    worn: frozenset[int] = frozenset()


def find(tx: Tx, story: Story, marks: Marks, now: datetime, same: Known | None = None) -> Found:
    """Find what a story may be a copy or another report of: not itself, should it be on record (`same`), nor its own event."""
    shingles, topics = postings.of_shingles(tx, marks.shingles), postings.of_topics(tx, marks.topics)
    if not shingles and not topics:
        return Found()
    common, worn = set[int](), set[int]()
    for found in (shingles, topics):
        common.update(h for h, ids in found.items() if min(ids) < 0)
        worn.update(h for h, ids in found.items() if len(ids) >= COMMON)
        for h in common | worn:
            found.pop(h, None)
    candidates, kin = _candidates(tx, story, marks, shingles, now), _kin(tx, topics, now)
    if same is not None:
        barred = parted(tx, same.id)
        candidates = tuple(k for k in candidates if k.event != same.event and k.id not in barred)
        kin = tuple(k for k in kin if k.lead.event != same.event and k.lead.id not in barred)
    return Found(candidates, kin, frozenset(common | worn), frozenset(worn))


def _sharing(found: dict[int, set[int]], least: int, most: int) -> list[int]:
    """Give the stories that have at least so many of these hashes, those with most first."""
    if len(found) < least:
        return []
    shared = Counter(chain.from_iterable(found.values()))
    enough = [(-count, number) for number, count in shared.items() if count >= least]
    return [number for _, number in sorted(enough)[:most]]


def _candidates(
    tx: Tx, story: Story, marks: Marks, found: dict[int, set[int]], now: datetime
) -> tuple[Known, ...]:
    likely = _sharing(found, AT_LEAST, _LOOKED_AT)
    if not likely:
        return ()
    since = now - (REPRINTED if marks.origin else WINDOW)
    seen = _seen(tx, likely, since)
    headlines: dict[int, str] = {}
    while doubtful := in_doubt(story.outlet, found, seen, headlines):
        headlines |= dict.fromkeys(doubtful, "") | _headlines(tx, sorted(doubtful), since)
    chosen = worth_comparing(story.outlet, marks.shingles, found, seen, headlines)
    there = {row["id"]: row for row in _loaded(tx, chosen, since)}
    return _known(tx, [there[number] for number in chosen])


def _seen(tx: Tx, ids: Sequence[int], since: datetime) -> list[Seen]:
    return [
        Seen(number, outlet, first_seen.date(), size)
        for number, outlet, first_seen, size in fetch(tx, *_asked(_FINGERPRINT, ids, since))
    ]


def _headlines(tx: Tx, ids: Sequence[int], since: datetime) -> dict[int, str]:
    return dict(fetch(tx, *_asked(_HEADLINE, ids, since)))


@cache
def _of_numbers(query: Select[Any], number: int) -> Select[Any]:
    return query.where(STORY.c.id.in_([bindparam(f"id{n}") for n in range(number)]))


def _loaded(tx: Tx, ids: Sequence[int], since: datetime) -> list[dict[str, Any]]:
    """Load stories first seen since then."""
    return fetch_named(tx, *_asked(_WHOLE, ids, since)) if ids else []


def _asked(query: Select[Any], ids: Sequence[int], since: datetime) -> tuple[Select[Any], dict[str, object]]:
    asked = [*ids, *[ids[0]] * (-len(ids) % _ROUND)]
    values: dict[str, object] = {f"id{n}": number for n, number in enumerate(asked)}
    return _of_numbers(query, len(asked)), {"since": since, **values}


def _known(tx: Tx, there: Sequence[dict[str, Any]]) -> tuple[Known, ...]:
    """Give stories that were loaded, with whom their events were told."""
    told = told_of(tx, {row["event"] for row in there})
    return tuple(
        Known(
            id=row["id"],
            story=story_from(row),
            revision=row["number"],
            event=row["event"],
            first_seen=row["first_seen"],
            imported=row["imported"],
            told=told.get(row["event"], frozenset()),
        )
        for row in there
    )


def _kin(tx: Tx, found: dict[int, set[int]], now: datetime) -> tuple[Kin, ...]:
    likely = _sharing(found, TELLING, _LEADS)
    if not likely:
        return ()
    there = {row["id"]: row for row in _loaded(tx, likely, now - CLOSED)}
    leads = _known(tx, [there[number] for number in likely if number in there])
    return tuple(
        Kin(
            lead=lead,
            latest=latest,
            outlets=frozenset(outlet for outlet, _ in members),
            shared=tuple(sorted(len(ids) for ids in found.values() if lead.id in ids)),
        )
        for lead in leads
        for members in [fetch(tx, _MEMBERS, {"event": lead.event})]
        for latest in [max(seen for _, seen in members)]
        if latest >= now - SLIDING
    )


def remember(
    tx: Tx, story_id: int, marks: Marks, common: Collection[int] = (), original: Marks | None = None
) -> None:
    """Write the fingerprint of a story, so that later copies find it; of a copy, what its `original` has not."""
    theirs = original.shingles if original is not None else frozenset[int]()
    postings.put_shingles(tx, story_id, marks.shingles.difference(common, theirs))


def open_topic(tx: Tx, story_id: int, marks: Marks, common: Collection[int] = ()) -> None:
    """Write the telling words of a story that leads an event somebody may be told of."""
    postings.put_topics(tx, story_id, marks.topics.difference(common))


def wear_out(tx: Tx, hashes: Collection[int], now: datetime) -> None:
    """Put one row in the place of those of hashes that have become common."""
    if hashes:
        postings.replace(tx, hashes, now.date().toordinal())


def parted(tx: Tx, story_id: int) -> frozenset[int]:
    """Give the stories that a person said this one is not the same as."""
    rows = fetch(tx, _APART, {"id": story_id})
    return frozenset(n for row in rows for n in row if n != story_id)


def alone(tx: Tx, event: int) -> bool:
    """Whether an event has one story only."""
    return tx.execute(_IN_EVENT, {"id": event}).scalar() == 1


def forget(tx: Tx, now: datetime) -> int:
    """Drop the rows of stories past every window; give how many."""
    return postings.drop_shingles(tx, now - REPRINTED) + postings.drop_topics(tx, now - CLOSED)
