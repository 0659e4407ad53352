"""Why stories are of one event, and what people said of it. A pair that was parted is never put together again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from monitor.duplicates import Kind as Same
from monitor.outbox import Kind
from monitor.store.codec import dump, load_list
from monitor.store.dialect import insert_row
from monitor.store.driver import fetch
from monitor.store.engine import Tx
from monitor.store.rows import MergeRow
from monitor.store.schema import ALERT, EVENT, MERGE, STORY

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from monitor.triage import Merge

__all__ = ["between", "join", "kept_apart", "move", "outlets_of", "recent", "record", "split", "told_by"]

_ADD = insert(MERGE)
_RECENT = select(MERGE).order_by(MERGE.c.id.desc()).limit(bindparam("limit"))
_BETWEEN = select(MERGE).where(
    or_(
        and_(MERGE.c.story_id == bindparam("a"), MERGE.c.other_id == bindparam("b")),
        and_(MERGE.c.story_id == bindparam("b"), MERGE.c.other_id == bindparam("a")),
    )
)
_EVENT_OF = select(STORY.c.event).where(STORY.c.id == bindparam("id"))
_COPIES = select(MERGE.c.story_id).where(MERGE.c.other_id == bindparam("id"), MERGE.c.undone.is_(None))
_MOVE = update(STORY).where(STORY.c.id == bindparam("story")).values(event=bindparam("to"))
_MOVE_ALL = update(STORY).where(STORY.c.event == bindparam("old")).values(event=bindparam("to"))
_OPEN = insert(EVENT)
_LATER, _EARLIER = STORY.alias("later"), STORY.alias("earlier")
_PARTED = (
    select(MERGE)
    .join(_LATER, _LATER.c.id == MERGE.c.story_id)
    .join(_EARLIER, _EARLIER.c.id == MERGE.c.other_id)
    .where(
        MERGE.c.undone.is_not(None),
        or_(
            and_(_LATER.c.event == bindparam("one"), _EARLIER.c.event == bindparam("other")),
            and_(_LATER.c.event == bindparam("other"), _EARLIER.c.event == bindparam("one")),
        ),
    )
    .order_by(MERGE.c.id)
)
_OUTLETS = (
    select(STORY.c.outlet, func.min(STORY.c.first_seen).label("since"))
    .where(STORY.c.event == bindparam("event"))
    .group_by(STORY.c.outlet)
    .order_by(func.min(STORY.c.first_seen), STORY.c.outlet)
)
_TELLING = (
    select(ALERT.c.recipient, ALERT.c.rules, ALERT.c.story_id, STORY.c.outlet)
    .join(STORY, STORY.c.id == ALERT.c.story_id)
    .where(
        STORY.c.event == bindparam("event"),
        ~ALERT.c.cancelled,
        ALERT.c.kind != Kind.UPDATE.value,
        ALERT.c.kind != Kind.POSSIBLE.value,
    )
)
_SAME_TEXT = (
    select(MERGE.c.story_id, MERGE.c.other_id)
    .join(STORY, STORY.c.id == MERGE.c.story_id)
    .where(
        STORY.c.event == bindparam("event"),
        MERGE.c.undone.is_(None),
        or_(MERGE.c.kind == Same.DUPLICATE.value, MERGE.c.kind == Same.UPDATE.value),
    )
)


def record(tx: Tx, story_id: int, merge: Merge, at: datetime) -> None:
    """Put on record why a new story joined the event of another."""
    values = {"kind": str(merge.kind), "method": merge.method, "score": merge.score, "at": at}
    _add(tx, story_id, merge.other.id, {**values, "evidence": dump(merge.evidence)})


def _add(tx: Tx, story_id: int, other_id: int, values: dict[str, Any]) -> None:
    blank = {
        "kind": "",
        "method": "",
        "score": 0.0,
        "evidence": "",
        "by": "",
        "undone": None,
        "undone_by": "",
    }
    insert_row(tx, _ADD, {**blank, **values, "story_id": story_id, "other_id": other_id})


def move(tx: Tx, story_id: int, event: int) -> None:
    """Put a story that is alone in its event into another one, because of what its text says now."""
    tx.execute(_MOVE, {"story": story_id, "to": event})


def recent(tx: Tx, limit: int = 50) -> tuple[MergeRow, ...]:
    """Give the latest merges, the youngest first."""
    return tuple(_row(r) for r in tx.execute(_RECENT, {"limit": limit}).mappings())


def between(tx: Tx, a: int, b: int) -> MergeRow | None:
    """Give what is on record of a pair, whichever came first."""
    row = tx.execute(_BETWEEN, {"a": a, "b": b}).mappings().first()
    return None if row is None else _row(row)


def _row(row: RowMapping) -> MergeRow:
    return MergeRow(**{**row, "evidence": load_list(row["evidence"])})


def split(tx: Tx, a: int, b: int, *, by: str, at: datetime) -> int:
    """Part two stories for ever: the later one, with its own copies, gets an event of its own. Gives that event.

    What held the later one in the event it leaves is undone with it. Stories of different events only are noted as
    parted.
    """
    first, later = sorted((a, b))
    event = int(tx.execute(_EVENT_OF, {"id": later}).scalar_one())
    _note_parted(tx, later, first, by, at)
    if event != tx.execute(_EVENT_OF, {"id": first}).scalar_one():
        return event
    moved = _with_copies(tx, later)
    new = insert_row(tx, _OPEN, {"opened": at})
    tx.execute(_MOVE, [{"story": number, "to": new} for number in sorted(moved)])
    held = update(MERGE).where(
        MERGE.c.story_id == later, MERGE.c.undone.is_(None), MERGE.c.other_id.not_in(moved)
    )
    tx.execute(held.values(undone=at, undone_by=by))
    return new


def _note_parted(tx: Tx, later: int, first: int, by: str, at: datetime) -> None:
    known = between(tx, later, first)
    if known is None:
        _add(
            tx,
            later,
            first,
            {"kind": "different", "method": "by hand", "at": at, "undone": at, "undone_by": by},
        )
    elif known.undone is None:
        tx.execute(update(MERGE).where(MERGE.c.id == known.id).values(undone=at, undone_by=by))


def _with_copies(tx: Tx, story_id: int) -> set[int]:
    moved, waiting = {story_id}, [story_id]
    while waiting:
        copies = set(tx.execute(_COPIES, {"id": waiting.pop()}).scalars()) - moved
        moved |= copies
        waiting += copies
    return moved


def join(tx: Tx, a: int, b: int, *, by: str, at: datetime) -> int:
    """Put two stories, with everything in the later one's event, into the event of the earlier. Gives that event."""
    first, later = sorted((a, b))
    event = int(tx.execute(_EVENT_OF, {"id": first}).scalar_one())
    old = int(tx.execute(_EVENT_OF, {"id": later}).scalar_one())
    if old != event:
        tx.execute(_MOVE_ALL, {"old": old, "to": event})
    known = between(tx, a, b)
    if known is None:
        _add(tx, later, first, {"kind": "duplicate", "method": "by hand", "score": 1.0, "at": at, "by": by})
    else:
        values = {"method": "by hand", "by": by, "at": at, "undone": None, "undone_by": ""}
        tx.execute(update(MERGE).where(MERGE.c.id == known.id).values(values))
    return event


def kept_apart(tx: Tx, a: int, b: int) -> tuple[tuple[int, int], ...]:
    """Give the parted pairs, other than these two, that joining the events of two stories would bring together.

    What was undone by the parting of these two themselves does not count: it is lifted with it.
    """
    one, other = (int(tx.execute(_EVENT_OF, {"id": number}).scalar_one()) for number in (a, b))
    if one == other:
        return ()
    own = between(tx, a, b)
    lifted = None if own is None else own.undone
    rows = [_row(r) for r in tx.execute(_PARTED, {"one": one, "other": other}).mappings()]
    pairs = ((min(r.story_id, r.other_id), max(r.story_id, r.other_id)) for r in rows if r.undone != lifted)
    return tuple(pair for pair in pairs if set(pair) != {a, b})


def outlets_of(tx: Tx, event: int) -> tuple[tuple[str, datetime], ...]:
    """Give the outlets that have a story in an event and since when, the earliest first."""
    return tuple((row.outlet, row.since) for row in tx.execute(_OUTLETS, {"event": event}))


def told_by(tx: Tx, event: int) -> Mapping[int, frozenset[tuple[str, str, str]]]:
    """Give, by story, whom its text was or will be told to, under which rule, and whose copy: (recipient, rule, outlet).

    Stories whose text nobody is told are left out; an outlet counts by the copy that an alert shows.
    """
    roots: dict[int, int] = {}
    for story_id, other_id in fetch(tx, _SAME_TEXT, {"event": event}):
        roots[_root(roots, story_id)] = _root(roots, other_id)
    told: dict[int, set[tuple[str, str, str]]] = {}
    shown = set[int]()
    for recipient, rules, story_id, outlet in fetch(tx, _TELLING, {"event": event}):
        shown.add(story_id)
        known = told.setdefault(_root(roots, story_id), set())
        known.update((recipient, rule, outlet) for rule in load_list(rules))
    found = {root: frozenset(known) for root, known in told.items()}
    return {n: found[root] for n in {*roots, *roots.values(), *shown} if (root := _root(roots, n)) in found}


def _root(roots: Mapping[int, int], number: int) -> int:
    while (up := roots.get(number, number)) != number:
        number = up
    return number
