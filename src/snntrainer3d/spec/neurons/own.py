"""Own neurons: parameters, states and a step written as lines of text in a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, ModelWrapValidatorHandler, ValidationError, field_validator, model_validator
from pydantic_core import InitErrorDetails

from snntrainer3d.spec._document import FieldFault, FieldFaults, Part, value_text
from snntrainer3d.spec.equations import Graph, Node, Trace, ordered, traced
from snntrainer3d.spec.equations.grammar import DT, MAX_LINES, OUT, Lines, TextFault, no_name
from snntrainer3d.spec.equations.numbers import numbers_of
from snntrainer3d.spec.neurons.integrator import UNREACHABLE
from snntrainer3d.spec.neurons.parts import Learning, NeuronModel, Reset, Step
from snntrainer3d.spec.surrogates import Atan, Surrogate

MAX_PARAMETERS, MAX_STATES = 32, 8
TRIED_STEPS = 100
"""Steps for which a neuron is tried without input and with an input of 1."""
OF_MODULES = frozenset((
    "add_module", "apply", "bfloat16", "buffers", "call_super_init", "children", "compile", "cpu", "cuda",
    "detach", "double", "dump_patches", "eval", "extra_repr", "fire", "fire_inhibition", "float", "forward",
    "get_buffer", "get_extra_state", "get_parameter", "get_submodule", "graded_spikes_factor", "half",
    "inhibition", "init", "init_hidden", "instances", "ipu", "load_state_dict", "mem_reset", "model", "modules",
    "mtia", "named_buffers", "named_children", "named_modules", "named_parameters", "order", "output",
    "parameters", "recurrent", "requires_grad_", "reset_delay", "reset_dict", "reset_mechanism",
    "reset_mechanism_val", "reset_mem", "set_extra_state", "set_submodule", "share_memory", "spike_grad",
    "spikes", "state_dict", "state_quant", "surrogate_disable", "to", "to_empty", "train", "training", "type",
    "xpu", "zero_grad", "zeros",
))  # fmt: skip
"""Names of parameters that the modules of snnTorch have already."""
Number = Annotated[float, Field(ge=-1e9, le=1e9)]
Start = Number | Annotated[str, Field(max_length=200)]


class OwnParameter(Part):
    """A number of an own neuron."""

    value: Number
    low: Number | None = None
    """Least value; a learned one is held there."""
    high: Number | None = None
    """Largest value; a learned one is held there."""
    learn: Learning = "fixed"


@dataclass(frozen=True)
class OwnModel:
    """What an own neuron computes, whatever the values of its parameters are."""

    title: str
    inputs: tuple[str, ...]
    parameters: tuple[tuple[str, float | None, float | None], ...]
    """Names, with the bounds of those that are learned."""
    starts_from: tuple[tuple[str, float | str], ...]
    """Each state, the membrane first: a number, or an expression of parameters."""
    lines: tuple[str, ...]
    substeps: int
    time_step_s: float | None

    @property
    def numbers(self) -> tuple[str, ...]:
        """Return the names of the parameters."""
        return tuple(name for name, _, _ in self.parameters)

    @property
    def states(self) -> tuple[str, ...]:
        """Return the names of the states, the membrane first."""
        return tuple(name for name, _ in self.starts_from)

    def step(self, neuron: Any, now: Trace, x: Node, *states: Node) -> Step:
        """Trace one step."""
        del neuron
        lines, _ = self.read(now.graph, x, states)
        return {name: lines.names[name] for name in self.states}, lines.names.get(OUT)

    def starts(self, neuron: Any, now: Trace) -> dict[str, Node]:
        """Trace the states before the first step."""
        del neuron
        starts, _ = self.read_starts(now.graph)
        return starts

    def read(self, graph: Graph, x: Node, states: Iterable[Node]) -> tuple[Lines, list[TextFault]]:
        """Return the lines, read as often as there are sub-steps: those from the spike on stand after the last one."""
        names = {**self._given(graph), self.inputs[0]: x, **dict(zip(self.states, states, strict=True))}
        lines = Lines(graph, names, self._why_not_assigned)
        spiking = next((at for at, line in enumerate(self.lines) if line.split("=")[0].strip() == OUT), len(self.lines))
        for _ in range(self.substeps):
            for number, line in enumerate(self.lines[:spiking]):
                lines.assign(number, line)
            if lines.faults:
                break
        for number, line in enumerate(self.lines[spiking:], spiking):
            lines.assign(number, line)
        return lines, lines.faults

    def read_starts(self, graph: Graph) -> tuple[dict[str, Node], dict[str, TextFault]]:
        """Return the states before the first step, and what is wrong with which."""
        starts, faults = {}, {}
        for name, said in self.starts_from:
            if not isinstance(said, str):
                starts[name] = graph.constant(said)
                continue
            lines = Lines(graph, self._given(graph))
            starts[name] = lines.expression(said)
            if lines.faults:
                faults[name] = lines.faults[0]
        return starts, faults

    def _given(self, graph: Graph) -> dict[str, Node]:
        now, found = Trace(graph), {"pi": graph.constant(float(np.pi))}
        if self.time_step_s is not None:
            found[DT] = graph.constant(self.time_step_s / self.substeps)
        for name, low, high in self.parameters:
            leaf = graph.leaf("parameter", name)
            bounded = low is not None or high is not None
            least, most = -1e9 if low is None else low, 1e9 if high is None else high
            found[name] = now.clamp(leaf, least, most) if bounded else leaf
        return found

    def _why_not_assigned(self, name: str) -> str:
        if name in self.numbers:
            return f"{name} is a parameter."
        if name in self.inputs:
            return f"{name} is the input."
        return f"{name} has its meaning already." if name in (DT, "pi") else ""


class OwnNeuron(NeuronModel):
    """Neuron written as equations.

    The lines of `step` are read in order; a state's name means its value of the step before until it is assigned.
    `out = spike(z)` is the spike: 1 where z > 0, with the surrogate as its gradient; without it the neuron never
    spikes. Of several sub-steps the lines before it are repeated, and it and what follows come after the last.
    """

    snntorch: ClassVar[str] = ""
    reset: ClassVar[Reset] = "none"
    when_recurrent: ClassVar[dict[str, bool]] = {}

    kind: Literal["equations"] = "equations"
    # What a built-in model says for all its neurons, an own neuron says in its document.
    title: Annotated[str, Field(min_length=1, max_length=60)] = "Own neuron"  # type: ignore[misc]
    """What it is called."""
    inputs: Annotated[tuple[str, ...], Field(min_length=1, max_length=1)] = ("x",)
    """What its input is called in the step: one, the current of its layer."""
    parameters: Annotated[dict[str, OwnParameter], Field(max_length=MAX_PARAMETERS)] = Field(default={})
    """Its numbers, which a training may learn."""
    states: Annotated[dict[str, Start], Field(min_length=1, max_length=MAX_STATES)]  # type: ignore[misc,assignment]
    """What it keeps from step to step, each with its start: a number, or an expression of parameters."""
    step: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_LINES)]  # type: ignore[misc,assignment]
    """Lines name = expression."""
    membrane: str = ""
    """The state that losses and playback read; the first one where nothing is said."""
    threshold: str = ""
    """The parameter that is the threshold of the membrane, where there is one."""
    surrogate: Surrogate = Atan()
    """Gradient used in place of the spike's, which is zero almost everywhere."""
    substeps: Annotated[int, Field(ge=1, le=1_000, strict=True)] = 1
    """How often the lines before the spike are repeated within a time step."""
    time_step_s: Annotated[float, Field(gt=0.0, le=1000.0)] | None = None
    """Seconds of a time step; dt in the step is one sub-step of it."""

    @field_validator("parameters", mode="before")
    @classmethod
    def _plain_numbers(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        odd = [name for name, one in given.items() if not isinstance(one, int | float | Mapping | OwnParameter)]
        if odd:
            wanted = 'expected a number, or an object with "value".'
            raise FieldFaults([FieldFault(str(name), f"got {value_text(given[name])}, {wanted}") for name in odd])
        plain = {name: {"value": one} for name, one in given.items() if isinstance(one, int | float)}
        return {**given, **plain}

    @field_validator("step", mode="before")
    @classmethod
    def _lines_of_text(cls, given: Any) -> Any:
        return given.splitlines() if isinstance(given, str) else given

    @field_validator("title")
    @classmethod
    def _can_be_read(cls, given: str) -> str:
        if not given.strip() or not given.isprintable():
            raise FieldFault("", "has no letter, or one that cannot be shown.", "Give it a name of one line.")
        return given

    @model_validator(mode="wrap")
    @classmethod
    def _with_faults_of_the_step(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Tell what is wrong in the lines beside what is wrong in the fields."""
        try:
            return handler(given)
        except ValidationError as error:
            faults = _wrong_beside(given) if any(detail["loc"] for detail in error.errors()) else ()
            if not faults:
                raise
            details = [
                InitErrorDetails(type=one["type"], loc=one["loc"], input=one["input"], ctx=one.get("ctx", {}))
                for one in error.errors()
            ]
            beside: Any = {"error": FieldFaults(faults)}
            details.append(InitErrorDetails(type="value_error", loc=(), input=given, ctx=beside))
            raise ValidationError.from_exception_data(error.title, details) from None

    @model_validator(mode="after")
    def _read(self) -> Self:
        faults = list(self._wrong_names())
        first = self.membrane or next(iter(self.states))
        if first in self.states:
            # Losses, playback and the scans take the first state for the membrane.
            object.__setattr__(self, "membrane", first)
            object.__setattr__(self, "states", {first: self.states[first], **self.states})
        if not self.threshold and "threshold" in self.parameters:
            object.__setattr__(self, "threshold", "threshold")
        faults = faults or list(_wrong_step(self.model)) or list(_wrong_numbers(self.model, self._values()))
        if faults:
            raise FieldFaults(faults)
        return self

    @property
    def model(self) -> OwnModel:
        """Return what it computes."""
        return OwnModel(
            self.title,
            self.inputs,
            tuple(
                (name, *((None, None) if one.learn == "fixed" else (one.low, one.high)))
                for name, one in self.parameters.items()
            ),
            tuple(self.states.items()),
            self.step,
            self.substeps,
            self.time_step_s,
        )

    @property
    def label(self) -> str:
        """Return what it is called in titles."""
        return self.title

    @property
    def never_spikes(self) -> bool:  # type: ignore[override]
        """Whether its step has no spike."""
        return equation_of_own(self.model).spike is None

    def number(self, name: str) -> float:
        """Return the value of a parameter."""
        return self.parameters[name].value

    def threshold_value(self) -> float:
        """Return the threshold of the membrane; out of reach where it has none."""
        return self.number(self.threshold) if self.threshold else UNREACHABLE

    def said(self, name: str) -> float:
        """Return a value that can be learned as the document determines it."""
        return self.number(name)

    def learning(self) -> dict[str, Learning]:
        """Return how each parameter is learned."""
        return {name: one.learn for name, one in self.parameters.items()}

    def unlearned(self) -> Self:
        """Return it with nothing learned."""
        fixed = {name: one.model_copy(update={"learn": "fixed"}) for name, one in self.parameters.items()}
        return self.model_copy(update={"parameters": fixed})

    def _values(self) -> tuple[tuple[str, float], ...]:
        return tuple((name, one.value) for name, one in self.parameters.items())

    def _wrong_names(self) -> Iterator[FieldFault]:
        owners: dict[str, str] = {}
        for field, names in (("inputs", self.inputs), ("parameters", self.parameters), ("states", self.states)):
            for name in names:
                at = field if field == "inputs" else f"{field}.{name}"
                if why := no_name(name):
                    yield FieldFault(at, f"{name[:60]!r} {why}", "Rename it.")
                elif field == "parameters" and name in OF_MODULES:
                    yield FieldFault(at, f"{name} is a name that PyTorch's modules need themselves.", "Rename it.")
                elif name in owners:
                    yield FieldFault(at, f"{name} is the name of one of the {owners[name]} too.", "Rename one of them.")
                owners[name] = field
        for name, one in self.parameters.items():
            low, high = one.low, one.high
            if low is not None and high is not None and low >= high:
                yield FieldFault(f"parameters.{name}.low", f"{low:g} is not below high, {high:g}.", "")
            elif (low is not None and one.value < low) or (high is not None and one.value > high):
                yield FieldFault(f"parameters.{name}.value", f"{one.value:g} is outside its bounds.", "")
        if self.membrane and self.membrane not in self.states:
            yield FieldFault("membrane", f"there is no state {self.membrane}.", f"Take {', '.join(self.states)}.")
        if self.threshold not in ("", "threshold") and "threshold" in self.parameters:
            yield FieldFault("threshold", "the parameter of this name is the threshold.", "Rename that parameter.")
        elif self.threshold and self.threshold not in self.parameters:
            yield FieldFault("threshold", f"there is no parameter {self.threshold}.", "Take one, or leave it out.")


def _wrong_beside(given: Any) -> tuple[FieldFault, ...]:
    """Return what is wrong in the lines of a document with other faults, as far as its names can be known."""
    if not isinstance(given, Mapping):
        return ()
    states, parameters, step = given.get("states"), given.get("parameters", {}), given.get("step")
    lines = step.splitlines() if isinstance(step, str) else step
    inputs = given.get("inputs", ["x"])
    if not (isinstance(states, Mapping) and states and isinstance(parameters, Mapping) and isinstance(inputs, list)):
        return ()
    names = [*inputs, *states, *parameters]
    if not names or not all(isinstance(name, str) and not no_name(name) for name in names) or not inputs:
        return ()
    if not isinstance(lines, list | tuple) or not 0 < len(lines) <= MAX_LINES:
        return ()
    if len(states) > MAX_STATES or len(parameters) > MAX_PARAMETERS:
        return ()
    if not all(isinstance(line, str) for line in lines):
        return ()
    known = tuple((name, None, None) for name in parameters)
    starts = tuple((name, start if isinstance(start, int | float | str) else 0.0) for name, start in states.items())
    return _wrong_step(OwnModel("", tuple(inputs), known, starts, tuple(lines), 1, given.get("time_step_s") and 1.0))


@lru_cache(512)
def _wrong_step(model: OwnModel) -> tuple[FieldFault, ...]:
    """Return what is wrong in the lines and the starts."""
    graph = Graph()
    x, states = graph.leaf("input", model.inputs[0]), [graph.leaf("state", name) for name in model.states]
    lines, faults = model.read(graph, x, states)
    _, wrong_starts = model.read_starts(Graph())
    found = [FieldFault(f"states.{name}", one.told.partition(", ")[2], one.hint) for name, one in wrong_starts.items()]
    found += [FieldFault(f"step[{fault.line}]", fault.told, fault.hint) for fault in faults]
    found += [
        FieldFault(f"states.{name}", "the step never assigns it.", f"Write {name} = … in it, or make it a parameter.")
        for name in model.states
        if name not in lines.assigned
    ]
    return tuple(found)


@lru_cache(512)
def equation_of_own(model: OwnModel) -> Any:
    """Return the equation of a model that is right."""
    return traced(model, None, Atan)


@lru_cache(512)
def _wrong_numbers(model: OwnModel, values: tuple[tuple[str, float], ...]) -> tuple[FieldFault, ...]:
    """Return where the step leaves the finite numbers: at its start, or within some steps without input or with 1."""
    graph = Graph()
    x, before = graph.leaf("input", model.inputs[0]), [graph.leaf("state", name) for name in model.states]
    lines, _ = model.read(graph, x, before)
    starts, _ = model.read_starts(graph)
    leaves: dict[tuple[str, str], Any] = {("parameter", name): value for name, value in values}
    for name, start in zip(starts, numbers_of(starts.values(), leaves), strict=True):
        if not np.isfinite(start):
            return (FieldFault(f"states.{name}", f"its start is {float(start):g}.", "Give it a finite start."),)
        leaves["state", name] = np.full(2, start, np.float32)
    leaves["input", model.inputs[0]] = np.array([0.0, 1.0], np.float32)
    after = [lines.names[name] for name in model.states]
    for step in range(TRIED_STEPS):
        found = numbers_of(after, leaves)
        finite = [np.isfinite(one) & np.ones(2, bool) for one in found]
        if not all(one.all() for one in finite):
            return (_not_finite(lines, after, leaves, int(not np.all([one[0] for one in finite])) ^ 1, step),)
        leaves |= {("state", name): one for name, one in zip(model.states, found, strict=True)}
    return ()


def _not_finite(
    lines: Lines, after: list[Node], leaves: Mapping[tuple[str, str], Any], tried: int, step: int
) -> FieldFault:
    """Return the fault at the first operation whose result is not finite."""
    nodes = ordered(after, gradients=False)
    for node, value in zip(nodes, numbers_of(nodes, leaves), strict=True):
        chosen = np.broadcast_to(value, 2)[tried]
        if not np.isfinite(chosen) and node.place in lines.places:
            at = lines.places[node.place]
            when = f"at step {step + 1} of an input of {tried}" if step else f"at once, with an input of {tried}"
            told = replace(at, message=f"{at.message} is {float(chosen):g} {when}.").told
            hint = "Hold what grows with clip or min; keep divisors from 0 with max, or choose with where."
            return FieldFault(f"step[{at.line}]", told, hint)
    return FieldFault("step", f"leaves the finite numbers at step {step + 1}.", "Hold what grows with clip or min.")
