"""Energy of one sample in the crossbars, computed from the rows' voltages; beside digital hardware that counts spikes.

A row at voltage v whose columns are held at 0 V takes v²·ΣG. Inputs and biases are on all the time, rows of spikes for
one cycle each; the resistors that reset a neuron are on its own row. ngspice's own currents confirm the sum
(tests/circuits/test_making.py).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from snntrainer3d.analysis import HOROWITZ_45_NM, Activity, EnergyModel
from snntrainer3d.circuits.clock import Clock, timing
from snntrainer3d.circuits.clocked import Behaviour, run_clocked
from snntrainer3d.circuits.design import Design
from snntrainer3d.circuits.making.bill import OPAMPS_PER_NEURON
from snntrainer3d.circuits.making.production import Production
from snntrainer3d.spec import Network

NANO = 1e9


@dataclass(frozen=True, slots=True)
class CircuitEnergy:
    """Nanojoules of one sample, the mean over samples."""

    samples: int
    seconds: float
    """Of circuit time for one sample."""
    inputs: float
    biases: float
    spikes: float
    """Rows that spikes drive, the reset of their own neuron included."""
    amplifiers: float
    """Op-amps and comparators at rest, for as long as the sample takes."""
    digital: float
    """Neuromorphic hardware that adds a weight for each spike that arrives: per counted synaptic operation."""
    conventional: float
    """A network of the same shape with ordinary neurons, every product computed once."""
    source: str
    """Of the digital figures."""

    @property
    def crossbars(self) -> float:
        """Give inputs, biases and spikes together."""
        return self.inputs + self.biases + self.spikes

    @property
    def read_power_w(self) -> float:
        """Give the crossbars' mean power while a sample is read."""
        return self.crossbars / NANO / self.seconds

    def to_dict(self) -> dict[str, Any]:
        """Give plain numbers, sums included."""
        return {**asdict(self), "crossbars": self.crossbars, "read_power_w": self.read_power_w}


def energy_of(
    design: Design,
    network: Network,
    inputs: Float[np.ndarray, "sample time feature"],
    *,
    production: Production | None = None,
    digital: EnergyModel = HOROWITZ_45_NM,
) -> CircuitEnergy:
    """Compute the mean energy of samples."""
    making = production or Production()
    behaviour = run_clocked(design, inputs)
    clock = timing(design.settings, inputs.shape[1], len(design.crossbars))
    neurons = sum(bar.neurons for bar in design.crossbars)
    counted = _activity(network, inputs, behaviour).energy_nj(digital)
    return CircuitEnergy(
        samples=len(inputs),
        seconds=clock.sample_s,
        inputs=_inputs(design, clock, inputs),
        biases=_biases(design, clock),
        spikes=_spikes(design, clock, behaviour),
        amplifiers=neurons * (OPAMPS_PER_NEURON * making.opamp_w + making.comparator_w) * clock.sample_s * NANO,
        digital=counted.total,
        conventional=counted.conventional,
        source=counted.source,
    )


def _row_conductances(design: Design, layer: int) -> Float[np.ndarray, "row"]:
    bar = design.crossbars[layer]
    return (bar.plus + bar.minus).sum(axis=0)


def _inputs(design: Design, clock: Clock, inputs: Float[np.ndarray, "sample time feature"]) -> float:
    """Give the energy of the input rows; each step's input stays for a cycle, the first and last for those without."""
    volts = inputs.astype(np.float64) * design.settings.read_voltage_v
    power = volts**2 @ _row_conductances(design, 0)[: inputs.shape[2]]
    cycles = np.ones(inputs.shape[1])
    cycles[0] += 1
    cycles[-1] += clock.cycles - inputs.shape[1] - 1
    return float((power @ cycles).mean()) * clock.period_s * NANO


def _biases(design: Design, clock: Clock) -> float:
    total = sum(_row_conductances(design, layer)[-1] for layer, bar in enumerate(design.crossbars) if bar.bias)
    return float(total) * design.settings.read_voltage_v**2 * clock.sample_s * NANO


def _spikes(design: Design, clock: Clock, behaviour: Behaviour) -> float:
    total = 0.0
    for layer, bar in enumerate(design.crossbars):
        per_row = np.zeros(bar.neurons)
        if layer + 1 < len(design.crossbars):
            per_row += _row_conductances(design, layer + 1)[: bar.neurons]
        if bar.reset == "subtract":
            per_row += bar.reset_current_a(design.settings) / design.settings.read_voltage_v
        total += float((behaviour.spikes[layer].sum(axis=1) @ per_row).mean())
    return total * design.settings.read_voltage_v**2 * clock.period_s * NANO


def _activity(network: Network, inputs: Float[np.ndarray, "sample time feature"], behaviour: Behaviour) -> Activity:
    constant = bool((inputs == inputs[:, :1]).all())
    counted = inputs[:, 0] if constant else inputs
    return Activity(
        network=network,
        samples=len(inputs),
        num_steps=inputs.shape[1],
        spikes=tuple(int(fired.sum()) for fired in behaviour.spikes),
        active=tuple(int(fired.any(axis=1).sum()) for fired in behaviour.spikes),
        nonzero_inputs=int(np.count_nonzero(counted)),
        constant_input=constant,
    )
