"""How long a network takes to decide: its accuracy if it were stopped after each time step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, Int64, Num

from snntrainer3d.spec import decide

NEAR = 0.01
"""One percentage point: what `step_near_final` calls near."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Accuracy over time, steps counted from 1."""

    accuracies: tuple[float, ...]
    """After each step, from the spikes so far."""
    step_near_final: int
    """The first step from which on the accuracy stays within one point of the last one's."""
    mean_decision_step: float
    """Mean over the samples of the first step from which on the decision no longer changes."""


def latency(counts_by_step: Num[np.ndarray, "time sample class"], labels: Int[np.ndarray, "sample"]) -> Latency:
    """Decide after every step: the largest count so far, ties to the lowest index.

    Args:
        counts_by_step: spikes up to and with each step.
    """
    decisions = decide(counts_by_step)
    right = (decisions == labels).sum(axis=1)
    far = np.flatnonzero(np.abs(right - right[-1]) / len(labels) > NEAR)
    return Latency(
        accuracies=tuple(float(value) for value in right / len(labels)),
        step_near_final=int(far[-1]) + 2 if far.size else 1,
        mean_decision_step=float(settled(decisions).mean()),
    )


def settled(decisions: Int[np.ndarray, "time sample"]) -> Int64[np.ndarray, "sample"]:
    """Give each sample's first step, from 1, from which on its decision no longer changes."""
    steps = np.arange(1, len(decisions) + 1)[:, None]
    return ((decisions != decisions[-1]) * steps).max(axis=0) + 1
