"""How long a simulation takes, before it is begun."""

from __future__ import annotations

from dataclasses import dataclass

from snntrainer3d.circuits.design import Design
from snntrainer3d.errors import LimitError

MODELS = {
    "vccs": (1.5e-3, 4.3e-6, 1.0),
    "ideal": (1.5e-3, 2.6e-7, 1.45),
    "opamp": (4e-3, 1.9e-7, 1.59),
    "async": (1e-3, 2e-5, 1.15),
}
"""Processor seconds of one cycle, a + b·devices^c, fitted to 2-8-2 … 784-30-10 under ngspice 39 on a 2 GHz core.

Right within a factor of two there, for async, whose steps follow the spikes, of three; solving for the currents of
resistors grows faster than their number.
"""
SWITCHING = 15.0
"""Times as long with memristors that switch; on XOR."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One sample of a design in its form."""

    seconds: float
    devices: int
    cycles: int


def estimate(design: Design, num_steps: int) -> Estimate:
    """Estimate the seconds that one sample takes on one core."""
    begin, slope, power = MODELS[design.settings.form]
    cycles = num_steps + len(design.crossbars)
    seconds = cycles * (begin + slope * design.devices**power)
    if design.settings.cells == "threshold":
        seconds *= SWITCHING
    return Estimate(seconds, design.devices, cycles)


def check_bearable(design: Design, num_steps: int, time_limit_s: float) -> None:
    """Raise LimitError where one sample would take longer than its time limit."""
    expected = estimate(design, num_steps)
    if expected.seconds > time_limit_s:
        form = design.settings.form
        raise LimitError(
            f"{design.title} in the form {form} has {expected.devices:,} devices: one sample of {num_steps} steps "
            f"would take about {expected.seconds:,.0f} s, the limit is {time_limit_s:,.0f} s.",
            hint="Take the form vccs, a smaller network or fewer steps, or raise the time limit.",
        )
