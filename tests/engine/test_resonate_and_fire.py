"""Balanced resonate-and-fire neurons against their publication's step, and what they answer to."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from exact_neurons import over_time

from snntrainer3d.spec.neurons.resonate_and_fire import ResonateAndFire


def published(inputs: np.ndarray, omega: float, b_offset: float, dt: float = 0.01) -> tuple[np.ndarray, np.ndarray]:
    """Transcribe the publication's update of a cell."""
    u, v, q = (np.zeros(inputs.shape[1:]) for _ in range(3))
    p_omega = (-1 + np.sqrt(1 - np.square(dt * omega))) / dt
    spikes, reached = [], []
    for x in inputs:
        b = p_omega - abs(b_offset) - q
        u_ = u + b * u * dt - omega * v * dt + x * dt
        v = v + omega * u * dt + b * v * dt
        u = u_
        z = u - 1.0 - q > 0
        q = q * 0.9 + z
        spikes.append(z)
        reached.append(u)
    return np.array(spikes), np.array(reached)


@pytest.mark.slow
def test_spikes_and_oscillations_are_the_publications() -> None:
    inputs = np.random.default_rng(0).normal(5.0, 40.0, (500, 1, 30))
    spikes, u = published(inputs, 13.0, -0.7)
    neuron = ResonateAndFire(omega=13.0, b_offset=-0.7, input_gain=1.0)
    found, reached = over_time(neuron, torch.from_numpy(inputs))
    assert 0.01 < spikes.mean() < 0.5
    assert np.array_equal(found.numpy() > 0, spikes)
    assert np.abs(reached.numpy() - u).max() < 1e-10


def test_it_answers_to_its_own_frequency_alone() -> None:
    """The same swing at three frequencies; and of no damping the oscillation neither grows nor fades."""
    time = torch.arange(600, dtype=torch.float64) * 0.01
    swings = torch.stack([torch.sin(omega * time) for omega in (5.0, 20.0, 60.0)], -1)[:, None]
    neuron = ResonateAndFire(omega=20.0, b_offset=0.5, input_gain=2.0)
    spikes, _ = over_time(neuron, swings)
    assert (spikes.sum((0, 1)) > 0).tolist() == [False, True, False]
    undamped = ResonateAndFire(omega=20.0, b_offset=0.0, threshold=10.0)
    kick = torch.zeros(2000, 1, 1, dtype=torch.float64)
    kick[0] = 1.0
    _, u = over_time(undamped, kick)
    assert u[:400].abs().max() == pytest.approx(float(u[-400:].abs().max()), rel=0.02)
