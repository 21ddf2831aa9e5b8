"""What neuron models share: learning, resets, and the shape of a step.

All values are dimensionless per time step, as in snnTorch 1.0, except where the name carries an SI unit. Source:
Eshraghian et al., "Training Spiking Neural Networks Using Lessons From Deep Learning", Proc. IEEE 111 (2023), and
snnTorch's code.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from snntrainer3d.spec._document import Part
from snntrainer3d.spec.equations import Node, Trace
from snntrainer3d.spec.surrogates import Atan, Surrogate

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Learning = Literal["fixed", "shared", "per_neuron"]
"""Whether a neuron's value is trained: not, one value for the layer, or one for each neuron."""
Reset = Literal["subtract", "zero", "none"]
Step = tuple[dict[str, Node], Node | None]
"""What each state becomes, the membrane first, and the spike; None where there never is one."""


class SpikingPart(Part):
    title: ClassVar[str]
    numbers: ClassVar[tuple[str, ...]]
    """What `step` computes with, beside its input x and its states."""
    states: ClassVar[tuple[str, ...]]
    """The arguments of `step` after x, the membrane first; all start at 0 but what `starts` names."""
    snntorch: ClassVar[str] = ""
    """The class of snnTorch that computes this equation; empty where it has none."""
    when_recurrent: ClassVar[dict[str, bool]] = {}
    """What its step goes by in a recurrent layer in place of its own, because snnTorch's class for that does."""

    threshold: Annotated[float, Field(gt=0.0, le=1000.0)] = 1.0
    """Membrane potential above which the neuron spikes."""
    learn_threshold: Learning = "fixed"
    reset: Reset = "subtract"
    """What a spike does to the membrane, one step later: subtract the threshold, set to zero, nothing."""
    surrogate: Surrogate = Atan()
    """Gradient used in place of the spike's, which is zero almost everywhere."""


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
