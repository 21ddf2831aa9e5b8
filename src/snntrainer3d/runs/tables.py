"""The tables of the store; migrations/ makes them, a test compares the two."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

METADATA = MetaData()

RUNS = Table(
    "runs",
    METADATA,
    Column("id", String(12), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("started_at", Float),
    Column("ended_at", Float),
    Column("queued_at", Float),
    Column("spawned_at", Float),
    Column("launcher", String(8), nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("start_from", String(12), nullable=False),
    Column("dataset", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("neurons", Text, nullable=False),
    Column("epochs", Integer, nullable=False),
    Column("parameters", Integer, nullable=False),
    Column("epoch", Integer),
    Column("updates", Integer),
    Column("total_updates", Integer),
    Column("samples_per_second", Float),
    Column("test_accuracy", Float),
    Column("validation_accuracy", Float),
    Column("record_offset", Integer, nullable=False),
    Column("record_lines", Integer, nullable=False),
    Column("damaged_lines", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("num_steps", Integer, nullable=False),
    Column("pace", String(8), nullable=False),
    Column("macro_f1", Float),
    Column("tags", Text, nullable=False, server_default=""),
    Column("archived", Boolean, nullable=False, server_default="0"),
    Column("deleted_at", Float),
    Column("notes", Text, nullable=False, server_default=""),
    Column("train_seconds", Float),
    # What is large stands last: SQLite then lists runs without reading it.
    Column("last_words", Text, nullable=False),
    Column("error", JSON(none_as_null=True)),
    Column("environment", JSON, nullable=False),
    Column("results", JSON(none_as_null=True)),
    Column("spec", JSON, nullable=False),
    Index("runs_by_age", "created_at", "id"),
    Index("runs_by_status", "status"),
)

POINTS = Table(
    "points",
    METADATA,
    Column("run", String(12), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("updates", Integer, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("loss", Float),
    Column("accuracy", Float, nullable=False),
    Column("validation_loss", Float),
    Column("validation_accuracy", Float),
    Column("learning_rate", Float),
    Column("samples_per_second", Float),
    Column("seconds", Float),
    Column("rates", JSON, nullable=False),
    sqlite_with_rowid=False,
)
