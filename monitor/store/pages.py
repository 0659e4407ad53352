"""Pages that are to be read, and the entries that wait for theirs: on record, so that a crash loses none of them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, select, update

from monitor.schedule import Page, Want
from monitor.store.codec import dump_story, load_story
from monitor.store.dialect import insert_new, upsert
from monitor.store.guids import url_key
from monitor.store.schema_pages import PAGE, PAGE_ENTRY

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from monitor.store.engine import Tx
    from monitor.story import Story

__all__ = [
    "PageCounts",
    "Waiting",
    "counts",
    "due",
    "entries",
    "forget",
    "get",
    "key_of",
    "of_story",
    "put",
    "wait",
]

_FIELDS = tuple(f.name for f in fields(Page))
_P, _E = PAGE.c, PAGE_ENTRY.c
_GET = select(PAGE).where(_P.key == bindparam("k"))
_OF_STORY = select(PAGE).where(_P.story_id == bindparam("story")).order_by(_P.key)
_DUE = (
    select(PAGE)
    .where(_P.due <= bindparam("now"))
    .order_by(_P.story_id.is_not(None), _P.due, _P.since, _P.key)
)
_SOONER = update(PAGE).where(_P.key == bindparam("k"), _P.due > bindparam("now")).values(due=bindparam("now"))
_ENTRIES = (
    select(PAGE_ENTRY)
    .where(_E.page == bindparam("k"))
    .order_by(_E.published_after.is_not(None), _E.seen, _E.source)
)
_FORGET = delete(PAGE).where(_P.key == bindparam("k"))
_FORGET_ENTRIES = delete(PAGE_ENTRY).where(_E.page == bindparam("k"))
_COUNTS = select(
    func.count().filter(_P.key.in_(select(_E.page))).label("waiting"),
    func.count().filter(_P.want == Want.READ.value, _P.tries > 0).label("failed"),
    func.count().filter(_P.want == Want.WATCH.value).label("watched"),
).select_from(PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A story as its source gave it at `seen`, not decided yet.

    `published_after`: at a new address of a known outlet, only what is younger alerts.
    """

    story: Story
    seen: datetime
    published_after: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCounts:
    """How many pages stand where: with a story that is not decided yet, failed and tried again, watched."""

    waiting: int = 0
    failed: int = 0
    watched: int = 0


def key_of(canonical: str) -> str:
    """Give the key of the page at a canonical address."""
    return url_key(canonical)


def wait(tx: Tx, page: Page, waiting: Waiting) -> None:
    """Let a story wait for its page. A page that is wanted already is wanted sooner; of one source the newest entry waits."""
    if tx.execute(insert_new(tx, PAGE), _values(page)).rowcount == 0:
        tx.execute(_SOONER, {"k": page.key, "now": page.due})
    row = {
        "page": page.key,
        "source": waiting.story.source,
        "story": dump_story(waiting.story),
        "seen": waiting.seen,
        "published_after": waiting.published_after,
    }
    tx.execute(upsert(tx, PAGE_ENTRY, ("story",)), row)


def _values(page: Page) -> dict[str, object]:
    return {name: getattr(page, name) for name in _FIELDS}


def get(tx: Tx, key: str) -> Page | None:
    """Give a page that is to be read, or None."""
    row = tx.execute(_GET, {"k": key}).mappings().first()
    return None if row is None else _page(row)


def of_story(tx: Tx, story_id: int) -> tuple[Page, ...]:
    """Give the pages of a story that are to be read (again)."""
    return tuple(_page(row) for row in tx.execute(_OF_STORY, {"story": story_id}).mappings())


def due(tx: Tx, now: datetime) -> tuple[Page, ...]:
    """Give the pages whose time has come: those with an undecided story first, then the longest due."""
    return tuple(_page(row) for row in tx.execute(_DUE, {"now": now}).mappings())


def _page(row: RowMapping) -> Page:
    return Page(**{name: row[name] for name in _FIELDS if name != "want"}, want=Want(row["want"]))


def entries(tx: Tx, key: str) -> tuple[Waiting, ...]:
    """Give the stories that wait for a page: those of sources long known first, then the one first seen."""
    return tuple(
        Waiting(story=load_story(row["story"]), seen=row["seen"], published_after=row["published_after"])
        for row in tx.execute(_ENTRIES, {"k": key}).mappings()
    )


def put(tx: Tx, page: Page) -> None:
    """Write a page over what was remembered of it; no story waits for it any more."""
    tx.execute(_FORGET_ENTRIES, {"k": page.key})
    tx.execute(upsert(tx, PAGE), _values(page))


def forget(tx: Tx, key: str) -> None:
    """Read a page never again; no story waits for it any more."""
    tx.execute(_FORGET_ENTRIES, {"k": key})
    tx.execute(_FORGET, {"k": key})


def counts(tx: Tx) -> PageCounts:
    """Count the pages that are to be read."""
    return PageCounts(**tx.execute(_COUNTS).mappings().one())
