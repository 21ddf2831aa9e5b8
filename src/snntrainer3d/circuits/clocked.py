"""The clocked network in float64: what a circuit is measured against, for any devices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float64, Int

from snntrainer3d.circuits.design import Crossbar, Design


@dataclass(frozen=True, eq=False, slots=True)
class Behaviour:
    """What every neuron did, in units of the network; one array per layer."""

    membranes: tuple[Float64[np.ndarray, "*sample time neuron"], ...]
    spikes: tuple[Bool[np.ndarray, "*sample time neuron"], ...]

    def counts(self) -> Int[np.ndarray, "*sample output"]:
        """Return the spikes of each output."""
        return self.spikes[-1].sum(axis=-2)


def run_clocked(design: Design, inputs: Float[np.ndarray, "*sample time feature"]) -> Behaviour:
    """Compute the network's equations with the weights that the devices stand for."""
    membranes, spikes = [], []
    signal = inputs.astype(np.float64)
    for bar in design.crossbars:
        membrane, fired = follow(bar, currents(bar, signal))
        membranes.append(membrane)
        spikes.append(fired)
        signal = fired.astype(np.float64)
    return Behaviour(tuple(membranes), tuple(spikes))


def currents(
    bar: Crossbar, signal: Float64[np.ndarray, "*sample time row"]
) -> Float64[np.ndarray, "*sample time neuron"]:
    """Give g·(W·x + b)."""
    weights = bar.weights()
    products = signal @ weights[:, : bar.inputs].T
    return (products + weights[:, -1] if bar.bias else products) * bar.gain


def follow(
    bar: Crossbar, current: Float64[np.ndarray, "*sample time neuron"]
) -> tuple[Float64[np.ndarray, "*sample time neuron"], Bool[np.ndarray, "*sample time neuron"]]:
    """Integrate a layer's currents over time: membranes and spikes of each step."""
    membranes = np.zeros_like(current)
    membrane = np.zeros_like(current[..., 0, :])
    for step in range(current.shape[-2]):
        membrane = advance(bar, membrane, membrane > bar.threshold, current[..., step, :])
        membranes[..., step, :] = membrane
    return membranes, membranes > bar.threshold


def advance(
    bar: Crossbar,
    before: Float64[np.ndarray, "*shape neuron"],
    fired: Bool[np.ndarray, "*shape neuron"],
    current: Float64[np.ndarray, "*shape neuron"],
) -> Float64[np.ndarray, "*shape neuron"]:
    """Give the membranes one step later, from those before and which of them fired."""
    if bar.reset == "zero":
        after = bar.decay * np.where(fired, 0.0, before) + current
        return np.where(fired, 0.0, after) if bar.clamped else after
    taken = bar.threshold * fired if bar.reset == "subtract" else 0.0
    return bar.decay * before + current - taken
