"""The settings by which an issue of a brief is built; the headline of a page that an editor has seen and let stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = (("brief_issue", "imprint"), ("brief_entry", "page_headline"), ("brief_entry", "confirmed"))


def upgrade() -> None:
    """Add the columns. Issues made before are built by the settings that are in force, as they were."""
    for table, name in COLUMNS:
        op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
