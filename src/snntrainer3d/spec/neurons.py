"""The neuron models: parameters, ranges and, once in the whole project, their equations.

Symbols: x[t] input current, m[t] membrane potential, s[t] spike, Θ(z) = 1 for z > 0 else 0,
r[t] = Θ(m[t−1] − threshold) the reset left by the step before. All values are dimensionless per time step,
as in snnTorch 1.0, except where the name carries an SI unit. Source: Eshraghian et al., "Training Spiking
Neural Networks Using Lessons From Deep Learning", Proc. IEEE 111 (2023), and snnTorch's code.
"""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from snntrainer3d.spec._document import FieldFault, Part
from snntrainer3d.spec.surrogates import Atan, Surrogate

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Learning = Literal["fixed", "shared", "per_neuron"]
"""Whether a neuron's value is trained: not, one value for the layer, or one for each neuron."""
Reset = Literal["subtract", "zero", "none"]
UNREACHABLE = 2.0**127
"""Threshold of neurons that never spike: the kernels multiply it by 0, which infinity would not bear."""


class _Neuron(Part):
    equation: ClassVar[str]
    title: ClassVar[str]

    threshold: Annotated[float, Field(gt=0.0, le=1000.0)] = 1.0
    """Membrane potential above which the neuron spikes."""
    learn_threshold: Learning = "fixed"
    reset: Reset = "subtract"
    """What a spike does to the membrane, one step later: subtract the threshold, set to zero, nothing."""
    surrogate: Surrogate = Atan()
    """Gradient used in place of the spike's, which is zero almost everywhere."""


class Leaky(_Neuron):
    """First-order leaky integrate-and-fire neuron (LIF)."""

    title = "Leaky"
    equation = "m[t] = β·m[t−1] + x[t] − r[t]·threshold"

    kind: Literal["leaky"] = "leaky"
    beta: Fraction = 0.9
    """Decay of the membrane per time step: 0 forgets at once, 1 never."""
    learn_beta: Learning = "fixed"
    reset_delay: bool = True
    """Whether a spike's reset comes one step later, as snnTorch has it by default; otherwise within its own step."""

    def decay(self) -> float:
        """Give the factor by which the membrane shrinks in one step without input."""
        return self.beta

    def gain(self) -> float:
        """Give the factor by which an input current enters the membrane."""
        return 1.0


class Lapicque(_Neuron):
    """RC circuit, forward Euler; given by β alone (then R = 1), or by R, C and the time step."""

    title = "Lapicque"
    equation = "m[t] = x[t]·Δt/C + (1 − Δt/(R·C))·m[t−1] − r[t]·threshold;  β = exp(−Δt/(R·C))"

    kind: Literal["lapicque"] = "lapicque"
    beta: Annotated[float, Field(gt=0.0, lt=1.0)] | None = None
    """Decay exp(−Δt/RC) per time step; leave out when R and C are given."""
    resistance_ohm: Annotated[float, Field(gt=0.0)] | None = None
    capacitance_f: Annotated[float, Field(gt=0.0)] | None = None
    time_step_s: Annotated[float, Field(gt=0.0)] = 1.0
    """Simulated seconds per time step; with β alone it must stay 1."""
    learn_beta: Learning = "fixed"

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        circuit = [self.resistance_ohm is not None, self.capacitance_f is not None]
        if self.beta is None and not all(circuit):
            missing = "beta" if not any(circuit) else ("capacitance_f" if circuit[0] else "resistance_ohm")
            raise FieldFault(missing, "missing.", "Give beta alone, or resistance_ohm and capacitance_f.")
        if self.beta is not None and any(circuit):
            raise FieldFault("beta", "given together with R or C.", "Give beta alone, or R and C without beta.")
        if self.beta is not None and self.time_step_s != 1.0:
            raise FieldFault("time_step_s", "only used with R and C.", "Remove it, or give R and C in place of beta.")
        if self.beta is None and self.decay() < 0.0:
            raise FieldFault(
                "time_step_s",
                f"Δt/(R·C) is {self._step_over_rc():.4g}; above 1 the voltage oscillates.",
                "Take a smaller time step or a larger R·C.",
            )
        if self.beta is None and self.learn_beta != "fixed":
            raise FieldFault("learn_beta", "β follows from R and C here.", "Give beta in place of R and C to learn it.")
        return self

    def _step_over_rc(self) -> float:
        if self.beta is not None:
            return math.log(1.0 / self.beta)
        assert self.resistance_ohm is not None
        assert self.capacitance_f is not None
        return self.time_step_s / (self.resistance_ohm * self.capacitance_f)

    def effective_beta(self) -> float:
        """Give exp(−Δt/(R·C)), β where it is given."""
        return self.beta if self.beta is not None else math.exp(-self._step_over_rc())

    def decay(self) -> float:
        """Give 1 − Δt/(R·C), the factor by which the membrane shrinks in one Euler step."""
        return 1.0 - self._step_over_rc()

    def gain(self) -> float:
        """Give Δt/C, the factor by which a current enters; with β = .95 it is .0513, 19.5 times less than Leaky's."""
        resistance = 1.0 if self.resistance_ohm is None else self.resistance_ohm
        return self._step_over_rc() * resistance

    def compensated(self) -> Lapicque:
        """Give the same decay with a gain of 1: C = Δt and R = 1/ln(1/β)."""
        return Lapicque(
            resistance_ohm=1.0 / self._step_over_rc(),
            capacitance_f=self.time_step_s,
            time_step_s=self.time_step_s,
            threshold=self.threshold,
            learn_threshold=self.learn_threshold,
            reset=self.reset,
            surrogate=self.surrogate,
        )


class Synaptic(_Neuron):
    """Second-order neuron: the input is first smoothed by a synaptic current i."""

    title = "Synaptic"
    equation = "i[t] = α·i[t−1] + x[t];  m[t] = β·m[t−1] + i[t] − r[t]·threshold"

    kind: Literal["synaptic"] = "synaptic"
    alpha: Fraction = 0.5
    """Decay of the synaptic current per time step."""
    beta: Fraction = 0.9
    """Decay of the membrane per time step."""
    learn_alpha: Learning = "fixed"
    learn_beta: Learning = "fixed"
    reset_delay: bool = True
    """Whether a spike's reset comes one step later, as snnTorch has it by default; otherwise within its own step."""


class Alpha(_Neuron):
    """Difference of two exponentials: the membrane answers a spike with a rise and a fall."""

    title = "Alpha"
    equation = (
        "e[t] = α·e[t−1] + x[t];  h[t] = β·h[t−1] − x[t];  τ = ln α/(ln β − ln α) + 1;  m[t] = τ·(e[t] + h[t]); "
        "a spike sets e, h and m to zero (reset zero)"
    )

    kind: Literal["alpha"] = "alpha"
    alpha: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.95
    """Decay of the exciting trace e; must exceed β."""
    beta: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.9
    """Decay of the inhibiting trace h."""
    reset: Reset = "zero"
    learn_alpha: Learning = "fixed"
    learn_beta: Learning = "fixed"

    @model_validator(mode="after")
    def _alpha_above_beta(self) -> Self:
        if self.alpha <= self.beta:
            raise FieldFault(
                "alpha",
                f"got {self.alpha:g}, expected a number above beta = {self.beta:g}.",
                "Otherwise the membrane answers excitation with inhibition; .95 over .9 is a good start.",
            )
        return self

    def tau(self) -> float:
        """Give the factor τ that scales e + h into the membrane."""
        return math.log(self.alpha) / (math.log(self.beta) - math.log(self.alpha)) + 1.0


class Adaptive(_Neuron):
    """Leaky neuron whose threshold rises with its own spikes and falls back slowly (ALIF).

    The adaptation a is a running mean of the spikes. A spike of long ago still shows in it when the membrane has long
    forgotten: a network of such neurons remembers over hundreds of steps. Source: Bellec, Salaj, Subramoney, Legenstein
    and Maass, "Long short-term memory and learning-to-learn in networks of spiking neurons", NeurIPS 2018, equations 1
    and 2; their β is `adaptation` here, their threshold b⁰ `threshold`, and the input is not scaled by 1 − α.
    """

    title = "Adaptive"
    equation = (
        "a[t] = ρ·a[t−1] + (1 − ρ)·s[t−1];  θ[t] = threshold + adaptation·a[t];  "
        "m[t] = β·m[t−1] + x[t] − s[t−1]·θ[t−1];  s[t] = Θ(m[t] − θ[t])"
    )

    kind: Literal["adaptive"] = "adaptive"
    beta: Fraction = 0.9
    """Decay of the membrane per time step."""
    rho: Annotated[float, Field(ge=0.0, le=1.0)] = 0.98
    """Decay of the adaptation per time step; .98 halves it in 34 steps, .995 in 138."""
    adaptation: Annotated[float, Field(ge=0.0, le=1000.0)] = 1.0
    """By how much the threshold rises in a neuron that spikes at every step."""
    learn_beta: Learning = "fixed"
    learn_rho: Learning = "fixed"
    learn_adaptation: Learning = "fixed"


class Integrator(Part):
    """Leaky integrator: a membrane that never spikes, for the output; read by its highest membrane (`max_membrane`).

    snnTorch's Leaky without reset, its threshold out of reach. Under a constant input x its membrane is
    x·(1 − βᵗ)/(1 − β).
    """

    title: ClassVar[str] = "Integrator"
    equation: ClassVar[str] = "m[t] = β·m[t−1] + x[t];  no spikes"
    threshold: ClassVar[float] = UNREACHABLE
    reset: ClassVar[Reset] = "none"
    surrogate: ClassVar[Surrogate] = Atan()

    kind: Literal["integrator"] = "integrator"
    beta: Fraction = 0.9
    """Decay of the membrane per time step: 0 forgets at once, 1 adds up its whole input."""
    learn_beta: Learning = "fixed"


class Izhikevich(Part):
    """Two-variable neuron of Izhikevich 2003: its four numbers make it fire regularly, in bursts, or fast.

    v is the membrane in mV, u its recovery, one step Δt = time_step_ms. A layer's current x drives it as
    I = input_gain·x. As in the paper's program v takes two half steps before u takes a whole one, and a spike's reset
    comes with the step after it; unlike there v is kept from −100 to 2000 mV, which the paper's network never reaches,
    so that no input makes it infinite, and at exactly the threshold there is no spike. It starts at v = −65, u = b·v.
    Source: Izhikevich, "Simple Model of Spiking Neurons", IEEE Transactions on Neural Networks 14 (2003), equations 1
    to 3 and the program at its end.
    """

    title: ClassVar[str] = "Izhikevich"
    equation: ClassVar[str] = (
        "v₀ = c and u₀ = u[t−1] + d where s[t−1] = 1, else v[t−1] and u[t−1];  "
        "v₁ = v₀ + Δt/2·(0.04·v₀² + 5·v₀ + 140 − u₀ + input_gain·x[t]);  "
        "v[t] = v₁ + Δt/2·(0.04·v₁² + 5·v₁ + 140 − u₀ + input_gain·x[t]);  "
        "u[t] = u₀ + Δt·a·(b·v[t] − u₀);  s[t] = Θ(v[t] − threshold)"
    )
    reset: ClassVar[Reset] = "zero"
    start_mv: ClassVar[float] = -65.0
    range_mv: ClassVar[tuple[float, float]] = (-100.0, 2000.0)
    patterns: ClassVar[dict[str, dict[str, float]]] = {
        "regular spiking": {"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0},
        "intrinsically bursting": {"a": 0.02, "b": 0.2, "c": -55.0, "d": 4.0},
        "chattering": {"a": 0.02, "b": 0.2, "c": -50.0, "d": 2.0},
        "fast spiking": {"a": 0.1, "b": 0.2, "c": -65.0, "d": 2.0},
        "low-threshold spiking": {"a": 0.02, "b": 0.25, "c": -65.0, "d": 2.0},
        "thalamo-cortical": {"a": 0.02, "b": 0.25, "c": -65.0, "d": 0.05},
        "resonator": {"a": 0.1, "b": 0.26, "c": -65.0, "d": 2.0},
    }
    """The cells of the paper's figure 2, by name."""

    kind: Literal["izhikevich"] = "izhikevich"
    a: Fraction = 0.02
    """Rate of the recovery u, per ms: .02 lasts about 50 ms."""
    b: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.2
    """How strongly the recovery follows the membrane."""
    c: Annotated[float, Field(ge=-100.0, le=0.0)] = -65.0
    """Membrane after a spike, mV."""
    d: Annotated[float, Field(ge=-50.0, le=50.0)] = 8.0
    """What a spike adds to the recovery."""
    threshold: Annotated[float, Field(gt=0.0, le=1000.0)] = 30.0
    """Membrane above which it has spiked, mV; the peak of a spike, not where it begins (about −50)."""
    time_step_ms: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    """Simulated milliseconds per time step; the paper takes 1, nothing coarser is tested."""
    input_gain: Annotated[float, Field(gt=0.0, le=1000.0)] = 100.0
    """The model's input I for a current of 1; from I = 4 on a regular neuron fires."""
    gradient_limit: Annotated[float, Field(gt=0.0, le=1e6)] = 1.0
    """Most by which a gradient may grow through a half step; the exact one's thousandfold growth hinders learning."""
    learn_a: Learning = "fixed"
    learn_b: Learning = "fixed"
    learn_c: Learning = "fixed"
    learn_d: Learning = "fixed"
    learn_threshold: Learning = "fixed"
    surrogate: Surrogate = Atan(slope=0.01)
    """Gradient used in place of the spike's, which is zero almost everywhere; over mV, so a small slope is right."""


AnyNeuron = Leaky | Lapicque | Synaptic | Alpha | Adaptive | Izhikevich | Integrator
Neuron = Annotated[AnyNeuron, Field(discriminator="kind")]
SpikingNeuron = Annotated[Leaky | Lapicque | Synaptic | Alpha | Adaptive | Izhikevich, Field(discriminator="kind")]
"""Those that may stand before other layers."""
NEURONS: tuple[type[AnyNeuron], ...] = (Leaky, Lapicque, Synaptic, Alpha, Adaptive, Izhikevich, Integrator)
NEURON_VALUES = ("alpha", "beta", "rho", "adaptation", "a", "b", "c", "d", "threshold")
"""What neurons of all kinds have for a layer or for each neuron, and may learn, in the order of weight files."""
NEURON_KINDS: tuple[str, ...] = tuple(str(model.model_fields["kind"].default) for model in NEURONS)


def neuron_of(kind: str) -> type[AnyNeuron]:
    """Give the neuron model named `kind`; raises FieldFault for a name that does not exist."""
    for model in NEURONS:
        if model.model_fields["kind"].default == kind:
            return model
    raise FieldFault("neuron", f"got {kind!r}, expected one of {', '.join(NEURON_KINDS)}.")
