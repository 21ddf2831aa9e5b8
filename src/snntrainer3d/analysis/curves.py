"""A run's history as columns of a few hundred points, for drawing many runs over each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from snntrainer3d.analysis.history import History
from snntrainer3d.events import Update


def columns_of(history: History, points: int) -> dict[str, Any]:
    """Give `epochs` whole and `updates` thinned to at most `points`, as columns of equal length; plain values.

    A point is the mean of the updates that it stands for, and stands at the last of them; so peaks are flattened, and
    the last point is the last update's. A mean over losses of which one is not finite is None.
    """
    epochs = history.epochs
    return {
        "epochs": {
            "update": [event.update for event in epochs],
            "epoch": [event.epoch for event in epochs],
            "train_loss": [event.train_loss for event in epochs],
            "train_accuracy": [event.train_accuracy for event in epochs],
            "validation_loss": [event.validation_loss for event in epochs],
            "validation_accuracy": [event.validation_accuracy for event in epochs],
            "seconds": [event.seconds for event in epochs],
        },
        "updates": _thinned(history.updates, points),
    }


def _thinned(updates: Sequence[Update], points: int) -> dict[str, list[Any]]:
    count = min(points, len(updates))
    # Every update belongs to one point; where they do not divide evenly some points stand for one update more.
    bounds = np.linspace(0, len(updates), count + 1).round().astype(int) if count else np.zeros(1, int)
    groups = [updates[begin:end] for begin, end in pairwise(bounds)]
    return {
        "update": [group[-1].update for group in groups],
        "epoch": [group[-1].epoch for group in groups],
        "loss": [_mean([event.loss for event in group]) for group in groups],
        "accuracy": [_mean([event.accuracy for event in group]) for group in groups],
        "learning_rate": [group[-1].learning_rate for group in groups],
        "samples_per_second": [group[-1].samples_per_second for group in groups],
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) == len(values) else None
