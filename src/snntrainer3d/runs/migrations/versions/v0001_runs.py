"""Runs and the points of their curves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("started_at", sa.Float),
        sa.Column("ended_at", sa.Float),
        sa.Column("queued_at", sa.Float),
        sa.Column("spawned_at", sa.Float),
        sa.Column("launcher", sa.String(8), nullable=False),
        sa.Column("imported", sa.Boolean, nullable=False),
        sa.Column("start_from", sa.String(12), nullable=False),
        sa.Column("dataset", sa.String(40), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("neurons", sa.Text, nullable=False),
        sa.Column("epochs", sa.Integer, nullable=False),
        sa.Column("parameters", sa.Integer, nullable=False),
        sa.Column("epoch", sa.Integer),
        sa.Column("updates", sa.Integer),
        sa.Column("total_updates", sa.Integer),
        sa.Column("samples_per_second", sa.Float),
        sa.Column("test_accuracy", sa.Float),
        sa.Column("validation_accuracy", sa.Float),
        sa.Column("record_offset", sa.Integer, nullable=False),
        sa.Column("record_lines", sa.Integer, nullable=False),
        sa.Column("damaged_lines", sa.Integer, nullable=False),
        sa.Column("last_words", sa.Text, nullable=False),
        sa.Column("error", sa.JSON),
        sa.Column("environment", sa.JSON, nullable=False),
        sa.Column("results", sa.JSON),
        sa.Column("spec", sa.JSON, nullable=False),
    )
    op.create_index("runs_by_age", "runs", ["created_at", "id"])
    op.create_index("runs_by_status", "runs", ["status"])
    op.create_table(
        "points",
        sa.Column("run", sa.String(12), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("updates", sa.Integer, primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("loss", sa.Float),
        sa.Column("accuracy", sa.Float, nullable=False),
        sa.Column("validation_loss", sa.Float),
        sa.Column("validation_accuracy", sa.Float),
        sa.Column("learning_rate", sa.Float),
        sa.Column("samples_per_second", sa.Float),
        sa.Column("seconds", sa.Float),
        sa.Column("rates", sa.JSON, nullable=False),
        sqlite_with_rowid=False,
    )
