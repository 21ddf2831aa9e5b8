"""Tables, parts and energy: what they say is what the design, the netlist and ngspice say."""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pytest
from circuit_networks import drawn, inputs_of, needs_ngspice

from snntrainer3d.circuits import (
    CircuitSettings,
    Clock,
    Production,
    bill_csv,
    bill_of,
    conductances_csv,
    conductances_json,
    design_circuit,
    energy_of,
    netlist,
    run_ngspice,
)
from snntrainer3d.spec import Leaky, TrainedNetwork


def test_the_tables_hold_every_device(xor: TrainedNetwork) -> None:
    design = design_circuit(xor)
    tables = [list(csv.reader(io.StringIO(table))) for table in conductances_csv(design)]
    assert [(len(table) - 1, len(table[0]) - 1) for table in tables] == [(3, 16), (9, 4)]
    assert tables[1][0][1:3] == ["neuron 0 +", "neuron 0 -"]
    assert tables[0][-1][0] == "bias"
    assert float(tables[1][5][3]) == pytest.approx(design.crossbars[1].plus[1, 4], rel=1e-5)
    document = json.loads(conductances_json(design))
    assert np.array_equal(document["crossbars"][0]["minus_siemens"], design.crossbars[0].minus)
    assert document["settings"]["read_voltage_v"] == 0.1


@pytest.mark.slow
def test_the_bill_counts_what_the_netlist_holds(digits: TrainedNetwork) -> None:
    design = design_circuit(digits, CircuitSettings(form="opamp"))
    bill = bill_of(design)
    text = netlist(design, inputs_of(digits, [0]))
    assert bill.count("memristor") == len(re.findall(r"^R[pn]\d+_\d+_\d+ ", text, re.MULTILINE)) == 3020
    assert bill.count("op-amp") == len(re.findall(r"^X", text, re.MULTILINE)) == 90
    assert bill.count("comparator") == len(re.findall(r"^Bcmp", text, re.MULTILINE)) == 30
    assert bill.count("capacitor") == len(re.findall(r"^C(mem|lat)", text, re.MULTILINE))
    assert bill.count("analog switch") == len(re.findall(r"^S", text, re.MULTILINE))
    named = re.findall(r"^R(neg|sub|pos|ser|leak|rst)\d", text, re.MULTILINE)
    assert bill.count("resistor") == len(named)
    assert bill.count("row driver") == 64 + 30
    assert bill_csv(bill).count("\n") == 1 + len(bill.items)


def test_area_follows_the_pitch(digits: TrainedNetwork) -> None:
    fine, coarse = (bill_of(design_circuit(digits), Production(pitch_m=pitch)) for pitch in (1e-4, 1e-3))
    assert coarse.area_m2 == pytest.approx(100 * fine.area_m2)
    assert coarse.largest_sheet_m == pytest.approx((0.041, 0.066))


def test_energy_grows_with_what_drives_it(digits: TrainedNetwork) -> None:
    design = design_circuit(digits)
    inputs = inputs_of(digits, [0, 1, 2])
    energy = energy_of(design, digits.network, inputs)
    dark = energy_of(design, digits.network, inputs * 0)
    assert dark.inputs == 0.0
    assert dark.biases == energy.biases > 0.0
    assert energy.crossbars == energy.inputs + energy.biases + energy.spikes
    double = design_circuit(digits, CircuitSettings(read_voltage_v=0.2))
    assert energy_of(double, digits.network, inputs).crossbars == pytest.approx(4 * energy.crossbars)
    assert energy.conventional == pytest.approx(1480 * 4.6e-3)
    assert energy.amplifiers == pytest.approx(30 * (3e-3 + 1e-5) * energy.seconds * 1e9)


@needs_ngspice
@pytest.mark.slow
@pytest.mark.parametrize("neuron", [Leaky(), Leaky(reset="zero")])
def test_ngspices_own_currents_confirm_the_energy(neuron: Leaky) -> None:
    trained = drawn((3, 5, 2), neuron)
    design = design_circuit(trained, CircuitSettings(form="ideal"))
    inputs = np.random.default_rng(0).random((1, 12, 3))
    clock = Clock(design.settings.time_step_s, 12, 2)
    sources = {"vbias": "bias", **{f"vin_{index}": f"in_{index}" for index in range(3)}}
    sources |= {f"eout{name}": f"out{name}" for name in [*(f"1_{index}" for index in range(5)), "2_0", "2_1"]}
    saved = " ".join(f"V({node}) I({name})" for name, node in sources.items())
    text = netlist(design, inputs).replace(".tran", f".save {saved}\n.tran")
    waves = run_ngspice(text, clock.stop_s, time_limit_s=600)
    power = sum(-waves.volts[node] * waves.volts[f"i({name})"] for name, node in sources.items())
    measured = float(np.trapezoid(power, waves.times_s)) * 1e9
    energy = energy_of(design, trained.network, inputs)
    assert energy.spikes > 0.05 * energy.crossbars
    assert measured == pytest.approx(energy.crossbars, rel=0.02)
