"""What neurons do with a current: their states and spikes step by step, many neurons at once, computed by NumPy.

A neuron's traced equation is all that is known of it, so that every kind is computed, and as a network computes it:
in single precision, one operation after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float32, Int64

from snntrainer3d.spec import NeuronModel, equation_of
from snntrainer3d.spec.equations import Equation, Node, leaves_of, ordered

MOST_CURRENTS = 200
"""The most currents of one firing curve."""
_NARROWED = 4
"""How often the rheobase is sought once more, each time in a thirty-second of where it lies."""
USUAL_POINTS = 61
"""Currents of a firing curve where nobody says how many."""
_UFUNCS: dict[str, Any] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative, "abs": np.abs,
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt,
    "gt": np.greater, "ge": np.greater_equal, "lt": np.less, "le": np.less_equal,
    "minimum": np.minimum, "maximum": np.maximum,
}  # fmt: skip
Lanes = Float32[np.ndarray, " lane"]


@dataclass(frozen=True, eq=False, slots=True)
class Response:
    """What neurons did, a lane for each of them."""

    current: Float32[np.ndarray, "time lane"]
    states: Mapping[str, Float32[np.ndarray, "time lane"]]
    """After each step, the membrane first."""
    starts: Mapping[str, float]
    """Before the first step."""
    spikes: Float32[np.ndarray, "time lane"]
    """1 where a neuron spiked; all 0 for neurons that never do."""
    finite_steps: Int64[np.ndarray, " lane"]
    """How many steps a lane has before a state is infinite or no number; all of them, where none ever is."""

    @property
    def membrane(self) -> Float32[np.ndarray, "time lane"]:
        """Return the state that losses and playback read."""
        return next(iter(self.states.values()))


def respond(
    neuron: NeuronModel,
    current: Float32[np.ndarray, "time"] | Float32[np.ndarray, "time lane"],
    before: Mapping[str, Float32[np.ndarray, " lane"]] | None = None,
) -> Response:
    """Return what neurons do with a current over time; each column of currents drives a neuron of its own.

    Args:
        before: states before the first step by name, in place of the neuron's own starts.
    """
    currents = np.ascontiguousarray(current if current.ndim == 2 else current[:, None], np.float32)
    return Stepper(neuron, currents.shape[1]).run(currents, before or {})[0]


class Stepper:
    """Neurons of one document, advanced together step by step."""

    def __init__(self, neuron: NeuronModel, lanes: int, equation: Equation | None = None) -> None:
        """Prepare the operations of a step for so many neurons; their equation is traced where it is not given.

        What parameters alone give is computed once. Each operation has arrays of its own for what it takes and gives,
        so that a step is one call of NumPy for each of them.
        """
        self.equation = made = equation or equation_of(neuron)
        spike = [] if made.spike is None else [made.spike]
        wanted = [*made.states.values(), *spike, *_spike_margin(made)]
        self._arrays: dict[int, np.ndarray] = {}
        self._operations: list[Callable[[], Any]] = []
        self._moving = set[int]()
        """Places of what may differ from step to step."""
        self._input = np.zeros(lanes, np.float32)
        self.states = {name: np.zeros(lanes, np.float32) for name in made.states}
        numbers = {
            name: float(neuron.number(name)) for name in leaves_of([*wanted, *made.starts.values()], "parameter")
        }
        with np.errstate(all="ignore"):
            for node in ordered([*wanted, *made.starts.values()], gradients=False):
                self._add(node, numbers, lanes)
            self.starts = {name: float(self._arrays[node.place].flat[0]) for name, node in made.starts.items()}
        self._after = {name: self._arrays[node.place] for name, node in made.states.items()}
        self.spikes: Lanes | None = None if made.spike is None else self._arrays[made.spike.place]
        """Of the step that was just taken."""
        margin = _spike_margin(made)
        self.operations = len(self._operations)
        """Calls of NumPy in one step."""
        self.margin: Lanes | None = self._arrays[margin[0].place] if margin else None
        """By how much each neuron is above its threshold at the end of the step; None where that is not one number."""

    def run(
        self,
        currents: Float32[np.ndarray, "time lane"],
        before: Mapping[str, Lanes] | None = None,
        recorded: int | None = None,
    ) -> tuple[Response, Lanes]:
        """Take steps from the beginning; return what the first neurons did, all by default, and how often each spiked.

        Args:
            before: states before the first step by name, in place of the neuron's own starts.
            recorded: how many neurons are recorded.
        """
        num_steps, lanes = currents.shape
        shown = slice(lanes if recorded is None else recorded)
        states = {name: np.empty((num_steps, shown.stop), np.float32) for name in self.states}
        spikes, counts = np.zeros((num_steps, shown.stop), np.float32), np.zeros(lanes, np.float32)
        self.begin(before or {})
        with np.errstate(all="ignore"):
            for at in range(num_steps):
                self.advance(currents[at])
                for name, recording in states.items():
                    recording[at] = self.states[name][shown]
                if self.spikes is not None:
                    spikes[at] = self.spikes[shown]
                    counts += self.spikes
        finite = np.logical_and.reduce([np.isfinite(values) for values in states.values()])
        until = np.where(finite.all(axis=0), num_steps, np.argmin(finite, axis=0)).astype(np.int64)
        return Response(currents[:, shown], states, self.starts, spikes, until), counts

    def begin(self, before: Mapping[str, Lanes]) -> None:
        """Put the states before a step: those given, the neuron's own starts for others."""
        for name, values in self.states.items():
            values[:] = before.get(name, np.float32(self.starts[name]))

    def advance(self, current: Lanes) -> None:
        """Take one step."""
        self._input[:] = current
        for operation in self._operations:
            operation()
        # All are computed before any is replaced: one state may be another one of before.
        found = [self._after[name].copy() for name in self.states]
        for values, after in zip(self.states.values(), found, strict=True):
            values[:] = after

    def _add(self, node: Node, numbers: Mapping[str, Any], lanes: int) -> None:
        arrays, operation = self._arrays, node.operation
        if any(one.place in self._moving for one in node.arguments) or operation in ("input", "state"):
            self._moving.add(node.place)
        if operation == "input":
            arrays[node.place] = self._input
        elif operation == "state":
            arrays[node.place] = self.states[str(node.value)]
        elif operation in ("constant", "parameter"):
            value = node.value if operation == "constant" else numbers[str(node.value)]
            arrays[node.place] = np.full(lanes, value, np.float32)
        elif operation in ("detach", "with_gradient"):
            arrays[node.place] = arrays[node.arguments[0].place]
        else:
            out = arrays[node.place] = np.empty(lanes, bool if node.boolean else np.float32)
            made = _operations(operation, [arrays[one.place] for one in node.arguments], out)
            if node.place in self._moving:
                self._operations += made
            else:
                for one in made:
                    one()


def _operations(operation: str, given: Sequence[np.ndarray], out: np.ndarray) -> list[Callable[[], Any]]:
    if operation in _UFUNCS:
        return [partial(_UFUNCS[operation], *given, out=out)]
    if operation == "clamp":
        value, low, high = given
        return [partial(np.maximum, value, low, out=out), partial(np.minimum, out, high, out=out)]
    if operation == "select":
        chosen, then, otherwise = given
        return [partial(np.copyto, out, otherwise), partial(np.copyto, out, then, where=chosen)]
    assert operation in ("spike", "heaviside")
    above = np.empty(len(out), bool)
    return [partial(np.greater, given[0], np.zeros_like(given[0]), out=above), partial(np.copyto, out, above)]


def _spike_margin(equation: Equation) -> list[Node]:
    """Return the number that a spike asks to be above 0."""
    spike = equation.spike
    return list(spike.arguments) if spike is not None and spike.operation == "spike" else []


def variables_of(equation: Equation) -> list[str]:
    """Return the names of the states that are more than the spike of the step before, the membrane first."""
    return [name for name, after in equation.states.items() if after is not equation.spike]


@dataclass(frozen=True, eq=False, slots=True)
class FiringCurve:
    """How often a neuron fires under constant currents."""

    currents: Float32[np.ndarray, " current"]
    """From low to high."""
    rates: Float32[np.ndarray, " current"]
    """Spikes per time step, over all steps."""
    num_steps: int
    rheobase: float | None
    """The least current found that makes it spike within the steps; None where none of the currents does."""


def firing_curve(
    neuron: NeuronModel, currents: Float32[np.ndarray, " current"] | None = None, num_steps: int = 500
) -> FiringCurve:
    """Return a neuron's firing rate at each of some constant currents.

    Args:
        currents: by default 61 of them, from 0 to four times the least that makes it spike.
        num_steps: time steps that each current is given for.
    """
    if currents is None:
        currents = usual_currents(neuron, num_steps)
    currents = np.sort(currents)
    return curve_of(neuron, currents, _counts(neuron, currents, num_steps), num_steps)


def curve_of(
    neuron: NeuronModel,
    currents: Float32[np.ndarray, " current"],
    counts: Float32[np.ndarray, " current"],
    num_steps: int,
) -> FiringCurve:
    """Return the firing curve of counted spikes.

    The rheobase is narrowed down between the last silent current, or 0, and the first that is not.
    """
    rheobase = None
    if (counts > 0).any():
        place = int(np.argmax(counts > 0))
        silent, rheobase = float(currents[place - 1]) if place else min(0.0, float(currents[0])), float(currents[place])
        for _ in range(_NARROWED):
            between = np.linspace(silent, rheobase, 33, dtype=np.float32)
            firing = _counts(neuron, between, num_steps) > 0
            if not firing.any():  # what was found is one of the currents themselves
                break
            at = int(np.argmax(firing))
            silent, rheobase = float(between[max(at - 1, 0)]), float(between[at])
    return FiringCurve(currents, counts / np.float32(num_steps), num_steps, rheobase)


def usual_currents(neuron: NeuronModel, num_steps: int) -> Float32[np.ndarray, " current"]:
    """Return currents in which a neuron's firing is seen: up to four times the least that makes it fire, else up to 1.

    The least is sought among powers of ten and what lies between them.
    """
    tried = (10.0 ** np.arange(-4.0, 7.0, 0.125)).astype(np.float32)
    firing = _counts(neuron, tried, num_steps) > 0
    highest = 1.0
    if firing.any():
        wanted = 4.0 * float(tried[np.argmax(firing)])
        power = 10.0 ** np.floor(np.log10(wanted))
        highest = float(power * next(factor for factor in (1.0, 2.0, 5.0, 10.0) if wanted <= factor * power * 1.001))
    return np.linspace(0.0, highest, USUAL_POINTS, dtype=np.float32)


def _counts(
    neuron: NeuronModel, currents: Float32[np.ndarray, " current"], num_steps: int
) -> Float32[np.ndarray, " current"]:
    """Return the spikes under constant currents; what leaves the finite numbers spikes no more."""
    stepper = Stepper(neuron, len(currents))
    if stepper.spikes is None:
        return np.zeros(len(currents), np.float32)
    return stepper.run(np.broadcast_to(currents, (num_steps, len(currents))), recorded=0)[1]
