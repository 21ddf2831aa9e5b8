"""Conductance LIF neurons against the equations of Diehl and Cook's program, and how their threshold rises."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from exact_neurons import over_time

from snntrainer3d.spec.neurons.conductance_lif import ConductanceLIF


def published(weighed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Transcribe the excitatory cells of the authors' program, Δt .5 ms; return spikes and v before its reset.

    `weighed` is what synapses add at each step: to the exciting conductance where it is positive, else to the other.
    """
    dt, tau, rest, e_exc, e_inh = 0.5, 100.0, -65.0, 0.0, -100.0
    cells = weighed.shape[1:]
    v, ge, gi, theta, held = (
        np.full(cells, rest),
        np.zeros(cells),
        np.zeros(cells),
        np.full(cells, 20.0),
        np.zeros(cells),
    )
    spikes, reached = [], []
    for w in weighed:
        ge, gi = ge + np.maximum(w, 0), gi + np.maximum(-w, 0)
        moved = v + dt * ((rest - v) + ge * (e_exc - v) + gi * (e_inh - v)) / tau
        v = np.where(held > 0, v, moved)
        held = np.maximum(held - 1, 0)
        ge, gi, theta = ge - dt * ge / 1.0, gi - dt * gi / 2.0, theta - dt * theta / 1e7
        spiked = v > theta - 20.0 - 52.0
        spikes.append(spiked)
        reached.append(v.copy())
        v[spiked], held[spiked] = -65.0, 9
        theta = theta + 0.05 * spiked
    return np.array(spikes), np.array(reached)


@pytest.mark.slow
def test_spikes_and_membranes_are_the_published_programs() -> None:
    """θ starts at 20 there, whose decay over 300 ms is 6e-4 mV; the fifth millisecond's end opens the membrane."""
    weighed = np.random.default_rng(0).normal(2.0, 6.0, (600, 1, 40))
    spikes, membranes = published(weighed)
    neuron = ConductanceLIF(input_gain=1.0)
    found, reached = over_time(neuron, torch.from_numpy(weighed))
    assert 0.01 < spikes.mean() < 0.2
    assert np.array_equal(found.numpy() > 0, spikes)
    assert np.abs(reached.numpy() - membranes).max() < 1e-9


def test_each_spike_makes_the_next_one_later() -> None:
    neuron = ConductanceLIF(rise_mv=2.0)
    spikes, _ = over_time(neuron, torch.full((1, 1), 0.6, dtype=torch.float64), 2000)
    intervals = np.diff(np.flatnonzero(spikes.numpy()))
    assert len(intervals) > 3
    assert (np.diff(intervals) >= 0).all()
    assert intervals[-1] > intervals[0]
