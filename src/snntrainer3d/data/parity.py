"""n-bit parity: whether the number of ones is odd; all patterns, each as often as every other."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32

from snntrainer3d.data.catalogue import PARITY
from snntrainer3d.data.dataset import Dataset, Split

_SEED = 0


def load_parity(bits: int) -> Dataset:
    """Give all patterns of so many bits, repeated and mixed for training, once each in counting order for the test."""
    info, test = PARITY[bits], _split(_patterns(bits))
    rows = np.tile(test.inputs, (info.train_samples // len(test), 1))
    return Dataset(info, _split(np.random.default_rng(_SEED).permutation(rows)), test, input_scale=1.0)


def _patterns(bits: int) -> Float32[np.ndarray, "pattern bit"]:
    counted = np.arange(2**bits)[:, None] >> np.arange(bits)[::-1]
    return (counted & 1).astype(np.float32)


def _split(rows: Float32[np.ndarray, "sample bit"]) -> Split:
    return Split(rows, rows.sum(axis=1).astype(np.int64) % 2)
