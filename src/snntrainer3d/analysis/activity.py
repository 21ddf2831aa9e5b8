"""What a network did while it ran, counted: spikes, synaptic operations, membrane updates, and an estimate of energy.

A count of operations belongs to the network, not to the machine that simulated it: it is what hardware would do that
works only where a spike arrives.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from snntrainer3d.errors import Fault, SpecError
from snntrainer3d.spec import Network, cost_of, equation_of, fan_outs, input_fan_out, multiplications
from snntrainer3d.spec.equations import multiplications as of_step

PICO_PER_NANO = 1000.0


@dataclass(frozen=True, slots=True)
class EnergyModel:
    """Energy of one operation in picojoules.

    The default is 32-bit floating point in 45 nm at 0.9 V: a multiplication 3.7 pJ, an addition 0.9 pJ, so that a
    multiply-accumulate takes 4.6 pJ. Source: M. Horowitz, "Computing's energy problem", ISSCC 2014, figure 1.1.9.
    Memory accesses, which often cost more, are left out.
    """

    multiply_accumulate_pj: float = 4.6
    accumulate_pj: float = 0.9
    source: str = "Horowitz, ISSCC 2014, 45 nm, 32-bit floating point, without memory accesses"

    def __post_init__(self) -> None:
        """Refuse what is no energy; raises SpecError."""
        faults = [
            Fault(name, f"got {value!r}, expected a number of picojoules, not below 0.")
            for name in ("multiply_accumulate_pj", "accumulate_pj")
            if not (isinstance(value := getattr(self, name), int | float) and math.isfinite(value) and value >= 0)
        ]
        if faults:
            raise SpecError(faults, what="energy model")


HOROWITZ_45_NM = EnergyModel()


@dataclass(frozen=True, eq=False, slots=True)
class Activity:
    """Totals over `samples` samples of `num_steps` steps each.

    Tuples hold one value per layer, from the first hidden layer to the output.
    """

    network: Network
    samples: int
    num_steps: int
    spikes: tuple[int, ...]
    active: tuple[int, ...]
    """Neurons that spiked at least once, summed over samples."""
    nonzero_inputs: int
    """Input values other than zero, summed over samples; of a constant input each counts once."""
    constant_input: bool = True
    """Whether the input is the same at every step, so that its product with the weights is needed only once."""
    counted_operations: tuple[int, int] | None = None
    """Weights that values other than zero met before and behind the first neurons, where they were counted one by one;
    else operations follow from the counts of spikes: exactly in networks of dense and recurrent layers."""

    @property
    def rates(self) -> tuple[float, ...]:
        """Give spikes per neuron and time step."""
        steps = self.samples * self.num_steps
        return tuple(count / (steps * size) for count, size in self._layers())

    @property
    def sparsity(self) -> float:
        """Give the share of (neuron, step) pairs without a spike, over all layers."""
        return 1.0 - sum(self.spikes) / (self.samples * self.membrane_updates)

    @property
    def silent(self) -> tuple[float, ...]:
        """Give the share of neurons that never spike for a sample, on average."""
        together = zip(self.active, self.network.spiking_sizes(), strict=True)
        return tuple(1.0 - count / (self.samples * size) for count, size in together)

    @property
    def spikes_per_sample(self) -> float:
        """Give the spikes of all layers per sample."""
        return sum(self.spikes) / self.samples

    @property
    def synaptic_operations(self) -> float:
        """Give additions of a weight per sample: each spike of a layer meets every weight that leads on from it.

        Where they were not counted, an upper bound in networks with pooling or padded or strided convolutions.
        """
        if self.counted_operations is not None:
            return self.counted_operations[1] / self.samples
        together = zip(self.spikes, fan_outs(self.network), strict=True)
        return sum(count * weights for count, weights in together) / self.samples

    @property
    def input_operations(self) -> float:
        """Give multiply-accumulates of input values other than zero with the first layer's weights, per sample.

        Where they were not counted, an average over the places of a convolution's input.
        """
        if self.counted_operations is not None:
            return self.counted_operations[0] / self.samples
        return self.nonzero_inputs * input_fan_out(self.network) / self.samples

    @property
    def membrane_updates(self) -> int:
        """Give neurons times steps: how often a membrane is computed per sample."""
        return self.num_steps * sum(self.network.spiking_sizes())

    @property
    def neuron_operations(self) -> int:
        """Give multiply-accumulates of the neurons' own states per sample, counted off their equations."""
        together = zip(self.network.spiking_sizes(), self.network.neurons(), strict=True)
        return self.num_steps * sum(size * of_step(equation_of(neuron)) for size, neuron in together)

    def energy_nj(self, model: EnergyModel = HOROWITZ_45_NM) -> Energy:
        """Estimate nanojoules per sample, beside a conventional network of the same shape, run once."""
        products = sum(multiplications(self.network))
        return energy_of(self.input_operations, self.synaptic_operations, self.neuron_operations, products, model)

    def to_dict(self, model: EnergyModel = HOROWITZ_45_NM) -> dict[str, Any]:
        """Give plain numbers, per sample where they are counts."""
        cost = cost_of(self.network, self.num_steps)
        energy = self.energy_nj(model)
        return {
            "samples": self.samples,
            "num_steps": self.num_steps,
            "rates": list(self.rates),
            "sparsity": self.sparsity,
            "silent": list(self.silent),
            "spikes_per_sample": self.spikes_per_sample,
            "synaptic_operations": self.synaptic_operations,
            "input_operations": self.input_operations,
            "neuron_operations": self.neuron_operations,
            "conventional_operations": sum(multiplications(self.network)),
            "membrane_updates": self.membrane_updates,
            "flops": cost.flops,
            "flops_all_steps": cost.flops_all_steps,
            "parameters": cost.parameters,
            "parameter_bytes": cost.parameter_bytes,
            "energy_nj": {**asdict(energy), "total": energy.total},
        }

    def _layers(self) -> list[tuple[int, Any]]:
        return list(zip(self.spikes, self.network.spiking_sizes(), strict=True))


@dataclass(frozen=True, slots=True)
class Energy:
    """Nanojoules per sample."""

    inputs: float
    """Input values times the first layer's weights; a constant input once."""
    synapses: float
    """A weight added for each spike that arrives."""
    neurons: float
    """Decay of every state at every step, spikes or none."""
    conventional: float
    """A network of the same shape with ordinary neurons, every product computed once."""
    source: str

    @property
    def total(self) -> float:
        """Give inputs, synapses and neurons together."""
        return self.inputs + self.synapses + self.neurons


def energy_of(
    input_operations: float,
    synaptic_operations: float,
    neuron_operations: float,
    conventional_operations: float,
    model: EnergyModel = HOROWITZ_45_NM,
) -> Energy:
    """Estimate nanojoules from counts of operations per sample, named as `Activity.to_dict` names them."""
    mac, ac = model.multiply_accumulate_pj / PICO_PER_NANO, model.accumulate_pj / PICO_PER_NANO
    return Energy(
        inputs=input_operations * mac,
        synapses=synaptic_operations * ac,
        neurons=neuron_operations * mac,
        conventional=conventional_operations * mac,
        source=model.source,
    )
