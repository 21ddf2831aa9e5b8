"""Stratified splits: every class keeps its share in both parts."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int64


def split_train(
    labels: Int64[np.ndarray, "sample"], share: float, seed: int
) -> tuple[Int64[np.ndarray, "kept"], Int64[np.ndarray, "held"]]:
    """Give the indices to train on and those held out, round(share · samples) of them, each in rising order.

    Every class gives its share, rounded so that the total is met (largest remainder), chosen by `seed`. Some of each
    class stays to train on wherever the class has more than one sample.
    """
    classes, counts = np.unique(labels, return_counts=True)
    generator = np.random.default_rng(seed)
    held = []
    for label, count in zip(classes, _apportion(counts, share), strict=True):
        held.append(generator.permutation(np.flatnonzero(labels == label))[:count])
    out = np.zeros(len(labels), bool)
    out[np.concatenate(held) if held else []] = True
    return np.flatnonzero(~out).astype(np.int64), np.flatnonzero(out).astype(np.int64)


def _apportion(counts: Int64[np.ndarray, "class"], share: float) -> Int64[np.ndarray, "class"]:
    """Share out round(share · total) seats; ties of the remainder go to the lower class."""
    exact = counts * share
    seats = np.floor(exact).astype(np.int64)
    left = round(share * int(counts.sum())) - int(seats.sum())
    order = np.argsort(seats - exact, kind="stable")
    seats[order[: max(left, 0)]] += 1
    return np.minimum(seats, np.maximum(counts - 1, 0)) if share < 1.0 else seats
