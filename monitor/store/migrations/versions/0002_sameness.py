"""Near-duplicates and events: fingerprints, topics of open events, and why stories were merged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT, INT, BIG = sa.Text(), sa.Integer(), sa.BigInteger()
FLOAT: sa.Double[float] = sa.Double()
INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add them. Stories on record get no fingerprint: equal texts are found by their text key all the same."""
    op.add_column("story", sa.Column("shingles", INT))
    op.add_column("story", sa.Column("algorithm", INT))
    for name in ("shingle", "topic"):
        op.create_table(
            name,
            sa.Column("h", BIG, primary_key=True, autoincrement=False),
            sa.Column("story_id", ID, primary_key=True, autoincrement=False),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "merge",
        sa.Column("id", ID, primary_key=True),
        _story("story_id"),
        _story("other_id"),
        *_filled("kind", "method"),
        sa.Column("score", FLOAT, nullable=False, server_default="0"),
        *_filled("evidence"),
        sa.Column("at", INSTANT, nullable=False),
        *_filled("by"),
        sa.Column("undone", INSTANT),
        *_filled("undone_by"),
        sa.UniqueConstraint("story_id", "other_id", name="uq_merge_story_id_other_id"),
    )
    op.create_index("ix_merge_other_id", "merge", ["other_id"])


def _filled(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False, server_default="") for name in names]


def _story(name: str) -> sa.Column[int]:
    return sa.Column(name, ID, sa.ForeignKey("story.id"), nullable=False)
