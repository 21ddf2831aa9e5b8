"""How well a circuit agrees with its network: predictions, counts, spikes, one-step residual, and why a spike differs.

A membrane that runs freely drifts apart for ever after one spike that differs, so that its error says little. The
residual of one step does: where the circuit's membrane should be, given its own membranes, spikes and inputs of the
step before. And the first spike of a neuron that differs while its inputs still agree must have one cause: a membrane
as near to the threshold as all residuals until then can have moved it, r·(1 + d + d² + …). Else the netlist is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float64, Int

from snntrainer3d.circuits.clocked import Behaviour, advance, currents
from snntrainer3d.circuits.design import Crossbar, Design
from snntrainer3d.spec import Readout

MOST_SPIKES = Readout()
ROUNDING = 1e-9
"""Added to what residuals explain, for the sums of float64."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first spike of a neuron that differs while its inputs still agree."""

    layer: int
    neuron: int
    step: int
    distance: float
    """Of the network's membrane from the threshold, in units of the network."""
    explained: float
    """Distance up to which the circuit's residuals explain it."""

    @property
    def accounted(self) -> bool:
        """Tell whether the residuals explain it."""
        return self.distance <= self.explained


@dataclass(frozen=True, eq=False, slots=True)
class SampleAgreement:
    """One sample."""

    circuit_counts: Int[np.ndarray, "output"]
    network_counts: Int[np.ndarray, "output"]
    circuit_decision: int
    """The class, read from the output as the network's recipe says."""
    network_decision: int
    """The class of the network by the same readout."""
    spikes: int
    """(neuron, step) pairs, spikes or not."""
    differing: int
    """Of them, where circuit and network differ."""
    residual: float
    """Largest of all layers, steps and neurons, in units of the network."""
    roots: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Many samples together: the five measures."""

    samples: int
    predictions_equal: int
    count_error: float
    """Mean of |difference| over outputs and samples, in spikes."""
    largest_count_error: int
    spikes: int
    spikes_differing: int
    residual: float
    root_causes: int
    unexplained: int
    """Root causes that the residuals do not explain: should be 0."""

    def to_dict(self) -> dict[str, Any]:
        """Give plain numbers."""
        return asdict(self)


def compare(
    design: Design,
    inputs: Float[np.ndarray, "time feature"],
    circuit: Behaviour,
    network: Behaviour,
    readout: Readout = MOST_SPIKES,
) -> SampleAgreement:
    """Measure one sample, both behaviours in units of the network."""
    residuals = one_step_residuals(design, inputs, circuit)
    roots: list[Difference] = []
    agreeing = np.ones(len(inputs), bool)
    for layer, bar in enumerate(design.crossbars):
        differs = circuit.spikes[layer] != network.spikes[layer]
        roots += _roots(layer, bar, differs, agreeing, network.membranes[layer], residuals[layer])
        agreeing = np.logical_and.accumulate(~differs.any(axis=1))
    return SampleAgreement(
        circuit_counts=circuit.spikes[-1].sum(axis=0),
        network_counts=network.spikes[-1].sum(axis=0),
        circuit_decision=readout.decision(circuit.spikes[-1], circuit.membranes[-1]),
        network_decision=readout.decision(network.spikes[-1], network.membranes[-1]),
        spikes=sum(fired.size for fired in network.spikes),
        differing=sum(int((one != other).sum()) for one, other in zip(circuit.spikes, network.spikes, strict=True)),
        residual=max(float(np.abs(residual).max()) for residual in residuals),
        roots=tuple(roots),
    )


def one_step_residuals(
    design: Design, inputs: Float[np.ndarray, "time feature"], circuit: Behaviour
) -> list[Float64[np.ndarray, "time neuron"]]:
    """Give membrane minus what the circuit's own step before lets expect."""
    signal = inputs.astype(np.float64)
    found = []
    for bar, membranes, fired in zip(design.crossbars, circuit.membranes, circuit.spikes, strict=True):
        before = np.vstack([np.zeros((1, bar.neurons)), membranes[:-1]])
        latched = np.vstack([np.zeros((1, bar.neurons), bool), fired[:-1]])
        found.append(membranes - advance(bar, before, latched, currents(bar, signal)))
        signal = fired.astype(np.float64)
    return found


def summarise(samples: Sequence[SampleAgreement]) -> Agreement:
    """Put samples together."""
    errors = np.array([np.abs(one.circuit_counts - one.network_counts) for one in samples])
    roots = [root for one in samples for root in one.roots]
    return Agreement(
        samples=len(samples),
        predictions_equal=sum(one.circuit_decision == one.network_decision for one in samples),
        count_error=float(errors.mean()),
        largest_count_error=int(errors.max()),
        spikes=sum(one.spikes for one in samples),
        spikes_differing=sum(one.differing for one in samples),
        residual=max(one.residual for one in samples),
        root_causes=len(roots),
        unexplained=sum(not root.accounted for root in roots),
    )


def _roots(
    layer: int,
    bar: Crossbar,
    differs: Bool[np.ndarray, "time neuron"],
    agreeing: Bool[np.ndarray, "time"],
    membranes: Float64[np.ndarray, "time neuron"],
    residuals: Float64[np.ndarray, "time neuron"],
) -> list[Difference]:
    found = []
    for neuron in np.flatnonzero(differs.any(axis=0)):
        step = int(differs[:, neuron].argmax())
        if not agreeing[step]:
            continue
        largest = float(np.abs(residuals[: step + 1, neuron]).max())
        reach = float((bar.decay[neuron] ** np.arange(step + 1)).sum())
        distance = abs(float(membranes[step, neuron] - bar.threshold[neuron]))
        found.append(Difference(layer, int(neuron), step, distance, largest * reach + ROUNDING))
    return found
