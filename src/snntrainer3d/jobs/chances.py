"""How sure a network is of each class."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, Num


def chances_of(scores: Num[np.ndarray, "sample class"]) -> Float64[np.ndarray, "sample class"]:
    """Give softmax of scores; of spike counts that is what the loss `count` trains."""
    grown = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)
