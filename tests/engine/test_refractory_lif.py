"""Refractory LIF neurons against the step of the simulator they are of, and their rate's closed form."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from exact_neurons import over_time

from snntrainer3d.spec.neurons.refractory_lif import RefractoryLIF

TAU_RC, TAU_REF = 0.02, 0.002


def published(currents: np.ndarray, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Transcribe the step of Nengo's LIF; return spikes and, as they end each step, voltages before a spike's reset."""
    voltage, refractory_time = np.zeros(currents.shape[1:]), np.zeros(currents.shape[1:])
    spikes, reached = [], []
    for J in currents:
        refractory_time -= dt
        delta_t = (dt - refractory_time).clip(0, dt)
        voltage -= (J - voltage) * np.expm1(-delta_t / TAU_RC)
        spiked = voltage > 1
        t_spike = dt + TAU_RC * np.log1p(-(voltage[spiked] - 1) / (J[spiked] - 1))
        voltage[voltage < 0] = 0
        reached.append(voltage.copy())
        voltage[spiked] = 0
        refractory_time[spiked] = TAU_REF + t_spike
        spikes.append(spiked.copy())
    return np.array(spikes), np.array(reached)


def test_spikes_and_voltages_are_the_published_steps() -> None:
    currents = np.random.default_rng(0).normal(2.0, 4.0, (400, 1, 60))
    spikes, voltages = published(currents, 0.001)
    neuron = RefractoryLIF(input_gain=1.0)
    found, membranes = over_time(neuron, torch.from_numpy(currents))
    assert 0.02 < spikes.mean() < 0.4
    assert np.array_equal(found.numpy() > 0, spikes)
    assert np.abs(membranes.numpy() - voltages).max() < 1e-12


@pytest.mark.parametrize("dt", [0.0005, 0.002])
def test_the_rate_is_the_closed_form_at_any_step(dt: float) -> None:
    """Over two seconds, to within a spike at each end."""
    currents = torch.tensor([[1.2, 2.0, 5.0, 20.0]], dtype=torch.float64)
    neuron = RefractoryLIF(input_gain=1.0, time_step_s=dt)
    spikes, _ = over_time(neuron, currents, round(2.0 / dt))
    rates = 1.0 / (TAU_REF + TAU_RC * torch.log(currents / (currents - 1.0)))
    assert ((spikes.sum(0) - 2.0 * rates).abs() <= 1.0).all()
