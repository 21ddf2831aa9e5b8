"""A working-memory task: which of eight inputs spiked, told when asked after a silence."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int64, UInt8

from snntrainer3d.data.catalogue import MEMORY, MEMORY_CUE_STEPS, MEMORY_RECALL_STEPS, DatasetInfo
from snntrainer3d.data.dataset import Dataset, Split

CUE_RATE = 0.5
"""Chance of a spike at each step of the cue, so that no two samples of a class need be alike."""
_SEED = 0


def load_memory(name: str) -> Dataset:
    """Give the task with the silence that its name says.

    A sample is frames over time, a step each: one of eight inputs spikes at random, then nothing comes in, then the
    ninth input spikes at every step and asks for the answer.
    """
    info, chance = MEMORY[name], np.random.default_rng(_SEED)
    return Dataset(
        info, _split(info, info.train_samples, chance), _split(info, info.test_samples, chance), input_scale=1.0
    )


def _split(info: DatasetInfo, samples: int, chance: np.random.Generator) -> Split:
    labels: Int64[np.ndarray, "sample"] = chance.permutation(np.arange(samples, dtype=np.int64) % info.classes)
    frames: UInt8[np.ndarray, "sample frame feature"] = np.zeros((samples, info.frames, info.input_size), np.uint8)
    cue = chance.random((samples, MEMORY_CUE_STEPS)) < CUE_RATE
    cue[:, 0] = True  # a cue that never comes could not be remembered
    frames[np.arange(samples)[:, None], np.arange(MEMORY_CUE_STEPS), labels[:, None]] = cue
    frames[:, -MEMORY_RECALL_STEPS:, -1] = 1
    return Split(frames, labels)
