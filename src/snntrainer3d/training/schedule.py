"""What happens at which update: learning rate, order of samples, snapshots, points of the curves."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Int

from snntrainer3d.spec import Cosine, OneCycle, Plateau, Schedule, Steps

MAX_SNAPSHOTS = 100
MAX_CURVE_POINTS = 1000


def learning_rate_at(
    schedule: Schedule, peak: float, update: int, total: int, *, per_epoch: int = 0, warm_up: int = 0, falls: int = 0
) -> float:
    """Give the learning rate of an update counted from 0.

    Args:
        per_epoch: updates of an epoch, for a schedule of steps.
        warm_up: updates in which it rises, linearly, to what the schedule says.
        falls: how often a plateau was met.
    """
    rising = min(1.0, (update + 1) / (warm_up + 1))
    match schedule:
        case OneCycle():
            return _one_cycle(schedule, peak, update, total)
        case Cosine():
            share = min(1.0, update / max(1, total - 1))
            return rising * _half_cosine(peak, peak * schedule.end_share, share)
        case Steps():
            return rising * peak * schedule.factor ** (update // max(1, per_epoch * schedule.every_epochs))
        case Plateau():
            return rising * peak * schedule.factor**falls
        case _:
            return rising * peak


def _one_cycle(schedule: OneCycle, peak: float, update: int, total: int) -> float:
    """Give the rate of torch's OneCycleLR with cosine annealing; it begins at the peak where it rises for no update."""
    first = peak / schedule.start_divisor
    last = first / schedule.end_divisor
    turn = schedule.warm_up_share * total - 1
    if update <= turn:
        return _half_cosine(first, peak, update / turn) if turn > 0 else peak
    rest = (total - 1) - max(turn, 0.0)
    return _half_cosine(peak, last, (update - max(turn, 0.0)) / rest) if rest > 0 else peak


def epoch_order(indices: Int[np.ndarray, "sample"], seed: int, epoch: int) -> Int[np.ndarray, "sample"]:
    """Give the order of the samples in an epoch; it depends on seed and epoch alone, so a resume needs no memory."""
    return np.random.default_rng([seed, epoch]).permutation(indices)


def snapshot_updates(total: int) -> list[int]:
    """Give the updates after which weights are recorded: 0, then logarithmically to the last, at most 100."""
    spaced = np.geomspace(1, total, MAX_SNAPSHOTS - 1)
    return [0, *sorted({int(update) for update in np.rint(spaced)})]


def curve_stride(total: int) -> int:
    """Give the number of updates that one point of the curves stands for, so that there are at most 1,000."""
    return math.ceil(total / MAX_CURVE_POINTS)


def updates_per_epoch(samples: int, batch_size: int, keep_last: bool) -> int:
    """Give the number of batches of an epoch; at least one, even where it is not full."""
    whole, rest = divmod(samples, batch_size)
    return max(1, whole + (1 if rest and keep_last else 0))


def _half_cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1.0)
