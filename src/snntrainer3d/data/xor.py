"""The truth table of exclusive or: four rows, trained and tested on the same."""

from __future__ import annotations

import numpy as np

from snntrainer3d.data.catalogue import XOR
from snntrainer3d.data.dataset import Dataset, Split


def load_xor() -> Dataset:
    """Give the four rows as float32 with their labels 0, 1, 1, 0."""
    rows = Split(np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32), np.array([0, 1, 1, 0], np.int64))
    return Dataset(XOR, rows, rows, input_scale=1.0)
