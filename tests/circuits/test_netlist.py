"""The netlist's text: portable, readable, and the same circuit in each of its shapes."""

from __future__ import annotations

import re

import numpy as np
import pytest
from circuit_networks import drawn, inputs_of, needs_ngspice

from snntrainer3d.circuits import (
    CircuitSettings,
    Clock,
    as_subcircuit,
    design_circuit,
    netlist,
    run_clocked,
    run_ngspice,
)
from snntrainer3d.circuits.netlist.write import subcircuit_pins
from snntrainer3d.circuits.simulation.run import behaviour_of
from snntrainer3d.spec import Lapicque, Leaky, TrainedNetwork

FORMS = ["vccs", "ideal", "opamp"]
RESETS = [Leaky(reset="zero"), Lapicque(resistance_ohm=5.0, capacitance_f=2.0, reset="zero"), Leaky(reset="none")]
FORBIDDEN = re.compile(r"\?|\^|\$|\.control|\.print|^A", re.IGNORECASE | re.MULTILINE)
DIRECTIVES = {".model", ".subckt", ".ends", ".options", ".save", ".tran", ".end"}


def cards(text: str) -> list[str]:
    lines = [line.split(";")[0].rstrip() for line in text.splitlines() if not line.startswith("*")]
    return [line for line in "\n".join(lines).replace("\n+", "").splitlines() if line]


@pytest.mark.slow
@pytest.mark.parametrize("form", [*FORMS, "async"])
@pytest.mark.parametrize("simulator", ["ngspice", "ltspice"])
def test_only_what_both_simulators_read(form: str, simulator: str, digits: TrainedNetwork) -> None:
    design = design_circuit(digits, CircuitSettings(form=form, simulator=simulator))
    text = netlist(design, inputs_of(digits, [0, 1]))
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 120
    written = cards(text)
    assert not FORBIDDEN.search("\n".join(written))
    assert {line[0] for line in written} <= set("RCVFGESBX.")
    assert {line.split()[0] for line in written if line[0] == "."} <= DIRECTIVES
    names = [line.split()[0].lower() for line in written if line[0] != "."]
    assert len(names) == len(set(names))


@pytest.mark.slow
def test_every_weight_has_its_element(digits: TrainedNetwork) -> None:
    inputs = inputs_of(digits, [0])
    sources = cards(netlist(design_circuit(digits, CircuitSettings(form="vccs")), inputs))
    assert sum(bool(re.match(r"G\d+_\d+_\d+ ", line)) for line in sources) == 64 * 20 + 20 + 20 * 10 + 10
    pairs = cards(netlist(design_circuit(digits, CircuitSettings(form="ideal")), inputs))
    assert sum(bool(re.match(r"R[pn]\d+_\d+_\d+ ", line)) for line in pairs) == 2 * 1510
    found = next(line for line in pairs if line.startswith("Rp2_3_7 "))
    _, row, column, ohm = found.split()
    assert (row, column) == ("out1_7", "pos2_3")
    assert 1 / float(ohm) == pytest.approx(design_circuit(digits).crossbars[1].plus[3, 7])


def test_a_stuck_open_device_is_left_out(xor: TrainedNetwork) -> None:
    design = design_circuit(xor)
    pairs = [(bar.plus.copy(), bar.minus.copy()) for bar in design.crossbars]
    pairs[0][0][2, 1] = 0.0
    text = netlist(design.with_conductances(pairs), inputs_of(xor, [0]))
    assert "\nRp1_2_1 " not in text
    assert "\nRn1_2_1 " in text


def test_the_text_says_what_its_nodes_are(xor: TrainedNetwork) -> None:
    text = netlist(design_circuit(xor), inputs_of(xor, [2]), title="xor sample 2")
    head = text.split("\nV")[0]
    for word in ("xor sample 2", "2-8-2", "read voltage 0.1 V", "memL_N", "is read at"):
        assert word in head
    assert "neuron 3 of layer 1: R " in text


@needs_ngspice
@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("neuron", RESETS)
def test_samples_follow_each_other_in_one_netlist(form: str, neuron: Leaky | Lapicque) -> None:
    trained = drawn((3, 5, 4, 2), neuron)
    design = design_circuit(trained, CircuitSettings(form=form))
    varying = np.random.default_rng(2).normal(size=(3, 12, 3))
    clock = Clock(design.settings.time_step_s, 12, 3, samples=3)
    waves = run_ngspice(netlist(design, varying), clock.stop_s, time_limit_s=600)
    network = run_clocked(design, varying)
    assert sum(fired.sum() for fired in network.spikes) > 15
    for sample in range(3):
        circuit = behaviour_of(design, clock, waves, sample)
        for layer in range(3):
            assert (circuit.spikes[layer] == network.spikes[layer][sample]).all()


@needs_ngspice
@pytest.mark.slow
def test_ltspices_dialect_is_the_same_circuit(xor: TrainedNetwork) -> None:
    design = design_circuit(xor, CircuitSettings(simulator="ltspice", form="ideal"))
    inputs = inputs_of(xor, [1])
    clock = Clock(design.settings.time_step_s, inputs.shape[1], 2)
    circuit = behaviour_of(design, clock, run_ngspice(netlist(design, inputs), clock.stop_s, time_limit_s=600))
    network = run_clocked(design, inputs[0])
    assert all((mine == theirs).all() for mine, theirs in zip(circuit.spikes, network.spikes, strict=True))


@needs_ngspice
@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_the_sub_circuit_works_in_a_larger_one(form: str, xor: TrainedNetwork) -> None:
    design = design_circuit(xor, CircuitSettings(form=form))
    inputs = inputs_of(xor, [1])
    pins = subcircuit_pins(design)
    whole = netlist(design, inputs)
    drivers = [line for line in whole.splitlines() if line.startswith(("Vphi", "Vclear", "Vin_", "Vbias"))]
    analysis = [line for line in whole.splitlines() if line.startswith((".options", ".tran"))]
    saved = ".save " + " ".join(f"V({pin})" for pin in pins if pin.startswith("spk"))
    bench = ["* bench", as_subcircuit(design), *drivers, f"Xsnn {' '.join(pins)} snn", *analysis, saved, ".end", ""]
    clock = Clock(design.settings.time_step_s, inputs.shape[1], 2)
    waves = run_ngspice("\n".join(bench), clock.stop_s, time_limit_s=600)
    moments = np.array([clock.read_s(0, 1, step) for step in range(clock.num_steps)])
    network = run_clocked(design, inputs[0])
    assert ((waves.at(["spk2_0", "spk2_1"], moments) > 0.5) == network.spikes[1]).all()
