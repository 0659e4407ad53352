"""Pages that are to be read, entries that wait for them, and what only a page says of a story."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT, INT = sa.Text(), sa.Integer()
INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _filled(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False, server_default="") for name in names]


def upgrade() -> None:
    """Add the columns and make the tables."""
    for column in _filled("correction", "origin"):
        op.add_column("revision", column)
    op.add_column("revision", sa.Column("vanished", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "page",
        sa.Column("key", TEXT, primary_key=True),
        *_filled("url", "outlet", "source", "want"),
        *(sa.Column(name, INSTANT, nullable=False) for name in ("since", "due")),
        sa.Column("story_id", ID, sa.ForeignKey("story.id")),
        sa.Column("tries", INT, nullable=False, server_default="0"),
        *_filled("detail"),
        *(sa.Column(name, INSTANT) for name in ("told", "missing")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_page_due", "page", ["due"])
    op.create_index("ix_page_story_id", "page", ["story_id"])
    op.create_table(
        "page_entry",
        sa.Column("page", TEXT, sa.ForeignKey("page.key"), primary_key=True),
        sa.Column("source", TEXT, primary_key=True),
        *_filled("story"),
        sa.Column("seen", INSTANT, nullable=False),
        sa.Column("published_after", INSTANT),
        sqlite_with_rowid=False,
    )
