"""Memristors that switch above a threshold: the published equations, and circuits of up to a hundred of them."""

from __future__ import annotations

import numpy as np
import pytest
from circuit_networks import inputs_of, needs_ngspice

from snntrainer3d.circuits import CircuitSettings, design_circuit, estimate, netlist, run_ngspice, simulate, summarise
from snntrainer3d.circuits.netlist.memristor import cell, cell_model
from snntrainer3d.errors import LimitError, SpecError
from snntrainer3d.spec import TrainedNetwork, parse

SWITCHING = CircuitSettings(form="ideal", cells="threshold")


def share_over_time(amplitude_v: float, begin: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Drive one cell with 100 Hz under ngspice: times, voltage, and its resistance as a share of the largest."""
    bench = [
        "* one cell",
        *cell_model(SWITCHING),
        f"Vin a 0 SIN(0 {amplitude_v} 100)",
        cell("one", "a", "0", SWITCHING.min_conductance_siemens / begin, SWITCHING),
        ".save V(a) I(Vin)",
        ".options reltol=1e-5 noacct",
        ".tran 1e-5 0.02 0 1e-5 uic",
        ".end",
        "",
    ]
    waves = run_ngspice("\n".join(bench), 0.02, time_limit_s=600)
    volts, amperes = waves.volts["a"], -waves.volts["i(vin)"]
    driven = np.abs(volts) > 0.02 * amplitude_v
    share = volts[driven] * SWITCHING.min_conductance_siemens / amperes[driven]
    return waves.times_s[driven], volts[driven], share


@pytest.mark.slow
@needs_ngspice
def test_a_cell_follows_the_published_equations() -> None:
    times, _, share = share_over_time(1.5, 0.4)
    expected, state, moment, fine = [], 0.4, 0.0, 1e-6
    for until in times:
        while moment < until:
            volts = 1.5 * np.sin(2 * np.pi * 100 * moment)
            slope = 1e3 * (volts - 0.5 * (abs(volts + 0.5) - abs(volts - 0.5)))
            if (volts > 0 and state < 1) or (volts < 0 and state > 0.01):
                state += slope * fine
            moment += fine
        expected.append(state)
    assert share.min() < 0.05
    assert share.max() > 0.95
    assert np.abs(share - np.array(expected)).max() < 0.02


@needs_ngspice
def test_below_its_threshold_a_cell_is_a_resistor() -> None:
    _, _, share = share_over_time(0.49, 0.4)
    assert share == pytest.approx(0.4, rel=1e-4)


@needs_ngspice
@pytest.mark.slow
def test_read_below_the_threshold_cells_compute_what_resistors_do(xor: TrainedNetwork) -> None:
    together = summarise(
        [one.agreement for one in simulate(design_circuit(xor, SWITCHING), inputs_of(xor, [0, 1, 2, 3]))]
    )
    assert (together.predictions_equal, together.spikes_differing) == (4, 0)
    assert together.residual < 5e-4


@needs_ngspice
@pytest.mark.slow
def test_read_above_the_threshold_the_weights_are_lost(xor: TrainedNetwork) -> None:
    design = design_circuit(xor, SWITCHING.changed(read_voltage_v=1.0))
    together = summarise([one.agreement for one in simulate(design, inputs_of(xor, [0, 1, 2, 3]))])
    assert together.spikes_differing > 40
    assert together.residual > 0.1


def test_only_small_circuits_with_cells_can_switch(xor: TrainedNetwork, digits: TrainedNetwork) -> None:
    with pytest.raises(LimitError, match="3,020 cells"):
        design_circuit(digits, SWITCHING)
    with pytest.raises(SpecError, match="vccs has no cells"):
        parse(CircuitSettings, {"form": "vccs", "cells": "threshold"})
    text = netlist(design_circuit(xor, SWITCHING), inputs_of(xor, [0]))
    assert text.count(" memristor init=") == 84
    resistors = design_circuit(xor, SWITCHING.changed(cells="resistor"))
    assert estimate(design_circuit(xor, SWITCHING), 20).seconds > 5 * estimate(resistors, 20).seconds
