"""A shelf and a rack for the shingles of the latest stories: their rows lie in few pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STORY_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add them, empty: what stands in the large table stays there."""
    for name in ("shelf", "rack"):
        op.create_table(
            name,
            sa.Column("h", sa.BigInteger(), primary_key=True, autoincrement=False),
            sa.Column("story_id", STORY_ID, primary_key=True, autoincrement=False),
            sqlite_with_rowid=False,
        )
