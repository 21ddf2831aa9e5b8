"""Quadratic IF neurons against their closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from exact_neurons import over_time

from snntrainer3d.spec.neurons.quadratic_if import QuadraticIF


def run(neuron: QuadraticIF, current: float, steps: int) -> tuple[np.ndarray, np.ndarray]:
    spikes, membranes = over_time(neuron, torch.full((1, 1), current, dtype=torch.float64), steps)
    return np.flatnonzero(spikes.numpy()), membranes.flatten().numpy()


@pytest.mark.slow
def test_the_time_between_spikes_is_the_closed_form() -> None:
    """At a step so small that Euler's error is small: τ/√I·(atan(θ/√I) − atan(reset/√I))."""
    neuron = QuadraticIF(input_gain=1.0, bias=0.0, time_step_ms=0.002)
    for current in (0.2, 1.0, 9.0):
        root = np.sqrt(current)
        closed = 10.0 / root * 2.0 * np.arctan(10.0 / root)
        at, _ = run(neuron, current, round(3.5 * closed / 0.002))
        assert abs(np.diff(at)[-1] * 0.002 - closed) < 0.01 * closed


@pytest.mark.slow
def test_its_usual_time_step_fires_as_the_closed_form_does() -> None:
    neuron = QuadraticIF(input_gain=1.0, bias=0.0)
    for current in (0.25, 0.75, 2.75):
        root = np.sqrt(current)
        closed = 10.0 / root * 2.0 * np.arctan(10.0 / root)
        at, _ = run(neuron, current, 4000)
        assert np.diff(at).mean() == pytest.approx(closed, rel=0.05)


def test_it_rests_below_its_unstable_point_and_spikes_above_it() -> None:
    neuron = QuadraticIF(input_gain=1.0)
    at, membranes = run(neuron, 0.0, 300)
    assert len(at) == 0
    assert np.allclose(membranes, -0.5)
    assert len(run(neuron, 0.24, 300)[0]) == 0
    assert len(run(neuron, 0.5, 300)[0]) > 1
