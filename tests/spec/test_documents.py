"""Documents: what is legal is kept exactly, what is not is told with all faults at once."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from snntrainer3d.errors import MismatchError, SpecError
from snntrainer3d.spec import (
    NEURON_KINDS,
    NEURONS,
    PRESETS,
    Alpha,
    Lapicque,
    Leaky,
    RunSpec,
    Synaptic,
    TrainedNetwork,
    Training,
    cost_of,
    count_parameters,
    dense_network,
    fixed_tensors,
    neuron_of,
    parse,
    parse_run,
    read_json,
    tensor_shapes,
)


def faults_of(value: object) -> dict[str, str]:
    with pytest.raises(SpecError) as caught:
        parse_run(value)
    return {fault.path: f"{fault.message} {fault.hint}" for fault in caught.value.faults}


def layer(size: object = 10, **neuron: object) -> dict[str, object]:
    return {"kind": "dense", "size": size, "neuron": {"kind": "leaky", **neuron}}


def run_with(*layers: object, **training: object) -> dict[str, object]:
    return {"network": {"input": {"shape": [4]}, "layers": list(layers)}, "training": training}


@pytest.mark.parametrize("neuron", [Leaky(), Lapicque(beta=0.9), Synaptic(), Alpha()], ids=lambda one: one.kind)
def test_a_document_survives_being_written_and_read(neuron: object) -> None:
    spec = RunSpec(network=dense_network((1, 8, 8), [50, 20], 10, neuron), training=Training(name="a b", seed=3))
    assert parse_run(read_json(spec.model_dump_json())) == spec


def test_all_faults_are_told_at_once_each_at_its_field() -> None:
    faults = faults_of(
        run_with(
            layer(0),
            layer(-3),
            layer(10**6),
            layer(2.5),
            layer(beta=1.2),
            layer(kind="alpha", alpha=0.5, beta=0.9),
            {"kind": "conv"},
            epochs=0,
            learning_rat=1,
            name="../../etc/passwd",
        )
    )
    assert set(faults) == {
        "network.layers[0].size",
        "network.layers[1].size",
        "network.layers[2].size",
        "network.layers[3].size",
        "network.layers[4].neuron.beta",
        "network.layers[5].neuron.alpha",
        "network.layers[6].kind",
        "training.epochs",
        "training.learning_rat",
        "training.name",
    }
    assert "above beta = 0.9" in faults["network.layers[5].neuron.alpha"]
    assert "Did you mean learning_rate?" in faults["training.learning_rat"]
    assert "slashes" in faults["training.name"]


def test_a_fault_in_a_field_named_like_its_neuron_has_the_right_path() -> None:
    assert set(faults_of(run_with(layer(kind="alpha", alpha=1.5)))) == {"network.layers[0].neuron.alpha"}


@pytest.mark.parametrize(
    ("neuron", "field"),
    [
        ({"kind": "lapicque"}, "beta"),
        ({"kind": "lapicque", "resistance_ohm": 5.0}, "capacitance_f"),
        ({"kind": "lapicque", "beta": 0.9, "capacitance_f": 1.0}, "beta"),
        ({"kind": "lapicque", "beta": 0.9, "time_step_s": 0.1}, "time_step_s"),
        ({"kind": "lapicque", "resistance_ohm": 1.0, "capacitance_f": 0.5}, "time_step_s"),
        ({"kind": "alpha", "alpha": 0.8, "beta": 0.8}, "alpha"),
        ({"kind": "synaptic", "beta": -0.1}, "beta"),
        ({"kind": "leaky", "threshold": 0}, "threshold"),
        ({"kind": "leaky", "surrogate": {"kind": "atan", "slope": 0}}, "surrogate.slope"),
        ({"kind": "leaky", "beta": math.nan}, "beta"),
    ],
)
def test_a_neuron_outside_its_range_is_refused_at_the_field(neuron: dict[str, object], field: str) -> None:
    found = faults_of(run_with({"kind": "dense", "size": 3, "neuron": neuron}))
    assert set(found) == {f"network.layers[0].neuron.{field}"}


def test_a_network_too_large_to_bear_is_refused() -> None:
    assert "20,000,000,000" not in str(faults_of(run_with(layer(100_000), layer(100_000))))
    assert "network.layers" in faults_of(run_with(layer(100_000), layer(100_000)))


def test_xor_with_validation_is_refused() -> None:
    assert set(faults_of(run_with(layer(), dataset="xor", validation_share=0.5))) == {"training.validation_share"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1} {"b": 2}', "a second document"),
        ('{"a": 1, "a": 2}', "given twice"),
        ('{"a": NaN}', "NaN is not a JSON number"),
        ('{"a": 1', "not JSON at line 1"),
        ("[" * 100_000, "nested deeper"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (" " * 4_000_001, "at most 4,000,000"),
    ],
)
def test_text_that_is_not_one_json_document_is_refused(text: str | bytes, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        read_json(text)


def test_lapicque_from_beta_is_weaker_than_leaky_and_the_compensated_form_is_not() -> None:
    neuron = Lapicque(beta=0.95)
    assert neuron.decay() == pytest.approx(0.94870671)
    assert 1 / neuron.gain() == pytest.approx(19.4957, rel=1e-5)
    assert neuron.compensated().gain() == pytest.approx(1.0)
    assert neuron.compensated().decay() == pytest.approx(neuron.decay())


def test_presets_are_legal_for_every_neuron() -> None:
    for preset in PRESETS.values():
        training = parse(Training, preset.training)
        assert training.dataset == "digits"
        for model in NEURONS:
            kind = str(model.model_fields["kind"].default)
            assert parse(model, {"kind": kind, **preset.neurons.get(kind, {})}).kind == kind


def test_the_papers_preset_is_the_papers() -> None:
    paper = parse(Training, PRESETS["paper"].training)
    assert (paper.learning_rate, paper.num_steps, paper.batch_size, paper.epochs) == (5e-4, 25, 128, 1)
    assert (paper.loss, paper.validation_share, paper.keep_last_batch, paper.pixels) == ("membrane", 0, True, "unit")
    assert PRESETS["paper"].neurons["synaptic"]["alpha"] == 0.5
    assert {kind: values["beta"] for kind, values in PRESETS["paper"].neurons.items() if values} == dict.fromkeys(
        [kind for kind in NEURON_KINDS if "beta" in neuron_of(kind).model_fields], 0.95
    )


def test_parameters_and_flops_are_counted_as_the_paper_does() -> None:
    network = dense_network((1, 28, 28), [100], 10)
    cost = cost_of(network, 25)
    assert (cost.weights, cost.parameters, cost.neurons) == (79_400, 79_510, 110)
    assert (cost.flops, cost.flops_all_steps) == (158_800, 158_800 * 25)


def test_learnable_values_count_as_parameters_and_have_their_shapes() -> None:
    neuron = Synaptic(learn_alpha="shared", learn_beta="per_neuron", learn_threshold="fixed")
    network = dense_network((4,), [3], 2, neuron, bias=False)
    assert count_parameters(network) == 4 * 3 + 3 * 2 + (1 + 3) + (1 + 2)
    assert tensor_shapes(network)["layers.0.neuron.beta"] == (3,)
    assert tensor_shapes(network)["layers.0.neuron.alpha"] == ()
    assert "layers.0.bias" not in tensor_shapes(network)


def test_weights_of_another_network_are_refused_with_every_difference() -> None:
    network = dense_network((4,), [], 2)
    tensors = {name: np.zeros(shape, np.float32) for name, shape in tensor_shapes(network).items()}
    tensors |= fixed_tensors(network)
    TrainedNetwork(network, tensors)
    tensors["layers.0.weight"] = np.zeros((3, 4), np.float32)
    tensors["layers.1.weight"] = np.zeros((3, 4), np.float32)
    del tensors["layers.0.bias"]
    tensors["layers.0.neuron.beta"] = np.full((), np.nan, np.float32)
    with pytest.raises(MismatchError) as caught:
        TrainedNetwork(network, tensors)
    assert {fault.path for fault in caught.value.faults} == {
        "layers.0.weight",
        "layers.1.weight",
        "layers.0.bias",
        "layers.0.neuron.beta",
    }


def test_a_fixed_value_that_contradicts_the_document_is_refused() -> None:
    network = dense_network((4,), [], 2, Lapicque(resistance_ohm=10.0, capacitance_f=1.0))
    tensors = {name: np.zeros(shape, np.float32) for name, shape in tensor_shapes(network).items()}
    tensors["layers.0.neuron.beta"] = np.asarray(math.exp(-0.1), np.float32)
    with pytest.raises(MismatchError) as caught:
        TrainedNetwork(network, tensors)
    assert [fault.path for fault in caught.value.faults] == ["layers.0.neuron.threshold"]
    TrainedNetwork(network, {**tensors, "layers.0.neuron.threshold": np.asarray(1.0, np.float32)})


def test_documents_cannot_be_changed() -> None:
    spec = RunSpec(network=dense_network((2,), [], 2))
    with pytest.raises(ValueError, match="frozen"):
        spec.network = dense_network((2,), [], 3)
    assert json.loads(spec.model_dump_json())["version"] == 1
