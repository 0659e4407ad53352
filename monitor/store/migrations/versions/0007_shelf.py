"""A shelf for the shingles of the latest stories: their rows lie in few pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it, empty: what stands in the large table stays there."""
    op.create_table(
        "shelf",
        sa.Column("h", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column(
            "story_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sqlite_with_rowid=False,
    )
