"""What the stories of each source carry; where a poll was led, and what the server called its answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT, INSTANT = sa.Text(), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add them. Old polls have neither; the samples begin with the next poll that brings news."""
    for name in ("landed", "content_type"):
        op.add_column("poll", sa.Column(name, TEXT, nullable=False, server_default=""))
    op.create_table(
        "filling",
        sa.Column("outlet", TEXT, primary_key=True),
        sa.Column("url", TEXT, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False, server_default="") for name in ("known", "fresh")),
        sa.Column("suspected", INSTANT),
        sa.Column("decayed", INSTANT),
        sa.Column("fallen", TEXT, nullable=False, server_default=""),
        sqlite_with_rowid=False,
    )
