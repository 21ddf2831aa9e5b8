"""Circuits are fed and read as their network was trained to be, whatever its coding, its scale and its readout."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from circuit_networks import drawn, needs_ngspice, stored

from snntrainer3d.circuits import (
    CircuitSettings,
    Samples,
    decider_of,
    design_circuit,
    netlist,
    run_clocked,
    samples_for,
    simulate,
)
from snntrainer3d.circuits.devices import accuracy
from snntrainer3d.data import load
from snntrainer3d.data.encoders import encoder_for
from snntrainer3d.data.encoding import encoded
from snntrainer3d.engine import build, load_tensors, play
from snntrainer3d.spec import Leaky, TrainedNetwork, Training, parse
from snntrainer3d.training import decide_in_portions

STEPS = 12
RECIPES: dict[str, dict[str, Any]] = {
    "standardised": {"pixels": "standardised"},
    "rate": {"coding": {"kind": "rate", "gain": 0.7}, "seed": 5},
    "latency, first spike": {"coding": {"kind": "latency"}, "loss": "first_spike"},
    "latency, logarithmic": {"coding": {"kind": "latency", "scale": "logarithmic"}},
    "population coding": {"coding": {"kind": "population", "neurons": 3}},
    "outputs in populations": {"population": 3, "loss": "count"},
    "last steps, membrane": {"loss": "max_membrane", "read_last_steps": 4},
}


def made(recipe: dict[str, Any], dataset: str = "digits", features: int = 64, classes: int = 10) -> TrainedNetwork:
    """Return a network of a recipe: that of digits where its size fits, else one with random weights."""
    training = parse(Training, {"dataset": dataset, "num_steps": STEPS, **recipe})
    each = recipe.get("coding", {}).get("neurons", 1)
    if dataset == "digits" and each * training.population == 1:
        return replace(stored("digits-64-20-10"), training=training, inputs=None, readouts={})
    network = drawn((features * each, 12, classes * training.population), Leaky(beta=0.8), seed=3, scale=4.0)
    return replace(network, training=training, readouts={})


def decided(trained: TrainedNetwork, count: int) -> np.ndarray:
    """Return what the engine decides, as a run does."""
    assert trained.training is not None
    dataset = load(trained.training.dataset)
    return np.concatenate(list(decide_in_portions(trained, dataset, trained.training)))[:count]


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_a_device_study_decides_as_the_run_does(name: str) -> None:
    trained = made(RECIPES[name])
    samples = samples_for(trained, None, range(120))
    found = decider_of(samples).decisions(design_circuit(trained))
    expected = decided(trained, 120)
    assert len(np.unique(expected)) > 1
    assert (found == expected).mean() > 0.97, "single precision may decide a tie otherwise, now and then"


def test_samples_are_kept_encoded_as_long_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = made(RECIPES["rate"])
    samples, design = samples_for(trained, None, range(30)), design_circuit(trained)
    whole, begins = decider_of(samples).decisions(design), []

    def portion(self: Samples, begin: int, end: int) -> np.ndarray:
        begins.append(begin)
        return encode(self, begin, end)

    encode = Samples.portion
    monkeypatch.setattr(Samples, "portion", portion)
    monkeypatch.setattr(accuracy, "PORTION", 10)
    monkeypatch.setattr(accuracy, "MOST_KEPT_BYTES", 2 * 10 * STEPS * 64)
    decider = decider_of(samples)
    assert all(np.array_equal(decider.decisions(design), whole) for _ in range(3))
    assert begins == [0, 10, 20, 20, 20], "spikes are bytes, and two of three portions have room"


@pytest.mark.slow
def test_data_over_time_are_shown_frame_after_frame() -> None:
    trained = made({"num_steps": 60}, "memory-25", *_sizes("memory-25"))
    samples = samples_for(trained, None, range(40))
    found = decider_of(samples).decisions(design_circuit(trained))
    assert (found == decided(trained, 40)).mean() > 0.97


def _sizes(dataset: str) -> tuple[int, int]:
    info = load(dataset).info
    return int(np.prod(info.input_shape)), info.classes


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_sources_are_the_networks_input(name: str) -> None:
    """The inputs of a circuit are what the engine's encoder gives, step by step, for any numbers of samples."""
    trained = made(RECIPES[name])
    assert trained.training is not None
    chosen = samples_for(trained, None, [7, 3])
    encoder = encoder_for(chosen.dataset, trained.training)
    module = build(trained.network)
    load_tensors(module, trained)
    for row, index in zip(chosen.inputs(), chosen.indices, strict=True):
        played = play(module, encoder, chosen.dataset.test.inputs[index], index)
        assert np.array_equal(row, np.broadcast_to(played.inputs, row.shape))
        network = run_clocked(design_circuit(trained), row)
        decided = [chosen.readout.decision(one.spikes[-1], one.membranes[-1]) for one in (network, played)]
        assert decided[0] == decided[1]


def test_numbers_of_samples_decide_what_is_drawn() -> None:
    chosen = samples_for(made(RECIPES["rate"]), None, [4, 9])
    values = chosen.dataset.test.inputs[[4, 9]]
    assert np.array_equal(chosen.inputs().swapaxes(0, 1), encoded(chosen.contract, values, np.array([4, 9])))
    assert not np.array_equal(chosen.inputs().swapaxes(0, 1), encoded(chosen.contract, values, np.array([0, 1])))


@needs_ngspice
@pytest.mark.slow
@pytest.mark.parametrize(
    "recipe", [RECIPES["latency, first spike"], {"loss": "max_membrane"}], ids=["latency", "membrane"]
)
def test_ngspice_decides_a_sample_as_the_run_does(recipe: dict[str, Any]) -> None:
    """XOR's network, fed and read otherwise than it was trained to be: right or wrong, all say the same."""
    golden = stored("xor-2-8-2")
    assert golden.training is not None
    trained = replace(golden, training=golden.training.changed(**recipe), inputs=None, readouts={})
    chosen = samples_for(trained, None, range(4))
    found = sorted(simulate(design_circuit(trained), chosen.inputs(), chosen.readout), key=lambda one: one.place)
    assert [one.agreement.circuit_decision for one in found] == decided(trained, 4).tolist()


def test_a_netlist_says_how_it_is_fed_and_read() -> None:
    chosen = samples_for(made(RECIPES["rate"]), None, [4])
    text = netlist(
        design_circuit(made(RECIPES["rate"]), CircuitSettings()), chosen.inputs(), notes=["the class: first"]
    )
    assert "* the class: first" in text
    assert "PWL(" in text
