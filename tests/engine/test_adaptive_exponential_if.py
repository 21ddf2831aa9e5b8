"""Adaptive exponential IF neurons against the equations of Brette and Gerstner 2005, and their adaptation."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from exact_neurons import over_time

from snntrainer3d.spec.neurons.adaptive_exponential_if import AdaptiveExponentialIF


def published(currents: np.ndarray, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Transcribe equations 2 and 3 with the paper's cell, by forward Euler; currents in pA."""
    C, gL, EL, VT, DeltaT, tauw, a, b = 281.0, 30.0, -70.6, -50.4, 2.0, 144.0, 4.0, 80.5
    V, w = np.full(currents.shape[1:], EL), np.zeros(currents.shape[1:])
    spikes, reached = [], []
    for current in currents:
        dV = (-gL * (V - EL) + gL * DeltaT * np.exp((V - VT) / DeltaT) - w + current) / C
        dw = (a * (V - EL) - w) / tauw
        V, w = V + dt * dV, w + dt * dw
        spiked = V > 20.0
        spikes.append(spiked)
        reached.append(V.copy())
        V[spiked], w[spiked] = EL, w[spiked] + b
    return np.array(spikes), np.array(reached)


@pytest.mark.slow
def test_spikes_and_membranes_are_the_published_equations() -> None:
    currents = np.random.default_rng(0).normal(900.0, 900.0, (2000, 1, 20))
    spikes, membranes = published(currents, 0.1)
    neuron = AdaptiveExponentialIF(input_gain_pa=1.0, time_step_ms=0.1)
    found, reached = over_time(neuron, torch.from_numpy(currents))
    assert 0.001 < spikes.mean() < 0.1
    assert np.array_equal(found.numpy() > 0, spikes)
    within = membranes < 100.0
    assert np.abs(reached.numpy() - membranes)[within].max() < 1e-6


def test_a_constant_current_is_answered_by_ever_fewer_spikes_and_bursts_after_another_reset() -> None:
    current = torch.full((1, 1), 1000.0, dtype=torch.float64)
    found = []
    for reset in (-70.6, -46.0):
        cell = AdaptiveExponentialIF(input_gain_pa=1.0, time_step_ms=0.1, reset_mv=reset, tau_w_ms=40.0)
        spikes, _ = over_time(cell, current, 5000)
        found.append(np.diff(np.flatnonzero(spikes.numpy())))
    regular, bursting = found
    assert regular[-1] > 1.2 * regular[0]
    assert bursting.max() > 3 * bursting.min()
