"""Reading stories on record. Everything comes in one order, whatever the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, bindparam, exists, func, select, update

from monitor.store import index
from monitor.store.codec import load_list, load_match, story_from
from monitor.store.engine import Tx
from monitor.store.guids import url_key
from monitor.store.rows import HeadlineRow, MatchRow, StoryRow
from monitor.store.schema import ALIAS, DECISION, FACE, HEADLINE, REVISION, STORY
from monitor.story import Revision

__all__ = [
    "LATEST",
    "at_revision",
    "by_url",
    "count",
    "count_since",
    "forget_bodies",
    "get",
    "headlines",
    "iterate",
    "matches_of",
    "old_headlines",
    "possible_of",
    "revisions",
    "search",
]

_MANY = 500  # values in one IN list

_TEXT = [c for c in REVISION.c if c.name not in {"id", "story_id", "text_key", "gone"}]
_STORY = [STORY.c.id, STORY.c.event, STORY.c.outlet, STORY.c.first_seen, STORY.c.imported]
LATEST: Select[Any] = select(*_STORY, *_TEXT).join(
    REVISION, and_(REVISION.c.story_id == STORY.c.id, REVISION.c.number == STORY.c.revision)
)
_GET = LATEST.where(STORY.c.id == bindparam("id"))
_AT: Select[Any] = (
    select(*_STORY, *_TEXT)
    .join(REVISION, REVISION.c.story_id == STORY.c.id)
    .where(STORY.c.id == bindparam("id"), REVISION.c.number == bindparam("n"))
)
_FORGET_BODIES = (
    update(REVISION)
    .where(REVISION.c.seen < bindparam("before"), REVISION.c.body != "")
    .values(body="", gone=True)
)
_BY_URL = select(ALIAS.c.story_id).where(ALIAS.c.scope == "", ALIAS.c.key == bindparam("k"))
_MATCHES = (
    select(DECISION)
    .where(DECISION.c.story_id.in_(bindparam("ids", expanding=True)), DECISION.c.matched)
    .order_by(DECISION.c.story_id, DECISION.c.decided, DECISION.c.id)
)
_POSSIBLE = and_(DECISION.c.reason == "possible", DECISION.c.revision == STORY.c.revision)
_POSSIBLE_OF = (
    select(DECISION.c.story_id, DECISION.c.rule, DECISION.c.detail)
    .join(STORY, and_(STORY.c.id == DECISION.c.story_id, _POSSIBLE))
    .where(STORY.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(DECISION.c.id)
)
_REVISIONS = (
    select(REVISION, STORY.c.outlet)
    .join(STORY, STORY.c.id == REVISION.c.story_id)
    .where(REVISION.c.story_id == bindparam("id"))
    .order_by(REVISION.c.number)
)
_FACES = (
    select(FACE.c.source, FACE.c.title, FACE.c.seen)
    .where(FACE.c.story_id == bindparam("id"))
    .order_by(FACE.c.seen, FACE.c.source)
)
_HEADLINES = (
    select(HEADLINE.c.source, HEADLINE.c.title, HEADLINE.c.seen)
    .where(HEADLINE.c.story_id == bindparam("id"))
    .order_by(HEADLINE.c.id)
)
_COUNT = select(func.count()).select_from(STORY)
_COUNT_SINCE = _COUNT.where(STORY.c.first_seen >= bindparam("since"))


def get(tx: Tx, story_id: int) -> StoryRow | None:
    """Give a story at its latest revision, with all its matches."""
    return _one(tx, _GET, {"id": story_id})


def at_revision(tx: Tx, story_id: int, number: int) -> StoryRow | None:
    """Give a story as it was at a revision, with all its matches."""
    return _one(tx, _AT, {"id": story_id, "n": number})


def by_url(tx: Tx, canonical: str) -> StoryRow | None:
    """Give the story known under a canonical URL."""
    story_id = tx.execute(_BY_URL, {"k": url_key(canonical)}).scalar()
    return None if story_id is None else get(tx, story_id)


def _one(tx: Tx, query: Select[Any], values: dict[str, int]) -> StoryRow | None:
    row = tx.execute(query, values).mappings().first()
    return None if row is None else _with_matches(tx, [row])[0]


def search(
    tx: Tx,
    *,
    text: str | None = None,
    rule: str | None = None,
    outlet: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    matched: bool | None = None,
    possible: bool = False,
    limit: int = 50,
) -> tuple[StoryRow, ...]:
    """Give stories that fit everything asked for, the last seen first.

    `text` is as `index.found` takes it; `rule` a rule that matched any revision; `since` (included) and `until`
    (excluded) are about first_seen; `matched` asks for stories that any rule matched, or none did, `possible` for those
    whose latest revision was judged by its headline only and almost matched.
    """
    c = STORY.c
    where: list[ColumnElement[bool]] = []
    where += [index.found(tx, text)] if text is not None else []
    where += [_matched(DECISION.c.rule == rule)] if rule is not None else []
    where += [c.outlet == outlet] if outlet is not None else []
    where += [c.first_seen >= since] if since is not None else []
    where += [c.first_seen < until] if until is not None else []
    where += [_matched() if matched else ~_matched()] if matched is not None else []
    where += [exists().where(_POSSIBLE, DECISION.c.story_id == c.id)] if possible else []
    query = LATEST.where(*where).order_by(c.first_seen.desc(), c.id.desc()).limit(limit)
    return _with_matches(tx, tx.execute(query).mappings().all())


def _matched(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(DECISION.c.story_id == STORY.c.id, DECISION.c.matched, *more)


def iterate(tx: Tx, *, since: datetime | None = None, batch: int = 500) -> Iterator[StoryRow]:
    """Give every story (first seen since an instant) in the order they were stored, `batch` at a time in memory."""
    query = LATEST.order_by(STORY.c.id).limit(batch)
    if since is not None:
        query = query.where(STORY.c.first_seen >= since)
    after = 0
    while rows := tx.execute(query.where(STORY.c.id > after)).mappings().all():
        yield from _with_matches(tx, rows)
        after = rows[-1]["id"]


def revisions(tx: Tx, story_id: int) -> tuple[Revision, ...]:
    """Give all states of a story, the first first."""
    return tuple(
        Revision(
            story_id=story_id,
            number=row["number"],
            story=story_from(row),
            seen=row["seen"],
            changed=load_list(row["changed"]),
        )
        for row in tx.execute(_REVISIONS, {"id": story_id}).mappings()
    )


def headlines(tx: Tx, story_id: int) -> dict[str, HeadlineRow]:
    """Give the headline that each source (its URL) gives the story now."""
    return {row["source"]: HeadlineRow(**row) for row in tx.execute(_FACES, {"id": story_id}).mappings()}


def old_headlines(tx: Tx, story_id: int) -> tuple[HeadlineRow, ...]:
    """Give the headlines that a source has changed since, in the order in which they went."""
    return tuple(HeadlineRow(**row) for row in tx.execute(_HEADLINES, {"id": story_id}).mappings())


def count(tx: Tx) -> int:
    """Count all stories."""
    return tx.execute(_COUNT).scalar() or 0


def count_since(tx: Tx, since: datetime) -> int:
    """Count stories first seen since an instant."""
    return tx.execute(_COUNT_SINCE, {"since": since}).scalar() or 0


def forget_bodies(tx: Tx, before: datetime) -> int:
    """Drop the full texts of revisions seen before an instant; give how many went. Headlines and decisions stay."""
    index.catch_up(tx)
    return tx.execute(_FORGET_BODIES, {"before": before}).rowcount


def matches_of(tx: Tx, story_ids: Sequence[int]) -> dict[int, tuple[MatchRow, ...]]:
    """Give the matches of these stories, in the order they were decided."""
    found: dict[int, list[MatchRow]] = {}
    for start in range(0, len(story_ids), _MANY):
        ids = list(story_ids[start : start + _MANY])
        for row in tx.execute(_MATCHES, {"ids": ids}).mappings():
            found.setdefault(row["story_id"], []).append(_match(row))
    return {story_id: tuple(rows) for story_id, rows in found.items()}


def possible_of(tx: Tx, story_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Give, by story, the rules that its headline almost met, with what was missing; none once its page was read."""
    found: dict[int, dict[str, str]] = {}
    for start in range(0, len(story_ids), _MANY):
        for row in tx.execute(_POSSIBLE_OF, {"ids": list(story_ids[start : start + _MANY])}):
            found.setdefault(row.story_id, {})[row.rule] = row.detail
    return found


def _match(row: RowMapping) -> MatchRow:
    from monitor.triage import Reason

    match = load_match(row["match"])
    return MatchRow(
        rule=row["rule"],
        evidence=() if match is None else match.evidence,
        reason=Reason(row["reason"]),
        rulebook=row["rulebook"],
        revision=row["revision"],
        decided=row["decided"],
        score=None if match is None else match.score,
        detail=row["detail"],
    )


def _with_matches(tx: Tx, rows: Sequence[RowMapping]) -> tuple[StoryRow, ...]:
    matches = matches_of(tx, [row["id"] for row in rows]) if rows else {}
    return tuple(
        StoryRow(
            id=row["id"],
            story=story_from(row),
            revision=row["number"],
            event=row["event"],
            first_seen=row["first_seen"],
            imported=row["imported"],
            matches=matches.get(row["id"], ()),
        )
        for row in rows
    )
