"""Symplectic adaptive LIF neurons against their publication's step, and their stability."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from exact_neurons import over_time

from snntrainer3d.spec.neurons.symplectic_adlif import SymplecticAdLIF


def published(currents: np.ndarray, a: float, b: float, q: float = 120.0) -> tuple[np.ndarray, np.ndarray]:
    """Transcribe the publication's step, τ_u 20, τ_w 60 and Δt 1 ms; return spikes and u before its reset."""
    alpha, beta = np.exp(-1.0 / 20.0), np.exp(-1.0 / 60.0)
    u, w = np.zeros(currents.shape[1:]), np.zeros(currents.shape[1:])
    spikes, reached = [], []
    for current in currents:
        u = alpha * u + (1 - alpha) * (current - w)
        z = u > 1.0
        reached.append(u)
        u = u * (1 - z)
        w = beta * w + (1 - beta) * (a * u + b * z) * q
        spikes.append(z)
    return np.array(spikes), np.array(reached)


@pytest.mark.slow
def test_spikes_and_membranes_are_the_publications() -> None:
    currents = np.random.default_rng(0).normal(10.0, 30.0, (500, 1, 30))
    spikes, u = published(currents, 0.8, 1.3)
    neuron = SymplecticAdLIF(a=0.8, b=1.3, input_gain=1.0)
    found, reached = over_time(neuron, torch.from_numpy(currents))
    assert 0.01 < spikes.mean() < 0.5
    assert np.array_equal(found.numpy() > 0, spikes)
    assert np.abs(reached.numpy() - u).max() < 1e-10


def test_below_threshold_it_oscillates_and_comes_to_rest_at_its_closed_form() -> None:
    """u = I/(1 + q·a), from which it is pushed to both sides on its way."""
    neuron = SymplecticAdLIF(a=0.5, input_gain=1.0)
    spikes, membranes = over_time(neuron, torch.full((1, 1), 4.0, dtype=torch.float64), 1500)
    rest = 4.0 / (1.0 + 120.0 * 0.5)
    u = membranes.flatten().numpy()
    assert not spikes.any()
    assert u[-1] == pytest.approx(rest, rel=1e-6)
    assert (u[:200] < rest).any()
    assert u.max() > 2.0 * rest
