"""What neuron models have in common: what is said of each, learning, resets, and the shape of a step.

All values are dimensionless per time step, as in snnTorch 1.0, except where the name carries an SI unit. Source:
Eshraghian et al., "Training Spiking Neural Networks Using Lessons From Deep Learning", Proc. IEEE 111 (2023), and
snnTorch's code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from snntrainer3d.spec._document import Part
from snntrainer3d.spec.equations import UNITS, Node, Trace
from snntrainer3d.spec.equations.trace import Value
from snntrainer3d.spec.surrogates import Atan, Surrogate

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Learning = Literal["fixed", "shared", "per_neuron"]
"""Whether a neuron's value is trained: not, one value for the layer, or one for each neuron."""
Reset = Literal["subtract", "zero", "none"]
Step = tuple[dict[str, Node], Node | None]
"""What each state becomes, the membrane first, and the spike; None where there never is one."""


@dataclass(frozen=True, slots=True)
class Called:
    """What people call a field: its label, the symbol of equations, and a unit that its name does not say."""

    label: str
    symbol: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Unwise:
    """What is allowed of a neuron but will probably disappoint."""

    code: str
    field: str
    message: str
    hint: str


@dataclass(frozen=True, eq=False, slots=True)
class Kept:
    """What one step multiplies its states and its input by: one number for all neurons, or one for each."""

    states: tuple[np.ndarray, ...]
    """The share of itself that each state keeps, the membrane first."""
    gain: np.ndarray
    """The share of the input that the membrane takes."""
    step_s: float
    """Seconds of the step; 1 where nothing says it."""


class NeuronModel(Part):
    """What every neuron model says of itself; a model needs `title`, `numbers`, `states` and `step`."""

    title: ClassVar[str]
    numbers: ClassVar[tuple[str, ...]]
    """What `step` computes with, beside its input x and its states."""
    states: ClassVar[tuple[str, ...]]
    """The arguments of `step` after x, the membrane first; all start at 0 but what `starts` names."""
    usual: ClassVar[dict[str, float]] = {}
    """Values that are usual where a document may leave them out."""
    patterns: ClassVar[dict[str, dict[str, float]]] = {}
    """Named sets of values that a publication gives."""
    never_spikes: ClassVar[bool] = False
    """Whether its membrane is its only answer, so that it can stand at the output alone."""
    in_millivolts: ClassVar[bool] = False
    """Whether its membrane is in mV, and so its threshold and the width of its surrogate."""
    spike_takes_ms: ClassVar[float] = 0.0
    """Milliseconds below which a sample hardly has time for a spike, by its field `time_step_ms`."""
    rises_with_input: ClassVar[bool] = False
    """Whether a larger input never lowers its membrane, which its decays alone bound: no larger one is reached than
    under a constant input."""
    recovery: ClassVar[tuple[str, ...]] = ()
    """The values from which the page draws a second state u that membrane and spikes determine."""
    no_circuit: ClassVar[str] = "its membrane is not that of one resistor and one capacitor."
    """Why no RC circuit computes it; empty where one does, which `decay_and_gain` describes."""

    snntorch: ClassVar[str] = ""
    """The class of snnTorch that computes this equation; empty where it has none."""
    snntorch_recurrent: ClassVar[str] = ""
    """The class of snnTorch for a recurrent layer of it."""
    snntorch_arguments: ClassVar[tuple[str, ...]] = ()
    """The fields that this class takes beside threshold, reset and surrogate, by the same names."""
    snntorch_names: ClassVar[dict[str, str]] = {}
    """Those of `numbers` that its modules call something else."""
    snntorch_legacy: ClassVar[bool] = False
    """Whether snnTorch up to 0.9.1 computed it otherwise: it took the membrane for the synaptic current too."""
    when_recurrent: ClassVar[dict[str, bool]] = {}
    """What its step goes by in a recurrent layer in place of its own, because snnTorch's class for that does."""
    silences_input: ClassVar[bool] = False
    """Whether a reset to zero also silences the input of its step."""

    if TYPE_CHECKING:

        @property
        def kind(self) -> Any: ...

        @property
        def threshold(self) -> Any: ...

        @property
        def reset(self) -> Any: ...

        @property
        def surrogate(self) -> Any: ...

        step: ClassVar[Callable[..., Step]]

    @classmethod
    def fields(cls) -> list[str]:
        """Return the names of its values and choices: its own first, then those that many models have."""
        own = vars(cls).get("__annotations__", {})
        return sorted((name for name in cls.model_fields if name != "kind"), key=lambda name: name not in own)

    @classmethod
    def can_be_recurrent(cls) -> bool:
        """Tell whether its spikes can come back one step later: by snnTorch's class, or by ours."""
        return bool(cls.snntorch_recurrent) or not cls.snntorch

    @classmethod
    def called(cls, name: str) -> Called:
        """Return what people call a field; without words of its own what its name says."""
        words, unit = name.rsplit("_", 1) if name.rpartition("_")[2] in UNITS else (name, "")
        field = cls.model_fields[name]
        told = next((one for one in field.metadata if isinstance(one, Called)), None)
        told = told or Called(words.replace("_", " ").capitalize())
        return replace(told, unit=told.unit or UNITS.get(unit, ""))

    @classmethod
    def learnable(cls) -> list[str]:
        """Return the names of the values that can be learned, in the order of weight files."""
        return [name for name in cls.fields() if f"learn_{name}" in cls.model_fields]

    @property
    def model(self) -> Any:
        """Return what it computes, whatever its numbers are: `step`, and the names of its states and numbers."""
        return type(self)

    @property
    def label(self) -> str:
        """Return what it is called in titles."""
        return str(self.kind)

    def number(self, name: str) -> Any:
        """Return one of its numbers."""
        return getattr(self, name)

    def threshold_value(self) -> float:
        """Return the threshold of the membrane; out of reach where it has none."""
        return float(self.threshold)

    def learning(self) -> dict[str, Learning]:
        """Return how each of its values is learned that can be."""
        return {name: getattr(self, f"learn_{name}") for name in self.learnable()}

    def unlearned(self) -> Self:
        """Return it with nothing learned."""
        return self.model_copy(update={f"learn_{name}": "fixed" for name in self.learnable()})

    def starts(self, now: Trace) -> dict[str, Node]:
        """Trace the states before the first step that are not 0."""
        del now
        return {}

    def said(self, name: str) -> float:
        """Return a value that can be learned as the document determines it."""
        return float(getattr(self, name))

    def snntorch_given(self) -> dict[str, float | bool]:
        """Return what snnTorch's class takes beside threshold, reset and surrogate."""
        return {name: getattr(self, name) for name in self.snntorch_arguments}

    @classmethod
    def snntorch_follows(cls, now: Trace) -> dict[str, Node]:
        """Trace what snnTorch's module computes of a learned value only once, by its own names."""
        del now
        return {}

    def unwise(self) -> Iterator[Unwise]:
        """Find values that will probably disappoint."""
        yield from ()

    @classmethod
    def like(cls, kept: Kept) -> dict[str, Any] | None:
        """Return the values with which it may compute a step that is known by what it keeps; None where none does."""
        del kept
        return None

    def decay_and_gain(self, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what an RC membrane keeps in one step and takes of its input, by the β of each neuron."""
        raise NotImplementedError


class SpikingPart(NeuronModel):
    """A neuron without a unit, whose spike resets its membrane by one of three rules."""

    threshold: Annotated[float, Field(gt=0.0, le=1000.0), Called("Threshold", "θ")] = 1.0
    """Membrane potential above which the neuron spikes."""
    learn_threshold: Learning = "fixed"
    reset: Reset = "subtract"
    """What a spike does to the membrane, one step later: subtract the threshold, set to zero, nothing."""
    surrogate: Surrogate = Atan()
    """Gradient used in place of the spike's, which is zero almost everywhere."""


class FixedReset(NeuronModel):
    """A neuron whose equation says what a spike does to it, and whose threshold can be learned."""

    reset: ClassVar[Reset] = "zero"
    learn_threshold: Learning = "fixed"
    surrogate: Surrogate = Atan()
    """Gradient used in place of the spike's, which is zero almost everywhere."""


def limited(
    now: Trace, grown: Node, growth: tuple[Node, Node], bounds: tuple[float, float], *through: tuple[Node, Value]
) -> Node:
    """Return a membrane kept within bounds, whose gradient grows through the step by 1 at most.

    Args:
        growth: the membrane before, and by how much it grows: a thousandfold in a spike, which hinders learning.
        through: whatever else gradients go to, each with its factor.
    """
    before, factor = growth
    return now.clamp(now.with_gradient(grown, (before, now.minimum(factor, 1.0)), *through), *bounds)


def never_forgets(beta: float) -> Iterator[Unwise]:
    """Tell of a decay of 1."""
    if beta == 1.0:
        message = "beta 1 never forgets: the voltage adds up over all time steps."
        yield Unwise("beta_one", "beta", message, "Take .95 or less, unless an integrator is wanted.")


def reset_of_step_before(neuron: SpikingPart, m: Node, r: Node) -> Node:
    """Return a membrane after the reset that the step before has left: r is 1 where it spiked."""
    if neuron.reset == "subtract":
        return m - r * neuron.threshold
    return m - r * m if neuron.reset == "zero" else m


def spike_and_reset_now(neuron: SpikingPart, now: Trace, m: Node, r: Node) -> tuple[Node, Node]:
    """Return membrane and spike; without `reset_delay` a spike resets the membrane within its own step."""
    spike = now.spike(m - neuron.threshold)
    if not getattr(neuron, "reset_delay", True):
        m = reset_of_step_before(neuron, m, spike - r)
    return m, spike
