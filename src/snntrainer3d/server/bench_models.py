"""The bodies of the neuron bench: one or two neurons under an input, and what they do."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from snntrainer3d.analysis import USUAL_STEPS, CurveChoice
from snntrainer3d.server.body import Body as _Body
from snntrainer3d.server.body import Request as _Request
from snntrainer3d.spec import MOST_STEPS, Current, Neuron, StepInput, Stimulus


class BenchNeurons(_Request):
    """What is tried: one neuron, or two under the same input."""

    neurons: Annotated[list[Neuron], Field(min_length=1, max_length=2)]
    input: Stimulus = StepInput()
    num_steps: Annotated[int, Field(ge=1, le=MOST_STEPS, strict=True)] = USUAL_STEPS
    curve: CurveChoice | None = CurveChoice()
    """Constant currents of the firing curve; null for none."""
    plane: bool = True
    """Whether the phase plane is wanted, where a neuron has two states."""
    plane_current: Current | None = None
    """Constant current of the nullclines; the median of the input's second half by default."""


class BenchCurve(_Body):
    """How often a neuron fires under constant currents."""

    currents: list[float]
    rates: list[float]
    """Spikes per time step."""
    rheobase: float | None
    """The least current found that makes it spike within the steps; null where none does."""


class BenchPlane(_Body):
    """Lines in the plane of two states; segments are x, y, x, y, one after the other."""

    names: list[str]
    """Of the states: across, which is the membrane, and up."""
    ranges: list[list[float]]
    current: float
    nullclines: list[str]
    """Base64 of little-endian float32: where one step leaves the state unchanged."""
    threshold: str
    """Base64 of little-endian float32: beyond it the next step spikes."""


class BenchState(_Body):
    """A state over time."""

    name: str
    values: str
    """Base64 of little-endian float32, after each step."""


class BenchSummary(_Body):
    """A neuron's figures; null for what there is not."""

    steps: int
    spikes: int
    rate: float
    """Spikes per time step."""
    rate_hz: float | None
    """Where the neuron's document has a time step in seconds."""
    first_spike: int | None
    mean_interval: float | None
    """Time steps between spikes."""
    highest_membrane: float | None
    last_membrane: float | None
    rheobase: float | None
    diverged_at: int | None
    """The first time step after which a state is no finite number."""


class Benched(_Body):
    """What one neuron does."""

    title: str
    equation: list[str]
    states: list[BenchState]
    """The membrane first; without the spike of the step before."""
    spikes: list[int]
    """Time steps, counted from 0."""
    step_s: float | None
    """Seconds of a time step, where the neuron's document has them."""
    summary: BenchSummary
    curve: BenchCurve | None
    plane: BenchPlane | None


class BenchAnswer(_Body):
    """What the neurons do with the input."""

    current: str
    """Base64 of little-endian float32: the input at each step."""
    neurons: list[Benched]
