"""The points of a run's curves as columns, straight from the database: no event is made of any."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, case, null, select

from snntrainer3d.analysis import Points
from snntrainer3d.runs.changes import UNKNOWN
from snntrainer3d.runs.tables import POINTS

_UPDATES: dict[str, ColumnElement[float]] = {
    "update": POINTS.c.updates,
    "epoch": POINTS.c.epoch,
    "loss": POINTS.c.loss,
    "accuracy": case((POINTS.c.accuracy == UNKNOWN, null()), else_=POINTS.c.accuracy),
    "learning_rate": POINTS.c.learning_rate,
    "samples_per_second": POINTS.c.samples_per_second,
}
_EPOCHS: dict[str, ColumnElement[float]] = {
    "update": POINTS.c.updates,
    "epoch": POINTS.c.epoch,
    "train_loss": POINTS.c.loss,
    "train_accuracy": POINTS.c.accuracy,
    "validation_loss": POINTS.c.validation_loss,
    "validation_accuracy": POINTS.c.validation_accuracy,
    "seconds": POINTS.c.seconds,
}


def points_of_run(connection: Connection, run: str) -> Points:
    """Give the points of a run known by its id."""
    return Points(_columns(connection, run, "update", _UPDATES), _columns(connection, run, "epoch", _EPOCHS))


def _columns(
    connection: Connection, run: str, kind: str, columns: dict[str, ColumnElement[float]]
) -> dict[str, tuple[float | None, ...]]:
    chosen = select(*columns.values()).where(POINTS.c.run == run, POINTS.c.kind == kind).order_by(POINTS.c.updates)
    rows = connection.execute(chosen).all()
    return dict(zip(columns, zip(*rows, strict=True) if rows else ((),) * len(columns), strict=True))
