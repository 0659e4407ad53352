"""The tables. Every thing that can be unique is a unique key; every type exists on SQLite and PostgreSQL.

Migrations change the database; this file says what it looks like after the last one (a test compares the two).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from monitor.store.columns import ID, METADATA
from monitor.store.columns import count as _count
from monitor.store.columns import flag as _flag
from monitor.store.columns import instant as _when
from monitor.store.columns import key as _key
from monitor.store.columns import number as _id
from monitor.store.columns import table as _table
from monitor.store.columns import to as _to
from monitor.store.columns import words as _words
from monitor.store.types import Span, Words

__all__ = ["METADATA"]

META = _table("meta", _key("key"), _words("value"), rowid=False)

RUN = _table(
    "run",
    _id(),
    _words("kind"),
    _when("started"),
    _when("finished", null=True),
    _count("pid"),
    _words("host"),
    Column("exit_code", Integer),
    _words("report"),
)

# --- sources ---------------------------------------------------------------------------------------------

SOURCE_STATE = _table(
    "source_state",
    _key("outlet"),
    _key("url"),
    _count("polls"),
    _when("first_good", null=True),
    _when("last_poll", null=True),
    _words("last_outcome", default=None),
    Column("last_status", Integer),
    _words("detail"),
    _when("last_good", null=True),
    _when("last_new", null=True),
    _when("newest", null=True),
    _words("etag"),
    _words("last_modified"),
    _words("body_hash"),
    _when("last_full", null=True),
    _when("distrusted", null=True),
    Column("interval", Span),
    _when("due", null=True),
    Column("failures", Double, nullable=False, server_default="0"),
    _when("failed_since", null=True),
    _words("health"),
    _when("health_since", null=True),
    _words("reported"),
    Column("usual_gap", Span),
    _words("moved_to"),
    _count("moved_count"),
    _when("moved_since", null=True),
    rowid=False,
)

POLL = _table(
    "poll",
    _id(),
    _to("run_id", "run.id", null=True),
    _when("at"),
    _words("outlet"),
    _words("url"),
    _words("outcome"),
    Column("status", Integer),
    _words("detail"),
    Column("size", BigInteger, nullable=False, server_default="0"),
    Column("elapsed", Double, nullable=False, server_default="0"),
    _count("total"),
    _count("known"),
    _count("new"),
    _when("newest", null=True),
    _words("warnings"),
    _words("landed"),
    _words("content_type"),
    Index(None, "outlet", "url", "at"),
    Index(None, "at"),
)

INCIDENT = _table(
    "incident",
    _id(),
    _when("at"),
    _words("kind"),
    _words("outlet"),
    _words("url"),
    _words("text"),
    _flag("notify"),
    Index(None, "outlet", "at"),
    Index(None, "at"),
)

ENTRY_HASH = _table("entry_hash", _key("outlet"), _key("url"), _key("hash"), _when("seen"), rowid=False)

HOST_HOLD = _table("host_hold", _key("host"), _when("until"), _words("reason"), rowid=False)

ROBOTS = _table("robots", _key("host"), _words("body"), _when("fetched"), rowid=False)

# --- stories ---------------------------------------------------------------------------------------------

# NULL: the first story leads. Not a foreign key: story.event points the other way, and one must be written first.
EVENT = _table("event", _id(), _when("opened"), Column("lead", ID))

STORY = _table(
    "story",
    _id(),
    _to("event", "event.id"),
    _words("outlet"),
    _when("first_seen"),
    _flag("imported"),
    Column("revision", Integer, nullable=False),  # the number of the latest one
    Column("shingles", Integer),  # how many rows of the table shingle are its, by which algorithm; NULL: none
    Column("algorithm", Integer),
    Index(None, "event"),
    Index(None, "first_seen"),
    Index(None, "outlet", "first_seen"),
)

REVISION = _table(
    "revision",
    _id(),
    _to("story_id", "story.id"),
    Column("number", Integer, nullable=False),
    _when("seen"),
    _flag("gone"),  # its full text was dropped after keep_bodies
    _words("changed"),
    _words("text_key", default=None),
    _words("title"),
    _words("url"),
    _when("published"),
    _when("updated", null=True),
    _words("date_source"),
    _words("summary"),
    _words("body"),
    _words("language", default=None),
    _words("access"),
    _words("guid"),
    _words("source"),
    _words("hash"),
    _words("headlines"),
    _words("authors"),
    _words("sections"),
    _words("photo"),
    _words("provenance"),
    _words("correction"),
    _words("origin"),
    _flag("vanished"),
    UniqueConstraint("story_id", "number"),
    Index(
        "ix_revision_text_key",
        "text_key",
        sqlite_where=text("text_key IS NOT NULL"),  # PostgreSQL's too: see migration 0001
    ),
)

# What makes an entry a story we know. `key` is a digest of kind and value: addresses and GUIDs can be longer than
# PostgreSQL indexes. Addresses have the scope "", GUIDs (opaque) that of their source.
ALIAS = _table(
    "alias",
    _key("scope"),
    _key("key"),
    _to("story_id", "story.id"),
    _words("kind"),
    _words("value"),
    _when("seen", null=True),
    Column("links", Integer, nullable=False, server_default="1"),  # GUIDs: different links it came with
    Index(None, "story_id"),
    rowid=False,
)

GUID_DISTRUST = _table(
    "guid_distrust", _key("outlet"), _key("url"), _when("since"), _words("reason"), rowid=False
)

# The text one source gives a story now: only a change within one source is a revision.
FACE = _table(
    "face",
    _to("story_id", "story.id", key=True),
    _key("source"),
    _words("face"),
    _words("title"),
    _when("seen"),
    rowid=False,
)

# Headlines that their source has changed since.
HEADLINE = _table(
    "headline",
    _id(),
    _to("story_id", "story.id"),
    _words("source"),
    _words("title"),
    _when("seen"),
    Index(None, "story_id"),
)


# What finds stories with much the same text (monitor.duplicates.fingerprint), and open events of the same words.
# No references: a check a row would cost more than the row.
def _postings(name: str) -> Table:
    return _table(
        name,
        Column("h", BigInteger, primary_key=True, autoincrement=False),
        Column("story_id", ID, primary_key=True, autoincrement=False),
        rowid=False,
    )


SHINGLE = _postings("shingle")
RACK, SHELF = _postings("rack"), _postings("shelf")  # of the latest stories, in fewer pages (store.postings)
TOPIC = _postings("topic")

# Why two stories are of one event; `undone`: a person parted them, and they are never put together again.
MERGE = _table(
    "merge",
    _id(),
    _to("story_id", "story.id"),
    _to("other_id", "story.id"),
    _words("kind"),
    _words("method"),
    Column("score", Double, nullable=False, server_default="0"),
    _words("evidence"),
    _when("at"),
    _words("by"),
    _when("undone", null=True),
    _words("undone_by"),
    UniqueConstraint("story_id", "other_id"),
    Index(None, "other_id"),
)

# Folded text, where the database has no index of its own making (see monitor.store.index).
SEARCH_TEXT = _table("search_text", _to("revision_id", "revision.id", key=True), _words("words"))

# --- decisions -------------------------------------------------------------------------------------------

DECISION = _table(
    "decision",
    _id(),
    _to("story_id", "story.id"),
    Column("revision", Integer, nullable=False),
    _words("rule"),
    _words("reason"),
    _words("rulebook"),
    _words("detail"),
    _flag("matched"),
    _words("match"),
    _when("decided"),
    UniqueConstraint("story_id", "revision", "rulebook", "rule", "reason"),
    Index(None, "rule", "story_id"),
)

JUDGED = _table(
    "judged",
    _to("story_id", "story.id", key=True),
    Column("revision", Integer, primary_key=True),
    _key("rulebook"),
    _when("decided"),
    rowid=False,
)

LABEL = _table(
    "label",
    _id(),
    _to("story_id", "story.id"),
    _words("rule"),
    _words("person"),
    _words("verdict"),
    _when("at"),
    _words("rulebook"),
    Index(None, "story_id"),
    Index(None, "rule"),
)

RULEBOOK = _table("rulebook", _key("hash"), _words("text"), _words("path"), rowid=False)

RULEBOOK_LOG = _table(
    "rulebook_log",
    _id(),
    _when("since"),
    Column("hash", Words, ForeignKey("rulebook.hash"), nullable=False),
    _words("previous"),
)

RULE_SINCE = _table("rule_since", _key("rule"), _words("digest"), _when("since"), rowid=False)

SILENCE = _table(
    "silence",
    _id(),
    _words("rule", default=None),
    _when("until"),
    _words("author"),
    _words("reason"),
    _when("since", null=True),
    Index(None, "until"),
)

# --- outbox ----------------------------------------------------------------------------------------------

MESSAGE = _table(
    "message",
    _id(),
    _words("key"),
    _words("channel"),
    _words("address"),
    _words("recipient"),
    _when("created"),
    _words("state"),
    _count("attempts"),
    _flag("possible_repeat"),
    _count("parts_done"),
    _when("next_try", null=True),
    _when("claimed_until", null=True),
    _when("settled", null=True),
    _words("detail"),
    _words("receipt"),
    UniqueConstraint("key"),
    Index(None, "state", "next_try"),
    Index(None, "recipient", "settled"),
)

ALERT = _table(
    "alert",
    _id(),
    _words("recipient"),
    _words("channel"),
    _words("address"),
    _words("kind"),
    _when("due"),
    _when("created"),
    Column("event", ID, nullable=False),
    _to("story_id", "story.id", null=True),
    Column("revision", Integer),
    _words("rules"),
    _words("occasions"),
    _words("text"),
    _words("rulebook"),
    _flag("cancelled"),
    _to("message_id", "message.id", null=True),
    Index(
        "ix_alert_unbound",
        "due",
        sqlite_where=text("message_id IS NULL AND NOT cancelled"),  # PostgreSQL's too: see migration 0001
    ),
    Index(None, "message_id"),
    Index(None, "story_id"),
)

ALERT_KEY = _table(
    "alert_key",
    _key("recipient"),
    Column("event", ID, primary_key=True, autoincrement=False),
    _key("occasion"),
    _to("alert_id", "alert.id"),
    Index(None, "event"),
    Index(None, "alert_id"),
    rowid=False,
)

DELIVERY = _table(
    "delivery",
    _id(),
    _to("message_id", "message.id"),
    _count("attempt"),
    _when("at"),
    _words("outcome"),
    _words("detail"),
    _words("receipt"),
    Index(None, "message_id"),
)
