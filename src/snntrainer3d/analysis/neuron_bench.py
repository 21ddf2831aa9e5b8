"""One neuron under a chosen input: what it does over time, how often it fires, where its states go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from snntrainer3d.analysis.phase_plane import PhasePlane, phase_plane
from snntrainer3d.analysis.responses import (
    MOST_CURRENTS,
    USUAL_POINTS,
    FiringCurve,
    Response,
    Stepper,
    curve_of,
    usual_currents,
    variables_of,
)
from snntrainer3d.analysis.tables import csv_text
from snntrainer3d.errors import Fault, LimitError, SpecError
from snntrainer3d.spec import Current, FieldFault, NeuronModel, Part, Stimulus, current_of, equation_of
from snntrainer3d.spec.equations import equation_lines

USUAL_STEPS = 200
MOST_OPERATIONS = 30_000_000
"""The most operations of NumPy for one bench: about half a minute."""


class CurveChoice(Part):
    """The constant currents of a firing curve."""

    lowest: Current = 0.0
    highest: Current | None = None
    """By default four times the least current that makes the neuron spike."""
    points: Annotated[int, Field(ge=2, le=MOST_CURRENTS, strict=True)] = USUAL_POINTS

    def currents(self, neuron: NeuronModel, num_steps: int) -> np.ndarray:
        """Return them, from low to high; raises FieldFault."""
        highest = float(usual_currents(neuron, num_steps)[-1]) if self.highest is None else self.highest
        if highest <= self.lowest:
            at = "lowest" if self.highest is None else "highest"
            raise FieldFault(f"curve.{at}", f"the currents go from {self.lowest:g} to {highest:g}.", "Let them rise.")
        return np.linspace(self.lowest, highest, self.points, dtype=np.float32)


USUAL_CURVE = CurveChoice()


@dataclass(frozen=True, eq=False, slots=True)
class NeuronBench:
    """What one neuron does with an input."""

    neuron: NeuronModel
    response: Response
    """One lane."""
    curve: FiringCurve | None
    plane: PhasePlane | None
    """Of neurons with two states."""

    @property
    def title(self) -> str:
        """Return what the neuron is called."""
        return self.neuron.title

    @property
    def step_s(self) -> float | None:
        """Return the seconds of a time step; None where the neuron's document has none."""
        return step_seconds(self.neuron)

    @property
    def variables(self) -> Mapping[str, np.ndarray]:
        """Return the states over time that are more than the spike of the step before, each [time], by name."""
        return {name: self.response.states[name][:, 0] for name in variables_of(equation_of(self.neuron))}

    @property
    def finite_steps(self) -> int:
        """Return the number of steps before a state is infinite or no number; all, where none ever is."""
        return int(self.response.finite_steps[0])

    @property
    def spike_steps(self) -> list[int]:
        """Return the time steps at which it spikes, counted from 0."""
        return np.flatnonzero(self.response.spikes[: self.finite_steps, 0]).tolist()

    def summary(self) -> dict[str, Any]:
        """Return its figures: plain numbers, None for what there is not."""
        spikes, steps = self.spike_steps, len(self.response.spikes)
        membrane = self.response.membrane[: self.finite_steps, 0]
        rate = len(spikes) / steps
        gaps = np.diff(spikes)
        return {
            "steps": steps,
            "spikes": len(spikes),
            "rate": rate,
            "rate_hz": None if self.step_s is None else rate / self.step_s,
            "first_spike": spikes[0] if spikes else None,
            "mean_interval": float(gaps.mean()) if len(gaps) else None,
            "highest_membrane": float(membrane.max()) if len(membrane) else None,
            "last_membrane": float(membrane[-1]) if len(membrane) else None,
            "rheobase": None if self.curve is None else self.curve.rheobase,
            "diverged_at": None if self.finite_steps == steps else self.finite_steps,
        }

    def equation(self) -> list[str]:
        """Return the neuron's step as lines of mathematics."""
        return equation_lines(equation_of(self.neuron))


def bench_neuron(
    neuron: NeuronModel,
    stimulus: Stimulus,
    num_steps: int = USUAL_STEPS,
    *,
    curve: CurveChoice | None = USUAL_CURVE,
    plane: bool = True,
    plane_current: float | None = None,
) -> NeuronBench:
    """Put one neuron under an input.

    Args:
        curve: the currents of its firing curve, each given for as many steps; None for no curve.
        plane: whether the phase plane is wanted, where there are two states.
        plane_current: the constant current of the nullclines; by default the median of the input's second half.

    Raises:
        LimitError: too much to compute.
        FieldFault: `curve` names no currents.
    """
    given = current_of(stimulus, num_steps)
    constant = np.empty(0, np.float32) if curve is None else curve.currents(neuron, num_steps)
    # The curve's neurons beside the one that is looked at: one pass for all.
    stepper = Stepper(neuron, 1 + len(constant))
    if stepper.operations * num_steps > MOST_OPERATIONS:
        most = MOST_OPERATIONS // stepper.operations
        raise LimitError(
            f"{num_steps:,} steps of this neuron are too many to compute: it takes {stepper.operations:,} operations a "
            "step.",
            path="num_steps",
            hint=f"Give at most {most:,} steps.",
        )
    currents = np.empty((num_steps, 1 + len(constant)), np.float32)
    currents[:, 0], currents[:, 1:] = given, constant
    response, counts = stepper.run(currents, recorded=1)
    shown = float(np.median(given[num_steps // 2 :])) if plane_current is None else plane_current
    return NeuronBench(
        neuron,
        response,
        None if curve is None else curve_of(neuron, constant, counts[1:], num_steps),
        phase_plane(neuron, response, shown) if plane else None,
    )


def bench_neurons(
    neurons: Sequence[NeuronModel],
    stimulus: Stimulus,
    num_steps: int = USUAL_STEPS,
    *,
    curve: CurveChoice | None = USUAL_CURVE,
    plane: bool = True,
    plane_current: float | None = None,
) -> list[NeuronBench]:
    """Put several neurons under the same input; their firing curves are of the same currents.

    Args:
        stimulus, num_steps, curve, plane, plane_current: as of `bench_neuron`.

    Raises:
        LimitError: too much to compute.
        SpecError: `curve` names no currents.
    """
    try:
        if curve is not None:
            highest = max(float(curve.currents(one, num_steps)[-1]) for one in neurons)
            curve = curve.changed(highest=highest)
        return [
            bench_neuron(one, stimulus, num_steps, curve=curve, plane=plane, plane_current=plane_current)
            for one in neurons
        ]
    except FieldFault as fault:
        raise SpecError([Fault(fault.field, fault.message, fault.hint)], what="request") from None


def step_seconds(neuron: NeuronModel) -> float | None:
    """Return the seconds of a neuron's time step, where its document says them in s or ms."""
    if not getattr(neuron, "has_seconds", True):
        return None
    for name, unit in (("time_step_s", 1.0), ("time_step_ms", 1e-3)):
        value = getattr(neuron, name, None)
        if value is not None:
            return float(value) * unit
    return None


def bench_csv(benches: Sequence[NeuronBench]) -> str:
    """Return what neurons did as a table: a row for each step, of several neurons each with a number at its columns."""
    columns: dict[str, list[object]] = {}
    steps = len(benches[0].response.spikes)
    columns["step"] = list(range(steps))
    columns["input"] = _short(benches[0].response.current[:, 0])
    for number, one in enumerate(benches, 1):
        after = f"_{number}" if len(benches) > 1 else ""
        columns |= {f"{name}{after}": _short(values[:, 0]) for name, values in one.response.states.items()}
        columns[f"spike{after}"] = [int(spike) for spike in one.response.spikes[:, 0]]
    return csv_text([list(columns), *zip(*columns.values(), strict=True)])


def curve_csv(benches: Sequence[NeuronBench]) -> str:
    """Return firing curves as a table: a row for each current."""
    rows: list[Sequence[object]] = [["neuron", "current", "rate", "rate_hz"]]
    for one in benches:
        if one.curve is not None:
            hz = ["" if one.step_s is None else rate / one.step_s for rate in one.curve.rates.tolist()]
            rows += [
                [one.title, *row] for row in zip(_short(one.curve.currents), _short(one.curve.rates), hz, strict=True)
            ]
    return csv_text(rows)


def _short(values: np.ndarray) -> list[object]:
    """Return numbers of single precision in as few digits as give them exactly; nothing for what is not finite."""
    return [str(value) if np.isfinite(value) else "" for value in values]
