"""Chance that can be repeated: what is drawn in an update depends on the training's seed and the update alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def chance_of(seed: int, update: int) -> Iterator[None]:
    """Let torch draw as from this seed and update, and leave its generator as it was; a resume draws the same."""
    state = int(np.random.SeedSequence([seed, update]).generate_state(1, np.uint64)[0] >> np.uint64(1))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(state)
        yield
