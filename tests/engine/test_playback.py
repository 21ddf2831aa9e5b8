"""Playback keeps what the reference path does, and tallies agree with it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from snntrainer3d.data.encoders import Encoder
from snntrainer3d.engine import build, play, run, tally
from snntrainer3d.spec import (
    Adaptive,
    Alpha,
    Izhikevich,
    Lapicque,
    Leaky,
    Network,
    Neuron,
    Synaptic,
    dense_network,
    parse,
)

SCALE, OFFSET, STEPS = 0.02, -0.1, 12
ENCODER = Encoder(scale=SCALE, offset=OFFSET, num_steps=STEPS)
CLOSE = 1e-5
"""Products of a few dozen float32 are summed in another order."""
KINDS: list[Neuron] = [
    Leaky(beta=0.9),
    Leaky(beta=0.8, reset="zero", learn_beta="per_neuron", learn_threshold="shared"),
    Leaky(beta=0.9, reset="none"),
    Leaky(beta=0.9, reset_delay=False),
    Leaky(beta=0.9, reset="zero", reset_delay=False),
    Lapicque(beta=0.5),
    Lapicque(resistance_ohm=2.0, capacitance_f=1.5, time_step_s=1.0, reset="zero"),
    Synaptic(alpha=0.7, beta=0.9),
    Synaptic(alpha=0.7, beta=0.9, reset="zero"),
    Synaptic(alpha=0.7, beta=0.9, reset_delay=False),
    Alpha(alpha=0.9, beta=0.6),
    Alpha(alpha=0.9, beta=0.6, reset="zero"),
    Adaptive(beta=0.9, rho=0.8, adaptation=0.5),
    Adaptive(beta=0.9, rho=0.8, adaptation=0.5, reset="zero", learn_rho="per_neuron"),
    Izhikevich(learn_b="per_neuron"),
]


def test_playback_of_recurrent_adaptive_neurons_is_the_recording_of_the_reference_path() -> None:
    layer = {"kind": "recurrent", "size": 9, "neuron": {"kind": "adaptive", "rho": 0.8, "adaptation": 0.5}}
    module = build(parse(Network, {"input": {"shape": [1, 4, 5]}, "layers": [layer]}), 3)
    raw = samples(1)
    with torch.no_grad():
        recording = run(module, torch.from_numpy(raw.reshape(1, -1)).float() * SCALE + OFFSET, STEPS)
    playback = play(module, ENCODER, raw[0])
    assert np.array_equal(playback.spikes[0], recording.spikes[0][:, 0].numpy())
    assert 0.05 < playback.spikes[0].mean() < 0.95
    assert np.allclose(playback.membranes[0], recording.membranes[0][:, 0].numpy(), CLOSE, CLOSE)


def samples(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (count, 1, 4, 5), dtype=np.uint8)


@pytest.mark.parametrize("neuron", KINDS, ids=lambda neuron: f"{neuron.kind} {neuron.reset}")
def test_playback_is_the_recording_of_the_reference_path(neuron: Neuron) -> None:
    module, raw = build(dense_network((1, 4, 5), [13, 9], 3, neuron), 3), samples(1)
    with torch.no_grad():
        recording = run(module, torch.from_numpy(raw.reshape(1, -1)).float() * SCALE + OFFSET, STEPS)
    playback = play(module, ENCODER, raw[0])
    for layer, size in enumerate((13, 9, 3)):
        assert playback.spikes[layer].shape == playback.membranes[layer].shape == (STEPS, size)
        assert np.array_equal(playback.spikes[layer], recording.spikes[layer][:, 0].numpy())
        assert np.allclose(playback.membranes[layer], recording.membranes[layer][:, 0].numpy(), CLOSE, CLOSE)
    assert playback.spikes[0].any()
    assert np.array_equal(playback.counts[-1], playback.spikes[-1].sum(0))


def test_a_tally_is_the_sum_of_playbacks() -> None:
    module = build(dense_network((1, 4, 5), [13], 3, Synaptic(alpha=0.7, beta=0.9)), 3)
    raw = samples(6)
    counted = tally(module, ENCODER, raw)
    played = [play(module, ENCODER, sample) for sample in raw]
    assert counted.counts.shape == (STEPS, 6, 3)
    assert np.array_equal(counted.counts, np.stack([one.counts for one in played], axis=1))
    for layer in range(2):
        assert np.array_equal(counted.fired[layer], sum(one.spikes[layer].sum(0, dtype=np.int64) for one in played))
    assert counted.fired[0].any()
