"""Playback keeps what the reference path does, and tallies agree with it."""

from __future__ import annotations

import numpy as np
import torch

from snntrainer3d.engine import build, play, run, tally
from snntrainer3d.spec import Direct, Leaky, Synaptic, dense_network

SCALE, OFFSET, STEPS = 0.02, -0.1, 7
NETWORK = dense_network((1, 4, 5), [13], 3, Leaky(beta=0.9))


def samples(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (count, 1, 4, 5), dtype=np.uint8)


def test_playback_is_the_recording_of_the_reference_path() -> None:
    module, raw = build(NETWORK, 3), samples(1)
    recording = run(module, torch.from_numpy(raw.reshape(1, -1)).float() * SCALE + OFFSET, STEPS)
    playback = play(module, Direct(), raw[0], (SCALE, OFFSET), STEPS)
    for layer, size in enumerate((13, 3)):
        assert playback.spikes[layer].shape == playback.membranes[layer].shape == (STEPS, size)
        assert np.array_equal(playback.spikes[layer], recording.spikes[layer][:, 0].detach().numpy())
        assert np.array_equal(playback.membranes[layer], recording.membranes[layer][:, 0].detach().numpy())
    assert playback.spikes[0].any()
    assert np.array_equal(playback.counts[-1], playback.spikes[-1].sum(0))


def test_a_tally_is_the_sum_of_playbacks() -> None:
    module = build(dense_network((1, 4, 5), [13], 3, Synaptic(alpha=0.7, beta=0.9)), 3)
    raw = samples(6)
    counted = tally(module, Direct(), raw, (SCALE, OFFSET), STEPS)
    played = [play(module, Direct(), sample, (SCALE, OFFSET), STEPS) for sample in raw]
    assert counted.counts.shape == (STEPS, 6, 3)
    assert np.array_equal(counted.counts, np.stack([one.counts for one in played], axis=1))
    for layer in range(2):
        assert np.array_equal(counted.fired[layer], sum(one.spikes[layer].sum(0, dtype=np.int64) for one in played))
    assert counted.fired[0].any()
