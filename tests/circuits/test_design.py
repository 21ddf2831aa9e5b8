"""The mapping: devices stand for weights, R and C for the decay; what has no circuit is refused with its reason."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from circuit_networks import drawn, inputs_of
from hypothesis import given, settings
from hypothesis import strategies as st

from snntrainer3d.circuits import CircuitSettings, design_circuit, run_clocked
from snntrainer3d.engine import build, load_tensors, run
from snntrainer3d.errors import Fault, SpecError
from snntrainer3d.spec import Adaptive, Alpha, Integrator, Izhikevich, Lapicque, Leaky, Synaptic, TrainedNetwork, parse
from strategies import trained_networks

NEURONS = [
    Leaky(beta=0.8),
    Leaky(beta=0.9, reset="zero", threshold=0.7),
    Leaky(reset="none"),
    Lapicque(beta=0.9),
    Lapicque(resistance_ohm=5.0, capacitance_f=1.5, reset="zero"),
    Lapicque(resistance_ohm=2.0, capacitance_f=3.0, threshold=0.4, reset="none"),
]
FLOAT32_NOISE = 1e-4
"""Of a membrane that the engine computes in float32, ours in float64."""


def faults(trained: TrainedNetwork, **values: object) -> dict[str, str]:
    with pytest.raises(SpecError) as caught:
        design_circuit(trained, parse(CircuitSettings, values))
    return {fault.path: fault.message for fault in caught.value.faults}


def reasons(trained: TrainedNetwork) -> tuple[Fault, ...]:
    try:
        design_circuit(trained)
    except SpecError as error:
        return error.faults
    return ()


def test_devices_stand_for_the_weights_and_the_bias(xor: TrainedNetwork) -> None:
    design = design_circuit(xor)
    for index, bar in enumerate(design.crossbars):
        weights = bar.weights()
        assert np.allclose(weights[:, :-1], xor.tensors[f"layers.{index}.weight"], rtol=1e-6, atol=1e-12)
        assert np.allclose(weights[:, -1], xor.tensors[f"layers.{index}.bias"], rtol=1e-6, atol=1e-12)
        everything = np.stack([bar.plus, bar.minus])
        assert everything.min() == pytest.approx(1e-6)
        assert everything.max() == pytest.approx(100e-6)


@pytest.mark.parametrize("neuron", NEURONS)
def test_resistor_and_capacitor_give_decay_gain_and_reset(neuron: Leaky | Lapicque) -> None:
    chosen = CircuitSettings(threshold_v=0.5)
    bar = design_circuit(drawn((3, 4, 2), neuron), chosen).crossbars[0]
    resistance, capacitance = bar.resistance_ohm(chosen), bar.capacitance_f(chosen)
    decay = np.exp(-chosen.time_step_s / ((resistance + chosen.switch_ohm) * capacitance))
    kept, gain = neuron.decay_and_gain(np.array([neuron.said("beta")]))
    assert np.allclose(decay, kept)
    volts = resistance * (1 - decay) * bar.siemens_per_weight * chosen.read_voltage_v
    assert np.allclose(volts, gain * 0.5 / neuron.threshold)
    assert np.allclose(resistance * (1 - decay) * bar.reset_current_a(chosen), 0.5)


def test_the_defaults_can_be_built(digits: TrainedNetwork) -> None:
    for bar in design_circuit(digits).crossbars:
        assert 1e4 < bar.resistance_ohm(CircuitSettings()).min() < 1e8
        assert 1e-10 < bar.capacitance_f(CircuitSettings()).min() < 1e-6


def test_levels_are_evenly_spaced_and_few(digits: TrainedNetwork) -> None:
    for bar in design_circuit(digits, CircuitSettings(levels=4)).crossbars:
        values = np.unique(np.round(np.stack([bar.plus, bar.minus]) * 1e6, 6))
        assert set(values) <= {1.0, 34.0, 67.0, 100.0}
        assert len(values) == 4


@pytest.mark.parametrize("neuron", NEURONS)
def test_the_clocked_network_is_the_engines(neuron: Leaky | Lapicque) -> None:
    trained = drawn((5, 7, 6, 3), neuron, scale=4.0)
    inputs = np.random.default_rng(1).normal(size=(9, 30, 5)).astype(np.float32)
    ours = run_clocked(design_circuit(trained), inputs)
    module = build(trained.network)
    load_tensors(module, trained)
    with torch.no_grad():
        theirs = run(module, torch.from_numpy(inputs).transpose(0, 1))
    distances = [np.abs(membranes - neuron.threshold).min(axis=(1, 2)) for membranes in ours.membranes]
    sure = np.min(distances, axis=0) > FLOAT32_NOISE
    assert sure.sum() >= 5
    for layer in range(3):
        assert (ours.spikes[layer] == theirs.spikes[layer].numpy().swapaxes(0, 1))[sure].all()
        membranes = theirs.membranes[layer].numpy().swapaxes(0, 1)
        assert np.allclose(ours.membranes[layer][sure], membranes[sure], atol=FLOAT32_NOISE)
    assert sum(layer.sum() for layer in ours.spikes) > 20


@pytest.mark.slow
def test_the_clocked_network_is_the_engines_on_digits(digits: TrainedNetwork) -> None:
    inputs = inputs_of(digits, list(range(359)))
    ours = run_clocked(design_circuit(digits), inputs)
    module = build(digits.network)
    load_tensors(module, digits)
    with torch.no_grad():
        theirs = run(module, torch.from_numpy(inputs[:, 0]), inputs.shape[1])
    differing = sum(
        int((mine != spikes.numpy().swapaxes(0, 1)).any(axis=(1, 2)).sum())
        for mine, spikes in zip(ours.spikes, theirs.spikes, strict=True)
    )
    assert differing <= 2, "samples with a spike that hangs on float32"


@pytest.mark.slow
@settings(max_examples=20)
@given(trained_networks())
def test_any_network_has_a_circuit_or_reasons_why_not(trained: TrainedNetwork) -> None:
    faults = reasons(trained)
    if faults:
        assert all(fault.path.startswith("layers[") and fault.message for fault in faults)
        return
    assert {layer.neuron.kind for layer in trained.network.layers} <= {"leaky", "lapicque"}
    for bar in design_circuit(trained).crossbars:
        assert bar.plus.min() >= 0.99e-6
        assert bar.plus.max() <= 100.1e-6


def test_every_layer_without_a_circuit_is_named_with_its_reason() -> None:
    told = faults(drawn((2, 3, 2), Alpha()))
    assert set(told) == {"layers[0].neuron.kind", "layers[1].neuron.kind"}
    assert "two exponentials" in told["layers[0].neuron.kind"]
    others = {
        "Synaptic": Synaptic(),
        "threshold moves": Adaptive(),
        "square": Izhikevich(),
        "never spikes": Integrator(),
    }
    for why, neuron in others.items():
        assert why in faults(drawn((2, 2), neuron))["layers[0].neuron.kind"]
    assert "decay" in faults(drawn((2, 2), Leaky(beta=0.0)))["layers[0].neuron.beta"]
    assert "never leaks" in faults(drawn((2, 2), Leaky(beta=1.0)))["layers[0].neuron.beta"]
    assert (
        "decay is 0" in faults(drawn((2, 2), Lapicque(resistance_ohm=1.0, capacitance_f=1.0)))["layers[0].neuron.beta"]
    )


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"min_conductance_siemens": 0.0}, "min_conductance_siemens"),
        ({"min_conductance_siemens": -1e-6}, "min_conductance_siemens"),
        ({"max_conductance_siemens": 1e-6}, "max_conductance_siemens"),
        ({"max_conductance_siemens": float("nan")}, "max_conductance_siemens"),
        ({"levels": 1}, "levels"),
        ({"read_voltage_v": 0.0}, "read_voltage_v"),
        ({"form": "analog"}, "form"),
        ({"gmax": 1.0}, "gmax"),
    ],
)
def test_settings_that_cannot_be_are_refused(values: dict[str, object], path: str, xor: TrainedNetwork) -> None:
    assert set(faults(xor, **values)) == {path}


def test_all_faults_of_settings_come_at_once(xor: TrainedNetwork) -> None:
    wrong = {"levels": 1, "threshold_v": -1.0, "time_step_s": 0.0}
    assert set(faults(xor, **wrong)) == set(wrong)


@pytest.mark.slow
@given(st.integers(2, 300))
def test_quantising_moves_a_device_by_half_a_level_at_most(levels: int) -> None:
    exact = design_circuit(drawn((4, 3), Leaky()))
    coarse = design_circuit(drawn((4, 3), Leaky()), CircuitSettings(levels=levels))
    half = (100e-6 - 1e-6) / (levels - 1) / 2
    assert np.abs(exact.crossbars[0].plus - coarse.crossbars[0].plus).max() <= half * (1 + 1e-9)
