"""How a sample becomes input over time; of sounds and events, whose samples are frames, these are spread over it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from snntrainer3d.spec._document import Part


class Direct(Part):
    """The sample itself is the input current: the same at every step, or of data over time its frames in turn."""

    kind: Literal["direct"] = "direct"


class Rate(Part):
    """At each step each value is the chance of a spike: s[t] ~ Bernoulli(gain·x), values cut to 0–1.

    Drawn anew for each sample, step and update, all from the training's seed; for tests always the same. As
    snntorch.spikegen.rate.
    """

    kind: Literal["rate"] = "rate"
    gain: Annotated[float, Field(gt=0.0, le=100.0)] = 1.0
    """Factor of the values before they are chances."""


class Latency(Part):
    """Each value spikes once, the larger the earlier; values below the threshold never do.

    Linear: t = (num_steps − 1)·(1 − x). Logarithmic: t ∝ log(x / (x − threshold)), the time at which a leaky neuron
    driven by x reaches the threshold. As snntorch.spikegen.latency, normalised and clipped.
    """

    kind: Literal["latency"] = "latency"
    scale: Literal["linear", "logarithmic"] = "linear"
    """Whether time falls linearly with the value, or as a charging neuron's."""
    threshold: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.01
    """Smallest value that spikes."""


class Delta(Part):
    """A spike where a value has grown by at least the threshold since the step before; for data over time.

    As snntorch.spikegen.delta.
    """

    kind: Literal["delta"] = "delta"
    threshold: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    """Smallest change that spikes."""
    off_spikes: bool = False
    """Whether a fall by as much gives a spike of −1."""


class Population(Part):
    """Each value drives several inputs, each with a bell curve of its own over 0–1: exp(−(x − cᵢ)²/2σ²).

    Centres cᵢ = (i + ½)/neurons, σ = width/neurons. After Bohte, Kok and La Poutré 2002, with currents for times.
    """

    kind: Literal["population"] = "population"
    neurons: Annotated[int, Field(ge=2, le=64, strict=True)] = 8
    """Inputs for each value; the network's input is as many times larger."""
    width: Annotated[float, Field(gt=0.0, le=10.0)] = 1.0
    """Standard deviation of a curve in distances between neighbours."""


Coding = Annotated[Direct | Rate | Latency | Delta | Population, Field(discriminator="kind")]
"""The kinds of input coding, told apart by `kind`."""
CODINGS: tuple[type[Part], ...] = (Direct, Rate, Latency, Delta, Population)
IN_0_TO_1 = ("rate", "latency", "population")
"""Kinds that take values from 0 to 1 only."""
