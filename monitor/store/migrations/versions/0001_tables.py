"""The first tables, and the search index where SQLite can make one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT, INT, BIG, BOOL = sa.Text(), sa.Integer(), sa.BigInteger(), sa.Boolean()
FLOAT: sa.Double[float] = sa.Double()
INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# The first column costs least: the longest texts are in it, summary and body in one.
SEARCH = "CREATE VIRTUAL TABLE search_index USING fts5(text, title, byline, content='', tokenize='ascii')"
TABLES = sa.MetaData()  # as they were then: monitor.store.schema says what they are now


def upgrade() -> None:
    """Make them."""
    connection = op.get_bind()
    TABLES.create_all(connection)
    sqlite = connection.dialect.name == "sqlite"
    if sqlite and connection.scalar(sa.text("SELECT sqlite_compileoption_used('ENABLE_FTS5')")):
        op.execute(SEARCH)


def _filled(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False, server_default="") for name in names]


def _to(target: str) -> sa.ForeignKey:
    return sa.ForeignKey(target)


sa.Table(
    "entry_hash",
    TABLES,
    sa.Column("outlet", TEXT, primary_key=True),
    sa.Column("url", TEXT, primary_key=True),
    sa.Column("hash", TEXT, primary_key=True),
    sa.Column("seen", INSTANT, nullable=False),
    sqlite_with_rowid=False,
)
sa.Table(
    "event",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("opened", INSTANT, nullable=False),
    sa.Column("lead", ID),
)
sa.Table(
    "guid_distrust",
    TABLES,
    sa.Column("outlet", TEXT, primary_key=True),
    sa.Column("url", TEXT, primary_key=True),
    sa.Column("since", INSTANT, nullable=False),
    *_filled("reason"),
    sqlite_with_rowid=False,
)
sa.Table(
    "host_hold",
    TABLES,
    sa.Column("host", TEXT, primary_key=True),
    sa.Column("until", INSTANT, nullable=False),
    *_filled("reason"),
    sqlite_with_rowid=False,
)
sa.Table(
    "incident",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("at", INSTANT, nullable=False),
    *_filled("kind", "outlet", "url", "text"),
    sa.Column("notify", BOOL, nullable=False, server_default=sa.text("false")),
    sa.Index("ix_incident_at", "at"),
    sa.Index("ix_incident_outlet_at", "outlet", "at"),
)
sa.Table(
    "message",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    *_filled("key", "channel", "address", "recipient"),
    sa.Column("created", INSTANT, nullable=False),
    *_filled("state"),
    sa.Column("attempts", INT, nullable=False, server_default="0"),
    sa.Column("possible_repeat", BOOL, nullable=False, server_default=sa.text("false")),
    sa.Column("parts_done", INT, nullable=False, server_default="0"),
    sa.Column("next_try", INSTANT),
    sa.Column("claimed_until", INSTANT),
    sa.Column("settled", INSTANT),
    *_filled("detail", "receipt"),
    sa.UniqueConstraint("key", name="uq_message_key"),
    sa.Index("ix_message_recipient_settled", "recipient", "settled"),
    sa.Index("ix_message_state_next_try", "state", "next_try"),
)
sa.Table("meta", TABLES, sa.Column("key", TEXT, primary_key=True), *_filled("value"), sqlite_with_rowid=False)
sa.Table(
    "robots",
    TABLES,
    sa.Column("host", TEXT, primary_key=True),
    *_filled("body"),
    sa.Column("fetched", INSTANT, nullable=False),
    sqlite_with_rowid=False,
)
sa.Table(
    "rule_since",
    TABLES,
    sa.Column("rule", TEXT, primary_key=True),
    *_filled("digest"),
    sa.Column("since", INSTANT, nullable=False),
    sqlite_with_rowid=False,
)
sa.Table(
    "rulebook",
    TABLES,
    sa.Column("hash", TEXT, primary_key=True),
    *_filled("text", "path"),
    sqlite_with_rowid=False,
)
sa.Table(
    "run",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    *_filled("kind"),
    sa.Column("started", INSTANT, nullable=False),
    sa.Column("finished", INSTANT),
    sa.Column("pid", INT, nullable=False, server_default="0"),
    *_filled("host"),
    sa.Column("exit_code", INT),
    *_filled("report"),
)
sa.Table(
    "silence",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("rule", TEXT),
    sa.Column("until", INSTANT, nullable=False),
    *_filled("author", "reason"),
    sa.Column("since", INSTANT),
    sa.Index("ix_silence_until", "until"),
)
sa.Table(
    "source_state",
    TABLES,
    sa.Column("outlet", TEXT, primary_key=True),
    sa.Column("url", TEXT, primary_key=True),
    sa.Column("polls", INT, nullable=False, server_default="0"),
    sa.Column("first_good", INSTANT),
    sa.Column("last_poll", INSTANT),
    sa.Column("last_outcome", TEXT),
    sa.Column("last_status", INT),
    *_filled("detail"),
    sa.Column("last_good", INSTANT),
    sa.Column("last_new", INSTANT),
    sa.Column("newest", INSTANT),
    *_filled("etag", "last_modified", "body_hash"),
    sa.Column("last_full", INSTANT),
    sa.Column("distrusted", INSTANT),
    sa.Column("interval", FLOAT),
    sa.Column("due", INSTANT),
    sa.Column("failures", FLOAT, nullable=False, server_default="0"),
    sa.Column("failed_since", INSTANT),
    *_filled("health"),
    sa.Column("health_since", INSTANT),
    *_filled("reported"),
    sa.Column("usual_gap", FLOAT),
    *_filled("moved_to"),
    sa.Column("moved_count", INT, nullable=False, server_default="0"),
    sa.Column("moved_since", INSTANT),
    sqlite_with_rowid=False,
)
sa.Table(
    "delivery",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("message_id", ID, _to("message.id"), nullable=False),
    sa.Column("attempt", INT, nullable=False, server_default="0"),
    sa.Column("at", INSTANT, nullable=False),
    *_filled("outcome", "detail", "receipt"),
    sa.Index("ix_delivery_message_id", "message_id"),
)
sa.Table(
    "poll",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("run_id", ID, _to("run.id")),
    sa.Column("at", INSTANT, nullable=False),
    *_filled("outlet", "url", "outcome"),
    sa.Column("status", INT),
    *_filled("detail"),
    sa.Column("size", BIG, nullable=False, server_default="0"),
    sa.Column("elapsed", FLOAT, nullable=False, server_default="0"),
    sa.Column("total", INT, nullable=False, server_default="0"),
    sa.Column("known", INT, nullable=False, server_default="0"),
    sa.Column("new", INT, nullable=False, server_default="0"),
    sa.Column("newest", INSTANT),
    *_filled("warnings"),
    sa.Index("ix_poll_at", "at"),
    sa.Index("ix_poll_outlet_url_at", "outlet", "url", "at"),
)
sa.Table(
    "rulebook_log",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("since", INSTANT, nullable=False),
    sa.Column("hash", TEXT, _to("rulebook.hash"), nullable=False),
    *_filled("previous"),
)
sa.Table(
    "story",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("event", ID, _to("event.id"), nullable=False),
    *_filled("outlet"),
    sa.Column("first_seen", INSTANT, nullable=False),
    sa.Column("imported", BOOL, nullable=False, server_default=sa.text("false")),
    sa.Column("revision", INT, nullable=False),
    sa.Index("ix_story_event", "event"),
    sa.Index("ix_story_first_seen", "first_seen"),
    sa.Index("ix_story_outlet_first_seen", "outlet", "first_seen"),
)
sa.Table(
    "alert",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    *_filled("recipient", "channel", "address", "kind"),
    sa.Column("due", INSTANT, nullable=False),
    sa.Column("created", INSTANT, nullable=False),
    sa.Column("event", ID, nullable=False),
    sa.Column("story_id", ID, _to("story.id")),
    sa.Column("revision", INT),
    *_filled("rules", "occasions", "text", "rulebook"),
    sa.Column("cancelled", BOOL, nullable=False, server_default=sa.text("false")),
    sa.Column("message_id", ID, _to("message.id")),
    sa.Index("ix_alert_message_id", "message_id"),
    sa.Index("ix_alert_story_id", "story_id"),
    sa.Index(
        "ix_alert_unbound",
        "due",
        sqlite_where=sa.text("message_id IS NULL AND NOT cancelled"),
        postgresql_where=sa.text("message_id IS NULL AND NOT cancelled"),
    ),
)
sa.Table(
    "alias",
    TABLES,
    sa.Column("scope", TEXT, primary_key=True),
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("story_id", ID, _to("story.id"), nullable=False),
    *_filled("kind", "value"),
    sa.Column("seen", INSTANT),
    sa.Column("links", INT, nullable=False, server_default="1"),
    sa.Index("ix_alias_story_id", "story_id"),
    sqlite_with_rowid=False,
)
sa.Table(
    "decision",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("story_id", ID, _to("story.id"), nullable=False),
    sa.Column("revision", INT, nullable=False),
    *_filled("rule", "reason", "rulebook", "detail"),
    sa.Column("matched", BOOL, nullable=False, server_default=sa.text("false")),
    *_filled("match"),
    sa.Column("decided", INSTANT, nullable=False),
    sa.UniqueConstraint(
        "story_id",
        "revision",
        "rulebook",
        "rule",
        "reason",
        name="uq_decision_story_id_revision_rulebook_rule_reason",
    ),
    sa.Index("ix_decision_rule_story_id", "rule", "story_id"),
)
sa.Table(
    "face",
    TABLES,
    sa.Column("story_id", ID, _to("story.id"), primary_key=True),
    sa.Column("source", TEXT, primary_key=True),
    *_filled("face", "title"),
    sa.Column("seen", INSTANT, nullable=False),
    sqlite_with_rowid=False,
)
sa.Table(
    "headline",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("story_id", ID, _to("story.id"), nullable=False),
    *_filled("source", "title"),
    sa.Column("seen", INSTANT, nullable=False),
    sa.Index("ix_headline_story_id", "story_id"),
)
sa.Table(
    "judged",
    TABLES,
    sa.Column("story_id", ID, _to("story.id"), primary_key=True),
    sa.Column("revision", INT, primary_key=True),
    sa.Column("rulebook", TEXT, primary_key=True),
    sa.Column("decided", INSTANT, nullable=False),
    sqlite_with_rowid=False,
)
sa.Table(
    "label",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("story_id", ID, _to("story.id"), nullable=False),
    *_filled("rule", "person", "verdict"),
    sa.Column("at", INSTANT, nullable=False),
    *_filled("rulebook"),
    sa.Index("ix_label_rule", "rule"),
    sa.Index("ix_label_story_id", "story_id"),
)
sa.Table(
    "revision",
    TABLES,
    sa.Column("id", ID, primary_key=True),
    sa.Column("story_id", ID, _to("story.id"), nullable=False),
    sa.Column("number", INT, nullable=False),
    sa.Column("seen", INSTANT, nullable=False),
    sa.Column("gone", BOOL, nullable=False, server_default=sa.text("false")),
    *_filled("changed"),
    sa.Column("text_key", TEXT),
    *_filled("title", "url"),
    sa.Column("published", INSTANT, nullable=False),
    sa.Column("updated", INSTANT),
    *_filled("date_source", "summary", "body"),
    sa.Column("language", TEXT),
    *_filled("access", "guid", "source", "hash", "headlines", "authors", "sections", "photo", "provenance"),
    sa.UniqueConstraint("story_id", "number", name="uq_revision_story_id_number"),
    sa.Index(
        "ix_revision_text_key",
        "text_key",
        sqlite_where=sa.text("text_key IS NOT NULL"),
        postgresql_where=sa.text("text_key IS NOT NULL"),
    ),
)
sa.Table(
    "alert_key",
    TABLES,
    sa.Column("recipient", TEXT, primary_key=True),
    sa.Column("event", ID, primary_key=True, autoincrement=False),
    sa.Column("occasion", TEXT, primary_key=True),
    sa.Column("alert_id", ID, _to("alert.id"), nullable=False),
    sa.Index("ix_alert_key_alert_id", "alert_id"),
    sa.Index("ix_alert_key_event", "event"),
    sqlite_with_rowid=False,
)
sa.Table(
    "search_text",
    TABLES,
    sa.Column("revision_id", ID, _to("revision.id"), primary_key=True),
    *_filled("words"),
)
