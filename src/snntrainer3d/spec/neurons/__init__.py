"""The neuron models: parameters, ranges and, once in the whole project, their equations; a file for each."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from snntrainer3d.spec._document import FieldFault
from snntrainer3d.spec.equations import Equation, traced
from snntrainer3d.spec.neurons.adaptive import Adaptive
from snntrainer3d.spec.neurons.alpha import Alpha
from snntrainer3d.spec.neurons.integrator import UNREACHABLE, Integrator
from snntrainer3d.spec.neurons.izhikevich import Izhikevich
from snntrainer3d.spec.neurons.lapicque import Lapicque
from snntrainer3d.spec.neurons.leaky import Leaky
from snntrainer3d.spec.neurons.parts import Fraction, Learning, Reset
from snntrainer3d.spec.neurons.synaptic import Synaptic

__all__ = [
    "NEURONS", "NEURON_KINDS", "NEURON_VALUES", "UNREACHABLE", "Adaptive", "Alpha", "AnyNeuron", "Fraction",
    "Integrator", "Izhikevich", "Lapicque", "Leaky", "Learning", "Neuron", "Reset", "SpikingNeuron", "Synaptic",
    "equation_of", "neuron_of", "usual_neuron",
]  # fmt: skip

AnyNeuron = Leaky | Lapicque | Synaptic | Alpha | Adaptive | Izhikevich | Integrator
Neuron = Annotated[AnyNeuron, Field(discriminator="kind")]
SpikingNeuron = Annotated[Leaky | Lapicque | Synaptic | Alpha | Adaptive | Izhikevich, Field(discriminator="kind")]
"""Those that may stand before other layers."""
NEURONS: tuple[type[AnyNeuron], ...] = (Leaky, Lapicque, Synaptic, Alpha, Adaptive, Izhikevich, Integrator)
NEURON_VALUES = ("alpha", "beta", "rho", "adaptation", "a", "b", "c", "d", "threshold")
"""What neurons of all kinds have for a layer or for each neuron, and may learn, in the order of weight files."""
NEURON_KINDS: tuple[str, ...] = tuple(str(model.model_fields["kind"].default) for model in NEURONS)


def usual_neuron(model: type[AnyNeuron]) -> AnyNeuron:
    """Return the neuron of a model by its defaults, and by what is usual where it has none."""
    usual: dict[str, float] = getattr(model, "usual", {})
    return model.model_validate(usual)


def neuron_of(kind: str) -> type[AnyNeuron]:
    """Give the neuron model named `kind`; raises FieldFault for a name that does not exist."""
    for model in NEURONS:
        if model.model_fields["kind"].default == kind:
            return model
    raise FieldFault("neuron", f"got {kind!r}, expected one of {', '.join(NEURON_KINDS)}.")


def equation_of(neuron: AnyNeuron, *, recurrent: bool = False) -> Equation:
    """Return the equation of neurons as their document chooses it."""
    settings = _Recurrent(neuron) if recurrent else neuron
    return traced(type(neuron), settings, type(neuron.surrogate))


class _Recurrent:
    """A neuron of a recurrent layer as its step sees it, with what is otherwise there."""

    def __init__(self, neuron: AnyNeuron) -> None:
        self._neuron, self._otherwise = neuron, getattr(neuron, "when_recurrent", {})

    def __getattr__(self, name: str) -> Any:
        return self._otherwise[name] if name in self._otherwise else getattr(self._neuron, name)
