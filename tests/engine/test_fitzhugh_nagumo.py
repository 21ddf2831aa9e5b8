"""FitzHugh–Nagumo neurons against their published equations, and the currents at which they fire by themselves."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from exact_neurons import over_time

from snntrainer3d.spec.neurons.fitzhugh_nagumo import FitzHughNagumo


def published(currents: np.ndarray, dt: float, substeps: int) -> tuple[np.ndarray, np.ndarray]:
    """Transcribe the equations with a .7, b .8, τ 12.5, by forward Euler; a spike is an upward crossing of 1."""
    v, w = np.full(currents.shape[1:], -1.2), np.full(currents.shape[1:], -0.62)
    spikes, reached = [], []
    for current in currents:
        before = v
        for _ in range(substeps):
            dv, dw = v - v**3 / 3 - w + current, (v + 0.7 - 0.8 * w) / 12.5
            v, w = v + dt / substeps * dv, w + dt / substeps * dw
        spikes.append((v > 1.0) & (before <= 1.0))
        reached.append(v)
    return np.array(spikes), np.array(reached)


@pytest.mark.slow
def test_spikes_and_states_are_the_published_equations() -> None:
    currents = np.random.default_rng(0).normal(0.4, 0.6, (300, 1, 30))
    spikes, v = published(currents, 2.0, 20)
    neuron = FitzHughNagumo()
    found, reached = over_time(neuron, torch.from_numpy(currents))
    assert 0.005 < spikes.mean() < 0.3
    assert np.array_equal(found.numpy() > 0, spikes)
    assert np.abs(reached.numpy() - v).max() < 1e-8


def test_it_fires_by_itself_between_two_currents() -> None:
    """Where its one rest is unstable, .33 to 1.42; outside it comes to rest, at the root of the two nullclines."""
    neuron = FitzHughNagumo(time_step=1.0)
    currents = torch.tensor([[0.2, 0.5, 1.0, 1.6]], dtype=torch.float64)
    spikes, membranes = over_time(neuron, currents, 1000)
    late = spikes[500:, 0].sum(0)
    assert (late > 3).tolist() == [False, True, True, False]
    for at in (0, 3):
        v = float(membranes[-1, 0, at])
        assert v - v**3 / 3 - (v + 0.7) / 0.8 + float(currents[0, at]) == pytest.approx(0.0, abs=1e-6)
