"""What a single neuron is given: a current at each time step."""

from __future__ import annotations

import csv
import math
import re
from typing import Annotated, Literal, Self

import numpy as np
from jaxtyping import Float32, Float64
from pydantic import Field, model_validator

from snntrainer3d.spec._document import FieldFault, Part

MOST_STEPS = 10_000
"""The most time steps that a single neuron is computed for."""
_BETWEEN = re.compile(r"[\s,;]+")
MOST_CHARACTERS = 1_000_000
Current = Annotated[float, Field(ge=-1e9, le=1e9)]
At = Annotated[int, Field(ge=0, le=MOST_STEPS, strict=True)]


class StepInput(Part):
    """No current at first, from a step on a constant one."""

    kind: Literal["step"] = "step"
    current: Current = 0.3
    begin: At = 0
    """The first time step with the current; steps count from 0."""

    def over_time(self, num_steps: int) -> Float64[np.ndarray, " time"]:
        """Return the current at each step."""
        return np.where(np.arange(num_steps) >= self.begin, self.current, 0.0)


class RampInput(Part):
    """A current that rises or falls evenly from the first step to the last."""

    kind: Literal["ramp"] = "ramp"
    first: Current = 0.0
    last: Current = 1.0

    def over_time(self, num_steps: int) -> Float64[np.ndarray, " time"]:
        """Return the current at each step."""
        return np.linspace(self.first, self.last, num_steps)


class PulseInput(Part):
    """A constant current for some steps, none before and after."""

    kind: Literal["pulse"] = "pulse"
    current: Current = 0.5
    begin: At = 20
    """The first time step with the current."""
    length: Annotated[int, Field(ge=1, le=MOST_STEPS, strict=True)] = 20
    """Time steps with the current."""

    def over_time(self, num_steps: int) -> Float64[np.ndarray, " time"]:
        """Return the current at each step."""
        at = np.arange(num_steps)
        return np.where((at >= self.begin) & (at < self.begin + self.length), self.current, 0.0)


class SineInput(Part):
    """A sine about a mean."""

    kind: Literal["sine"] = "sine"
    mean: Current = 0.2
    amplitude: Current = 0.2
    period: Annotated[float, Field(ge=2.0, le=MOST_STEPS)] = 50.0
    """Time steps of one oscillation."""

    def over_time(self, num_steps: int) -> Float64[np.ndarray, " time"]:
        """Return the current at each step."""
        return self.mean + self.amplitude * np.sin(2.0 * math.pi * np.arange(num_steps) / self.period)


class NoiseInput(Part):
    """White noise: at each step a number of its own from a normal distribution."""

    kind: Literal["noise"] = "noise"
    mean: Current = 0.2
    deviation: Annotated[float, Field(ge=0.0, le=1e9)] = 0.2
    """Standard deviation."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, strict=True)] = 0
    """Of the random numbers; the same seed gives the same current."""

    def over_time(self, num_steps: int) -> Float64[np.ndarray, " time"]:
        """Return the current at each step."""
        return np.random.default_rng(self.seed).normal(self.mean, self.deviation, num_steps)


class RecordedInput(Part):
    """Recorded numbers: currents, one a step, or the time steps of spikes that arrive.

    The numbers stand one a line, or with spaces, commas or semicolons between them. Of a table with a header the column
    that is named `input` or `current`, of spikes `spike` (1 at a step with a spike), is read. After the last number the
    current is 0.
    """

    kind: Literal["recorded"] = "recorded"
    text: Annotated[str, Field(max_length=MOST_CHARACTERS)]
    """The content of the file."""
    reading: Literal["currents", "spikes"] = "currents"
    """What the numbers are: currents, or the time steps of spikes, counted from 0."""
    current: Current = 1.0
    """What a spike gives at its step; spikes at the same step add up."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        self._numbers()
        return self

    @property
    def length(self) -> int:
        """Return the number of steps until the last number."""
        numbers = self._numbers()
        return len(numbers) if self.reading == "currents" else int(max(numbers)) + 1

    def over_time(self, num_steps: int) -> Float64[np.ndarray, " time"]:
        """Return the current at each step."""
        found = np.zeros(num_steps)
        numbers = np.array(self._numbers())
        if self.reading == "currents":
            found[: len(numbers)] = numbers[:num_steps]
        else:
            np.add.at(found, numbers[numbers < num_steps].astype(int), self.current)
        return found

    def _numbers(self) -> list[float]:
        lines = [(at, line.strip()) for at, line in enumerate(self.text.lstrip("\ufeff").splitlines(), 1)]
        lines = [(at, line) for at, line in lines if line and not line.startswith("#")]
        if not lines:
            raise FieldFault("text", "holds no numbers.", "Give one number for each time step, one a line.")
        header = [name.casefold() for name in _cells(lines[0][1])]
        if len(lines) > 1 and all(_number(name) is None for name in header):
            return self._column(header, [(at, _cells(line)) for at, line in lines[1:]])
        return self._checked([(at, cell) for at, line in lines for cell in _BETWEEN.split(line) if cell])

    def _column(self, header: list[str], rows: list[tuple[int, list[str]]]) -> list[float]:
        """Return the numbers of a table: of its one column, or of the one that is named for it."""
        wanted = ("input", "current") if self.reading == "currents" else ("spike",)
        place = next((header.index(name) for name in wanted if name in header), 0 if len(header) == 1 else None)
        if place is None:
            raise FieldFault(
                "text",
                f"has the columns {', '.join(header)[:80]}, of which none is named {' or '.join(wanted)}.",
                f"Name the one to read {wanted[0]}, or leave one column only.",
            )
        if short := next((at for at, row in rows if len(row) <= place), None):
            raise FieldFault("text", f"line {short} has no column {header[place]}.", "Give every line all columns.")
        if self.reading == "spikes" and header[place] == "spike":
            flags = self._checked([(at, row[place]) for at, row in rows])
            steps = [float(step) for step, flag in enumerate(flags) if flag]
            if not steps:
                raise FieldFault("text", "has no spike in its column spike.", "Put 1 at the steps with a spike.")
            return steps
        return self._checked([(at, row[place]) for at, row in rows])

    def _checked(self, cells: list[tuple[int, str]]) -> list[float]:
        if len(cells) > MOST_STEPS:
            raise FieldFault("text", f"holds {len(cells):,} numbers, at most {MOST_STEPS:,} are read.", "Give fewer.")
        found = []
        for line, cell in cells:
            value = _number(cell)
            if value is None or not math.isfinite(value) or abs(value) > 1e9:
                raise FieldFault(
                    "text", f"line {line}: got {cell[:40]!r}, expected a finite number.", "Mend it, or leave it out."
                )
            if self.reading == "spikes" and not (0 <= value < MOST_STEPS and value == int(value)):
                raise FieldFault(
                    "text",
                    f"line {line}: got {cell[:40]}, expected the time step of a spike, a whole number from 0 to "
                    f"{MOST_STEPS - 1:,}.",
                    "Divide times by the length of a time step, and round.",
                )
            found.append(value)
        return found


Stimulus = Annotated[
    StepInput | RampInput | PulseInput | SineInput | NoiseInput | RecordedInput, Field(discriminator="kind")
]
STIMULI: tuple[type[Stimulus], ...] = (StepInput, RampInput, PulseInput, SineInput, NoiseInput, RecordedInput)


def current_of(stimulus: Stimulus, num_steps: int) -> Float32[np.ndarray, " time"]:
    """Return the current at each time step, in the precision of networks."""
    return stimulus.over_time(num_steps).astype(np.float32)


def _cells(line: str) -> list[str]:
    """Return the cells of a line of a table."""
    separator = next((mark for mark in ";\t," if mark in line), ",")
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
