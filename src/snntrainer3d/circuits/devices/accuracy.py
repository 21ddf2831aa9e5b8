"""Accuracy of a design on many samples at once: the clocked network with the weights that the devices stand for.

It takes the place of ngspice in a study of thousands of networks. For errors of devices that stay as they are it gives
the same spikes (tests/circuits/test_device_study.py), and it costs milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int

from snntrainer3d.circuits.clocked import advance, follow
from snntrainer3d.circuits.design import Crossbar, Design


@dataclass(frozen=True, eq=False, slots=True)
class Decider:
    """Samples to decide, the same input at every step."""

    inputs: Float[np.ndarray, "sample feature"]
    labels: Int[np.ndarray, "sample"]
    num_steps: int

    def accuracy(
        self, design: Design, *, read_noise: float = 0.0, generator: np.random.Generator | None = None
    ) -> float:
        """Give the share of samples decided right."""
        counts = self.counts(design, read_noise=read_noise, generator=generator)
        return float((counts.argmax(axis=1) == self.labels).mean())

    def counts(
        self, design: Design, *, read_noise: float = 0.0, generator: np.random.Generator | None = None
    ) -> Int[np.ndarray, "sample class"]:
        """Give the spikes of each output.

        Args:
            read_noise: of each device at each step, as a share of its conductance; needs the generator.
        """
        noise = generator if read_noise > 0.0 else None
        signal = self.inputs.astype(np.float64)[:, None]
        for bar in design.crossbars:
            signal = _spikes(bar, signal, self.num_steps, read_noise, noise)
        return signal.sum(axis=1).astype(np.int64)


def _spikes(
    bar: Crossbar,
    signal: Float64[np.ndarray, "sample time row"],
    steps: int,
    read_noise: float,
    generator: np.random.Generator | None,
) -> Float64[np.ndarray, "sample time neuron"]:
    """Run one layer; a signal of one step is the same at all of them."""
    driven = np.concatenate([signal, np.ones((*signal.shape[:2], 1))], axis=2) if bar.bias else signal
    current = driven @ bar.weights().T * bar.gain
    if generator is None and signal.shape[1] == 1:
        return _follow_constant(bar, current[:, 0], steps)
    current = np.broadcast_to(current, (len(signal), steps, bar.neurons))
    if generator is not None:
        # A sum of independent Gaussians, one for each device, is one Gaussian: the same noise, much cheaper.
        deviation = read_noise * np.sqrt(driven**2 @ (bar.plus**2 + bar.minus**2).T) / bar.siemens_per_weight * bar.gain
        current = current + deviation * generator.standard_normal(current.shape)
    return follow(bar, current)[1].astype(np.float64)


def _follow_constant(
    bar: Crossbar, current: Float64[np.ndarray, "sample neuron"], steps: int
) -> Float64[np.ndarray, "sample time neuron"]:
    fired = np.zeros((len(current), steps, bar.neurons))
    membrane = np.zeros_like(current)
    for step in range(steps):
        membrane = advance(bar, membrane, membrane > bar.threshold, current)
        fired[:, step] = membrane > bar.threshold
    return fired
