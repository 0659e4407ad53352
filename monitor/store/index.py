"""The search index over folded text: one row per revision, only ever added to.

SQLite: a contentless FTS5 table, whose tokenizer `ascii` cuts where the fold has put spaces. Words of the byline
begin with a mark that no folded text holds, so that whoever asks for words finds no names; the mark alone stands
between headline variants, authors, summary and body, so that no phrase reaches from one into the next.
Without FTS5, and on PostgreSQL: the folded text itself in `search_text`, searched with LIKE.

A text goes into the index some hundreds at a time, or when somebody searches: alone in its transaction each costs ten
times as much, and nobody searches between a poll and its alert.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    column,
    delete,
    func,
    insert,
    select,
    text,
)

from monitor.store import meta
from monitor.store.codec import load_list
from monitor.store.dialect import SQLITE
from monitor.store.driver import fetch, run
from monitor.store.engine import Tx
from monitor.store.schema import REVISION, SEARCH_TEXT, STORY
from monitor.story import Story

if TYPE_CHECKING:
    from monitor.store.engine import Store

__all__ = ["MARK", "add", "catch_up", "found", "gather", "has_fts", "is_current", "rebuild", "searching"]

MARK = "¶"
GATHERED = 512  # revisions that wait for the index at most
_LAYOUT = 2  # of what is put into the index; it is rebuilt when this changes

_ADD = text("INSERT INTO search_index (rowid, text, title, byline) VALUES (:rowid, :text, :title, :byline)")
_ADD_TEXT = insert(SEARCH_TEXT)
_IS_THERE = text("SELECT 1 FROM sqlite_master WHERE name = 'search_index'")
_CLEAR = text("INSERT INTO search_index (search_index) VALUES ('delete-all')")
_ASKED = re.compile(r'"([^"]*)"|(\S+)')
_SOME = (
    select(
        REVISION.c.id,
        REVISION.c.title,
        REVISION.c.headlines,
        REVISION.c.summary,
        REVISION.c.body,
        REVISION.c.authors,
    )
    .where(REVISION.c.id > bindparam("after"))
    .order_by(REVISION.c.id)
    .limit(GATHERED)
)
_NEWEST = select(func.max(REVISION.c.id))
_NEWEST_INDEXED = text("SELECT rowid FROM search_index ORDER BY rowid DESC LIMIT 1")
_NEWEST_FOLDED = select(func.max(SEARCH_TEXT.c.revision_id))


def has_fts(tx: Tx) -> bool:
    """Tell whether this database has the FTS5 index; asked once per connection."""
    known = tx.info.get("fts5")
    if known is None:
        known = tx.dialect.name == SQLITE and tx.execute(_IS_THERE).first() is not None
        tx.info["fts5"] = known
    return bool(known)


def gather(tx: Tx, revision_id: int) -> None:
    """Put a revision on record for the index: it goes in with those before it when enough have gathered."""
    if revision_id % GATHERED == 0:
        catch_up(tx)


@contextmanager
def searching(store: Store) -> Iterator[Tx]:
    """Open a read transaction in which every text can be found."""
    with store.reading() as tx:
        behind = _newest(tx) < (tx.execute(_NEWEST).scalar() or 0)
    if behind:
        with store.writing() as tx:
            catch_up(tx)
    with store.reading() as tx:
        yield tx


def catch_up(tx: Tx) -> int:
    """Put into the index what is not yet in it; give how many texts that were."""
    return _add_from(tx, _newest(tx))


def _newest(tx: Tx) -> int:
    return tx.execute(_NEWEST_INDEXED if has_fts(tx) else _NEWEST_FOLDED).scalar() or 0


def _add_from(tx: Tx, after: int) -> int:
    number = 0
    while rows := fetch(tx, _SOME, {"after": after}):
        for revision_id, title, headlines, summary, body, authors in rows:
            titles = tuple(dict.fromkeys(filter(None, (title, *load_list(headlines)))))  # as Story.titles
            _put(tx, revision_id, _Said(titles, summary, body, load_list(authors)))
        number += len(rows)
        after = rows[-1][0]
    return number


def add(tx: Tx, revision_id: int, story: Story) -> None:
    """Add one revision's text."""
    _put(tx, revision_id, _Said(story.titles, story.summary, story.body, story.authors))


class _Said(NamedTuple):
    """What of a story is searched."""

    titles: tuple[str, ...]
    summary: str
    body: str
    authors: tuple[str, ...]


def _put(tx: Tx, revision_id: int, said: _Said) -> None:
    if has_fts(tx):
        run(tx, _ADD, {"rowid": revision_id, **_folded(said, MARK)})
    else:
        words = "\n".join(_folded(said, "").values())
        tx.execute(_ADD_TEXT, {"revision_id": revision_id, "words": words})


def _folded(said: _Said, mark: str) -> dict[str, str]:
    from monitor.text import fold_text

    between = f" {mark} " if mark else "\n"
    authors = [" ".join(mark + word for word in fold_text(name).split()) for name in said.authors]
    return {
        "text": between.join(map(fold_text, filter(None, (said.summary, said.body)))),
        "title": between.join(map(fold_text, said.titles)),
        "byline": between.join(authors),
    }


def found(tx: Tx, asked: str) -> ColumnElement[bool]:
    """Give the condition that a story (STORY.c.id) holds all that is asked for in one of its revisions.

    `asked` is words, "exact phrases" and beginnings* in any case or accent; all must be there, in any field each. (Without
    FTS5 they are also found inside longer words.)
    """
    parts = _parts(asked)
    hits = _fts_hits(parts) if has_fts(tx) else _like_hits(parts)
    return STORY.c.id.in_(select(REVISION.c.story_id).where(REVISION.c.id.in_(hits)))


def _parts(asked: str) -> tuple[tuple[str, bool], ...]:
    """Take apart into (folded words, whether they are only a beginning)."""
    from monitor.text import fold_text

    raw = [(phrase or word.rstrip("*"), word.endswith("*")) for phrase, word in _ASKED.findall(asked)]
    folded = ((" ".join(fold_text(words).split()), open_end) for words, open_end in raw)
    return tuple((words, open_end) for words, open_end in folded if any(c.isalnum() for c in words))


def _fts_hits(parts: tuple[tuple[str, bool], ...]) -> Select[tuple[int]]:
    match = " AND ".join(
        f"({_phrase(words, open_end)} OR {_phrase(_marked(words), open_end)})" for words, open_end in parts
    )
    query = text("SELECT rowid FROM search_index WHERE search_index MATCH :match").bindparams(
        match=match or '""'
    )
    return select(query.columns(column("rowid", Integer)).subquery().c.rowid)


def _phrase(words: str, open_end: bool) -> str:  # noqa: FBT001 - of a pair
    return f'"{words}"*' if open_end else f'"{words}"'


def _marked(words: str) -> str:
    return " ".join(MARK + word for word in words.split())


def _like_hits(parts: tuple[tuple[str, bool], ...]) -> Select[tuple[int]]:
    words = SEARCH_TEXT.c.words
    asked = [words.contains(phrase, autoescape=True) for phrase, _ in parts]
    return select(SEARCH_TEXT.c.revision_id).where(and_(*asked) if asked else text("1 = 0"))


def is_current(tx: Tx) -> bool:
    """Tell whether the index was made with the fold we have."""
    from monitor.text import FOLD_VERSION

    return meta.get(tx, "fold") == f"{FOLD_VERSION}.{_LAYOUT}"


def rebuild(tx: Tx) -> int:
    """Make the index anew from all revisions (when the fold has changed); give how many there were."""
    from monitor.text import FOLD_VERSION

    tx.execute(_CLEAR if has_fts(tx) else delete(SEARCH_TEXT))
    number = _add_from(tx, 0)
    meta.put(tx, "fold", f"{FOLD_VERSION}.{_LAYOUT}")
    return number
