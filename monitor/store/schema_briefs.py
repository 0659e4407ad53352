"""The tables of briefs: issues and their entries. Part of `schema`, in a file of their own."""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, Integer, UniqueConstraint

from monitor.store.columns import ID
from monitor.store.columns import count as _count
from monitor.store.columns import instant as _when
from monitor.store.columns import number as _id
from monitor.store.columns import table as _table
from monitor.store.columns import to as _to
from monitor.store.columns import words as _words

__all__ = ["BRIEF_ENTRY", "BRIEF_ISSUE"]

BRIEF_ISSUE = _table(
    "brief_issue",
    _id(),
    _words("brief"),
    Column("number", Integer, nullable=False),
    _words("title"),
    _words("stage"),
    _when("since"),
    _when("until"),
    _when("created"),
    _words("day"),
    _words("sections"),
    _when("planned", null=True),  # the time of its plan, where that made it
    _when("checked", null=True),
    _when("sent", null=True),
    _words("imprint"),  # the settings it is built by
    UniqueConstraint("brief", "number"),
)

BRIEF_ENTRY = _table(
    "brief_entry",
    _id(),
    _to("issue_id", "brief_issue.id"),
    _to("story_id", "story.id"),
    Column("revision", Integer, nullable=False),
    Column("event", ID, nullable=False),
    _words("section"),
    _words("headline"),
    _words("outlet"),
    _words("day"),
    _words("credit"),
    _words("lead"),
    _words("url"),
    _words("language"),
    _words("also"),
    _count("position"),
    Column("score", Double, nullable=False, server_default="0"),
    _words("page_headline"),
    _words("confirmed"),
    UniqueConstraint("issue_id", "story_id"),
    Index(None, "story_id"),
)
