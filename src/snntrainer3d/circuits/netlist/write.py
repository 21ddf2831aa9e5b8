"""A whole netlist: head, stimuli, one crossbar with its neurons after the other, and what to simulate."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

from snntrainer3d.circuits.clock import HOLD_SHARE, LAG, Clock, FreeRun, timing
from snntrainer3d.circuits.design import Crossbar, Design, fastest_membrane_s
from snntrainer3d.circuits.netlist.cards import OFF_OHM, comment, continued, membrane, number, spike
from snntrainer3d.circuits.netlist.memristor import cell_model
from snntrainer3d.circuits.netlist.neurons import layer_neurons, write_neuron
from snntrainer3d.circuits.netlist.stimuli import clock_sources, input_sources

SOLVER_ERROR = 2e-5
"""Of a membrane's swing in one time step: the trapezoidal rule's, (h/τ)²/12·Δt/τ for a simulation step h."""
FEWEST_STEPS = 10
"""Of the simulation in one integration."""
ACCURACY = {
    "vccs": "reltol=1e-4",
    "ideal": "reltol=1e-4",
    "opamp": "reltol=1e-4 method=gear",
    "async": "reltol=1e-3 chgtol=1e-12 method=gear",
}
"""Options of a form: op-amps and clamped membranes ring in the trapezoidal rule."""


def netlist(
    design: Design, inputs: Float[np.ndarray, "sample time feature"], *, title: str = "", notes: Sequence[str] = ()
) -> str:
    """Write a design with samples as its sources, one after the other, ready to be simulated; `notes` are comments."""
    samples, steps, _ = inputs.shape
    clock = timing(design.settings, steps, len(design.crossbars), samples)
    lines = [*_head(design, title, f"{samples} sample(s) of {steps} steps")]
    lines += [*_reading(clock), *(line for note in notes for line in comment(note))]
    lines += ["", *clock_sources(design, clock)]
    lines += ["", "* inputs: the sample's values times the read voltage, in volts"]
    lines += [*input_sources(design, clock, inputs), _bias(design)]
    lines += [*_body(design), "", *_analysis(design, clock), ".end"]
    return "\n".join(lines) + "\n"


def as_subcircuit(design: Design, *, name: str = "snn", title: str = "", notes: Sequence[str] = ()) -> str:
    """Write a design as a sub-circuit with pins for clock, inputs and outputs, to be used in a larger one."""
    pins = subcircuit_pins(design)
    free = design.settings.form == "async"
    control = "the clearing" if free else "the clock's phases and each layer's clearing"
    lines = [*_head(design, title, "a sub-circuit"), *(line for note in notes for line in comment(note))]
    lines += [*comment(f"Pins: {control} (0 and 1 V), the bias rail and the inputs")]
    lines += [*comment("(at the read voltage where they are 1), the spikes of the output (0 and 1 V).")]
    lines += [*continued([f".subckt {name}", *pins]), *_body(design), f".ends {name}"]
    return "\n".join(lines) + "\n"


def subcircuit_pins(design: Design) -> list[str]:
    """Give the pins of `as_subcircuit`, in order."""
    if design.settings.form == "async":
        controls = ["clear"]
    else:
        controls = [*_phases(design), *(f"clear{layer + 1}" for layer in range(len(design.crossbars)))]
    last = design.crossbars[-1]
    return [
        *controls,
        "bias",
        *(f"in_{index}" for index in range(design.crossbars[0].inputs)),
        *(spike(len(design.crossbars), index) for index in range(last.neurons)),
    ]


def _phases(design: Design) -> list[str]:
    phases = ["phi_int", "phi_latch"]
    if any(bar.reset == "zero" and not bar.clamped for bar in design.crossbars):
        phases.append("phi_zero")
    if any(bar.clamped for bar in design.crossbars):
        phases.append("phi_clamp")
    return phases


def _head(design: Design, title: str, what: str) -> Iterator[str]:
    chosen = design.settings
    called = f" {title}:" if title else ""
    yield from comment(f"SNNtrainer3D:{called} {design.title}, form {chosen.form}, for {chosen.simulator}, {what}")
    yield from comment(
        f"devices {chosen.min_conductance_siemens:g} to {chosen.max_conductance_siemens:g} S, "
        f"levels {chosen.levels or 'any'}, read voltage {chosen.read_voltage_v:g} V, threshold {chosen.threshold_v:g} V"
    )
    yield from comment("in_I: input I; memL_N: membrane of neuron N in layer L, in volts; spkL_N: its spike, 0 or 1 V;")
    yield from comment(
        "outL_N: the row that it drives, at the read voltage when it spiked; posL_N, negL_N: its columns"
    )


def _reading(clock: Clock) -> Iterator[str]:
    first = clock.read_s(0, 0, 0)
    if isinstance(clock, FreeRun):
        yield from comment(
            f"no clock: spikes of layer L (from 1) of sample p (from 0) count from {clock.begin_s(0, 0, 0):.6g} s "
            f"+ (L - 1) x {LAG * clock.time_step_s:.6g} s + p x {clock.sample_s:.6g} s on, "
            f"for {clock.num_steps} steps of {clock.time_step_s:.6g} s"
        )
        return
    yield from comment(
        f"step t (from 0) of layer L (from 1) of sample p (from 0) is read at {first:.6g} s "
        f"+ (t + L - 1) x {clock.period_s:.6g} s + p x {clock.sample_s:.6g} s"
    )


def _bias(design: Design) -> str:
    return f"Vbias bias 0 {number(design.settings.read_voltage_v)} ; row of the biases, always on"


def _body(design: Design) -> Iterator[str]:
    yield f".model swi SW(Ron={number(design.settings.switch_ohm)} Roff={number(OFF_OHM)} Vt=0.5 Vh=0)"
    if design.settings.form == "opamp":
        yield from _opamp_model(design)
    if design.settings.cells == "threshold":
        yield from cell_model(design.settings)
    for layer, bar in enumerate(design.crossbars, start=1):
        yield ""
        yield from comment(_about(layer, bar))
        for neuron in layer_neurons(design, layer):
            yield from write_neuron(neuron)


def _about(layer: int, bar: Crossbar) -> str:
    reset = {"subtract": "reset by subtraction", "zero": "reset to zero", "none": "no reset"}[bar.reset]
    return (
        f"layer {layer}: {bar.rows} rows{' (the last is the bias)' if bar.bias else ''}, {bar.neurons} neurons, "
        f"{bar.siemens_per_weight:.4g} S per unit of weight, {reset}"
    )


def _opamp_model(design: Design) -> Iterator[str]:
    """Give one pole: gain at low frequency, and the frequency at which the gain is 1."""
    gain, bandwidth = design.settings.opamp_gain, design.settings.opamp_bandwidth_hz
    transconductance = 1e-3
    yield f"* op-amp of one pole: gain {gain:g}, bandwidth {bandwidth:g} Hz"
    yield ".subckt opamp plus minus out"
    yield f"Gin 0 x plus minus {number(transconductance)}"
    yield f"Rx x 0 {number(gain / transconductance)}"
    yield f"Cx x 0 {number(transconductance / (2.0 * math.pi * bandwidth))}"
    yield "Eout out 0 x 0 1"
    yield ".ends opamp"


def _analysis(design: Design, clock: Clock) -> Iterator[str]:
    tau = fastest_membrane_s(design)
    accurate = tau * math.sqrt(12.0 * SOLVER_ERROR * tau / clock.time_step_s)
    longest = min(clock.time_step_s / FEWEST_STEPS, accurate)
    if design.settings.simulator == "ngspice":
        yield f".options {ACCURACY[design.settings.form]} noacct"
    else:
        yield f".options {ACCURACY[design.settings.form]} plotwinsize=0"
    kept = [
        f"V({node(layer, index)})"
        for layer, bar in enumerate(design.crossbars, start=1)
        for node in (membrane, spike)
        for index in range(bar.neurons)
    ]
    yield from continued([".save", *kept])
    yield f".tran {number(HOLD_SHARE * clock.time_step_s)} {number(clock.stop_s)} 0 {number(longest)} uic"
