"""How long a run trained, which a list shows: from the results of those that have them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column before the large ones, which SQLite would otherwise read on the way to it."""
    with op.batch_alter_table("runs", recreate="always") as runs:
        runs.add_column(sa.Column("train_seconds", sa.Float), insert_before="last_words")
    op.execute("UPDATE runs SET train_seconds = json_extract(results, '$.train_seconds') WHERE json_valid(results)")
