"""Two classes of points in the plane that no line parts: half moons and spirals, drawn from a fixed seed."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, Int64

from snntrainer3d.data.catalogue import MOONS, SPIRALS, DatasetInfo
from snntrainer3d.data.dataset import Dataset, Split

MOON_NOISE, SPIRAL_NOISE = 0.1, 0.02
TURNS = 1.25
_SEED = 0

Points = tuple[Float64[np.ndarray, "point 2"], Int64[np.ndarray, "point"]]


def load_moons() -> Dataset:
    """Give two half circles of radius 1, one turned over and moved into the other, with noise; brought to 0–1."""
    random = np.random.default_rng(_SEED)
    labels, angles = _labels(MOONS), random.uniform(0.0, np.pi, MOONS.train_samples + MOONS.test_samples)
    sign = 1.0 - 2.0 * labels
    points = np.column_stack([sign * np.cos(angles) + labels, sign * np.sin(angles) + 0.5 * labels])
    return _dataset(MOONS, points + random.normal(0.0, MOON_NOISE, points.shape), labels)


def load_spirals() -> Dataset:
    """Give two arms of 1¼ turns, the second half a turn behind the first, with noise; brought to 0–1."""
    random = np.random.default_rng(_SEED)
    labels = _labels(SPIRALS)
    along = np.sqrt(random.uniform(0.02, 1.0, len(labels)))
    angles = 2.0 * np.pi * TURNS * along + np.pi * labels
    points = np.column_stack([along * np.cos(angles), along * np.sin(angles)])
    return _dataset(SPIRALS, points + random.normal(0.0, SPIRAL_NOISE, points.shape), labels)


def _labels(info: DatasetInfo) -> Int64[np.ndarray, "point"]:
    return np.arange(info.train_samples + info.test_samples, dtype=np.int64) % info.classes


def _dataset(info: DatasetInfo, points: Float64[np.ndarray, "point 2"], labels: Int64[np.ndarray, "point"]) -> Dataset:
    low, high = points.min(axis=0), points.max(axis=0)
    values = ((points - low) / (high - low)).astype(np.float32)
    parts = slice(None, info.train_samples), slice(info.train_samples, None)
    train, test = (Split(values[part], labels[part]) for part in parts)
    return Dataset(info, train, test, input_scale=1.0)
