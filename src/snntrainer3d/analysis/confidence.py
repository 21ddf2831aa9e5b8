"""How sure a network is: probabilities from spike counts, calibration, and the right class among the first ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64, Int, Num

from snntrainer3d.spec import decide

BINS = 15
"""As in Guo et al. 2017."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far confidence and accuracy lie apart, over equal bins of confidence.

    `expected_error` is ECE = Σ (samples of the bin / all)·|accuracy − confidence|, Guo et al. 2017, eq. 3;
    `largest_error` is MCE. Tuples hold one value per bin; None where a bin is empty.
    """

    expected_error: float
    largest_error: float
    mean_confidence: float
    samples: tuple[int, ...]
    accuracies: tuple[float | None, ...]
    confidences: tuple[float | None, ...]


def probabilities(
    counts: Num[np.ndarray, "sample class"], of: Literal["counts", "rates"] = "counts", num_steps: int = 1
) -> Float64[np.ndarray, "sample class"]:
    """Give softmax of spike counts, which the loss `count` trains; or of rates, counts per step."""
    values = counts.astype(np.float64)
    logits = values if of == "counts" else values / num_steps
    grown = np.exp(logits - logits.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


def calibration(
    chances: Float64[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"], bins: int = BINS
) -> Calibration:
    """Compare the probability of the decision with how often it is right, in bins (lower, upper] of equal width."""
    confidence = chances.max(axis=1)
    right = decide(chances) == labels
    edges = np.linspace(0.0, 1.0, bins + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    size = np.bincount(place, minlength=bins)
    filled = np.maximum(size, 1)
    accuracy = np.bincount(place, right, bins) / filled
    claimed = np.bincount(place, confidence, bins) / filled
    gaps = np.abs(accuracy - claimed)
    return Calibration(
        expected_error=float((gaps * size).sum() / len(labels)),
        largest_error=float(gaps[size > 0].max()),
        mean_confidence=float(confidence.mean()),
        samples=tuple(int(count) for count in size),
        accuracies=_known(accuracy, size),
        confidences=_known(claimed, size),
    )


def top_accuracy(counts: Num[np.ndarray, "sample class"], labels: Int[np.ndarray, "sample"], places: int = 2) -> float:
    """Give the share of samples whose class is among the `places` largest counts; of equal ones the lowest first."""
    order = np.argsort(-counts.astype(np.float64), axis=1, kind="stable")[:, :places]
    return float((order == labels[:, None]).any(axis=1).mean())


def _known(values: np.ndarray, size: np.ndarray) -> tuple[float | None, ...]:
    return tuple(float(value) if count else None for value, count in zip(values, size, strict=True))
