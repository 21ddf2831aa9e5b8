"""Exponential IF neurons against their published equation and the current from which on they fire."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from exact_neurons import over_time

from snntrainer3d.spec.neurons.exponential_if import ExponentialIF


def published(currents: np.ndarray, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Transcribe the equation with the values of Neuronal Dynamics' exercises, by forward Euler; R·I in mV."""
    u = np.full(currents.shape[1:], -65.0)
    spikes, reached = [], []
    for RI in currents:
        u = u + dt / 12.0 * (-(u + 65.0) + 2.0 * np.exp((u + 55.0) / 2.0) + RI)
        spiked = u > -30.0
        spikes.append(spiked)
        reached.append(u.copy())
        u[spiked] = -60.0
    return np.array(spikes), np.array(reached)


@pytest.mark.slow
def test_spikes_and_membranes_are_the_published_equations() -> None:
    currents = np.random.default_rng(0).normal(15.0, 20.0, (500, 1, 40))
    spikes, membranes = published(currents, 0.5)
    neuron = ExponentialIF(input_gain_mv=1.0, time_step_ms=0.5)
    found, reached = over_time(neuron, torch.from_numpy(currents))
    assert 0.005 < spikes.mean() < 0.3
    assert np.array_equal(found.numpy() > 0, spikes)
    within = membranes < 100.0
    assert np.abs(reached.numpy() - membranes)[within].max() < 1e-8


def test_it_fires_from_the_closed_form_of_its_rheobase_on() -> None:
    """R·I = v_T − v_rest − Δ: 8 mV."""
    neuron = ExponentialIF(input_gain_mv=1.0, time_step_ms=0.1)
    spikes, _ = over_time(neuron, torch.tensor([[7.9, 8.1]], dtype=torch.float64), 40_000)
    assert (spikes.sum(0) > 0).tolist() == [[False, True]]
