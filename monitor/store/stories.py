"""Stories: whether we know one, what stands near it, and putting it on record. Reading is in `archive`.

Identity is for ever: the canonical URL first, then the GUID within its source (unless the source's GUIDs are
distrusted), then, for an entry that has neither, its headline within its source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from monitor.duplicates import ALGORITHM, Marks
from monitor.store import index, near
from monitor.store.archive import (
    LATEST,
    at_revision,
    by_url,
    count,
    count_since,
    forget_bodies,
    get,
    headlines,
    iterate,
    matches_of,
    old_headlines,
    possible_of,
    revisions,
    search,
)
from monitor.store.codec import digest, dump, story_from, story_values
from monitor.store.dialect import insert_new, insert_row, took, upsert
from monitor.store.driver import fetch, fetch_named, run, run_many
from monitor.store.engine import Tx
from monitor.store.guids import guid_distrusted, guid_key, judge, note_guids, source_scope, url_key
from monitor.store.outbox import told_as, told_of
from monitor.store.schema import ALIAS, DECISION, EVENT, FACE, HEADLINE, REVISION, STORY
from monitor.story import Event, Story
from monitor.triage import Known, Neighbours
from monitor.triage import face as face_of

__all__ = [
    "PAGE",
    "add",
    "at_revision",
    "by_url",
    "count",
    "count_since",
    "event",
    "forget_bodies",
    "get",
    "guid_distrusted",
    "headlines",
    "identify",
    "iterate",
    "known",
    "matches_of",
    "neighbours",
    "note_address",
    "note_alias",
    "note_guids",
    "note_page",
    "old_headlines",
    "possible_of",
    "revise",
    "revisions",
    "search",
    "titles_of",
]

PAGE = "page"  # the source of a face that a story's page gives it
_COPIES = timedelta(days=30)  # how long the same text elsewhere counts as a copy

_IDENTITY = select(ALIAS.c.kind, ALIAS.c.story_id).where(
    or_(
        and_(ALIAS.c.scope == "", ALIAS.c.key == bindparam("url")),
        and_(ALIAS.c.scope == bindparam("source"), ALIAS.c.key == bindparam("inner")),
    )
)
_COPY = (
    select(STORY.c.id)
    .join(REVISION, REVISION.c.story_id == STORY.c.id)
    .where(
        REVISION.c.text_key == bindparam("text_key"),
        STORY.c.first_seen >= bindparam("since"),
        STORY.c.id != bindparam("same"),
    )
    .order_by(STORY.c.first_seen, STORY.c.id)
    .limit(20)
)
_MATCHED = (
    select(DECISION.c.rule).where(DECISION.c.story_id == bindparam("id"), DECISION.c.matched).distinct()
)
_KNOWN = (
    LATEST.add_columns(FACE.c.face)
    .outerjoin(FACE, and_(FACE.c.story_id == STORY.c.id, FACE.c.source == bindparam("source")))
    .where(STORY.c.id == bindparam("id"))
)
_TITLE = select(FACE.c.title, FACE.c.seen).where(
    FACE.c.story_id == bindparam("id"), FACE.c.source == bindparam("source")
)
_TITLES = (
    select(FACE.c.title, FACE.c.story_id)
    .join(STORY, STORY.c.id == FACE.c.story_id)
    .where(
        STORY.c.outlet == bindparam("outlet"),
        STORY.c.first_seen >= bindparam("since"),
        FACE.c.source == bindparam("source"),
    )
    .order_by(STORY.c.id)
)
_ADD_FACE = insert(FACE)
_ADD_HEADLINE = insert(HEADLINE)
_OPEN_EVENT = insert(EVENT)
_EVENT = select(EVENT).where(EVENT.c.id == bindparam("id"))
_FIRST = select(func.min(STORY.c.id)).where(STORY.c.event == bindparam("id"))
_ADD = insert(STORY)
_ADD_REVISION = insert(REVISION)
_OWNER = select(ALIAS.c.story_id).where(ALIAS.c.scope == "", ALIAS.c.key == bindparam("key"))
_NEW_NUMBER = (
    update(STORY)
    .where(STORY.c.id == bindparam("story"), STORY.c.revision == bindparam("before"))
    .values(revision=bindparam("after"))
)
_SIZE = (
    update(STORY)
    .where(STORY.c.id == bindparam("story"))
    .values(shingles=bindparam("shingles"), algorithm=bindparam("algorithm"))
)
_LINK_MORE = (
    update(ALIAS)
    .where(
        ALIAS.c.scope == bindparam("s"), ALIAS.c.key == bindparam("k"), ALIAS.c.story_id == bindparam("story")
    )
    .values(links=ALIAS.c.links + 1)
)


def neighbours(
    tx: Tx,
    story: Story,
    *,
    canonical: str,
    text_key: str | None,
    now: datetime,
    marks: Marks | None = None,
    face: str | None = None,
) -> Neighbours:
    """Give what is on record near a story: itself under another face, the same text elsewhere, what may be alike.

    `canonical` is links.canonical of its URL ("" without one), `text_key` duplicates.text_key, `marks`
    duplicates.marks (None: nothing alike is looked for). `.by` says what made it the same: "url", "guid" or "title"
    (only for entries without URL and GUID). `.copy_of` is the earliest other story of this text that was first seen
    within 30 days and that nobody parted from this one. `face` is the one its source gives it now, where the story holds
    more than its source said.
    """
    same_id, by = _same(tx, story, canonical)
    copy_id = _copy(tx, text_key, same_id, now)
    same = None if same_id is None else known(tx, same_id, story.source)
    revised = same is not None and same.face not in (None, face or face_of(story))
    looked = marks is not None and (same is None or revised)
    found = near.find(tx, story, marks, now, same) if looked and marks is not None else near.Found()
    copy_of = None if copy_id is None else known(tx, copy_id, story.source)
    heard = told_of(tx, {k.event for k in (same, copy_of) if k is not None})
    if copy_of is not None:
        copy_of = replace(copy_of, told=heard.get(copy_of.event, frozenset()))
    return Neighbours(
        same=same,
        by=by,
        copy_of=copy_of,
        candidates=found.candidates,
        kin=found.kin,
        told=frozenset[tuple[str, str]]().union(*heard.values()) if same is not None else frozenset(),
        told_as=told_as(tx, same.id) if same is not None and revised else (),
        free=same is not None and revised and not heard.get(same.event) and near.alone(tx, same.event),
        common=found.common,
        worn=found.worn,
    )


def identify(tx: Tx, story: Story, canonical: str) -> Known | None:
    """Give the story on record that this one is, by its address, GUID or headline; None when it is new."""
    same_id, _ = _same(tx, story, canonical)
    return None if same_id is None else known(tx, same_id, story.source)


def _copy(tx: Tx, text_key: str | None, same_id: int | None, now: datetime) -> int | None:
    if text_key is None:
        return None
    values = {"text_key": text_key, "since": now - _COPIES, "same": same_id or 0}
    found = fetch(tx, _COPY, values)
    parted = near.parted(tx, same_id) if found and same_id is not None else frozenset[int]()
    return next((int(number) for (number,) in found if number not in parted), None)


def _same(tx: Tx, story: Story, canonical: str) -> tuple[int | None, str]:
    scope, (_, inner, _) = _scope(story), _inner(story, canonical)
    values = {"url": url_key(canonical) if canonical else "", "source": scope, "inner": inner}
    found = {kind: int(story_id) for kind, story_id in fetch(tx, _IDENTITY, values)}
    if "url" in found:
        return found["url"], "url"
    if "guid" in found and not guid_distrusted(tx, story.outlet, story.source):
        return found["guid"], "guid"
    if "title" in found:
        return found["title"], "title"
    return None, ""


def _scope(story: Story) -> str:
    return source_scope(story.outlet, story.source)


def _inner(story: Story, canonical: str) -> tuple[str, str, str]:
    """Give kind, key and value of what names a story within its source; ("", "", "") when nothing does."""
    if story.guid:
        return "guid", guid_key(story.guid), story.guid
    if canonical or not story.title:
        return "", "", ""
    return "title", digest("title", story.title), story.title


def known(tx: Tx, story_id: int, source: str = "") -> Known | None:
    """Give as much of a story on record as a decision needs; its face is the one this source (URL) gave last."""
    found = fetch_named(tx, _KNOWN, {"id": story_id, "source": source})
    if not found:
        return None
    row = found[0]
    return Known(
        id=row["id"],
        story=story_from(row),
        revision=row["number"],
        event=row["event"],
        first_seen=row["first_seen"],
        matched=frozenset(rule for (rule,) in fetch(tx, _MATCHED, {"id": story_id})),
        face=row["face"],
        imported=row["imported"],
    )


def add(
    tx: Tx,
    story: Story,
    *,
    canonical: str,
    text_key: str | None,
    first_seen: datetime,
    event: int | None = None,
    face: str | None = None,
    imported: bool = False,
    marks: Marks | None = None,
) -> Known:
    """Put a new story on record: revision 1, aliases, its source's face, text key, search text.

    Without `event` it opens one and leads it; `face` is triage.face(story); with `marks` it can be found as alike
    (see near.remember). `neighbours` must have been asked in the same transaction: a
    canonical URL that is on record already raises ValueError.
    """
    number = event if event is not None else _open_event(tx, first_seen)
    values = {
        "event": number,
        "outlet": story.outlet,
        "first_seen": first_seen,
        "imported": imported,
        "revision": 1,
        **_sized(marks),
    }
    story_id = insert_row(tx, _ADD, values)
    _add_aliases(tx, story_id, story, canonical, first_seen)
    _add_revision(tx, story_id, 1, story, text_key=text_key, seen=first_seen, changed="")
    shown = face or face_of(story)
    run(tx, _ADD_FACE, _face(story_id, story, shown, first_seen))
    return Known(
        id=story_id,
        story=story,
        revision=1,
        event=number,
        first_seen=first_seen,
        face=shown,
        imported=imported,
    )


def _sized(marks: Marks | None) -> dict[str, int]:
    return {} if marks is None else {"shingles": len(marks.shingles), "algorithm": ALGORITHM}


def _open_event(tx: Tx, opened: datetime) -> int:
    return insert_row(tx, _OPEN_EVENT, {"opened": opened})


def _add_aliases(tx: Tx, story_id: int, story: Story, canonical: str, seen: datetime) -> None:
    inner = _inner(story, canonical)
    rows = [_alias(story_id, _scope(story), inner, seen)] if inner[0] else []
    if canonical:
        rows.append(_alias(story_id, "", ("url", url_key(canonical), canonical), seen))
    if run_many(tx, insert_new(tx, ALIAS), rows) == len(rows):
        return
    # A GUID may be another story's: of a source that is distrusted, or whose URL spoke first.
    owner = tx.execute(_OWNER, {"key": url_key(canonical)}).scalar()
    if canonical and owner != story_id:
        msg = f"{canonical} is on record already, as story {owner}: ask neighbours() in the same transaction"
        raise ValueError(msg)


def _alias(story_id: int, scope: str, name: tuple[str, str, str], seen: datetime | None) -> dict[str, Any]:
    kind, key, value = name
    return {"scope": scope, "key": key, "story_id": story_id, "kind": kind, "value": value, "seen": seen}


def _add_revision(
    tx: Tx, story_id: int, number: int, story: Story, *, text_key: str | None, seen: datetime, changed: str
) -> None:
    values = story_values(story)
    values.update(story_id=story_id, number=number, seen=seen, changed=changed, text_key=text_key)
    index.gather(tx, insert_row(tx, _ADD_REVISION, values))


def revise(
    tx: Tx,
    known: Known,
    story: Story,
    *,
    changed: Iterable[str],
    text_key: str | None,
    seen: datetime,
    marks: Marks | None = None,
) -> Known:
    """Put the next state of a known story on record; `changed` names the fields that differ from the last."""
    number = known.revision + 1
    _add_revision(tx, known.id, number, story, text_key=text_key, seen=seen, changed=dump(tuple(changed)))
    run(tx, _NEW_NUMBER, {"story": known.id, "before": known.revision, "after": number})
    if marks is not None:
        run(tx, _SIZE, {"story": known.id, **_sized(marks)})
    return replace(known, story=story, revision=number, told=frozenset())


def note_alias(tx: Tx, story_id: int, story: Story, *, canonical: str, face: str, seen: datetime) -> None:
    """Note that a known story came again: the URL and GUID it came by, and the face its source gives it now.

    A GUID that comes with its third link, or with a second one as more than 5 % of the source's do, is no GUID:
    the source's GUIDs are distrusted from then on.
    """
    new_link = bool(canonical) and _insert_alias(
        tx, story_id, "", ("url", url_key(canonical), canonical), seen
    )
    inner = _inner(story, canonical)
    new_inner = bool(inner[0]) and _insert_alias(tx, story_id, _scope(story), inner, seen)
    _note_face(tx, story_id, story, face, seen)
    if new_link and inner[0] == "guid" and not new_inner:
        tx.execute(_LINK_MORE, {"s": _scope(story), "k": inner[1], "story": story_id})
        judge(tx, story.outlet, story.source, _scope(story), seen)


def note_page(tx: Tx, story_id: int, page: Story, *, face: str, seen: datetime) -> None:
    """Note the face and headline that a story's page gives it."""
    _note_face(tx, story_id, replace(page, source=PAGE), face, seen)


def note_address(tx: Tx, story_id: int, canonical: str, seen: datetime) -> None:
    """Note that a story is also found at this address; one that is another story's stays that one's."""
    _insert_alias(tx, story_id, "", ("url", url_key(canonical), canonical), seen)


def _face(story_id: int, story: Story, face: str, seen: datetime) -> dict[str, Any]:
    return {"story_id": story_id, "source": story.source, "face": face, "title": story.title, "seen": seen}


def _note_face(tx: Tx, story_id: int, story: Story, face: str, seen: datetime) -> None:
    before = tx.execute(_TITLE, {"id": story_id, "source": story.source}).first()
    if before is not None and before.title != story.title:
        old = {"story_id": story_id, "source": story.source, "title": before.title, "seen": before.seen}
        tx.execute(_ADD_HEADLINE, old)
    run(tx, upsert(tx, FACE), _face(story_id, story, face, seen))


def _insert_alias(
    tx: Tx, story_id: int, scope: str, name: tuple[str, str, str], seen: datetime | None
) -> bool:
    return took(tx, ALIAS, _alias(story_id, scope, name, seen))


def titles_of(tx: Tx, outlet: str, source: str, *, since: datetime) -> dict[str, int]:
    """Give the stories of one source first seen since an instant, the latest of each headline, by that headline."""
    rows = tx.execute(_TITLES, {"outlet": outlet, "source": source, "since": since})
    return {row.title: int(row.story_id) for row in rows if row.title}


def event(tx: Tx, event_id: int) -> Event | None:
    """Give an event; its lead is the first story of it unless another was chosen."""
    row = tx.execute(_EVENT, {"id": event_id}).first()
    if row is None:
        return None
    lead = row.lead or tx.execute(_FIRST, {"id": event_id}).scalar() or 0
    return Event(id=row.id, lead=lead, opened=row.opened)
