"""The form async: no clock, so that spikes begin when they will; it is measured by the same measures, as it is."""

from __future__ import annotations

import numpy as np
import pytest
from circuit_networks import drawn, inputs_of, labels_of, needs_ngspice

from snntrainer3d.circuits import (
    CircuitSettings,
    Simulated,
    as_subcircuit,
    design_circuit,
    netlist,
    run_clocked,
    run_ngspice,
    simulate,
    summarise,
)
from snntrainer3d.circuits.clock import timing
from snntrainer3d.circuits.netlist.write import subcircuit_pins
from snntrainer3d.circuits.simulation.run import behaviour_of
from snntrainer3d.spec import Lapicque, Leaky, TrainedNetwork

ASYNC = CircuitSettings(form="async")
NEURONS = [Leaky(), Leaky(reset="zero"), Lapicque(resistance_ohm=5.0, capacitance_f=2.0, reset="zero")]


def simulated(trained: TrainedNetwork, samples: list[int]) -> list[Simulated]:
    found = simulate(design_circuit(trained, ASYNC), inputs_of(trained, samples))
    return sorted(found, key=lambda one: one.place)


def one_neuron(neuron: Leaky | Lapicque, weight: float) -> TrainedNetwork:
    trained = drawn((1, 1), neuron)
    arrays = {**trained.tensors, "layers.0.weight": np.full((1, 1), weight, np.float32)}
    return TrainedNetwork(trained.network, {**arrays, "layers.0.bias": np.zeros(1, np.float32)})


@pytest.mark.slow
@needs_ngspice
def test_xor_without_a_clock_decides_right_and_its_counts_are_near(xor: TrainedNetwork) -> None:
    found = simulated(xor, [0, 1, 2, 3])
    assert [one.agreement.circuit_decision for one in found] == labels_of(xor, [0, 1, 2, 3]).tolist()
    together = summarise([one.agreement for one in found])
    assert together.largest_count_error <= 2
    # Free spikes fall within steps, not at their ends: this form is not expected to agree step by step.
    assert 0 < together.spikes_differing < together.spikes / 4


@needs_ngspice
@pytest.mark.slow
def test_digits_without_a_clock(digits: TrainedNetwork) -> None:
    together = summarise([one.agreement for one in simulated(digits, [0, 1])])
    assert together.predictions_equal == together.samples == 2
    assert together.largest_count_error <= 3


@pytest.mark.slow
@needs_ngspice
@pytest.mark.parametrize("neuron", NEURONS)
def test_a_free_neuron_fires_as_often_as_its_equation_over_continuous_time(neuron: Leaky | Lapicque) -> None:
    """Solve the free neuron by small Euler steps, as no clocked network can say when its spikes begin."""
    trained = one_neuron(neuron, 0.35)
    design, steps = design_circuit(trained, ASYNC), 40
    (one,) = simulate(design, np.ones((1, steps, 1)))
    bar, fine = design.crossbars[0], 2000
    decay, threshold = float(bar.decay[0]), float(bar.threshold[0])
    drive = float(bar.gain[0]) * 0.35 / (1.0 - decay) * -np.log(decay)
    taken = threshold / (1.0 - decay) * -np.log(decay) if bar.reset == "subtract" else 0.0
    level, left, counted = 0.0, 0, 0
    for _ in range(steps * fine):
        if left == 0 and level > threshold:
            left, counted = fine, counted + 1
            level = 0.0 if bar.reset == "zero" else level
        level += (drive - (taken if left else 0.0) + np.log(decay) * level) / fine
        level = 0.0 if left and bar.clamped else level
        left = max(left - 1, 0)
    assert counted >= 4
    assert abs(int(one.agreement.circuit_counts[0]) - counted) <= 1


@needs_ngspice
def test_a_free_spike_is_as_long_as_a_step_and_a_lively_neuron_never_overlaps_them() -> None:
    design = design_circuit(one_neuron(Leaky(reset="none"), 3.0), ASYNC)
    (one,) = simulate(design, np.ones((1, 12, 1)))
    assert one.circuit.spikes[0].sum() >= 11, "above its threshold it fires in every step"
    waves = one.waveforms
    high = (waves.volts["spk1_0"] > 0.5).astype(int)
    begins, ends = (waves.times_s[1:][np.diff(high) == change] for change in (1, -1))
    lengths = ends[: len(begins)] - begins[: len(ends)]
    assert len(lengths) > 8
    assert lengths == pytest.approx(1e-3, rel=0.08)


@pytest.mark.slow
@needs_ngspice
def test_samples_without_a_clock_follow_each_other_in_one_netlist(xor: TrainedNetwork) -> None:
    design, inputs = design_circuit(xor, ASYNC), inputs_of(xor, [0, 1, 2, 3])
    clock = timing(ASYNC, inputs.shape[1], 2, samples=4)
    waves = run_ngspice(netlist(design, inputs), clock.stop_s, time_limit_s=600)
    counts = [behaviour_of(design, clock, waves, sample).counts() for sample in range(4)]
    alone = [one.agreement.circuit_counts for one in simulated(xor, [0, 1, 2, 3])]
    assert [count.argmax() for count in counts] == [0, 1, 1, 0]
    assert np.abs(np.array(counts) - np.array(alone)).max() <= 1


@pytest.mark.slow
@needs_ngspice
def test_the_free_sub_circuit_needs_a_clearing_and_no_clock(xor: TrainedNetwork) -> None:
    design, inputs = design_circuit(xor, ASYNC), inputs_of(xor, [1])
    pins = subcircuit_pins(design)
    assert pins[:4] == ["clear", "bias", "in_0", "in_1"]
    whole = netlist(design, inputs).splitlines()
    drivers = [line for line in whole if line.startswith(("Vclear", "Vin_", "Vbias", ".options", ".tran"))]
    bench = ["* bench", as_subcircuit(design), *drivers, f"Xsnn {' '.join(pins)} snn", ".save V(spk2_0) V(spk2_1)"]
    clock = timing(ASYNC, inputs.shape[1], 2)
    waves = run_ngspice("\n".join([*bench, ".end", ""]), clock.stop_s, time_limit_s=600)
    risen = {node: int((np.diff((volts > 0.5).astype(int)) > 0).sum()) for node, volts in waves.volts.items()}
    network = run_clocked(design, inputs[0])
    assert risen["spk2_0"] < risen["spk2_1"]
    assert abs(risen["spk2_1"] - int(network.counts()[1])) <= 2
