"""What a network decides all over the plane of its two input values, and where the samples lie in it."""

from __future__ import annotations

import base64
from collections.abc import Generator
from typing import Any

import numpy as np
from jaxtyping import Float32, UInt8

from snntrainer3d.data import Dataset
from snntrainer3d.errors import InputError
from snntrainer3d.jobs.chances import chances_of
from snntrainer3d.jobs.shelf import KnownNetwork
from snntrainer3d.spec import decide

SIDE = 64
"""Points of the grid in each direction."""
MARGIN = 0.05
"""How far the picture reaches beyond the values 0 to 1 of the data."""
MOST_POINTS = 1_000
"""Training samples shown, the first of the set."""

Decided = tuple[UInt8[np.ndarray, "point"], UInt8[np.ndarray, "point"]]


def plane_of(known: KnownNetwork, dataset: Dataset, at_once: int) -> Generator[None, None, dict[str, Any]]:
    """Decide every point of a grid and the training samples shown, in portions of `at_once`.

    A strength is 0 where the network holds all classes for alike and 255 where it is certain.

    Raises:
        InputError: samples of the data set are no points of a plane.
    """
    info = dataset.info
    if info.input_shape != (2,) or info.timed:
        message = f"Samples of {info.title} are no points of a plane: they have {info.input_size} values."
        raise InputError(message, path="run", hint="Moons, spirals and tables of two columns have a plane.")
    points = dataset.train.inputs[:MOST_POINTS]
    decisions, strengths = yield from _decided(known, dataset, _grid() / np.float32(dataset.input_scale), at_once)
    found, _ = yield from _decided(known, dataset, points, at_once)
    labels = dataset.train.labels[: len(points)]
    return {
        "side": SIDE,
        "low": -MARGIN,
        "high": 1.0 + MARGIN,
        "classes": list(info.class_names),
        "decisions": _base64(decisions),
        "strengths": _base64(strengths),
        "points": np.round(points * dataset.input_scale, 4).tolist(),
        "labels": labels.tolist(),
        "found": found.tolist(),
    }


def _grid() -> Float32[np.ndarray, "point 2"]:
    """Give the centres of the picture's cells, row by row from the top, where the second value is largest."""
    along = -MARGIN + (np.arange(SIDE, dtype=np.float32) + 0.5) * ((1.0 + 2.0 * MARGIN) / SIDE)
    across, up = np.meshgrid(along, along[::-1])
    return np.column_stack([across.ravel(), up.ravel()]).astype(np.float32)


def _decided(known: KnownNetwork, dataset: Dataset, points: np.ndarray, at_once: int) -> Generator[None, None, Decided]:
    from snntrainer3d.data.encoders import encoder_for
    from snntrainer3d.engine import objective_of, tally

    encoder, objective = encoder_for(dataset, known.training, known.inputs), objective_of(known.training)
    decisions, strengths = [], []
    for begin in range(0, len(points), at_once):
        scores = tally(known.module, encoder, points[begin : begin + at_once], begin, objective).counts[-1]
        chances, alike = chances_of(scores), 1.0 / scores.shape[1]
        decisions.append(decide(scores).astype(np.uint8))
        strengths.append(np.rint((chances.max(axis=1) - alike) * (255 / (1.0 - alike))).astype(np.uint8))
        yield
    return np.concatenate(decisions), np.concatenate(strengths)


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()
