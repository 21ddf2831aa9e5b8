"""A run's history as columns of a few hundred points, for drawing many runs over each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

UPDATE_COLUMNS = ("update", "epoch", "loss", "accuracy", "learning_rate", "samples_per_second")
EPOCH_COLUMNS = (
    "update", "epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "seconds",
)  # fmt: skip
_MEANS = ("loss", "accuracy")
Column = Sequence[float | None]


class Points(NamedTuple):
    """The points of a run's curves, column by column: a row for each update, and one for each epoch."""

    updates: Mapping[str, Column]
    epochs: Mapping[str, Column]


def columns_of(points: Points, most: int) -> dict[str, Any]:
    """Give `epochs` whole and `updates` thinned to at most `most`, as columns of equal length; plain values.

    A point is the mean of the updates that it stands for, and stands at the last of them, so that the last point is the
    last update's; how low and how high they went is told beside it, so no peak is lost. A mean over losses of which one
    is not finite is None.
    """
    return {"epochs": {name: list(column) for name, column in points.epochs.items()}, "updates": _thinned(points, most)}


def _thinned(points: Points, most: int) -> dict[str, list[Any]]:
    updates = points.updates
    total = len(updates["update"])
    # Every update belongs to one point; where they do not divide evenly some points stand for one update more.
    ends = np.linspace(0, total, min(most, total) + 1).round().astype(int) if total else np.zeros(1, int)
    last = [int(end) - 1 for end in ends[1:]]
    found: dict[str, list[Any]] = {name: [updates[name][at] for at in last] for name in UPDATE_COLUMNS}
    for name in _MEANS:
        values = np.array(updates[name], float)  # None becomes NaN
        mean, low, high = _spread(values, ends[:-1], np.diff(ends))
        found |= {name: _plain(mean), f"{name}_low": _plain(low), f"{name}_high": _plain(high)}
    return found


def _spread(
    values: Float[np.ndarray, " update"], begins: Int[np.ndarray, " point"], counts: Int[np.ndarray, " point"]
) -> tuple[Float[np.ndarray, " point"], Float[np.ndarray, " point"], Float[np.ndarray, " point"]]:
    """Give mean, lowest and highest of each stretch; NaN where one is unknown, or for low and high where all are."""
    if not len(begins):
        return (np.empty(0),) * 3
    means = np.add.reduceat(values, begins) / counts
    return means, np.fmin.reduceat(values, begins), np.fmax.reduceat(values, begins)


def _plain(values: Float[np.ndarray, " point"]) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]
