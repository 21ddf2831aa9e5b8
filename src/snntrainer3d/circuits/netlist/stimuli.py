"""What drives a circuit: its clock, and samples as sources."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from snntrainer3d.circuits.clock import CHANGE, EMPTY, LATCH, Clock, FreeRun
from snntrainer3d.circuits.design import Design
from snntrainer3d.circuits.netlist.cards import continued, number


def clock_sources(design: Design, clock: Clock) -> Iterator[str]:
    """Give the clock's phases and each layer's clearing; without a clock only the one clearing before a sample."""
    if isinstance(clock, FreeRun):
        yield "* empties all membranes before a sample"
        released = number(clock.time_step_s)
        busy = number(clock.sample_s - clock.time_step_s - clock.edge_s)
        edge = number(clock.edge_s)
        yield f"Vclear clear 0 PULSE(1 0 {released} {edge} {edge} {busy} {number(clock.sample_s)})"
        return
    yield "* clock, 0 and 1 V: integrate, latch the spikes, empty the membranes"
    yield _pulse("phi_int", clock, 0.0, clock.time_step_s)
    yield _pulse("phi_latch", clock, clock.in_hold_s(LATCH[0]), (LATCH[1] - LATCH[0]) * clock.hold_s)
    empty, length = clock.in_hold_s(EMPTY[0]), (EMPTY[1] - EMPTY[0]) * clock.hold_s
    if any(bar.reset == "zero" and not bar.clamped for bar in design.crossbars):
        yield _pulse("phi_zero", clock, empty, length)
    if any(bar.clamped for bar in design.crossbars):
        yield _pulse("phi_clamp", clock, empty, length + clock.time_step_s + 0.2 * clock.hold_s)
    for layer in range(clock.layers):
        yield _clearing(layer, clock)


def _pulse(name: str, clock: Clock, begin: float, length: float) -> str:
    """Give a periodic signal that is above a half for `length` from `begin` on."""
    edge = clock.edge_s
    times = (max(begin - edge / 2, 0.0), edge, edge, length - edge, clock.period_s)
    return f"V{name} {name} 0 PULSE(0 1 {' '.join(map(number, times))})"


def _clearing(layer: int, clock: Clock) -> str:
    """Give the signal that keeps a layer empty until it is its turn."""
    released = clock.in_hold_s(EMPTY[1], cycle=layer)
    busy = clock.sample_s - (layer + 1) * clock.period_s
    times = (released, clock.edge_s, clock.edge_s, busy, clock.sample_s)
    name = f"clear{layer + 1}"
    return f"V{name} {name} 0 PULSE(1 0 {' '.join(map(number, times))})"


def input_sources(design: Design, clock: Clock, inputs: Float[np.ndarray, "sample time feature"]) -> Iterator[str]:
    """Give one source per input value: a constant, or steps where it changes."""
    volts = inputs.astype(np.float64) * design.settings.read_voltage_v
    changes = _change_times(clock)
    for feature in range(volts.shape[2]):
        series = volts[:, :, feature].reshape(-1)
        name = f"in_{feature}"
        if (series == series[0]).all():
            yield f"V{name} {name} 0 {number(series[0])}"
        else:
            yield from continued([f"V{name} {name} 0 PWL(", *_steps(changes, series, clock.edge_s), ")"])


def _change_times(clock: Clock) -> list[float]:
    """Give when the input of each step must begin, of all samples in order."""
    return [
        clock.in_hold_s(CHANGE, cycle=step, sample=sample) if step or sample else 0.0
        for sample in range(clock.samples)
        for step in range(clock.num_steps)
    ]


def _steps(times: list[float], values: Float[np.ndarray, "change"], edge: float) -> Iterator[str]:
    yield f"0 {number(values[0])}"
    for before, after, moment in zip(values[:-1], values[1:], times[1:], strict=True):
        if after != before:
            yield f"{number(moment)} {number(before)}"
            yield f"{number(moment + edge)} {number(after)}"
