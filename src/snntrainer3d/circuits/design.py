"""From a trained network to conductances, resistors and capacitors: the mapping, once for every form.

One layer, in units of the network: m[t] = d·m[t−1] + g·(W·x + b) − r·θ. As a circuit, in volts, with κ = V_θ/θ:

    s  = (G_max − G_min)/max|w|          siemens per unit of weight, one for each layer
    G₊ = G_min + s·max(w, 0)             conductance from a row to the positive column of a neuron
    G₋ = G_min + s·max(−w, 0)            and to its negative one; the bias is one more row, always on
    R  = κ·g/((1 − d)·s·V_read)          the membrane's resistor
    C  = −Δt/((R + R_switch)·ln d)       and its capacitor
    I_reset = V_θ/(R·(1 − d))            current that a spike takes away for one time step

A current that is constant over Δt charges an RC by exactly R·(1 − e^(−Δt/RC))·I, so that a clocked RC neuron follows
the network's equation without error: V_membrane = κ·m at the end of each integration.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64

from snntrainer3d.circuits.settings import CircuitSettings
from snntrainer3d.errors import Fault, LimitError, SpecError
from snntrainer3d.spec import (
    NEURONS,
    Network,
    NeuronModel,
    TrainedNetwork,
    as_built_in,
    tensor_name,
    trained_as_built_in,
)

SMALLEST_LEAK = 1e-6
"""1 − decay below which no buildable resistor lets a membrane leak."""
MOST_SWITCHING_CELLS = 100
"""Each is a differential equation of its own."""


@dataclass(frozen=True, eq=False, slots=True)
class Crossbar:
    """One layer: its devices, and the neurons at its columns. Arrays of neurons hold one value each."""

    plus: Float64[np.ndarray, "neuron row"]
    """Siemens; the last row is the bias, where there is one."""
    minus: Float64[np.ndarray, "neuron row"]
    siemens_per_weight: float
    bias: bool
    decay: Float64[np.ndarray, "neuron"]
    gain: Float64[np.ndarray, "neuron"]
    threshold: Float64[np.ndarray, "neuron"]
    reset: str
    """subtract, zero or none."""
    clamped: bool
    """Whether reset to zero also drops the input of that step."""

    @property
    def neurons(self) -> int:
        """Give the number of neurons."""
        return len(self.plus)

    @property
    def rows(self) -> int:
        """Give the number of rows, the bias included."""
        return self.plus.shape[1]

    @property
    def inputs(self) -> int:
        """Give the number of rows without the bias."""
        return self.rows - self.bias

    @property
    def devices(self) -> int:
        """Give the number of memristors or printed resistors."""
        return 2 * self.plus.size

    def weights(self) -> Float64[np.ndarray, "neuron row"]:
        """Give the weights that the devices stand for, the bias last."""
        return (self.plus - self.minus) / self.siemens_per_weight

    def volts_per_unit(self, threshold_v: float) -> Float64[np.ndarray, "neuron"]:
        """Give κ, the volts of membrane that stand for 1."""
        return threshold_v / self.threshold

    def resistance_ohm(self, settings: CircuitSettings) -> Float64[np.ndarray, "neuron"]:
        """Give R of each neuron's membrane."""
        scaled = self.volts_per_unit(settings.threshold_v) * self.gain
        return scaled / ((1.0 - self.decay) * self.siemens_per_weight * settings.read_voltage_v)

    def capacitance_f(self, settings: CircuitSettings) -> Float64[np.ndarray, "neuron"]:
        """Give C of each neuron's membrane."""
        seen = self.resistance_ohm(settings) + settings.switch_ohm
        return -settings.time_step_s / (seen * np.log(self.decay))

    def reset_current_a(self, settings: CircuitSettings) -> Float64[np.ndarray, "neuron"]:
        """Give the current that takes one threshold away in one time step."""
        return settings.threshold_v / (self.resistance_ohm(settings) * (1.0 - self.decay))


@dataclass(frozen=True, eq=False, slots=True)
class Design:
    """A network as a circuit, before it is written in any form."""

    settings: CircuitSettings
    crossbars: tuple[Crossbar, ...]

    @property
    def title(self) -> str:
        """Give the sizes as people write them: 2-8-2."""
        return "-".join(str(size) for size in (self.crossbars[0].inputs, *(bar.neurons for bar in self.crossbars)))

    @property
    def devices(self) -> int:
        """Give the number of memristors or printed resistors in all crossbars."""
        return sum(bar.devices for bar in self.crossbars)

    @property
    def neurons(self) -> int:
        """Give the number of neurons in all layers."""
        return sum(bar.neurons for bar in self.crossbars)

    def with_conductances(
        self, pairs: Sequence[tuple[Float64[np.ndarray, "neuron row"], Float64[np.ndarray, "neuron row"]]]
    ) -> Design:
        """Give the same circuit with other devices, (positive, negative) for each layer: imperfect ones."""
        changed = [
            replace(bar, plus=plus, minus=minus) for bar, (plus, minus) in zip(self.crossbars, pairs, strict=True)
        ]
        return replace(self, crossbars=tuple(changed))


def design_circuit(trained: TrainedNetwork, settings: CircuitSettings | None = None) -> Design:
    """Map a trained network to devices.

    Raises:
        SpecError: a layer that no circuit of ours computes; all of them, each with its reason.
        LimitError: too many cells for memristors that switch.
    """
    chosen = settings or CircuitSettings()
    trained = trained_as_built_in(trained)
    faults = circuit_faults(trained.network)
    if not faults:
        faults = [fault for index in range(len(trained.network.layers)) for fault in _values(trained, index)]
    if faults:
        raise SpecError(faults, what="network")
    bars = [_crossbar(trained, index, chosen) for index in range(len(trained.network.layers))]
    design = Design(chosen, tuple(bars))
    if chosen.cells == "threshold" and design.devices > MOST_SWITCHING_CELLS:
        raise LimitError(
            f"{design.title} has {design.devices:,} cells; those that switch are for up to {MOST_SWITCHING_CELLS}.",
            path="cells",
            hint="Take cells=resistor: below its threshold a memristor is one.",
        )
    return design


def quantise(
    conductance: Float64[np.ndarray, "neuron row"], settings: CircuitSettings
) -> Float64[np.ndarray, "neuron row"]:
    """Set each device to the nearest of its levels, where there are levels."""
    if settings.levels is None:
        return conductance
    low, high = settings.min_conductance_siemens, settings.max_conductance_siemens
    step = (high - low) / (settings.levels - 1)
    return low + np.rint((conductance - low) / step) * step


_WITH_CIRCUIT = " or ".join(model.title for model in NEURONS if not model.no_circuit)


def circuit_faults(network: Network) -> list[Fault]:
    """Give every reason why a network's layers cannot become a circuit, whatever their values are."""
    return [fault for index, layer in enumerate(as_built_in(network).layers) for fault in _refusals(index, layer)]


def _refusals(index: int, layer: object) -> list[Fault]:
    path = f"layers[{index}]"
    kind = getattr(layer, "kind", "")
    if kind != "dense":
        return [Fault(f"{path}.kind", f"{kind} layers have no circuit yet.", "Use dense layers.")]
    neuron = getattr(layer, "neuron", None)
    if not isinstance(neuron, NeuronModel):
        return [Fault(f"{path}.neuron", "has no circuit yet.", f"Use {_WITH_CIRCUIT}.")]
    if neuron.no_circuit:
        own = neuron.label != neuron.kind
        name = f"{neuron.label!r} has no circuit" if own else f"{neuron.title} neurons have no circuit"
        why = f"{name}: {neuron.no_circuit}"
        return [Fault(f"{path}.neuron.kind", why, f"Use {_WITH_CIRCUIT}.")]
    if not getattr(neuron, "reset_delay", True):
        why = "a reset within the step of its spike has no clocked circuit yet."
        return [Fault(f"{path}.neuron.reset_delay", why, "Set it to true.")]
    return []


def _values(trained: TrainedNetwork, index: int) -> list[Fault]:
    decay, _ = _dynamics(trained, index)
    faults = []
    if decay.min() <= 0.0:
        why = f"is {decay.min():.4g}; an RC membrane keeps a share above 0 of its voltage in each time step."
        faults.append(Fault(f"layers[{index}].neuron.beta", f"the decay {why}", "Take a larger beta, or a smaller Δt."))
    if decay.max() > 1.0 - SMALLEST_LEAK:
        why = f"is {decay.max():.8g}; a membrane that never leaks needs a resistor without end."
        faults.append(Fault(f"layers[{index}].neuron.beta", f"the decay {why}", "Take a beta below 1, such as .99."))
    if _vector(trained, index, "threshold").min() <= 0.0:
        faults.append(Fault(f"layers[{index}].neuron.threshold", "a learned threshold is not above 0."))
    return faults


def _crossbar(trained: TrainedNetwork, index: int, settings: CircuitSettings) -> Crossbar:
    layer = trained.network.dense_layers()[index]
    weights = trained.tensors[tensor_name(index, "weight")].astype(np.float64)
    if layer.bias:
        weights = np.column_stack([weights, trained.tensors[tensor_name(index, "bias")].astype(np.float64)])
    low, high = settings.min_conductance_siemens, settings.max_conductance_siemens
    scale = (high - low) / (float(np.abs(weights).max()) or 1.0)
    decay, gain = _dynamics(trained, index)
    return Crossbar(
        plus=quantise(low + scale * np.maximum(weights, 0.0), settings),
        minus=quantise(low + scale * np.maximum(-weights, 0.0), settings),
        siemens_per_weight=scale,
        bias=layer.bias,
        decay=decay,
        gain=gain,
        threshold=_vector(trained, index, "threshold"),
        reset=layer.neuron.reset,
        clamped=layer.neuron.reset == "zero" and layer.neuron.silences_input,
    )


def _dynamics(
    trained: TrainedNetwork, index: int
) -> tuple[Float64[np.ndarray, "neuron"], Float64[np.ndarray, "neuron"]]:
    """Return decay and gain of each neuron."""
    return trained.network.dense_layers()[index].neuron.decay_and_gain(_vector(trained, index, "beta"))


def _vector(trained: TrainedNetwork, index: int, name: str) -> Float64[np.ndarray, "neuron"]:
    size = trained.network.dense_layers()[index].size
    value = trained.tensors[tensor_name(index, f"neuron.{name}")].astype(np.float64)
    return np.ascontiguousarray(np.broadcast_to(value, (size,)))


def fastest_membrane_s(design: Design) -> float:
    """Give the shortest time constant of all membranes."""
    decay = max(-math.log(float(bar.decay.min())) for bar in design.crossbars)
    return design.settings.time_step_s / decay
