"""The neuron bench from Python: one neuron under an input, by what a person calls both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from snntrainer3d.analysis import (
    USUAL_POINTS,
    USUAL_STEPS,
    CurveChoice,
    FiringCurve,
    NeuronBench,
    Response,
    bench_neurons,
)
from snntrainer3d.analysis import firing_curve as curve_of
from snntrainer3d.analysis import respond as response_of
from snntrainer3d.errors import Fault, InputError, LimitError, NotFoundError, SpecError
from snntrainer3d.neurons import AnyNeuronSource, neuron_named
from snntrainer3d.spec import (
    MOST_CHARACTERS,
    MOST_STEPS,
    STIMULI,
    NeuronModel,
    Part,
    RecordedInput,
    Stimulus,
    parse,
)

_SPIKES = "spikes"
_KINDS = {str(kind.model_fields["kind"].default): kind for kind in STIMULI if kind is not RecordedInput}
_FORMS = (*_KINDS, _SPIKES)


def neuron_bench(
    neuron: AnyNeuronSource,
    input: Stimulus | Mapping[str, Any] | ArrayLike | str | Path = "step:0.3",
    *,
    num_steps: int | None = None,
    currents: tuple[float, float] | None = None,
    points: int = USUAL_POINTS,
    plane_current: float | None = None,
) -> NeuronBench:
    """Put one neuron under an input, and return what it does: over time, under constant currents, in its plane.

    Args:
        neuron: a kind by name, with values if you like (`"leaky:beta=0.95"`), an own neuron by its name (`"own-lif"`),
            a document as object or mapping, or the file of one.
        input: `"step:0.3"`, `"ramp:0,1"`, `"pulse:0.5,20,10"`, `"sine:0.2,0.2,50"`, `"noise:0.2,0.1,7"` (the last is
            the seed), `"spikes:3,10,40"`, a file of one current a step, `"spikes:FILE"` of spikes' steps, an array
            [time] of currents, or a document.
        num_steps: time steps; 200 by default, of an array or a file as many as it has.
        currents: lowest and highest constant current of the firing curve; by default from 0 to four times the least
            that makes the neuron spike.
        points: currents of the firing curve.
        plane_current: constant current of the nullclines; by default the median of the input's second half.

    Returns:
        `response` with `current` [time, 1], `states` by name [time, 1] after each step and `spikes` [time, 1];
        `curve` with `currents` and `rates` (spikes per time step) and `rheobase`; `plane` with the nullclines of
        neurons with two states, else None; `summary()` with the figures. `step_s` says the seconds of a step.

    Raises:
        SpecError: every fault of the neuron, and of the input.
        NotFoundError: there is no such file.
        LimitError: too many steps to compute.
    """
    (found,) = benches_of(
        [neuron_named(neuron)], stimulus_named(input), num_steps, currents, points=points, plane_current=plane_current
    )
    return found


def benches_of(
    neurons: Sequence[NeuronModel],
    stimulus: Stimulus,
    num_steps: int | None,
    currents: tuple[float, float] | None,
    *,
    points: int = USUAL_POINTS,
    plane_current: float | None = None,
) -> list[NeuronBench]:
    """Return what neurons do; arguments and errors are those of `neuron_bench`."""
    steps = USUAL_STEPS if num_steps is None else num_steps
    if num_steps is None and isinstance(stimulus, RecordedInput):
        steps = min(stimulus.length + (stimulus.reading == "spikes"), MOST_STEPS)
    check_steps(steps)
    lowest, highest = currents or (0.0, None)
    curve = parse(CurveChoice, {"lowest": lowest, "highest": highest, "points": points}, what="call", root="currents")
    try:
        return bench_neurons(neurons, stimulus, steps, curve=curve, plane_current=plane_current)
    except SpecError as error:
        named = [replace(fault, path=fault.path.replace("curve.", "currents.")) for fault in error.faults]
        raise SpecError(named, what="call") from None


def respond(neuron: AnyNeuronSource, current: ArrayLike) -> Response:
    """Return what a neuron does with a current over time, in single precision as in a network.

    Args:
        neuron: as of `neuron_bench`.
        current: [time] for one neuron, or [time, lane] for one neuron a column; of the unit of a layer's current.

    Returns:
        `states` by name, each [time, lane], after each step, the membrane first; `spikes` [time, lane], 1 at a spike;
        `finite_steps` [lane], how many steps each has before a state is infinite or no number.

    Raises:
        SpecError: every fault of the neuron.
        InputError: the current has another shape, or is not finite.
    """
    return response_of(neuron_named(neuron), _array(current, "current", (1, 2)))


def firing_curve(neuron: AnyNeuronSource, currents: ArrayLike | None = None, *, num_steps: int = 500) -> FiringCurve:
    """Return a neuron's firing rate under constant currents.

    Args:
        neuron: as of `neuron_bench`.
        currents: [current]; by default 61, from 0 to four times the least that makes the neuron spike.
        num_steps: time steps that each is given for.

    Returns:
        `currents` from low to high and `rates` [current], in spikes per time step; `rheobase`, the least current found
        that makes it spike, None where none does.

    Raises:
        SpecError: every fault of the neuron.
        InputError: the currents are no list of finite numbers.
    """
    check_steps(num_steps)
    given = None if currents is None else _array(currents, "currents", (1,))
    return curve_of(neuron_named(neuron), given, num_steps)


def stimulus_named(source: Stimulus | Mapping[str, Any] | ArrayLike | str | Path, *, root: str = "input") -> Stimulus:
    """Return an input by its words, `step:0.3`, its file, its numbers or its document; raises as `neuron_bench`."""
    if isinstance(source, Part):
        return source
    if isinstance(source, Mapping):
        return cast("Stimulus", parse(cast("Any", Stimulus), dict(source), what="input", root=root))
    if not isinstance(source, str | Path):
        numbers = _array(source, root, (1,))
        return _recorded({"text": "\n".join(map(str, numbers))}, root)
    kind, colon, values = str(source).partition(":")
    if kind == _SPIKES and colon:
        return _spikes(values, root)
    if kind in _KINDS:
        return _said(kind, values, root)
    return _recorded({"text": _text_in(Path(source), root)}, root)


def _said(kind: str, values: str, root: str) -> Stimulus:
    """Return a kind of input with its values, in the order of its fields or by name."""
    model = _KINDS[kind]
    names = [name for name in model.model_fields if name != "kind"]
    given: dict[str, Any] = {}
    for at, part in enumerate(one.strip() for one in values.split(",") if one.strip()):
        name, equals, value = part.partition("=")
        if not equals and at >= len(names):
            message = f"{kind} has {len(names)} values, got {part!r} as one more."
            raise SpecError([Fault(root, message, f"Write {kind}:{','.join(names)}.")])
        place, text = (name, value) if equals else (names[at], part)
        try:
            given[place] = json.loads(text)
        except ValueError:
            given[place] = text
    return cast("Stimulus", parse(cast("Any", model), {"kind": kind, **given}, what="input", root=root))


def _spikes(values: str, root: str) -> Stimulus:
    """Return a spike train of steps or of a file; `current=0.5` says what each spike gives."""
    parts = values.split(",")
    currents = [part for part in parts if part.startswith("current=")]
    rest = ",".join(part for part in parts if part not in currents)
    text = rest if rest and all(mark in "0123456789, .+-" for mark in rest) else _text_in(Path(rest), root)
    document: dict[str, Any] = {"reading": "spikes", "text": text}
    if currents:
        document["current"] = currents[-1].removeprefix("current=")
    return _recorded(document, root)


def _recorded(document: Mapping[str, Any], root: str) -> RecordedInput:
    try:
        return parse(RecordedInput, {"kind": "recorded", **document}, what="input")
    except SpecError as error:
        named = [
            replace(fault, path=root if fault.path == "text" else f"{root}.{fault.path}") for fault in error.faults
        ]
        raise SpecError(named, what="input") from None


def _text_in(path: Path, root: str) -> str:
    if not path.is_file():
        close = get_close_matches(str(path).partition(":")[0], _FORMS, 1)
        hint = f"Did you mean {close[0]}:…?" if close else f"Give {', '.join(_FORMS)}, or a file."
        raise NotFoundError(f"There is neither a kind of input nor a file {path}.", path=root, hint=hint)
    try:
        if path.stat().st_size > 4 * MOST_CHARACTERS:
            raise LimitError(
                f"{path} is larger than {4 * MOST_CHARACTERS:,} bytes.", path=root, hint="Give fewer numbers."
            )
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} is no text.", path=root, hint="Save the numbers as plain text.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", path=root) from None


def _array(values: ArrayLike, name: str, dimensions: tuple[int, ...]) -> np.ndarray:
    try:
        found = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} is no array of numbers.", path=name, hint="Give a list of numbers.") from None
    if found.ndim not in dimensions or not found.size:
        wanted = " or ".join(("[time]", "[time, lane]")[one - 1] for one in dimensions)
        raise InputError(f"{name} has the shape {list(found.shape)}, expected {wanted}.", path=name)
    with np.errstate(over="ignore"):
        single = found.astype(np.float32)
    if not np.isfinite(single).all():
        at = int(np.flatnonzero(~np.isfinite(single))[0])
        raise InputError(f"{name}: number {at} is not finite.", path=name, hint="Give finite numbers only.")
    return single


def check_steps(num_steps: int, root: str = "num_steps") -> None:
    """Refuse what is no number of time steps; raises SpecError."""
    if isinstance(num_steps, bool) or not isinstance(num_steps, int) or not 1 <= num_steps <= MOST_STEPS:
        message = f"got {num_steps}, expected a whole number from 1 to {MOST_STEPS:,}."
        raise SpecError([Fault(root, message)], what="call")
