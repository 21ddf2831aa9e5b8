"""Accuracy of a design on many samples at once: the clocked network with the weights that the devices stand for.

It takes the place of ngspice in a study of thousands of networks. For errors of devices that stay as they are it gives
the same spikes (tests/circuits/test_device_study.py), and it costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int, Int64, Num

from snntrainer3d.circuits.clocked import advance, follow
from snntrainer3d.circuits.design import Crossbar, Design
from snntrainer3d.circuits.samples import Samples
from snntrainer3d.circuits.simulation.measures import MOST_SPIKES
from snntrainer3d.spec import Readout

Portions = Callable[[int, int], Num[np.ndarray, "sample _ feature"]]
"""Gives the input of samples begin … end − 1: at each step, or at one where it is the same at all of them."""
PORTION = 500
"""Samples at once; bounds the memory."""
MOST_KEPT_BYTES = 500_000_000
"""Of encoded samples; those beyond are encoded again for each design."""


@dataclass(frozen=True, eq=False, slots=True)
class Decider:
    """Samples to decide."""

    portions: Portions
    labels: Int[np.ndarray, "sample"]
    num_steps: int
    readout: Readout = MOST_SPIKES

    @classmethod
    def of_inputs(
        cls, inputs: Num[np.ndarray, "sample _ feature"], labels: Int[np.ndarray, "sample"], num_steps: int
    ) -> Decider:
        """Return a decider of inputs at hand, by the most spikes."""
        return cls(lambda begin, end: inputs[begin:end], labels, num_steps)

    def accuracy(
        self, design: Design, *, read_noise: float = 0.0, generator: np.random.Generator | None = None
    ) -> float:
        """Return the share of samples decided right."""
        decisions = self.decisions(design, read_noise=read_noise, generator=generator)
        return float((decisions == self.labels).mean())

    def decisions(
        self, design: Design, *, read_noise: float = 0.0, generator: np.random.Generator | None = None
    ) -> Int64[np.ndarray, "sample"]:
        """Return the class of each sample; arguments as of `outputs`."""
        outputs = self.outputs(design, read_noise=read_noise, generator=generator)
        return np.concatenate(
            [self.readout.decisions(fired.swapaxes(0, 1), membranes.swapaxes(0, 1)) for fired, membranes in outputs]
        )

    def outputs(
        self, design: Design, *, read_noise: float = 0.0, generator: np.random.Generator | None = None
    ) -> Iterator[tuple[Float64[np.ndarray, "sample time output"], Float64[np.ndarray, "sample time output"]]]:
        """Yield spikes and membranes of the output, some samples after the other.

        Args:
            read_noise: of each device at each step, as a share of its conductance; needs the generator.
        """
        noise = generator if read_noise > 0.0 else None
        for begin in range(0, len(self.labels), PORTION):
            signal = self.portions(begin, min(begin + PORTION, len(self.labels))).astype(np.float64)
            membranes = signal
            for bar in design.crossbars:
                membranes = _membranes(bar, signal, self.num_steps, read_noise, noise)
                signal = (membranes > bar.threshold).astype(np.float64)
            yield signal, membranes


def decider_of(samples: Samples) -> Decider:
    """Return a decider of a network's samples, fed and read as the network was trained to be.

    What it encodes it keeps for the next design, as long as there is room: spikes as bytes.
    """
    kept: dict[int, np.ndarray] = {}
    spikes = samples.contract.coding.kind in ("rate", "latency", "delta")

    def portion(begin: int, end: int) -> np.ndarray:
        if begin in kept:
            return kept[begin]
        found = samples.portion(begin, end)
        found = found.astype(np.int8) if spikes else found
        if sum(one.nbytes for one in kept.values()) + found.nbytes <= MOST_KEPT_BYTES:
            kept[begin] = found
        return found

    return Decider(portion, samples.labels, samples.contract.num_steps, samples.readout)


def _membranes(
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
    return follow(bar, current)[0]


def _follow_constant(
    bar: Crossbar, current: Float64[np.ndarray, "sample neuron"], steps: int
) -> Float64[np.ndarray, "sample time neuron"]:
    membranes = np.zeros((len(current), steps, bar.neurons))
    membrane = np.zeros_like(current)
    for step in range(steps):
        membrane = advance(bar, membrane, membrane > bar.threshold, current)
        membranes[:, step] = membrane
    return membranes
