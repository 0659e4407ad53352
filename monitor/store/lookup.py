"""Compiled rules put to the search index, and the words the index holds.

The index answers in milliseconds where a rule says only what it holds (`Query.exact`); else, and on databases without
FTS5, every text that may fit comes, and the matcher must look at it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Integer, Select, and_, bindparam, func, select, text

from monitor.rules.prefilter import Prefilter
from monitor.rules.search import (
    Beside,
    Both,
    Either,
    Everything,
    Nothing,
    Run,
    Search,
    Vocabulary,
    Without,
    grown,
)
from monitor.rules.values import Field, Kind
from monitor.store import rulebooks
from monitor.store.codec import story_from
from monitor.store.engine import Tx
from monitor.store.index import MARK, has_fts
from monitor.store.lexicon import LazyLexicon
from monitor.store.schema import DECISION, JUDGED, POLL, REVISION, SEARCH_TEXT, SOURCE_STATE, STORY
from monitor.store.types import Instant
from monitor.story import FAILURES, Story

__all__ = [
    "OnRecord",
    "Query",
    "Text",
    "any_text",
    "ask",
    "baselines",
    "count",
    "count_only",
    "count_texts",
    "on_record",
    "stories_at",
    "texts",
    "texts_at",
]

_MANY = 500  # values in one IN list
_TEXTS = (Field.TITLE, Field.SUMMARY, Field.BODY)
_COLUMNS = {
    "id": Integer(),
    "story_id": Integer(),
    "revision": Integer(),
    "seen": Instant(),
    "gone": Boolean(),
    "published": Instant(),
    "event": Integer(),
    "outlet": None,
    "first_seen": Instant(),
    "imported": Boolean(),
}
_SELECT = (
    "SELECT revision.id, revision.story_id, revision.number AS revision, revision.seen, revision.gone,"
    " revision.published, story.event, story.outlet, story.first_seen, story.imported FROM "
)
_INDEXED = (
    "search_index CROSS JOIN revision ON revision.id = search_index.rowid"
    " CROSS JOIN story ON story.id = revision.story_id WHERE search_index MATCH :match"
)
_EVERY = "revision JOIN story ON story.id = revision.story_id WHERE 1 = 1"
_COUNT = text("SELECT count(*) FROM search_index WHERE search_index MATCH :match")
_ANY = text("SELECT 1 FROM search_index WHERE search_index MATCH :match LIMIT 1")
_STORIES = text(
    "SELECT count(DISTINCT revision.story_id) FROM search_index CROSS JOIN revision"
    " ON revision.id = search_index.rowid WHERE search_index MATCH :match"
)
_FULL: Select[Any] = select(REVISION, STORY.c.outlet).join(STORY, STORY.c.id == REVISION.c.story_id)
_FOLDED = select(SEARCH_TEXT.c.words, REVISION.c.story_id).join(
    REVISION, REVISION.c.id == SEARCH_TEXT.c.revision_id
)
_FULL_AT: Select[Any] = _FULL.where(REVISION.c.id.in_(bindparam("ids", expanding=True))).order_by(
    REVISION.c.id
)
_AT: Select[Any] = (
    select(
        REVISION.c.id, REVISION.c.story_id, REVISION.c.number.label("revision"), REVISION.c.seen, REVISION.c.gone,
        REVISION.c.published, STORY.c.event, STORY.c.outlet, STORY.c.first_seen, STORY.c.imported,
    )
    .join(STORY, STORY.c.id == REVISION.c.story_id)
    .where(REVISION.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(REVISION.c.id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """What the index is asked. `match` None: it cannot help, every text comes. `exact`: what comes, fits."""

    match: str | None
    exact: bool


@dataclass(frozen=True, slots=True)
class Text:
    """One revision that may fit, all but its words. `gone`: its full text was dropped (keep_bodies)."""

    id: int
    story_id: int
    revision: int
    seen: datetime
    gone: bool
    published: datetime
    event: int
    outlet: str
    first_seen: datetime
    imported: bool


def ask(tx: Tx, wanted: Prefilter, words: Vocabulary | None = None) -> Query:
    """Turn a compiled rule into what the index is asked. `words` saves reading them for every rule."""
    if not has_fts(tx):
        return Query(None, exact=False)
    search, exact = grown(wanted.search, words or LazyLexicon(tx))
    if isinstance(search, Everything) or (
        isinstance(search, Without) and isinstance(search.part, Everything)
    ):
        return Query(None, exact=False)
    return Query(_said(search), exact=exact and wanted.exact)


def _said(search: Search) -> str:
    """Write a question in the language of FTS5."""
    match search:
        case Run():
            return _column(search.fields) + _run(search)
        case Beside(left, right, between):
            return f"{_column(left.fields)}NEAR({_run(left)} {_run(right)}, {between})"
        case Both(parts):
            return "(" + " AND ".join(map(_said, parts)) + ")"
        case Either(parts):
            return "(" + " OR ".join(map(_said, parts)) + ")"
        case Without(part, but):
            return f"({_said(part)} NOT {_said(but)})"
        case Nothing():
            return '""'
        case Everything():
            msg = "an index cannot be asked for everything"
            raise ValueError(msg)


def _column(fields: tuple[Field, ...]) -> str:
    # Marked words are nowhere but in bylines, and no others are there.
    if len(fields) == len(_TEXTS) or fields == (Field.BYLINE,):
        return ""
    return "title : " if Field.TITLE in fields else "text : "


def _run(run: Run) -> str:
    mark = MARK if run.fields == (Field.BYLINE,) else ""
    words = " ".join(mark + token.text for token in run.tokens)
    return f'"{words}"' + ("*" if run.tokens[-1].kind is Kind.PREFIX else "")


def texts(
    tx: Tx,
    query: Query,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    latest_first: bool = False,
) -> Iterator[Text]:
    """Give the revisions that may fit, in the order they were stored or the other way round, as they are found."""
    clause, values = _clause(query, since, until)
    order = "DESC" if latest_first else "ASC"
    key = "search_index.rowid" if query.match is not None else "revision.id"
    found = text(f"{clause} ORDER BY {key} {order}")
    found = found.bindparams(
        *(bindparam(name, type_=Instant()) for name in ("since", "until") if name in values)
    )
    typed = found.columns(**{name: kind for name, kind in _COLUMNS.items() if kind is not None})
    for row in tx.execute(typed, values).yield_per(_MANY):
        yield Text(**row._mapping)


def _clause(query: Query, since: datetime | None, until: datetime | None) -> tuple[str, dict[str, Any]]:
    parts = [_SELECT + (_INDEXED if query.match is not None else _EVERY)]
    values: dict[str, Any] = {} if query.match is None else {"match": query.match}
    if since is not None:
        parts.append("revision.seen >= :since")
        values["since"] = since
    if until is not None:
        parts.append("revision.seen < :until")
        values["until"] = until
    return " AND ".join(parts), values


def texts_at(tx: Tx, ids: Sequence[int]) -> Iterator[Text]:
    """Give these revisions (by their `Text.id`), all but their words."""
    for start in range(0, len(ids), _MANY):
        for row in tx.execute(_AT, {"ids": list(ids[start : start + _MANY])}):
            yield Text(**row._mapping)


def stories_at(tx: Tx, ids: Sequence[int]) -> Iterator[tuple[int, Story]]:
    """Give the stories as they were at these revisions (by their `Text.id`), in the order of the ids."""
    for start in range(0, len(ids), _MANY):
        for row in tx.execute(_FULL_AT, {"ids": list(ids[start : start + _MANY])}).mappings():
            yield row["id"], story_from(row)


def count(tx: Tx, query: Query) -> int | None:
    """Count the revisions the index finds; None where it cannot help."""
    return None if query.match is None else tx.execute(_COUNT, {"match": query.match}).scalar() or 0


def any_text(tx: Tx, query: Query) -> bool:
    """Tell whether the index finds anything; True where it cannot help."""
    return query.match is None or tx.execute(_ANY, {"match": query.match}).first() is not None


def count_only(tx: Tx, form: str, word: str) -> int:
    """Count the stories that hold one word (folded) and in that revision not the other."""
    if has_fts(tx):
        match = f'"{form}" NOT "{word}"'
        return tx.execute(_STORIES, {"match": match}).scalar() or 0
    found = set()
    for row in tx.execute(_FOLDED.where(SEARCH_TEXT.c.words.contains(form, autoescape=True))):
        words = set(row.words.split())
        if form in words and word not in words:
            found.add(row.story_id)
    return len(found)


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What was decided under one rulebook when revisions came in."""

    judged: frozenset[int]  # revisions, by Text.id
    matched: frozenset[tuple[int, str]]  # (Text.id, rule)


def on_record(
    tx: Tx, rulebook: str, *, since: datetime | None = None, until: datetime | None = None
) -> OnRecord:
    """Give what was judged and matched under a rulebook (its hash) at intake; later catch-ups do not count."""
    if rulebooks.text(tx, rulebook) is None:
        return OnRecord(frozenset(), frozenset())
    here = [REVISION.c.seen >= since] if since is not None else []
    here += [REVISION.c.seen < until] if until is not None else []
    at_intake = and_(
        JUDGED.c.story_id == REVISION.c.story_id,
        JUDGED.c.revision == REVISION.c.number,
        JUDGED.c.decided == REVISION.c.seen,
    )
    judged = select(REVISION.c.id).join(JUDGED, at_intake).where(JUDGED.c.rulebook == rulebook, *here)
    decided = and_(
        DECISION.c.story_id == REVISION.c.story_id,
        DECISION.c.revision == REVISION.c.number,
        DECISION.c.decided == REVISION.c.seen,
    )
    matched = (
        select(REVISION.c.id, DECISION.c.rule)
        .join(DECISION, decided)
        .where(DECISION.c.rulebook == rulebook, DECISION.c.matched, *here)
    )
    return OnRecord(
        frozenset(tx.execute(judged).scalars()), frozenset((row.id, row.rule) for row in tx.execute(matched))
    )


def count_texts(tx: Tx, *, since: datetime | None = None, until: datetime | None = None) -> tuple[int, int]:
    """Count the revisions seen within these instants, and those of them whose text is gone."""
    here = [REVISION.c.seen >= since] if since is not None else []
    here += [REVISION.c.seen < until] if until is not None else []
    total, gone = tx.execute(select(func.count(), func.count().filter(REVISION.c.gone)).where(*here)).one()
    return int(total), int(gone)


def baselines(tx: Tx) -> dict[str, datetime]:
    """Give, by outlet, the last instant of the run in which it was first read: what came till then was there before."""
    states = select(SOURCE_STATE.c.outlet, func.min(SOURCE_STATE.c.first_good)).group_by(
        SOURCE_STATE.c.outlet
    )
    first = {outlet: at for outlet, at in tx.execute(states) if at is not None}
    good = (
        select(POLL.c.outlet, POLL.c.run_id, func.min(POLL.c.at), func.max(POLL.c.at))
        .where(POLL.c.outcome.not_in([str(outcome) for outcome in FAILURES]))
        .group_by(POLL.c.outlet, POLL.c.run_id)
    )
    runs = {
        outlet: ended
        for outlet, run, began, ended in tx.execute(good)
        if run is not None and outlet in first and began <= first[outlet] <= ended
    }
    return {**first, **runs}
