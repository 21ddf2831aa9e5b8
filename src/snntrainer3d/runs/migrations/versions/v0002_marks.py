"""What a person says of a run, runs in the trash, and settings that a list shows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns before the large ones, which SQLite would otherwise read on the way to them."""
    with op.batch_alter_table("runs", recreate="always") as runs:
        for column in (
            sa.Column("seed", sa.Integer, nullable=False, server_default="0"),
            sa.Column("num_steps", sa.Integer, nullable=False, server_default="0"),
            sa.Column("pace", sa.String(8), nullable=False, server_default="full"),
            sa.Column("macro_f1", sa.Float),
            sa.Column("tags", sa.Text, nullable=False, server_default=""),
            sa.Column("archived", sa.Boolean, nullable=False, server_default="0"),
            sa.Column("deleted_at", sa.Float),
            sa.Column("notes", sa.Text, nullable=False, server_default=""),
        ):
            runs.add_column(column, insert_before="last_words")
    op.execute(
        "UPDATE runs SET seed = coalesce(json_extract(spec, '$.training.seed'), 0),"
        " num_steps = coalesce(json_extract(spec, '$.training.num_steps'), 0),"
        " pace = coalesce(json_extract(spec, '$.training.pace'), 'full')"
        " WHERE json_valid(spec)"
    )
    op.execute("UPDATE runs SET macro_f1 = json_extract(results, '$.test.macro_f1') WHERE json_valid(results)")
