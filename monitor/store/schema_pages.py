"""The tables of pages that are still to be read, and of the entries that wait for them. Part of `schema`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index

from monitor.store.columns import count as _count
from monitor.store.columns import instant as _when
from monitor.store.columns import key as _key
from monitor.store.columns import table as _table
from monitor.store.columns import to as _to
from monitor.store.columns import words as _words
from monitor.store.types import Words

__all__ = ["PAGE", "PAGE_ENTRY"]

# `key` is that of the canonical address, as in the table alias.
PAGE = _table(
    "page",
    _key("key"),
    _words("url"),
    _words("outlet"),
    _words("source"),
    _words("want"),
    _when("since"),
    _when("due"),
    _to("story_id", "story.id", null=True),
    _count("tries"),
    _words("detail"),
    _when("told", null=True),
    _when("missing", null=True),
    Index(None, "due"),
    Index(None, "story_id"),
    rowid=False,
)

# A story as a source gave it, not decided yet: it waits for its page. `published_after`: as it was at that poll.
PAGE_ENTRY = _table(
    "page_entry",
    Column("page", Words, ForeignKey("page.key"), primary_key=True),
    _key("source"),
    _words("story"),
    _when("seen"),
    _when("published_after", null=True),
    rowid=False,
)
