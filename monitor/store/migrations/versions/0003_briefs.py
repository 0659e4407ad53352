"""Issues of briefs and their entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT, INT = sa.Text(), sa.Integer()
INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLOAT: sa.Double[float] = sa.Double()


def _filled(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False, server_default="") for name in names]


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "brief_issue",
        sa.Column("id", ID, primary_key=True),
        *_filled("brief"),
        sa.Column("number", INT, nullable=False),
        *_filled("title", "stage"),
        *(sa.Column(name, INSTANT, nullable=False) for name in ("since", "until", "created")),
        *_filled("day", "sections"),
        *(sa.Column(name, INSTANT) for name in ("planned", "checked", "sent")),
        sa.UniqueConstraint("brief", "number", name="uq_brief_issue_brief_number"),
    )
    op.create_table(
        "brief_entry",
        sa.Column("id", ID, primary_key=True),
        sa.Column("issue_id", ID, sa.ForeignKey("brief_issue.id"), nullable=False),
        sa.Column("story_id", ID, sa.ForeignKey("story.id"), nullable=False),
        sa.Column("revision", INT, nullable=False),
        sa.Column("event", ID, nullable=False),
        *_filled("section", "headline", "outlet", "day", "credit", "lead", "url", "language", "also"),
        sa.Column("position", INT, nullable=False, server_default="0"),
        sa.Column("score", FLOAT, nullable=False, server_default="0"),
        sa.UniqueConstraint("issue_id", "story_id", name="uq_brief_entry_issue_id_story_id"),
    )
    op.create_index("ix_brief_entry_story_id", "brief_entry", ["story_id"])
