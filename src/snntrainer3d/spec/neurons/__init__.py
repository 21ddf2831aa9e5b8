"""The neuron models: parameters, ranges and, once in the whole project, their equations; a file for each."""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import Field

from snntrainer3d.spec._document import FieldFault
from snntrainer3d.spec.equations import Equation, traced
from snntrainer3d.spec.neurons.adaptive import Adaptive
from snntrainer3d.spec.neurons.alpha import Alpha
from snntrainer3d.spec.neurons.integrator import UNREACHABLE, Integrator
from snntrainer3d.spec.neurons.izhikevich import Izhikevich
from snntrainer3d.spec.neurons.lapicque import Lapicque
from snntrainer3d.spec.neurons.leaky import Leaky
from snntrainer3d.spec.neurons.own import OwnNeuron, OwnParameter
from snntrainer3d.spec.neurons.parts import Fraction, Learning, NeuronModel, Reset
from snntrainer3d.spec.neurons.synaptic import Synaptic

__all__ = [
    "DEFAULT_KIND", "DEFAULT_NEURON", "NEURONS", "NEURON_KINDS", "NEURON_VALUES", "RECURRENT", "UNREACHABLE",
    "Adaptive", "Alpha", "Fraction", "Integrator", "Izhikevich", "Lapicque", "Leaky", "Learning", "Neuron",
    "NeuronModel", "OwnNeuron", "OwnParameter", "RecurrentNeuron",
    "Reset", "SpikingNeuron", "Synaptic", "equation_of", "neuron_of", "usual_neuron",
]  # fmt: skip

_FILES = (
    "leaky",
    "lapicque",
    "synaptic",
    "alpha",
    "adaptive",
    "izhikevich",
    "integrator",
    "refractory_lif",
    "conductance_lif",
    "quadratic_if",
    "exponential_if",
    "adaptive_exponential_if",
    "resonate_and_fire",
    "symplectic_adlif",
    "fitzhugh_nagumo",
    "hodgkin_huxley",
)
"""The kinds in the order in which people read them, each in the file of its name."""


def _model(kind: str) -> type[NeuronModel]:
    """Return the model of a kind from its file."""
    found = vars(import_module(f"{__name__}.{kind}")).values()
    models = (one for one in found if isinstance(one, type) and issubclass(one, NeuronModel))
    return next(one for one in models if "kind" in one.model_fields and one.model_fields["kind"].default == kind)


NEURONS = tuple(_model(kind) for kind in _FILES)
"""All built-in models; the first is what layers have of which nothing else is said."""
NEURON_VALUES = tuple(dict.fromkeys(name for model in NEURONS for name in model.learnable()))
"""What neurons of all kinds have for a layer or for each neuron, and may learn."""
NEURON_KINDS = _FILES
DEFAULT_KIND = NEURON_KINDS[0]
DEFAULT_NEURON = NEURONS[0]()
SPIKING = tuple(model for model in NEURONS if not model.never_spikes)
RECURRENT = tuple(model for model in SPIKING if model.can_be_recurrent())
if TYPE_CHECKING:
    Neuron: TypeAlias = NeuronModel
    SpikingNeuron: TypeAlias = NeuronModel
    RecurrentNeuron: TypeAlias = NeuronModel
else:

    def _any_of(models: tuple[type[NeuronModel], ...]) -> Any:
        return Annotated[reduce(or_, models, OwnNeuron), Field(discriminator="kind")]

    Neuron = _any_of(NEURONS)
    SpikingNeuron = _any_of(SPIKING)
    """Those that may stand before other layers."""
    RecurrentNeuron = _any_of(RECURRENT)
    """Those that a recurrent layer can have."""


def usual_neuron(model: type[NeuronModel]) -> NeuronModel:
    """Return the neuron of a model by its defaults, and by what is usual where it has none."""
    return model.model_validate(model.usual)


def neuron_of(kind: str) -> type[NeuronModel]:
    """Return the neuron model named `kind`; raises FieldFault for a name that does not exist."""
    for model in NEURONS:
        if model.model_fields["kind"].default == kind:
            return model
    raise FieldFault("neuron", f"got {kind!r}, expected one of {', '.join(NEURON_KINDS)}.")


def equation_of(neuron: NeuronModel, *, recurrent: bool = False) -> Equation:
    """Return the equation of neurons as their document chooses it."""
    settings = _Recurrent(neuron) if recurrent else neuron
    return traced(neuron.model, settings, neuron.surrogate.model)


class _Recurrent:
    """A neuron of a recurrent layer as its step sees it, with what is otherwise there."""

    def __init__(self, neuron: NeuronModel) -> None:
        self._neuron, self._otherwise = neuron, neuron.when_recurrent

    def __getattr__(self, name: str) -> Any:
        return self._otherwise[name] if name in self._otherwise else getattr(self._neuron, name)
