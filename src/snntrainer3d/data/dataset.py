"""A loaded data set: samples as they are stored, labels, and how to scale them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Float32, Int64, UInt8

from snntrainer3d.data.catalogue import DatasetInfo

Progress = Callable[[str, float | None, str], None]
"""Told (phase, share 0–1 where known, text) while something takes long; may raise to stop it."""

_PIECE = 1 << 20


@dataclass(frozen=True, eq=False)
class Split:
    """Samples and their labels, side by side."""

    inputs: UInt8[np.ndarray, "sample ..."] | Float32[np.ndarray, "sample ..."]
    labels: Int64[np.ndarray, "sample"]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and test samples as stored; `inputs · input_scale` lies in 0–1."""

    info: DatasetInfo
    train: Split
    test: Split
    input_scale: float

    @property
    def mean(self) -> float:
        """Give the mean of all 0–1 input values of the training set."""
        return self._moments[0]

    @property
    def std(self) -> float:
        """Give the standard deviation of all 0–1 input values of the training set."""
        return self._moments[1]

    def affine(self, pixels: Literal["unit", "standardised"]) -> tuple[float, float]:
        """Give (scale, offset) such that the network's input is stored value · scale + offset."""
        if pixels == "unit":
            return self.input_scale, 0.0
        spread = self.std or 1.0
        return self.input_scale / spread, -self.mean / spread

    def class_counts(self) -> tuple[list[int], list[int]]:
        """Give how many samples each class has, for training and for the test."""
        train, test = (np.bincount(part.labels, minlength=self.info.classes) for part in (self.train, self.test))
        return train.tolist(), test.tolist()

    @cached_property
    def _moments(self) -> tuple[float, float]:
        values = self.train.inputs.reshape(-1)
        mean, square = _moments_uint8(values) if values.dtype == np.uint8 else _moments_float(values)
        return mean * self.input_scale, math.sqrt(max(square - mean * mean, 0.0)) * self.input_scale


def _moments_uint8(values: UInt8[np.ndarray, "value"]) -> tuple[float, float]:
    """Give mean and mean square from a histogram: exact, and without a float copy eight times as large.

    In pieces, because bincount makes int64 copies: 12 times faster than in one go on MNIST (0.12 s).
    """
    histogram = np.zeros(256, np.int64)
    for start in range(0, values.size, _PIECE):
        histogram += np.bincount(values[start : start + _PIECE], minlength=256)
    levels = np.arange(256)
    return float(histogram @ levels) / values.size, float(histogram @ (levels * levels)) / values.size


def _moments_float(values: Float32[np.ndarray, "value"]) -> tuple[float, float]:
    wide = values.astype(np.float64)
    return float(wide.mean()), float((wide * wide).mean())
