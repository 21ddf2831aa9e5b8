"""Warnings: each rule speaks when it should, is silent when it should, and its advice helps."""

from __future__ import annotations

from typing import Any

import pytest

from snntrainer3d.spec import PRESETS, Lapicque, RunSpec, advise, parse_run, training_bytes


def spec_of(layers: list[dict[str, Any]], shape: tuple[int, ...] = (64,), **training: Any) -> RunSpec:
    return parse_run({"network": {"input": {"shape": list(shape)}, "layers": layers}, "training": training})


def codes(spec: RunSpec, **known: Any) -> list[str]:
    return [advice.code for advice in advise(spec, **known)]


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_on_a_usual_network_need_no_advice(preset: str) -> None:
    neuron = {"kind": "leaky", **PRESETS[preset].neurons["leaky"]}
    layers = [{"size": 100, "neuron": neuron}, {"size": 10, "neuron": neuron}]
    assert codes(spec_of(layers, **PRESETS[preset].training), classes=10) == []


def test_lapicque_by_beta_is_told_how_weak_its_input_is() -> None:
    layers = [{"size": 5, "neuron": {"kind": "lapicque", "beta": 0.95}}, {"size": 10}]
    (advice,) = advise(spec_of(layers))
    assert advice.path == "network.layers[0].neuron.beta"
    assert "0.0513" in advice.message
    assert "19.5 times weaker" in advice.message
    assert "resistance_ohm=19.5, capacitance_f=1" in advice.hint


def test_the_compensated_form_that_is_advised_needs_no_advice() -> None:
    neuron = Lapicque(beta=0.95).compensated().model_dump(mode="json")
    assert codes(spec_of([{"size": 5, "neuron": neuron}, {"size": 10}])) == []


def test_what_holds_for_many_layers_is_told_once() -> None:
    lapicque = {"kind": "lapicque", "beta": 0.9}
    (advice,) = advise(spec_of([{"size": 9, "neuron": lapicque}] * 3))
    assert "(3 layers)" in advice.message


@pytest.mark.parametrize(
    ("layers", "training", "code", "path"),
    [
        ([{"size": 1}, {"size": 10}], {}, "bottleneck", "network.layers[0].size"),
        ([{"size": 12}], {}, "idle_outputs", "network.layers[0].size"),
        ([{"size": 10, "neuron": {"beta": 1.0, "kind": "leaky"}}], {}, "beta_one", "network.layers[0].neuron.beta"),
        (
            [{"size": 10, "neuron": {"kind": "alpha", "alpha": 0.9, "beta": 0.8999}}],
            {},
            "alpha_close_to_beta",
            "network.layers[0].neuron.alpha",
        ),
        ([{"size": 10}], {"learning_rate": 0.06}, "learning_rate_high", "training.learning_rate"),
        ([{"size": 10}], {"learning_rate": 1e-7}, "learning_rate_low", "training.learning_rate"),
        ([{"size": 10}], {"num_steps": 2}, "few_steps", "training.num_steps"),
        (
            [{"size": 10, "neuron": {"kind": "izhikevich", "time_step_ms": 0.1}}],
            {"num_steps": 10},
            "short_sample",
            "network.layers[0].neuron.time_step_ms",
        ),
        ([{"size": 9000}, {"size": 10}], {"num_steps": 500, "batch_size": 4096}, "memory", "training.batch_size"),
    ],
)
def test_each_rule_names_its_field(
    layers: list[dict[str, Any]], training: dict[str, Any], code: str, path: str
) -> None:
    (advice,) = advise(spec_of(layers, **training), classes=10)
    assert (advice.code, advice.path) == (code, path)
    assert advice.hint
    assert advice.fault().message == advice.message


@pytest.mark.parametrize(
    ("layers", "epochs", "expected"),
    [
        ([{"size": 2}], 500, ["xor_without_hidden"]),
        ([{"size": 3}, {"size": 2}], 500, ["xor_few_neurons"]),
        ([{"size": 10}, {"size": 2}], 1, ["xor_few_epochs"]),
        ([{"size": 10}, {"size": 2}], 500, []),
    ],
)
def test_xor_has_advice_of_its_own(layers: list[dict[str, Any]], epochs: int, expected: list[str]) -> None:
    assert codes(spec_of(layers, shape=(2,), dataset="xor", epochs=epochs), classes=2) == expected


def test_memory_is_weighed_against_the_machine() -> None:
    spec = spec_of([{"size": 100}, {"size": 10}])
    assert training_bytes(spec) == 4 * (4 * (6500 + 1010) + 4 * 110 * 25 * 128)
    assert codes(spec, memory_bytes=training_bytes(spec)) == ["memory"]
    assert codes(spec, memory_bytes=100 * training_bytes(spec)) == []
