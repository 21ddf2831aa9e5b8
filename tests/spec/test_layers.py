"""Layers of all kinds: shapes follow from the document, and what cannot take its input is told at its place."""

from __future__ import annotations

import pytest

from snntrainer3d.errors import SpecError
from snntrainer3d.spec import (
    LAYERS,
    Dense,
    Network,
    RunSpec,
    advise,
    cost_of,
    fan_outs,
    multiplications,
    parse,
    tensor_shapes,
)

LENET = [
    {"kind": "conv2d", "channels": 12, "kernel": 5, "neuron": None},
    {"kind": "max_pool", "neuron": {"kind": "leaky"}},
    {"kind": "conv2d", "channels": 32, "kernel": 5, "stride": 2, "padding": 1},
    {"kind": "flatten"},
    {"kind": "dense", "size": 10},
]


def network(layers: list[object], shape: tuple[int, ...] = (1, 28, 28)) -> Network:
    return parse(Network, {"input": {"shape": list(shape)}, "layers": layers})


def faults_of(layers: list[object], shape: tuple[int, ...] = (1, 28, 28)) -> dict[str, str]:
    with pytest.raises(SpecError) as caught:
        network(layers, shape)
    found: dict[str, str] = {}
    for fault in caught.value.faults:
        found[fault.path] = f"{found.get(fault.path, '')}{fault.message} {fault.hint} "
    return found


def test_shapes_follow_from_the_document() -> None:
    found = network(LENET)
    assert found.shapes() == ((1, 28, 28), (12, 24, 24), (12, 12, 12), (32, 5, 5), (800,), (10,))
    assert found.title() == "28×28-12c5-mp2-32c5s2-10"
    assert found.spiking() == (1, 2, 4)
    assert found.spiking_sizes() == (1728, 800, 10)
    assert [one.tensor for one in found.connections()] == ["layers.0.weight", "layers.2.weight", "layers.4.weight"]
    assert found.weight_shapes() == ((12, 25), (32, 300), (10, 800))


def test_costs_count_a_kernel_wherever_it_stands() -> None:
    found = network(LENET)
    assert multiplications(found) == (12 * 24 * 24 * 25, 0, 32 * 5 * 5 * 300, 0, 8000)
    cost = cost_of(found, 10)
    assert cost.weights == 300 + 9600 + 8000
    assert cost.parameters == cost.weights + 12 + 32 + 10
    assert cost.flops_all_steps == 20 * sum(multiplications(found))
    assert fan_outs(found) == (32 * 25 * 300 / 1728, 10.0, 0.0)


def test_a_recurrent_spike_also_meets_the_layers_own_weights() -> None:
    back = {"kind": "recurrent", "size": 20}
    found = network([back, {"size": 5}], (7,))
    assert fan_outs(found) == (5 + 20, 0.0)
    assert found.weight_shapes() == ((20, 7), (20, 20), (5, 20))
    assert cost_of(found, 1).parameters == 20 * 7 + 20 + 400 + 105
    lone = network([back | {"feedback": "one_to_one"}, {"size": 5}], (7,))
    assert lone.weight_shapes() == ((20, 7), (20, 1), (5, 20))
    assert tensor_shapes(lone)["layers.0.recurrent.weight"] == (20,)
    assert fan_outs(lone)[0] == 6.0


def test_values_learned_per_neuron_lie_as_the_maps_do() -> None:
    learned = {"kind": "leaky", "learn_beta": "per_neuron"}
    shapes = tensor_shapes(
        network([{"kind": "conv2d", "channels": 2, "neuron": learned}, {"kind": "flatten"}, {"size": 3}])
    )
    assert shapes["layers.0.neuron.beta"] == (2, 26, 26)


def test_a_layer_without_a_kind_is_dense_as_documents_were_written_before() -> None:
    found = network([{"size": 4}, {"size": 2}])
    assert all(isinstance(layer, Dense) for layer in found.layers)
    assert found.only_dense
    assert set(faults_of([{"size": 0}, {"size": 2, "sise": 1}])) == {"layers[0].size", "layers[1].sise"}


def test_every_layer_that_cannot_take_its_input_is_told_at_once() -> None:
    faults = faults_of(
        [
            {"kind": "conv2d", "channels": 4, "kernel": 5},
            {"kind": "dense", "size": 30},
            {"kind": "max_pool"},
            {"kind": "recurrent", "size": 20},
            {"kind": "conv2d", "channels": 2},
        ]
    )
    assert set(faults) == {"layers[1]", "layers[2]", "layers[4]"}
    assert "20 flat values" in faults["layers[4]"]
    assert "is the output" in faults["layers[4]"]
    assert "maps of 4×24×24 come in" in faults["layers[1]"]
    assert "2,304 values" in faults["layers[1]"]
    assert "30 flat values" in faults["layers[2]"]


@pytest.mark.parametrize(
    ("layers", "shape", "path", "said"),
    [
        ([{"kind": "conv2d", "channels": 2}], (784,), "layers[0]", "1×28×28"),
        ([{"kind": "conv2d", "channels": 2, "kernel": 9}], (1, 8, 8), "layers[0].kernel", "At most 8 fits"),
        ([{"kind": "conv2d", "channels": 2, "kernel": 3, "padding": 3}], (1, 8, 8), "layers[0].padding", "At most 2"),
        ([{"kind": "max_pool", "kernel": 4}], (3, 3, 9), "layers[0].kernel", "At most 3 fits"),
        ([{"kind": "avg_pool", "kernel": 5}, {"kind": "avg_pool"}], (1, 8, 8), "layers[1].kernel", "1×1×1"),
        (
            [{"kind": "conv2d", "channels": 2}, {"kind": "recurrent", "size": 4}],
            (1, 8, 8),
            "layers[1]",
            "flatten layer",
        ),
        ([{"kind": "recurrent", "size": 3, "neuron": {"kind": "alpha"}}], (8,), "layers[0].neuron.kind", "'synaptic'"),
        ([{"kind": "conv2d", "channels": 4096, "padding": 1}], (1, 28, 28), "layers[0]", "3,211,264 values"),
        ([{"kind": "dropout", "share": 1.0}], (8,), "layers[0].share", "below 1"),
    ],
)
def test_a_wrong_shape_is_told_with_what_would_fit(
    layers: list[object], shape: tuple[int, ...], path: str, said: str
) -> None:
    faults = faults_of([*layers, {"kind": "flatten"}, {"size": 3}], shape)
    assert set(faults) == {path}
    assert said in faults[path]


def test_the_output_must_be_dense_or_recurrent() -> None:
    assert "one neuron for each class" in faults_of([{"size": 5}, {"kind": "dropout"}])["layers[1]"]
    assert network([{"kind": "recurrent", "size": 3}]).output.size == 3


def test_every_kind_is_told_apart_by_its_name() -> None:
    kinds = [model.model_fields["kind"].default for model in LAYERS]
    assert len(set(kinds)) == 8
    assert all(f"'{kind}'" in faults_of([{"kind": "conv"}])["layers[0].kind"] for kind in kinds)


def test_currents_that_meet_weights_again_are_advised_against() -> None:
    idle = [{"kind": "conv2d", "channels": 2, "neuron": None}, {"kind": "flatten"}, {"size": 10}]
    found = [one.path for one in advise(RunSpec(network=network(idle))) if one.code == "currents_meet_weights"]
    assert found == ["network.layers[0].neuron"]
    assert not [one for one in advise(RunSpec(network=network(LENET))) if one.code == "currents_meet_weights"]
